"""Fills a tracking server as a team would, with the unmodified MLflow client.

    seed.py TRACKING_URI MODEL_DIR

Logs one experiment with six runs and an ONNX model, downloads the model back
to MODEL_DIR, and prints what was logged as one JSON object, so that a test
compares the page with what went in and not with what another reader makes of
it. NaN is written as the string "NaN".
"""

import json
import math
import os
import sys
import warnings

os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
warnings.filterwarnings("ignore")

import mlflow
import mlflow.onnx
import numpy as np
import pandas as pd
from mlflow.entities import Metric, Param, RunTag
from mlflow.models import infer_signature
from onnx import TensorProto, helper, numpy_helper

EXPERIMENT = "forecast/weekly"
START = 1_767_225_600_000  # 2026-01-01T00:00:00Z in milliseconds
STEPS, SPIKE_STEP, SPIKE = 500, 377, 24.5
COLUMNS = [f"f{i}" for i in range(10)]


def decay(start, rate, steps=STEPS):
    """A loss as it usually goes: falling, with a small ripple."""
    return [start * math.exp(-rate * i) + 0.02 * math.sin(i / 5) for i in range(steps)]


def runs():
    """The runs to log: name, status, parameters, tags, and metrics as lists of values by step."""
    spiked = decay(2.0, 0.01)
    spiked[SPIKE_STEP] = SPIKE
    return {
        "spiked": {
            "name": "wide-adam",
            "status": "FINISHED",
            "params": {"learning_rate": "0.01", "optimizer": "adam", "batch_size": "64"},
            "tags": {
                "team": "pricing",
                "mlflow.note.content": "Wide network, **Adam**. The spike is a bad shard.",
                "mlflow.runColor": "#d6336c",
            },
            "metrics": {"loss": spiked, "score": [2.5], "val_mae": [0.5, math.nan, 0.25]},
        },
        "plain": {
            "name": "narrow-sgd",
            "status": "FINISHED",
            "params": {"learning_rate": "0.1", "optimizer": "sgd", "batch_size": "64"},
            "tags": {"team": "pricing"},
            "metrics": {"loss": decay(1.5, 0.005), "score": [1.5], "val_mae": [0.75, 0.625]},
        },
        "failed": {
            "name": "diverged",
            "status": "FAILED",
            "params": {"learning_rate": "10", "optimizer": "sgd", "batch_size": "64"},
            "tags": {"team": "pricing"},
            "metrics": {"loss": [2.0, 200.0, 20000.0], "score": [0.123456789]},
        },
        "running": {
            "name": "still-going",
            "status": "RUNNING",
            "params": {"learning_rate": "0.05", "optimizer": "adam", "batch_size": "64"},
            "tags": {},
            "metrics": {"loss": decay(2.0, 0.02, 20)},
        },
        "bare": {
            "name": "nothing-logged",
            "status": "FINISHED",
            "params": {},
            "tags": {},
            "metrics": {},
        },
        "awkward": {
            "name": 'it\'s "quoted" <b>bold</b>',
            "status": "KILLED",
            "params": {"learning rate/initial": "1e-3", "note": "<script>alert(1)</script>"},
            "tags": {"place": "Zürich 🚢"},
            "metrics": {"score": [1e-12], "eval/f1: macro": [0.5]},
        },
    }


def log_run(client, experiment_id, index, run):
    """Creates one run with its whole history and returns its id."""
    begin = START + index * 3_600_000
    created = client.create_run(
        experiment_id, start_time=begin, run_name=run["name"], tags={"mlflow.user": "ada"}
    )
    run_id = created.info.run_id
    points = [
        Metric(key, value, begin + 1000 * step, step)
        for key, values in run["metrics"].items()
        for step, value in enumerate(values)
    ]
    for first in range(0, max(len(points), 1), 900):
        client.log_batch(run_id, metrics=points[first : first + 900])
    client.log_batch(
        run_id,
        params=[Param(*item) for item in run["params"].items()],
        tags=[RunTag(*item) for item in run["tags"].items()],
    )
    if run["status"] != "RUNNING":
        client.set_terminated(run_id, run["status"], end_time=begin + 1_234_000)
    return run_id


def network():
    """A small network whose first weights are over MLflow's bound for external data (1 KiB)."""
    random = np.random.default_rng(11)
    weights = {
        "w0": random.normal(size=(len(COLUMNS), 64)).astype(np.float32) / 4,
        "b0": random.normal(size=64).astype(np.float32),
        "w1": random.normal(size=(64, 1)).astype(np.float32) / 8,
        "b1": np.float32([0.5]),
    }
    nodes = [
        helper.make_node("Gemm", ["features", "w0", "b0"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "w1", "b1"], ["demand"]),
    ]
    graph = helper.make_graph(
        nodes,
        "forecast",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", len(COLUMNS)])],
        [helper.make_tensor_value_info("demand", TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def log_model(run_id, folder):
    """Logs the network from a run as a team would, and downloads it again."""
    example = pd.DataFrame(np.arange(20.0).reshape(2, 10) / 10, columns=COLUMNS)
    output = pd.DataFrame({"demand": np.float32([0.0, 0.0])})
    with mlflow.start_run(run_id=run_id):
        info = mlflow.onnx.log_model(
            network(),
            name="forecaster",
            signature=infer_signature(example, output),
            input_example=example,
            pip_requirements=["mlflow", "onnx", "onnxruntime"],
            registered_model_name="weekly-forecaster",
        )
    mlflow.artifacts.download_artifacts(info.model_uri, dst_path=folder)
    return {"uri": info.model_uri, "id": info.model_id, "folder": folder, "columns": COLUMNS}


def jsonable(value):
    """The value with NaN spelled out, since JSON has none."""
    if isinstance(value, dict):
        return {key: jsonable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [jsonable(item) for item in value]
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def main():
    uri, folder = sys.argv[1:]
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    experiment_id = client.create_experiment(EXPERIMENT, tags={"owner": "forecasting"})
    client.set_experiment_tag(
        experiment_id, "mlflow.note.content", "Weekly demand, one model a shop."
    )
    mlflow.set_experiment(experiment_id=experiment_id)
    logged = runs()
    for index, run in enumerate(logged.values()):
        run["id"] = log_run(client, experiment_id, index, run)
    model = log_model(logged["plain"]["id"], folder)
    # Logging from the run closed it as of now: give it its times back.
    client.set_terminated(logged["plain"]["id"], "FINISHED", end_time=START + 4_834_000)
    print(
        json.dumps(
            {
                "experiment": {"id": experiment_id, "name": EXPERIMENT},
                "spike": {"step": SPIKE_STEP, "value": SPIKE},
                "runs": jsonable(logged),
                "model": model,
            },
            allow_nan=False,
        )
    )


if __name__ == "__main__":
    main()
