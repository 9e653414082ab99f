"""Logs a saved ONNX model on a server with the unmodified MLflow client, and registers it.

    relog.py TRACKING_URI FOLDER NAME

The model has the signature of the one in FOLDER, and an input example. Its
version gets the alias `best`. Prints {version, model, run, folder}; `folder` is
FOLDER, for answers to compare with.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow
import mlflow.onnx
import onnx
import pandas as pd


def main():
    uri, folder, name = sys.argv[1:]
    mlflow.set_tracking_uri(uri)
    signature = mlflow.models.get_model_info(folder).signature
    example = pd.DataFrame([[30.0, 22.5], [51.0, 27.5]], columns=signature.inputs.input_names())
    with mlflow.start_run() as run:
        logged = mlflow.onnx.log_model(
            onnx.load(f"{folder}/model.onnx"),
            name="model",
            signature=signature,
            input_example=example,
            pip_requirements=["mlflow"],
            save_as_external_data=False,
            registered_model_name=name,
        )
    version = str(logged.registered_model_version)
    mlflow.MlflowClient().set_registered_model_alias(name, "best", version)
    print(json.dumps({"version": version, "model": logged.model_id, "run": run.info.run_id, "folder": folder}))


main()
