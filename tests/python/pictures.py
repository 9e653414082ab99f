"""Saves networks that take pictures, two pictures, and what mlflow.pyfunc says of one.

    pictures.py FOLDER

`photo.png` has the sides of the networks, `large.png` others. Prints, for each
network and each way to write a pixel's values, what it answers to `photo.png`.
"""

import json
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import mlflow.onnx
import numpy as np
import onnx
from mlflow.models import ModelSignature
from mlflow.types.schema import Schema, TensorSpec
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

RANDOM = np.random.default_rng(11)
WIDE, HIGH = 32, 24
MEAN = np.array([0.485, 0.456, 0.406])
DEVIATION = np.array([0.229, 0.224, 0.225])

SCALES = {
    "unit": lambda pixels: pixels / 255,
    "bytes": lambda pixels: pixels,
    "imagenet": lambda pixels: (pixels / 255 - MEAN) / DEVIATION,
}
ITSELF = lambda pixels: pixels
# Each: its type, its shape, the mode that Pillow has for it, how Pillow's array
# becomes its input, what the graph does to have channels first, and the ways.
NETWORKS = {
    "first": ("float32", (-1, 3, HIGH, WIDE), "RGB", lambda it: it.transpose(2, 0, 1), [], list(SCALES)),
    "free": ("float32", (-1, 3, -1, -1), "RGB", lambda it: it.transpose(2, 0, 1), [], ["unit"]),
    "last": ("uint8", (-1, HIGH, WIDE, 3), "RGB", ITSELF, [("Transpose", {"perm": [0, 3, 1, 2]})], ["bytes"]),
    "alpha": ("uint8", (-1, HIGH, WIDE, 4), "RGBA", ITSELF, [("Transpose", {"perm": [0, 3, 1, 2]})], ["bytes"]),
    "plane": ("float32", (-1, HIGH, WIDE), "L", ITSELF, [("Unsqueeze", {})], ["unit", "bytes"]),
}


def network(kind, shape, channels, before):
    elements = {"float32": TensorProto.FLOAT, "uint8": TensorProto.UINT8}[kind]
    weights = RANDOM.normal(size=(5, channels, 3, 3)).astype(np.float32)
    constants = [numpy_helper.from_array(weights, "weights")]
    nodes = [helper.make_node("Cast", ["picture"], ["numbers"], to=TensorProto.FLOAT)]
    last = "numbers"
    for operator, attributes in before:
        if operator == "Unsqueeze":
            constants.append(numpy_helper.from_array(np.array([1]), "axes"))
        inputs = [last, "axes"] if operator == "Unsqueeze" else [last]
        nodes.append(helper.make_node(operator, inputs, ["channels_first"], **attributes))
        last = "channels_first"
    nodes += [
        helper.make_node("Conv", [last, "weights"], ["found"]),
        helper.make_node("Relu", ["found"], ["kept"]),
        helper.make_node("GlobalAveragePool", ["kept"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["scores"]),
    ]
    sizes = [f"size_{i}" if size < 0 else size for i, size in enumerate(shape)]
    graph = helper.make_graph(
        nodes,
        "pictures",
        [helper.make_tensor_value_info("picture", elements, sizes)],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["size_0", 5])],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def main(folder):
    photo = Image.fromarray(RANDOM.integers(0, 256, (HIGH, WIDE, 3), dtype=np.uint8))
    photo.save(folder / "photo.png")
    photo.resize((WIDE * 10, HIGH * 5)).save(folder / "large.png")
    answers = {}
    for name, (kind, shape, mode, arranged, before, scales) in NETWORKS.items():
        signature = ModelSignature(inputs=Schema([TensorSpec(np.dtype(kind), shape)]))
        model = network(kind, shape, len(mode), before)
        onnx.checker.check_model(model)
        mlflow.onnx.save_model(model, folder / name, signature=signature, pip_requirements=["mlflow"], save_as_external_data=False)
        loaded = mlflow.pyfunc.load_model(str(folder / name))
        pixels = np.asarray(photo.convert(mode))
        given = {scale: arranged(SCALES[scale](pixels)).astype(kind)[None] for scale in scales}
        answers[name] = {scale: loaded.predict(given[scale])["scores"].tolist() for scale in scales}
    print(json.dumps(answers))


main(Path(sys.argv[1]))
