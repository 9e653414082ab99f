"""Operators that move elements, with ONNX Runtime's answers, as test cases.

    python shape.py DIRECTORY [COUNT]

Every operator of `kernels/shape` and `kernels/gather` that ONNX Runtime has,
at several versions, with every type that it takes there, on small tensors with
lengths of 0 and 1 among them; the same cases at every call.
"""

import itertools
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import cases

TYPES = [np.float32, np.float32, np.float64, np.float16, np.int64, np.int32, np.int16, np.int8, np.uint8, np.uint16, np.uint32, np.uint64, bool, object, object]


def tensor(rng, shape, dtype=None):
    dtype = dtype or TYPES[rng.integers(len(TYPES))]
    numbers = rng.integers(0, 2 if dtype is bool else 100, shape)
    if dtype is object:
        return np.array([f"t{n}" for n in numbers.ravel()], object).reshape(shape)
    return np.asarray(numbers).astype(dtype)


def shape(rng, low=1, high=4, empty=0.05):
    lens = [int(n) for n in rng.integers(1, 5, rng.integers(low, high + 1))]
    return [0 if rng.random() < empty else n for n in lens]


def pick(rng, items):
    return items[rng.integers(len(items))]


def axis_of(rng, rank):
    return int(rng.integers(-rank, rank))


def some_axes(rng, rank, low=1):
    axes = rng.permutation(rank)[: rng.integers(low, rank + 1)]
    return [int(a) - (rank if rng.random() < 0.5 else 0) for a in axes]


def i64(values):
    return np.array(values, np.int64)


def reshape(rng):
    dims = shape(rng, 1, 4)
    x = tensor(rng, dims)
    wanted = list(rng.permutation(dims)) if rng.random() < 0.5 else [int(np.prod(dims)), 1]
    wanted = [int(n) for n in wanted]
    if 0 not in wanted and rng.random() < 0.5:
        wanted[rng.integers(len(wanted))] = -1
    for i, n in enumerate(wanted):
        if i < len(dims) and dims[i] == n and rng.random() < 0.5:
            wanted[i] = 0
    attributes = {"allowzero": 1} if 0 in dims else {}
    return pick(rng, [14, 19, 21]), [x, i64(wanted)], 1, attributes


def flatten(rng):
    dims = shape(rng, 1, 4)
    return pick(rng, [11, 13]), [tensor(rng, dims)], 1, {"axis": int(rng.integers(-len(dims), len(dims) + 1))}


def squeeze(rng):
    dims = [int(n) for n in rng.choice([1, 1, 2, 3], rng.integers(1, 5))]
    ones = [i - (len(dims) if rng.random() < 0.3 else 0) for i, n in enumerate(dims) if n == 1 and rng.random() < 0.7]
    x = tensor(rng, dims)
    if rng.random() < 0.3:
        return pick(rng, [11, 13]), [x], 1, {}
    if rng.random() < 0.4 and ones:
        return 11, [x], 1, {"axes": ones}
    return pick(rng, [13, 21]), [x, i64(ones)], 1, {}


def unsqueeze(rng):
    dims = shape(rng, 0, 3)
    count = int(rng.integers(1, 4))
    rank = len(dims) + count
    axes = [int(a) - (rank if rng.random() < 0.5 else 0) for a in rng.permutation(rank)[:count]]
    if rng.random() < 0.4:
        return 11, [tensor(rng, dims)], 1, {"axes": axes}
    return 13, [tensor(rng, dims), i64(axes)], 1, {}


def transpose(rng):
    dims = shape(rng, 1, 5)
    attributes = {} if rng.random() < 0.2 else {"perm": [int(n) for n in rng.permutation(len(dims))]}
    return pick(rng, [9, 13, 21]), [tensor(rng, dims)], 1, attributes


def concat(rng):
    dims = shape(rng, 1, 4)
    dtype = TYPES[rng.integers(len(TYPES))]
    axis = axis_of(rng, len(dims))
    parts = []
    for _ in range(rng.integers(1, 5)):
        part = list(dims)
        part[axis] = int(rng.integers(0, 4)) if rng.random() < 0.7 else 1
        parts.append(tensor(rng, part, dtype))
    return pick(rng, [11, 13]), parts, 1, {"axis": axis}


def split(rng):
    dims = shape(rng, 1, 4)
    axis = axis_of(rng, len(dims))
    outputs = int(rng.integers(1, 4))
    kind = pick(rng, ["even", "input", "attribute", "number"])
    if kind == "even":
        dims[axis] = outputs * int(rng.integers(1, 3))
        return pick(rng, [2, 11, 13]), [tensor(rng, dims)], outputs, {"axis": axis % len(dims)}
    if kind == "number":
        dims[axis] = int(rng.integers(outputs, 9))
        return 18, [tensor(rng, dims)], outputs, {"axis": axis, "num_outputs": outputs}
    parts = [int(n) for n in rng.integers(0, 4, outputs)]
    dims[axis] = sum(parts)
    if kind == "attribute":
        return 11, [tensor(rng, dims)], outputs, {"axis": axis, "split": parts}
    return pick(rng, [13, 18]), [tensor(rng, dims), i64(parts)], outputs, {"axis": axis}


def slice_(rng):
    dims = shape(rng, 1, 4)
    x = tensor(rng, dims)
    axes = some_axes(rng, len(dims))
    ends = [-(2**63), -100, -1, -2, 0, 1, 2, 3, 100, 2**63 - 1]
    starts = [pick(rng, ends[1:-1]) for _ in axes]
    ends = [pick(rng, ends) for _ in axes]
    if rng.random() < 0.2:
        return pick(rng, [1, 9]), [x], 1, {"starts": starts, "ends": ends, "axes": [a % len(dims) for a in axes]}
    dtype = np.int64 if rng.random() < 0.7 else np.int32
    steps = [pick(rng, [1, 1, 2, 3, -1, -2, -3, 100, -100]) for _ in axes]
    inputs = [np.clip(np.array(v, np.int64), np.iinfo(dtype).min, np.iinfo(dtype).max).astype(dtype) for v in (starts, ends, axes, steps)]
    if rng.random() < 0.3:
        inputs = inputs[:3]
    return pick(rng, [10, 11, 13]), [x] + inputs, 1, {}


def expand(rng):
    dims = shape(rng, 0, 4)
    wanted = [n if n != 1 else int(rng.integers(1, 4)) for n in dims]
    wanted = [1 if rng.random() < 0.3 else n for n in wanted]
    wanted = shape(rng, 0, 2, 0) + wanted if rng.random() < 0.5 else wanted[rng.integers(0, len(wanted) + 1) :]
    dims = [1 if rng.random() < 0.3 else n for n in dims]
    return pick(rng, [8, 13]), [tensor(rng, dims), i64(wanted)], 1, {}


def tile(rng):
    dims = shape(rng, 1, 4)
    return pick(rng, [6, 13]), [tensor(rng, dims), i64(rng.choice([0, 1, 1, 2, 3], len(dims)))], 1, {}


def pad(rng):
    mode = pick(rng, ["constant", "constant", "reflect", "edge", "wrap"])
    dims = shape(rng, 1, 4)
    axes = some_axes(rng, len(dims))
    low = -2 if rng.random() < 0.5 else 0
    pads = rng.integers(low, 4, 2 * len(axes))
    if rng.random() < 0.2 and mode != "wrap":
        x = tensor(rng, dims, pick(rng, [np.float32, np.float64]))
        full = [int(n) for n in rng.integers(low, 3, 2 * len(dims))]
        return 2, [x], 1, {"mode": mode, "pads": full, "value": float(rng.integers(0, 9)) / 4}
    dtype = pick(rng, [np.float32, np.float64, np.int64, np.int32, np.int8, np.uint8, np.uint32, np.uint64, bool])
    fill = tensor(rng, [], dtype) if rng.random() < 0.6 else None
    inputs = [tensor(rng, dims, dtype), i64(pads), fill, np.array(axes, pick(rng, [np.int64, np.int32]))]
    return pick(rng, [18, 19, 21]), inputs, 1, {"mode": mode}


def center_crop_pad(rng):
    dims = shape(rng, 1, 4)
    axes = some_axes(rng, len(dims))
    x = tensor(rng, dims, pick(rng, [np.float32, np.float64, np.int64, np.int32, np.uint8, bool]))
    if rng.random() < 0.3:
        return 18, [x, i64(rng.integers(0, 8, len(dims)))], 1, {}
    return 18, [x, i64(rng.integers(0, 8, len(axes)))], 1, {"axes": axes}


def shape_(rng):
    dims = shape(rng, 0, 4)
    attributes = {k: int(rng.integers(-6, 7)) for k in ("start", "end") if rng.random() < 0.6}
    return (15, [tensor(rng, dims)], 1, attributes) if attributes else (13, [tensor(rng, dims)], 1, {})


def size(rng):
    return 13, [tensor(rng, shape(rng, 0, 4))], 1, {}


def constant_of_shape(rng):
    attributes = {}
    if rng.random() < 0.8:
        dtype = pick(rng, [np.float32, np.float64, np.float16, np.int64, np.int32, np.int16, np.int8, np.uint8, np.uint16, np.uint32, np.uint64, bool])
        attributes["value"] = numpy_helper.from_array(tensor(rng, [1], dtype))
    return 9, [i64(shape(rng, 0, 4))], 1, attributes


def range_(rng):
    dtype = pick(rng, [np.float32, np.float32, np.float64, np.int16, np.int32, np.int64])
    if np.issubdtype(dtype, np.integer):
        start, limit = rng.integers(-50, 50, 2)
        delta = pick(rng, [1, 2, 3, 7, -1, -2, -3, -7])
    else:
        start, delta = rng.normal(0, 10), rng.normal()
        limit = np.asarray(start, dtype) + np.asarray(rng.integers(-3, 50), dtype) * np.asarray(delta, dtype)
    return 11, [np.asarray(v).astype(dtype) for v in (start, limit, delta)], 1, {}


def eye_like(rng):
    dims = [int(n) for n in rng.integers(1, 5, 2)]
    attributes = {"k": int(rng.integers(-5, 6))}
    if rng.random() < 0.5:
        attributes["dtype"] = pick(rng, [TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.INT32, TensorProto.UINT64])
    return 9, [tensor(rng, dims, pick(rng, [np.float32, np.float64, np.int64, np.int32, np.uint64]))], 1, attributes


def trilu(rng):
    x = tensor(rng, shape(rng, 2, 4), pick(rng, [np.float32, np.float64, np.int64, np.int32, bool]))
    inputs = [x, i64(rng.integers(-5, 6))] if rng.random() < 0.8 else [x]
    return 14, inputs, 1, {"upper": int(rng.integers(2))}


def depth_to_space(rng):
    b = int(rng.integers(1, 4))
    dims = [int(n) for n in rng.integers(1, 4, 4)]
    dims[1] *= b * b
    dtype = pick(rng, [np.float32, np.float64, np.uint8, np.int8])
    if rng.random() < 0.2:
        return 1, [tensor(rng, dims, np.float32)], 1, {"blocksize": b}
    return pick(rng, [11, 13]), [tensor(rng, dims, dtype)], 1, {"blocksize": b, "mode": pick(rng, ["DCR", "CRD"])}


def space_to_depth(rng):
    b = int(rng.integers(1, 4))
    dims = [int(n) for n in rng.integers(1, 4, 4)]
    dims[2] *= b
    dims[3] *= b
    return pick(rng, [1, 13]), [tensor(rng, dims, pick(rng, [np.float32, np.float64, np.uint8]))], 1, {"blocksize": b}


def reverse_sequence(rng):
    dims = shape(rng, 2, 4, 0)
    time = int(rng.integers(2))
    lens = rng.integers(0, dims[time] + 1, dims[1 - time])
    attributes = {} if time == 0 and rng.random() < 0.5 else {"time_axis": time, "batch_axis": 1 - time}
    return 10, [tensor(rng, dims), i64(lens)], 1, attributes


def one_hot(rng):
    dims = shape(rng, 1, 3)
    depth = int(rng.integers(1, 5))
    index, deep, value = pick(rng, [(np.int64, np.int64, np.int64), (np.int64, np.int64, np.float32), (np.int64, np.int64, object), (np.float32, np.float32, np.float32), (np.int64, np.float32, np.float32), (np.int32, np.float32, np.float32), (np.int64, np.int32, np.float32), (np.float32, np.int64, np.int64), (np.int32, np.int32, np.float32)])
    indices = rng.integers(-depth - 1, depth + 2, dims).astype(index)
    if index is np.float32:
        indices = indices + np.float32(0.25)
    values = tensor(rng, [2], value)
    return pick(rng, [9, 11]), [indices, np.asarray(depth, deep).reshape([1] if rng.random() < 0.3 else []), values], 1, {"axis": int(rng.integers(-len(dims) - 1, len(dims) + 1))}


def compress(rng):
    dims = shape(rng, 1, 4)
    if rng.random() < 0.4:
        return pick(rng, [9, 11]), [tensor(rng, dims), rng.random(rng.integers(0, 12)) < 0.5], 1, {}
    axis = axis_of(rng, len(dims))
    return 11, [tensor(rng, dims), rng.random(rng.integers(0, 7)) < 0.6], 1, {"axis": axis}


def indices_of(rng, length, shape):
    dtype = pick(rng, [np.int64, np.int64, np.int32])
    if length == 0:
        shape = [0 for _ in shape] or [0]
    return rng.integers(-length, max(length, 1), shape).astype(dtype)


def gather(rng):
    dims = shape(rng, 1, 4)
    axis = axis_of(rng, len(dims))
    x = tensor(rng, dims)
    if x.dtype == object:
        # ONNX Runtime 1.32 copies the first of neighbouring texts only.
        axis = -1
    return pick(rng, [1, 11, 13]), [x, indices_of(rng, dims[axis], shape(rng, 0, 3))], 1, {"axis": axis}


def within(rng, dims, axis):
    """The shape of indices for single elements."""
    given = [int(rng.integers(1, n + 1)) if n else 0 for n in dims]
    given[axis] = int(rng.integers(0, 6)) if dims[axis] else 0
    return given


def gather_elements(rng):
    dims = shape(rng, 1, 4)
    axis = axis_of(rng, len(dims))
    return pick(rng, [11, 13]), [tensor(rng, dims), indices_of(rng, dims[axis], within(rng, dims, axis))], 1, {"axis": axis}


def tuples(rng, dims, batch):
    depth = int(rng.integers(1, len(dims) - batch + 1))
    outer = dims[:batch] + shape(rng, 0, 2)
    axes = dims[batch : batch + depth]
    return np.stack([rng.integers(-n, n, outer) for n in axes], -1).astype(np.int64), outer, dims[batch + depth :]


def gather_nd(rng):
    dims = shape(rng, 1, 4, 0)
    batch = int(rng.integers(0, len(dims)))
    attributes = {"batch_dims": batch} if batch else {}
    return pick(rng, [12, 13]), [tensor(rng, dims), tuples(rng, dims, batch)[0]], 1, attributes


def reduction(rng, dtype):
    name = pick(rng, ["none", "add"] if dtype == object else ["none", "none", "add", "mul", "min", "max"])
    version = pick(rng, [18] if name in ("min", "max") else [16, 18])
    return (version, {"reduction": name}) if name != "none" or rng.random() < 0.5 else (pick(rng, [11, 13, 18]), {})


def scatter_elements(rng):
    dims = shape(rng, 1, 4)
    axis = axis_of(rng, len(dims))
    x = tensor(rng, dims)
    version, attributes = reduction(rng, x.dtype)
    indices = indices_of(rng, dims[axis], within(rng, dims, axis))
    if attributes.get("reduction", "none") == "none":
        # Which of two updates for one place stays is left open: none twice.
        count = indices.shape[axis] if indices.shape[axis] <= dims[axis] else dims[axis]
        given = list(indices.shape)
        given[axis] = count
        order = np.argsort(rng.random([*given[:axis], dims[axis], *given[axis % len(dims) + 1 :]]), axis=axis)
        indices = np.take(order, np.arange(count), axis=axis).astype(indices.dtype)
    updates = tensor(rng, indices.shape, object if x.dtype == object else x.dtype.type if x.dtype != bool else bool)
    return version, [x, indices, updates], 1, {"axis": axis, **attributes}


def scatter_nd(rng):
    dims = shape(rng, 1, 4, 0)
    x = tensor(rng, dims)
    version, attributes = reduction(rng, x.dtype)
    indices, outer, block = tuples(rng, dims, 0)
    if attributes.get("reduction", "none") == "none":
        indices = indices.reshape(-1, indices.shape[-1])[:1]
        outer = [len(indices)]
    updates = tensor(rng, outer + block, object if x.dtype == object else x.dtype.type if x.dtype != bool else bool)
    return version, [x, indices, updates], 1, attributes


def tensor_scatter(rng):
    dims = shape(rng, 3, 4, 0)
    axis = int(rng.integers(1, len(dims)))
    new = list(dims)
    new[axis] = int(rng.integers(1, dims[axis] + 1))
    mode = pick(rng, ["linear", "circular"])
    high = dims[axis] - new[axis] + 1 if mode == "linear" else 9
    x = tensor(rng, dims, pick(rng, [np.float32, np.float16, np.int64, np.uint8]))
    inputs = [x, tensor(rng, new, x.dtype.type)]
    if rng.random() < 0.8:
        inputs.append(i64(rng.integers(0, high, dims[0])))
    return 24, inputs, 1, {"axis": axis - (len(dims) if rng.random() < 0.5 else 0), "mode": mode}


OPERATORS = {
    "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Transpose": transpose,
    "Concat": concat, "Split": split, "Slice": slice_, "Expand": expand, "Tile": tile, "Pad": pad,
    "CenterCropPad": center_crop_pad, "Shape": shape_, "Size": size, "ConstantOfShape": constant_of_shape,
    "Range": range_, "EyeLike": eye_like, "Trilu": trilu, "DepthToSpace": depth_to_space,
    "SpaceToDepth": space_to_depth, "ReverseSequence": reverse_sequence, "OneHot": one_hot, "Compress": compress,
    "Gather": gather, "GatherElements": gather_elements, "GatherND": gather_nd, "ScatterElements": scatter_elements,
    "Scatter": scatter_elements, "ScatterND": scatter_nd, "TensorScatter": tensor_scatter,
}


def onnx_type(array):
    return TensorProto.STRING if array.dtype.kind in "UO" else helper.np_dtype_to_tensor_dtype(array.dtype)


def main(directory, count):
    made = 0
    names = list(OPERATORS)
    for seed in itertools.count():
        if made == count:
            break
        rng = np.random.default_rng(seed)
        op = names[seed % len(names)]
        version, inputs, outputs, attributes = OPERATORS[op](rng)
        if op == "Scatter":
            version = 9
            attributes.pop("reduction", None)
        inputs = [x if x is None else np.asarray(x) for x in inputs]
        feeds = {f"x{i}": x for i, x in enumerate(inputs) if x is not None}
        node = helper.make_node(op, [f"x{i}" if x is not None else "" for i, x in enumerate(inputs)], [f"y{i}" for i in range(outputs)], op, **attributes)
        declared = [helper.make_tensor_value_info(name, onnx_type(x), [None] * x.ndim) for name, x in feeds.items()]
        graph = helper.make_graph([node], op, declared, [onnx.ValueInfoProto(name=f"y{i}") for i in range(outputs)])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=8 if version < 24 else 12)
        try:
            onnxruntime.set_default_logger_severity(4)
            session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
            answers = [np.asarray(a) for a in session.run(None, feeds)]
        except Exception as error:
            print(f"seed {seed}: {op} {version} {[str(x.dtype) for x in feeds.values()]}: {str(error)[-150:]}".replace("\n", " "), file=sys.stderr)
            continue
        made += 1
        declared = [helper.make_tensor_value_info(f"y{i}", onnx_type(a), [None] * a.ndim) for i, a in enumerate(answers)]
        model.graph.output.clear()
        model.graph.output.extend(declared)
        cases.write(directory, f"shape_{seed:03}", model, feeds.values(), answers)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60)
