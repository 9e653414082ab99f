"""Operators of single elements, and casts, with ONNX Runtime's answers, as test
cases.

    python elementwise.py DIRECTORY [COUNT]

Types, shapes that broadcast in every way, attributes, versions, infinities and
what is not a number, constants among the inputs; the same cases at every call.
"""

import itertools
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import cases

FLOATS = [np.float32, np.float32, np.float64, np.float16]
SIGNED = [np.int8, np.int16, np.int32, np.int64]
UNSIGNED = [np.uint8, np.uint16, np.uint32, np.uint64]
NUMBERS = FLOATS + SIGNED + UNSIGNED
OPSETS = [13, 15, 17, 20, 21, 23]

UNARY = {
    **{op: FLOATS for op in (
        "Exp Log Sigmoid Tanh Erf Sqrt Reciprocal Floor Ceil Round Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh "
        "Atanh LeakyRelu ThresholdedRelu HardSigmoid HardSwish Softsign Softplus Mish Elu Selu Celu Gelu IsNaN IsInf").split()},
    "Abs": NUMBERS, "Sign": NUMBERS, "Neg": FLOATS + SIGNED, "Relu": FLOATS + SIGNED, "Shrink": NUMBERS,
    "BitwiseNot": SIGNED + UNSIGNED, "Not": [np.bool_], "Identity": NUMBERS + [np.bool_, object],
}
BINARY = {
    **{op: NUMBERS for op in "Add Sub Mul Div Mod Pow Less LessOrEqual Greater GreaterOrEqual Equal Max Min".split()},
    **{op: FLOATS for op in "Sum Mean PRelu".split()},
    **{op: SIGNED + UNSIGNED for op in "BitwiseAnd BitwiseOr BitwiseXor".split()},
    **{op: [np.bool_] for op in "And Or Xor".split()},
    "BitShift": UNSIGNED,
}
ATTRIBUTES = {
    "LeakyRelu": ["alpha"], "ThresholdedRelu": ["alpha"], "HardSigmoid": ["alpha", "beta"], "Elu": ["alpha"],
    "Selu": ["alpha", "gamma"], "Celu": ["alpha"], "Shrink": ["bias", "lambd"],
}
SHAPES = [
    ([3], [3]), ([], [4]), ([4], []), ([2, 3], [3]), ([3], [2, 3]), ([2, 3], [2, 1]), ([2, 1], [1, 3]),
    ([2, 3, 4], [3, 1]), ([2, 3, 2, 2], [3, 1, 1]), ([1, 3, 1], [2, 1, 4]), ([0, 3], [3]), ([1], [1]),
    ([5, 7], [5, 7]), ([2, 1, 3, 1], [1, 2, 1, 2]), ([1, 1], [2]), ([17], [1]),
]


def values(rng, dtype, shape, special=True):
    if dtype == object:
        return rng.choice(np.array(["", "a", "b", "bc", "ä"], object), shape).reshape(shape)
    if dtype == np.bool_:
        return np.asarray(rng.random(shape) < 0.5)
    if np.issubdtype(dtype, np.integer):
        info = np.iinfo(dtype)
        x = rng.integers(-5 if info.min else 0, 6, shape)
        wide = rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
        return np.where(rng.random(shape) < 0.2, wide, x.astype(dtype)).astype(dtype)
    x = np.where(rng.random(shape) < 0.4, rng.integers(-6, 7, shape) / 2, rng.normal(0, 2, shape))
    if special:
        odd = rng.choice([np.nan, np.inf, -np.inf, -0.0, 30.0, -30.0, 1e-6], shape)
        x = np.where(rng.random(shape) < 0.15, odd, x)
    return np.asarray(x, dtype).reshape(shape)


def unary(rng):
    op = str(rng.choice(list(UNARY)))
    dtype = UNARY[op][rng.integers(len(UNARY[op]))]
    attributes = {name: float(np.float32(rng.uniform(0.1, 2))) for name in ATTRIBUTES.get(op, []) if rng.random() < 0.6}
    if op == "Gelu" and rng.random() < 0.5:
        attributes["approximate"] = "tanh"
    if op == "IsInf":
        attributes = {name: int(rng.integers(2)) for name in ("detect_negative", "detect_positive") if rng.random() < 0.5}
    x = values(rng, dtype, rng.choice([0, 1, 3, 33]) if rng.random() < 0.5 else (2, 3, 2))
    return op, [x], attributes, None


def binary(rng):
    op = str(rng.choice(list(BINARY) + ["Equal"]))
    dtype = BINARY[op][rng.integers(len(BINARY[op]))]
    if op == "Equal" and rng.random() < 0.4:
        dtype = object if rng.random() < 0.6 else np.bool_
    left, right = SHAPES[rng.integers(len(SHAPES))]
    a, b = values(rng, dtype, left), values(rng, dtype, right)
    attributes = {}
    if op == "Mod":
        attributes["fmod"] = int(np.issubdtype(dtype, np.floating) or rng.random() < 0.5)
    if op in ("Mod", "Div") and np.issubdtype(dtype, np.integer):
        # The processor refuses the least value over -1, and takes ONNX Runtime with it.
        b = np.where((b == 0) | (b == dtype(-1) if np.iinfo(dtype).min else b == 0), dtype(3), b)
    if op == "BitShift":
        attributes["direction"] = str(rng.choice(["LEFT", "RIGHT"]))
        b = rng.integers(0, 8 * np.dtype(dtype).itemsize, right, dtype=dtype, endpoint=True)
    if op == "Pow":
        if rng.random() < 0.5:
            b = values(rng, NUMBERS[rng.integers(len(NUMBERS))], right)
        if rng.random() < 0.4:
            b = np.full(right if rng.random() < 0.3 else [], rng.choice([0.5, 1, 2, 3]), b.dtype)
    inputs = [a, b]
    if op in ("Max", "Min", "Sum", "Mean"):
        inputs = [a, b, a][: int(rng.integers(1, 4))]
    return op, inputs, attributes, None


def where(rng):
    left, right = SHAPES[rng.integers(len(SHAPES))]
    shapes = [left, right, [1] if rng.random() < 0.5 else right]
    shapes = [shapes[i] for i in rng.permutation(3)]
    dtype = [np.float32, np.float64, np.int64, np.int32, np.uint8, object][rng.integers(6)]
    return "Where", [values(rng, np.bool_, shapes[0]), values(rng, dtype, shapes[1]), values(rng, dtype, shapes[2])], {}, None


def clip(rng):
    version = int(rng.choice([6, 11, 12, 13]))
    dtype = NUMBERS[rng.integers(len(NUMBERS))] if version >= 12 else np.float32
    x = values(rng, dtype, (3, 5))
    if version == 6:
        return "Clip", [x], {k: float(v) for k, v in (("min", -1.5), ("max", 2.0)) if rng.random() < 0.6}, 10
    low, high = (np.asarray(values(rng, dtype, [])) if rng.random() < 0.7 else None for _ in range(2))
    return "Clip", [x, low, high], {}, version


def texts(rng, shape, dtype):
    if np.issubdtype(dtype, np.integer) or dtype == np.bool_:
        pool = ["1", "-1", " 7", "+7", "7 ", "300", "70000", "3.7", "010", "99999999999", "0", "1e3"]
    else:
        pool = ["1.5", " 2.5", "-inf", "INF", "NaN", "+3", "1e-3", "1E3", ".5", "5.", "1.5f", "-0", "123456.789", "0.1"]
    return rng.choice(np.array(pool, object), shape)


def cast(rng):
    types = NUMBERS + [np.bool_, object]
    source, target = types[rng.integers(len(types))], types[rng.integers(len(types))]
    shape = (4, 5)
    x = texts(rng, shape, target) if source == object and target != object else values(rng, source, shape)
    if np.issubdtype(source, np.floating) if source != object else False:
        x = np.asarray(np.where(rng.random(shape) < 0.3, rng.normal(0, 1, shape) * 10.0 ** rng.integers(-6, 4, shape), x), source)
        if target != object and np.issubdtype(target, np.integer):
            # What is out of range is another value on every processor.
            x = np.asarray(np.where(np.isfinite(x), x, 0), source)
            x = np.clip(x, -100 if np.issubdtype(target, np.signedinteger) else 0, 100).astype(source)
    number = TensorProto.STRING if target == object else helper.np_dtype_to_tensor_dtype(np.dtype(target))
    if rng.random() < 0.2:
        return "CastLike", [x, values(rng, target, [1])], {}, None
    return "Cast", [x], {"to": int(number)}, None


def quantize(rng):
    dtype = [np.uint8, np.int8, np.uint16, np.int16][rng.integers(4)]
    kind = rng.choice(["tensor", "axis", "blocks"])
    shape, axis, attributes = (4, 6), int(rng.choice([0, 1, -1])), {}
    if kind == "tensor":
        groups = []
    elif kind == "axis":
        groups, attributes = [shape[axis]], {"axis": axis}
    else:
        groups = list(shape)
        groups[axis] //= 2
        attributes = {"axis": axis, "block_size": 2}
    real = np.float32 if rng.random() < 0.7 else np.float16
    scale = np.asarray(rng.uniform(0.01, 0.5, groups), real)
    info = np.iinfo(dtype)
    zero = np.asarray(rng.integers(info.min, info.max, groups), dtype)
    if rng.random() < 0.5:
        x = np.asarray(rng.normal(0, 10, shape), real)
        if rng.random() < 0.2:
            return "QuantizeLinear", [x, scale], {**attributes, "output_dtype": int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))}, 21
        return "QuantizeLinear", [x, scale, zero], attributes, 21
    if rng.random() < 0.2:
        x = rng.integers(-1000, 1000, shape).astype(np.int32)
        return "DequantizeLinear", [x, scale], attributes, 21
    x = rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    return "DequantizeLinear", [x, scale, zero], attributes, 21


def rest(rng):
    if rng.random() < 0.5:
        x = np.asarray(rng.normal(rng.choice([-5, 0, 5]), 3, rng.choice([1, 7])), np.float32)
        return "DynamicQuantizeLinear", [x], {}, 13
    if rng.random() < 0.3:
        return "Swish", [values(rng, FLOATS[rng.integers(4)], (5,))], {"alpha": 1.5} if rng.random() < 0.5 else {}, 24
    if rng.random() < 0.5:
        types = [t for t in NUMBERS if np.dtype(t).itemsize == rng.choice([1, 2, 4, 8])] or [np.float32, np.int32]
        x = values(rng, types[rng.integers(len(types))], (3, 2))
        same = [t for t in NUMBERS if np.dtype(t).itemsize == x.dtype.itemsize]
        return "BitCast", [x], {"to": int(helper.np_dtype_to_tensor_dtype(np.dtype(same[rng.integers(len(same))])))}, 26
    return "Dropout", [values(rng, np.float32, (2, 3))], {}, int(rng.choice([7, 10, 12, 13, 22]))


MAKERS = [unary] * 5 + [binary] * 6 + [where, clip] + [cast] * 4 + [quantize] * 2 + [rest]
OUTPUTS = {"DynamicQuantizeLinear": 3, "Dropout": 2}


def main(directory, count):
    made = 0
    for seed in itertools.count():
        if made == count:
            break
        rng = np.random.default_rng(seed)
        with np.errstate(all="ignore"):
            op, arrays, attributes, version = MAKERS[rng.integers(len(MAKERS))](rng)
        version = version or int(rng.choice(OPSETS))
        names = ["" if a is None else f"x{i}" for i, a in enumerate(arrays)]
        outputs = [f"y{i}" for i in range(OUTPUTS.get(op, 1))]
        nodes, inputs, constants, feeds = [], [], [], {}
        for i, (name, array) in enumerate(zip(names, arrays)):
            if not name:
                continue
            array = np.asarray(array)
            kind = TensorProto.STRING if array.dtype == object else helper.np_dtype_to_tensor_dtype(array.dtype)
            if i and rng.random() < 0.3:
                constants.append(numpy_helper.from_array(array, name))
                continue
            inputs.append(helper.make_tensor_value_info(name, kind, array.shape))
            feeds[name] = array
            if rng.random() < 0.3:
                nodes.append(helper.make_node("Identity", [name], [f"{name}_copy"]))
                names[i] = f"{name}_copy"
        nodes.append(helper.make_node(op, names, outputs, "node", **attributes))
        graph = helper.make_graph(nodes, "elementwise", inputs, [helper.make_empty_tensor_value_info(y) for y in outputs], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=10)
        try:
            model = onnx.shape_inference.infer_shapes(model)
            session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
            answers = session.run(None, feeds)
        except Exception as error:
            # Types that it, or that version of the operator, does not have.
            if "NOT_IMPLEMENTED" not in str(error) and "INVALID_GRAPH" not in str(error):
                print(f"seed {seed}: {op} {str(error)[:150]}", file=sys.stderr)
            continue
        made += 1
        cases.write(directory, f"elementwise_{seed:04}_{op.lower()}", model, feeds.values(), answers)


if __name__ == "__main__":
    onnxruntime.set_default_logger_severity(4)
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60)
