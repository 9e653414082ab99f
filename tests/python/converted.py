"""Logs models of three kinds with the unmodified MLflow client, and registers them.

    converted.py TRACKING_URI NETWORK FOLDER

Those of scikit-learn and XGBoost are trained here; NETWORK is one that PyTorch
exported, and FOLDER a new one for all as they are saved, for answers to compare
with. Prints, for `pipeline`, `booster` and `network`, {run, path, folder, body}:
`path` is where it lies among the files of the run, and `body` a request.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow
import mlflow.onnx
import numpy as np
import onnx
from mlflow.models import infer_signature
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

RANDOM = np.random.default_rng(6)


def pipeline():
    rows = RANDOM.normal(5, 3, size=(200, 4)).astype(np.float32)
    labels = (rows[:, 0] + rows[:, 1] > 10).astype(int) + (rows[:, 2] > 7)
    fit = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, labels)
    model = to_onnx(fit, rows[:1], options={"zipmap": False})
    return model, rows[:5], {"inputs": rows[:5].tolist()}


def booster():
    rows = RANDOM.normal(size=(200, 8)).astype(np.float32)
    labels = (rows[:, 0] > 0).astype(int) + (rows[:, 1] * rows[:, 2] > 0)
    fit = XGBClassifier(n_estimators=20, max_depth=4, random_state=0).fit(rows, labels)
    model = convert_xgboost(fit, initial_types=[("input", FloatTensorType([None, 8]))])
    # As a tensor: of columns MLflow takes only models whose outputs are columns.
    return model, rows[:5], {"inputs": rows[:5].tolist()}


def network(path):
    model = onnx.load(path)
    shape = [size.dim_value for size in model.graph.input[0].type.tensor_type.shape.dim]
    given = RANDOM.normal(size=shape).astype(np.float32)
    return model, given, {"inputs": given.tolist()}


def log(name, model, example, body, folder):
    signature = infer_signature(example)
    more = {"signature": signature, "pip_requirements": ["mlflow"], "save_as_external_data": False}
    mlflow.onnx.save_model(model, f"{folder}/{name}", **more)
    with mlflow.start_run() as run:
        mlflow.onnx.log_model(model, name=name, registered_model_name=name, **more)
        mlflow.log_artifacts(f"{folder}/{name}", "files/model")
    return {"run": run.info.run_id, "path": "files/model", "folder": f"{folder}/{name}", "body": json.dumps(body)}


def main():
    uri, of_pytorch, folder = sys.argv[1:]
    mlflow.set_tracking_uri(uri)
    print(json.dumps({
        "pipeline": log("pipeline", *pipeline(), folder),
        "booster": log("booster", *booster(), folder),
        "network": log("network", *network(of_pytorch), folder),
    }))


main()
