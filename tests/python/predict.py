"""What MLflow's own scoring server answers, without the socket.

    predict.py < requests.jsonl

Reads one request a line, `{"model": "…", "body": "…"}`: a model's folder and
the text of a JSON body. Prints, for each, one line `{"status": 200, "body":
"…"}`: what `mlflow models serve` would send. It calls the very function that
the server's route calls.
"""

import functools
import json
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow.pyfunc
from mlflow.exceptions import MlflowException
from mlflow.pyfunc.scoring_server import invocations


load = functools.cache(mlflow.pyfunc.load_model)


def answer(folder, body):
    model = load(folder)
    try:
        response = invocations(body, "application/json", model, model.metadata.get_input_schema())
    except MlflowException as error:
        return {"status": error.get_http_status_code(), "body": error.serialize_as_json()}
    return {"status": response.status, "body": response.response}


def main():
    for line in sys.stdin:
        if line.strip():
            request = json.loads(line)
            print(json.dumps(answer(request["model"], request["body"])), flush=True)


if __name__ == "__main__":
    main()
