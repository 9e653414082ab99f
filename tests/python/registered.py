"""Registers models and prompts for the pages that show them.

    registered.py TRACKING_URI

Prints what was registered as one JSON object.
"""

import json
import os
import sys
import warnings

os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
warnings.filterwarnings("ignore")

import mlflow
import mlflow.onnx
import mlflow.sklearn
from mlflow.models import ModelSignature
from mlflow.types.schema import Array, ColSpec, DataType, Object, ParamSchema, ParamSpec, Property, Schema
from onnx import TensorProto, helper
from sklearn.linear_model import LinearRegression

HOSTILE = "<img src=x onerror=alert(1)>"


def main():
    mlflow.set_tracking_uri(sys.argv[1])
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("houses")
    mlflow.set_experiment(experiment_id=experiment)
    message = Object([Property("role", DataType.string), Property("n", DataType.long, required=False)])
    signature = ModelSignature(
        inputs=Schema(
            [
                ColSpec(DataType.double, "rooms"),
                ColSpec(Array(message), "messages", required=False),
            ]
        ),
        outputs=Schema([ColSpec(DataType.double, "price")]),
        params=ParamSchema([ParamSpec("scale", DataType.double, 0.5)]),
    )
    fit = LinearRegression().fit([[0.0], [1.0]], [1.0, 3.0])
    runs, models = [], []
    for nth in range(2):
        with mlflow.start_run(run_name=f"fit-{nth}") as run:
            mlflow.log_params({"alpha": nth, "seed": 7})
            logged = mlflow.sklearn.log_model(
                fit,
                name=f"line-{nth}",
                params={"slope": 2 + nth},
                tags={"team": f"team {nth}"},
                signature=signature if nth else ModelSignature(inputs=signature.inputs),
                pip_requirements=["scikit-learn"],
            )
            data = mlflow.data.from_numpy(fit.coef_, name="coefficients")
            mlflow.log_metric("loss", 0.5 - nth / 8, model_id=logged.model_id, dataset=data)
        mlflow.register_model(f"models:/{logged.model_id}", "house prices")
        runs.append(run.info.run_id)
        models.append(logged.model_id)
    # One that the page runs, in an experiment of its own.
    mlflow.set_experiment("onnx")
    ends = [helper.make_tensor_value_info(end, TensorProto.FLOAT, [None, 1]) for end in "xy"]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", ends[:1], ends[1:])
    onnx = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    with mlflow.start_run():
        mlflow.onnx.log_model(
            onnx, name="same", registered_model_name="same number", pip_requirements=["onnx"]
        )
    mlflow.genai.register_prompt("elsewhere", "Not {{here}}")
    mlflow.set_experiment(experiment_id=experiment)
    client.update_registered_model("house prices", description="Prices of *houses*")
    client.set_registered_model_tag("house prices", "team", "vision")
    client.update_model_version("house prices", "2", description="With a **signature**")
    client.set_model_version_tag("house prices", "1", "good", "yes")
    client.set_registered_model_alias("house prices", "champion", "1")
    client.set_registered_model_alias("house prices", "old", "1")
    client.create_registered_model(HOSTILE.replace("/", ""), description=HOSTILE)
    client.create_registered_model("empty one")
    for nth in range(3):
        client.create_registered_model(f"to go {nth}")
    mlflow.register_model(f"models:/{models[0]}", "to go 0")
    mlflow.genai.register_prompt("greeting", "Hello {{name}}\nBye", tags={"tone": "warm"})
    mlflow.genai.register_prompt("greeting", "Hi {{name}}\nBye", commit_message="shorter")
    mlflow.genai.set_prompt_alias("greeting", alias="live", version=2)
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{{question}}"}]
    mlflow.genai.register_prompt("answer", chat)
    config = {"max_tokens": 7}
    for text in ["Wait {{here}}", "Stay {{here}}"]:
        mlflow.genai.register_prompt("going", text, model_config=config)
    print(json.dumps({"experiment": experiment, "runs": runs, "models": models}))


main()
