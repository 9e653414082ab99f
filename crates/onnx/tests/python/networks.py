"""Small networks with ONNX Runtime's answers, as test cases.

    python networks.py DIRECTORY

Each graph has a product or a convolution, and around it operators, attributes
and inputs that engines answer otherwise, or not at all, or fuse. Every case
comes with the lengths of its inputs declared, and open. The same cases at every
call.
"""

import os
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

onnxruntime.set_default_logger_severity(4)
node = helper.make_node
rng = np.random.default_rng(11)


def normal(*shape):
    return rng.normal(size=shape).astype(np.float32)


def case(directory, name, nodes, feeds, outputs, constants, opset=17):
    """Writes a case twice: with every length declared, and with none."""
    for suffix in ("closed", "open"):
        inputs = [
            helper.make_tensor_value_info(
                key, helper.np_dtype_to_tensor_dtype(value.dtype),
                [f"{key}_{i}" if suffix == "open" else n for i, n in enumerate(value.shape)],
            )
            for key, value in feeds.items()
        ]
        initializers = [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()]
        results = [helper.make_empty_tensor_value_info(o) for o in outputs]
        graph = helper.make_graph(nodes, "g", inputs, results, initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString()
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        folder = os.path.join(directory, f"test_networks_{name}_{suffix}")
        data = os.path.join(folder, "test_data_set_0")
        os.makedirs(data, exist_ok=True)
        with open(os.path.join(folder, "model.onnx"), "wb") as file:
            file.write(model)
        for i, (key, value) in enumerate(feeds.items()):
            with open(os.path.join(data, f"input_{i}.pb"), "wb") as file:
                file.write(numpy_helper.from_array(value, key).SerializeToString())
        for i, value in enumerate(session.run(None, feeds)):
            with open(os.path.join(data, f"output_{i}.pb"), "wb") as file:
                file.write(numpy_helper.from_array(np.asarray(value)).SerializeToString())


def perceptrons(directory):
    """An activation after a product: of ordinary, large and missing numbers."""
    x = normal(4, 3)
    x[1, 1], x[2, 0], x[3, 2] = np.nan, np.inf, 1e6
    weights = {"w": normal(3, 4), "v": normal(4, 3)}
    for op, attributes in {
        "Relu": {}, "Tanh": {}, "HardSigmoid": {}, "Softplus": {}, "Celu": {"alpha": 2.0},
        "LogSoftmax": {"axis": -1}, "Clip": {}, "Max": {},
    }.items():
        inputs = ["h"] + {"Clip": ["low", "high"], "Max": ["low"]}.get(op, [])
        bounds = {"low": np.float32(-1), "high": np.float32(1)} if len(inputs) > 1 else {}
        nodes = [node("MatMul", ["x", "w"], ["h"]), node(op, inputs, ["a"], **attributes), node("Gemm", ["a", "v"], ["y"])]
        case(directory, op.lower(), nodes, {"x": x}, ["a", "y"], weights | bounds)


def images(directory):
    weights = {"w": normal(4, 3, 3, 3), "b": normal(4), "v": normal(16, 3)}
    nodes = [
        node("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1]), node("Relu", ["c"], ["r"]),
        node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]), node("Flatten", ["p"], ["f"]),
        node("Gemm", ["f", "v"], ["g"]), node("Softmax", ["g"], ["y"]),
    ]
    for batch in (0, 2):
        case(directory, f"convolution_{batch}", nodes, {"x": normal(batch, 3, 4, 4)}, ["y"], weights)
    cut = {"w": normal(2, 3, 2, 2), "p": np.array([0, 0, -1, 1, 0, 0, 1, -2])}
    nodes = [node("Pad", ["x", "p"], ["q"]), node("Conv", ["q", "w"], ["y"])]
    case(directory, "cut", nodes, {"x": normal(1, 3, 5, 5)}, ["y"], cut)
    larger = {"w": normal(2, 3, 2, 2), "s": np.array([1, 1, 2, 1.5], np.float32)}
    for mode in ("half_pixel", "asymmetric"):
        resize = node("Resize", ["c", "", "s"], ["y"], mode="nearest", coordinate_transformation_mode=mode, nearest_mode="ceil")
        case(directory, f"resize_{mode}", [node("Conv", ["x", "w"], ["c"]), resize], {"x": normal(1, 3, 5, 5)}, ["y"], larger)


def recurrences(directory):
    for op, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
        for direction, attributes, lengths in (
            ("forward", {}, None), ("reverse", {}, None), ("bidirectional", {"clip": 0.3}, None), ("forward", {}, [2, 4]),
        ):
            count = 2 if direction == "bidirectional" else 1
            constants = {"w": normal(count, gates * 3, 2), "r": normal(count, gates * 3, 3)}
            inputs = ["x", "w", "r"] if lengths is None else ["x", "w", "r", "", "n"]
            feeds = {"x": normal(4, 2, 2)} if lengths is None else {"x": normal(4, 2, 2), "n": np.array(lengths, np.int32)}
            name = f"{op.lower()}_{direction if lengths is None else 'lengths'}"
            layer = node(op, inputs, ["y", "last"], hidden_size=3, direction=direction, **attributes)
            case(directory, name, [layer], feeds, ["y", "last"], constants)


def shapes(directory):
    """Lengths that a model computes with."""
    nodes = [
        node("Shape", ["x"], ["s"]), node("Gather", ["s", "first"], ["n"]), node("Unsqueeze", ["n", "front"], ["n1"]),
        node("Concat", ["n1", "rest"], ["to"], axis=0), node("Reshape", ["x", "to"], ["r"]), node("MatMul", ["r", "w"], ["y"]),
    ]
    constants = {"first": np.array(0), "front": np.array([0]), "rest": np.array([-1]), "w": normal(12, 2)}
    case(directory, "flattened", nodes, {"x": normal(2, 3, 4)}, ["y"], constants)
    nodes = [
        node("Transpose", ["k"], ["t"], perm=[0, 2, 1]), node("MatMul", ["q", "t"], ["s"]), node("Shape", ["q"], ["l"]),
        node("Gather", ["l", "at"], ["d"]), node("Cast", ["d"], ["f"], to=TensorProto.FLOAT), node("Sqrt", ["f"], ["root"]),
        node("Div", ["s", "root"], ["z"]), node("Softmax", ["z"], ["p"], axis=-1), node("MatMul", ["p", "k"], ["y"]),
    ]
    case(directory, "attention", nodes, {"q": normal(2, 3, 4), "k": normal(2, 5, 4)}, ["y", "root"], {"at": np.array(-1)})
    nodes = [node("MatMul", ["x", "w"], ["h"]), node("Squeeze", ["h"], ["y"])]
    case(directory, "squeezed", nodes, {"x": normal(1, 3, 2)}, ["y"], {"w": normal(2, 1)})
    nodes = [node("Gather", ["e", "i"], ["g"]), node("MatMul", ["g", "w"], ["y"])]
    case(directory, "embedding", nodes, {"i": np.array([[0, -1], [3, 2]])}, ["y"], {"e": normal(5, 3), "w": normal(3, 2)})


def quantized(directory):
    constants = {
        "s": np.float32(0.5), "z": np.uint8(128), "w": rng.integers(-128, 127, (3, 4)).astype(np.int8),
        "ws": np.float32(0.25), "wz": np.int8(0),
    }
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["d"]),
        node("DequantizeLinear", ["w", "ws", "wz"], ["v"]), node("MatMul", ["d", "v"], ["m"]),
        node("QuantizeLinear", ["m", "s", "z"], ["y"]),
    ]
    # Halves of a step: they round to the even one.
    x = (rng.integers(-9, 9, (5, 3)) / 4).astype(np.float32)
    case(directory, "quantized", nodes, {"x": x}, ["q", "y"], constants)


def fused(directory):
    """Normalisations after convolutions, swishes step by step, and what only looks like them."""
    weights = {
        "w": normal(4, 2, 3, 3), "b": normal(4), "scale": normal(4), "shift": normal(4), "mean": normal(4),
        "variance": np.abs(normal(4)) + np.float32(0.1), "three": np.float32(3), "zero": np.float32(0), "six": np.float32(6),
        "five": np.array([5], np.float32),
    }
    conv = node("Conv", ["x", "w", "b"], ["c"], group=2, pads=[1, 1, 1, 1])
    norm = node("BatchNormalization", ["c", "scale", "shift", "mean", "variance"], ["n"], epsilon=0.01)

    def swish(high="six", divisor="six", turned=False):
        clipped = ["k", "n"] if turned else ["n", "k"]
        return [
            node("Add", ["n", "three"], ["a"]), node("Clip", ["a", "zero", high], ["k"]), node("Mul", clipped, ["m"]),
            node("Div", ["m", divisor], ["y"]),
        ]

    feeds = {"x": 4 * normal(2, 4, 5, 4)}
    for name, nodes, outputs in (
        ("norm", [conv, norm], ["n"]),
        ("norm_of_output", [conv, norm], ["c", "n"]),
        ("norm_without_bias", [node("Conv", ["x", "w"], ["c"], group=2), norm], ["n"]),
        ("swish", [conv, norm, *swish()], ["y"]),
        ("swish_turned", [conv, norm, *swish(turned=True)], ["y"]),
        ("swish_of_output", [conv, norm, *swish()], ["k", "y"]),
        ("swish_to_five", [conv, norm, *swish(high="zero")], ["y"]),
        ("swish_by_five", [conv, norm, *swish(divisor="five")], ["y"]),
    ):
        used = {key: value for key, value in weights.items() if any(key in n.input for n in nodes)}
        case(directory, f"fused_{name}", nodes, feeds, outputs, used)


def layers(directory):
    """What is added to a product, a `Relu` after it, and what only looks like them."""
    x = normal(5, 3)
    x[1, 1], x[2, 0], x[3, 2] = np.nan, np.inf, 1e6
    weights = {
        "w": normal(3, 9), "t": normal(9, 3), "row": normal(9), "line": normal(1, 9), "one": normal(1), "place": normal(5, 9),
        "all": normal(9) * np.inf,
    }

    def product(*inputs, **attributes):
        op = "Gemm" if attributes or len(inputs) > 2 else "MatMul"
        return node(op, list(inputs), ["m"], **attributes)

    def add(*inputs):
        return node("Add", list(inputs), ["s"])

    def relu(of):
        return node("Relu", [of], ["y"])

    square = normal(3, 5)
    for name, given, nodes, outputs in (
        ("row", x, [product("x", "w"), add("m", "row"), relu("s")], ["y"]),
        ("row_first", x, [product("x", "w"), add("row", "m")], ["s"]),
        ("row_all", x, [product("x", "w"), add("m", "all"), relu("s")], ["y"]),
        ("rows_many", normal(600, 3), [product("x", "w"), add("m", "row"), relu("s")], ["y"]),
        ("rows_of_three", normal(2, 150, 3), [product("x", "w"), add("m", "row"), relu("s")], ["y"]),
        ("vector", normal(3), [product("x", "w"), add("m", "row"), relu("s")], ["y"]),
        ("vector_line", normal(3), [product("x", "w"), add("m", "line")], ["s"]),
        ("none", normal(0, 3), [product("x", "w"), add("m", "row"), relu("s")], ["y"]),
        ("one", x, [product("x", "w"), add("m", "one"), relu("s")], ["y"]),
        ("place", x, [product("x", "w"), add("m", "place"), relu("s")], ["y"]),
        ("product_read_twice", x, [product("x", "w"), add("m", "row"), relu("s")], ["m", "y"]),
        ("sum_read_twice", x, [product("x", "w"), add("m", "row"), relu("s")], ["s", "y"]),
        ("relu_alone", x, [product("x", "w"), relu("m")], ["y"]),
        ("gemm_row", x, [product("x", "w", "row"), relu("m")], ["y"]),
        ("gemm_line", x, [product("x", "t", "line", transB=1, beta=0.5), relu("m")], ["y"]),
        ("gemm_one", x, [product("x", "w", "one"), relu("m")], ["y"]),
        ("gemm_place", x, [product("x", "w", "place", beta=2.0), relu("m")], ["y"]),
        ("gemm_alpha", x, [product("x", "w", "row", alpha=-2.0), relu("m")], ["y"]),
        ("gemm_without", x, [product("x", "w", "all", beta=0.0), relu("m")], ["y"]),
        ("gemm_turned", square, [product("x", "w", "row", transA=1), relu("m")], ["y"]),
        ("gemm_then_add", x, [product("x", "w", "row"), add("m", "row"), relu("s")], ["y"]),
    ):
        used = {key: value for key, value in weights.items() if any(key in n.input for n in nodes)}
        case(directory, f"layer_{name}", nodes, {"x": given}, outputs, used)


def main():
    for make in (perceptrons, images, recurrences, shapes, quantized, fused, layers):
        make(sys.argv[1])


if __name__ == "__main__":
    main()
