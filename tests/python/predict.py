"""What MLflow's own scoring server answers, without the socket.

    predict.py MODEL_DIR < bodies.jsonl

Reads one JSON request body a line and prints, for each, one line
`{"status": 200, "body": "…"}`: the text that `mlflow models serve` would send.
It calls the very function that the server's route calls.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow.pyfunc
from mlflow.exceptions import MlflowException
from mlflow.pyfunc.scoring_server import invocations


def answer(model, schema, body):
    try:
        response = invocations(body, "application/json", model, schema)
    except MlflowException as error:
        return {"status": error.get_http_status_code(), "body": error.serialize_as_json()}
    return {"status": response.status, "body": response.response}


def main():
    model = mlflow.pyfunc.load_model(sys.argv[1])
    schema = model.metadata.get_input_schema()
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(answer(model, schema, line)), flush=True)


if __name__ == "__main__":
    main()
