"""Writes test cases in the layout of ONNX's backend tests."""

import os

import numpy as np
import onnx
from onnx import numpy_helper


def serialized(array):
    """A tensor as `TensorProto`; texts of any kind are strings."""
    array = np.asarray(array)
    if array.dtype.kind in "UO":
        array = array.astype(object)
    return numpy_helper.from_array(array).SerializeToString()


def folder(directory, name, model):
    """Makes the case `test_NAME` with its model, and gives the folder of its data."""
    case = os.path.join(directory, f"test_{name}")
    data = os.path.join(case, "test_data_set_0")
    os.makedirs(data, exist_ok=True)
    onnx.save(model, os.path.join(case, "model.onnx"))
    return data


def write(directory, name, model, inputs, outputs):
    """Writes the case `test_NAME`: a model, arrays for its inputs, and the right answers."""
    data = folder(directory, name, model)
    for kind, arrays in (("input", inputs), ("output", outputs)):
        for i, array in enumerate(arrays):
            with open(os.path.join(data, f"{kind}_{i}.pb"), "wb") as file:
                file.write(serialized(array))
