"""Logs a model that takes as long as it is asked to, with the unmodified MLflow client.

    slow.py TRACKING_URI

It adds 1 to `x` as many `times` as it is told. Prints {model}, its id.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow
import mlflow.onnx
import numpy as np
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec
from onnx import TensorProto, checker, helper


def loop():
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [
            helper.make_node("Add", ["before", "one"], ["after"]),
            helper.make_node("Identity", ["go"], ["on"]),
        ],
        "again",
        [
            value("nth", TensorProto.INT64, []),
            value("go", TensorProto.BOOL, []),
            value("before", TensorProto.FLOAT, [None]),
        ],
        [value("on", TensorProto.BOOL, []), value("after", TensorProto.FLOAT, [None])],
    )
    graph = helper.make_graph(
        [
            helper.make_node("Squeeze", ["times"], ["count"]),
            helper.make_node("Loop", ["count", "", "x"], ["y"], body=body),
        ],
        "slow",
        [value("x", TensorProto.FLOAT, [None]), value("times", TensorProto.INT64, [1])],
        [value("y", TensorProto.FLOAT, [None])],
        initializer=[helper.make_tensor("one", TensorProto.FLOAT, [], [1.0])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    return model


def main():
    mlflow.set_tracking_uri(sys.argv[1])
    inputs = [TensorSpec(np.dtype("float32"), (-1,), "x"), TensorSpec(np.dtype("int64"), (1,), "times")]
    outputs = [TensorSpec(np.dtype("float32"), (-1,), "y")]
    with mlflow.start_run():
        logged = mlflow.onnx.log_model(
            loop(),
            name="slow",
            signature=ModelSignature(Schema(inputs), Schema(outputs)),
            pip_requirements=["mlflow"],
            save_as_external_data=False,
        )
    print(json.dumps({"model": logged.model_id}))


main()
