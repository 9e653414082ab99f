"""Registers versions of a model that differ in their answers, with the
unmodified MLflow client.

    register.py TRACKING_URI DIR NAME [--trees=N] LEAF…

Every version is N trees (1) of one split that answer LEAF each where `a` is at
most 0.5, and -LEAF elsewhere. It is logged by a run, registered as a version of NAME, and
downloaded to DIR/<version>. Prints a list of {version, run, model, folder}.
"""

import json
import os
import sys
import warnings

os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
warnings.filterwarnings("ignore")

import mlflow
import mlflow.onnx
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from onnx import TensorProto, helper


def forest(leaf, trees):
    """Trees of one split on the first of two columns."""
    ids = [tree for tree in range(trees) for _ in range(3)]
    node = helper.make_node(
        "TreeEnsembleRegressor",
        ["x"],
        ["y"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
        nodes_treeids=ids,
        nodes_nodeids=[0, 1, 2] * trees,
        nodes_featureids=[0, 0, 0] * trees,
        nodes_values=[0.5, 0.0, 0.0] * trees,
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"] * trees,
        nodes_truenodeids=[1, 0, 0] * trees,
        nodes_falsenodeids=[2, 0, 0] * trees,
        nodes_hitrates=[1.0, 1.0, 1.0] * trees,
        nodes_missing_value_tracks_true=[0, 0, 0] * trees,
        target_treeids=[tree for tree in range(trees) for _ in range(2)],
        target_nodeids=[1, 2] * trees,
        target_ids=[0, 0] * trees,
        target_weights=[leaf, -leaf] * trees,
    )
    graph = helper.make_graph(
        [node],
        "tree",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 1])],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def main():
    uri, directory, name, *leaves = sys.argv[1:]
    trees = int(leaves.pop(0).partition("=")[2]) if leaves[0].startswith("--trees=") else 1
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("sources")
    rows = pd.DataFrame({"a": [0.0, 1.0], "b": [0.0, 0.0]})
    versions = []
    for leaf in map(float, leaves):
        signature = infer_signature(rows, pd.DataFrame({"y": np.zeros(2, np.float32)}))
        with mlflow.start_run() as run:
            logged = mlflow.onnx.log_model(forest(leaf, trees), name="model", signature=signature)
        version = mlflow.register_model(f"models:/{logged.model_id}", name).version
        folder = os.path.join(directory, str(version))
        mlflow.artifacts.download_artifacts(f"models:/{name}/{version}", dst_path=folder)
        versions.append(
            {"version": str(version), "run": run.info.run_id, "model": logged.model_id, "folder": folder}
        )
    print(json.dumps(versions))


main()
