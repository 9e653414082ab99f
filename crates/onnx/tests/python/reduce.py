"""Reductions, normalisations and products of matrices with ONNX Runtime's
answers, as test cases.

    python reduce.py DIRECTORY [COUNT]

Shapes, axes, element types, versions and attributes are random; the same cases
at every call.
"""

import itertools
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import helper

import cases

onnxruntime.set_default_logger_severity(4)
OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads = 1


def shape(rng, low=1, high=4, most=6, zero=0.03):
    dims = [0 if rng.random() < zero else int(rng.integers(1, most)) for _ in range(int(rng.integers(low, high + 1)))]
    while np.prod(dims) > 400:
        dims[int(np.argmax(dims))] //= 2
    return tuple(dims)


def array(rng, dims, dtype=np.float32, odd=False):
    if np.issubdtype(dtype, np.integer):
        low = 0 if np.issubdtype(dtype, np.unsignedinteger) else -9
        return rng.integers(low, 10, dims).astype(dtype)
    if dtype == np.bool_:
        return rng.random(dims) < 0.5
    # Small halves, for ties, or any number.
    x = rng.integers(-6, 7, dims) / 2 if rng.random() < 0.4 else rng.normal(0, 2, dims)
    x = np.asarray(x, dtype)
    if odd and rng.random() < 0.2 and x.size:
        x = x.copy()
        x.reshape(-1)[rng.integers(x.size)] = rng.choice([np.inf, -np.inf])
    return x


def pick(rng, *options):
    return options[int(rng.integers(len(options)))]


def axes_of(rng, rank):
    chosen = rng.permutation(rank)[: int(rng.integers(1, rank + 1))]
    return [int(a) - (rank if rng.random() < 0.5 else 0) for a in chosen]


def reduction(rng):
    op = pick(rng, *"Sum Mean Max Min Prod L1 L2 LogSum LogSumExp SumSquare".split())
    types = [np.float32] * 4 + [np.float64, np.float16, np.int32, np.int64]
    if op in ("Max", "Min"):
        types += [np.uint8, np.int8, np.bool_]
    if op == "LogSumExp":
        types = [np.float32, np.float64]
    dtype = pick(rng, *types)
    dims = shape(rng, most=pick(rng, 5, 5, 30))
    x = array(rng, dims, dtype, op not in ("Prod", "LogSum"))
    if op in ("LogSum", "Prod"):
        x = np.abs(x) + (x == 0).astype(x.dtype)
    attributes = {"keepdims": int(rng.integers(2))}
    list_ = axes_of(rng, x.ndim)
    version = pick(rng, 11, 13, 18, 20)
    if dtype in (np.uint8, np.int8, np.bool_):
        version = 20
    inputs = [x]
    if version >= (13 if op == "Sum" else 18):
        kind = rng.random()
        if kind < 0.7:
            inputs.append(np.array(list_, np.int64))
        elif kind < 0.8:
            inputs.append(np.zeros(0, np.int64))
        if rng.random() < 0.3:
            attributes["noop_with_empty_axes"] = 1
    elif rng.random() < 0.8:
        attributes["axes"] = list_
    return "Reduce" + op, inputs, 1, version, attributes


def arg(rng):
    dtype = pick(rng, np.float32, np.float32, np.float64, np.float16, np.int32, np.int64, np.uint8, np.int8)
    x = array(rng, shape(rng, most=pick(rng, 5, 40), zero=0), dtype, True)
    attributes = {"axis": int(rng.integers(-x.ndim, x.ndim)), "keepdims": int(rng.integers(2)), "select_last_index": int(rng.integers(2))}
    return pick(rng, "ArgMax", "ArgMin"), [x], 1, pick(rng, 12, 13), attributes


def softmax(rng):
    op = pick(rng, "Softmax", "LogSoftmax", "Hardmax")
    dtype = pick(rng, np.float32, np.float32, np.float64, np.float16) if op != "Hardmax" else np.float32
    x = array(rng, shape(rng, 2, most=pick(rng, 5, 40)), dtype) * pick(rng, 1, 20)
    attributes = {} if rng.random() < 0.3 else {"axis": int(rng.integers(-x.ndim, x.ndim))}
    return op, [x.astype(dtype)], 1, pick(rng, 7, 11, 13), attributes


def top_k(rng):
    dtype = pick(rng, np.float32, np.float32, np.float64, np.float16, np.int32, np.int64, np.int8)
    version = pick(rng, 1, 10, 11, 24) if dtype in (np.float32, np.float64, np.float16) else 11
    x = array(rng, shape(rng, most=pick(rng, 5, 100), zero=0), dtype, True)
    if version >= 11 and np.issubdtype(dtype, np.floating) and rng.random() < 0.2:
        x = np.where(rng.random(x.shape) < 0.2, np.nan, x).astype(dtype)
    axis = int(rng.integers(-x.ndim, x.ndim))
    k = int(rng.integers(0 if version > 1 else 1, x.shape[axis] + 1))
    attributes = {"axis": axis}
    if version >= 11:
        attributes |= {"largest": int(rng.integers(2)), "sorted": 1}
    if version == 1:
        return "TopK", [x], 2, version, attributes | {"k": k}
    return "TopK", [x, np.array([k], np.int64)], 2, version, attributes


def running(rng):
    dtype = pick(rng, np.float32, np.float64, np.int32, np.int64)
    x = array(rng, shape(rng, zero=0), dtype)
    axis = int(rng.integers(-x.ndim, x.ndim))
    return "CumSum", [x, np.array(axis, pick(rng, np.int32, np.int64))], 1, pick(rng, 11, 14), {"exclusive": int(rng.integers(2)), "reverse": int(rng.integers(2))}


def unique(rng):
    dtype = pick(rng, np.float32, np.float64, np.int64, np.int8, object)
    dims = shape(rng, 1, 3, zero=0)
    x = np.array([str(v % 4) for v in range(int(np.prod(dims)))], object).reshape(dims) if dtype == object else array(rng, dims, dtype) // 4
    attributes = {"sorted": int(rng.integers(2))}
    if rng.random() < 0.6:
        attributes["axis"] = int(rng.integers(-x.ndim, x.ndim))
    return "Unique", [x], 4, 11, attributes


def non_zero(rng):
    return "NonZero", [array(rng, shape(rng, 0), pick(rng, np.float32, np.int64, np.int32, np.uint8, np.bool_))], 1, pick(rng, 9, 13), {}


def normalisation(rng):
    dtype = pick(rng, np.float32, np.float32, np.float64)
    kind = pick(rng, "Layer", "RMS", "Group", "Instance", "Batch", "Lp", "MeanVariance")
    x = array(rng, shape(rng, 3, 4, most=6, zero=0), dtype) + np.asarray(rng.normal(), dtype)
    x = (x + rng.normal(0, 0.5, x.shape)).astype(dtype)
    epsilon = pick(rng, 1e-5, 1e-2)
    channels = x.shape[1]
    parameter = lambda n: rng.normal(1, 0.5, n).astype(dtype)
    if kind in ("Layer", "RMS"):
        axis = int(rng.integers(x.ndim))
        dims = x.shape[axis:]
        if rng.random() < 0.3:
            dims = tuple(n if rng.random() < 0.5 else 1 for n in dims)
        inputs = [x, parameter(dims)] + ([parameter(dims)] if kind == "Layer" and rng.random() < 0.7 else [])
        return kind + "Normalization", inputs, 3 if kind == "Layer" and rng.random() < 0.5 else 1, 17 if kind == "Layer" else 23, {"axis": pick(rng, axis, axis - x.ndim), "epsilon": epsilon}
    if kind == "Group":
        version = pick(rng, 18, 21)
        groups = pick(rng, *[g for g in range(1, channels + 1) if channels % g == 0])
        n = channels if version == 21 else groups
        return "GroupNormalization", [x, parameter(n), parameter(n)], 1, version, {"num_groups": groups, "epsilon": epsilon}
    if kind == "Instance":
        return "InstanceNormalization", [x.astype(np.float32), parameter(channels).astype(np.float32), parameter(channels).astype(np.float32)], 1, 6, {"epsilon": epsilon}
    if kind == "Batch":
        training = rng.random() < 0.3 and dtype == np.float32
        inputs = [x, *(parameter(channels) for _ in range(3)), np.abs(parameter(channels))]
        if training:
            return "BatchNormalization", inputs, 3, 15, {"training_mode": 1, "momentum": 0.7, "epsilon": epsilon}
        version = pick(rng, 7, 9, 14, 15)
        if version == 7 and rng.random() < 0.5:
            dims = x.shape[1:]
            return "BatchNormalization", [x, *(parameter(dims) for _ in range(3)), np.abs(parameter(dims))], 1, 7, {"spatial": 0}
        return "BatchNormalization", inputs, 1, version, {"epsilon": epsilon}
    if kind == "Lp":
        return "LpNormalization", [x], 1, 1, {"p": int(rng.integers(1, 3)), "axis": int(rng.integers(-x.ndim, x.ndim))}
    return "MeanVarianceNormalization", [rng.normal(1, 2, (3, 4, 5, 2)).astype(np.float32)], 1, 13, {"axes": pick(rng, [0, 2, 3], [0, 1, 2, 3])}


def loss(rng):
    dims = shape(rng, 2, 4, zero=0)
    scores = array(rng, dims)
    target = rng.integers(0, dims[1], (dims[0], *dims[2:])).astype(pick(rng, np.int64, np.int32))
    attributes = {"reduction": pick(rng, "none", "sum", "mean")}
    if rng.random() < 0.5:
        attributes["ignore_index"] = int(rng.integers(0, dims[1]))
    op = pick(rng, "NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")
    weights = [np.abs(array(rng, dims[1:2])) + np.float32(0.1)] if rng.random() < 0.5 else []
    return op, [scores, target, *weights], 2 if op.startswith("Soft") else 1, pick(rng, 12, 13), attributes


def matmul(rng):
    dtype = pick(rng, np.float32, np.float32, np.float32, np.float64, np.float16, np.int32, np.int64, np.uint32, np.uint64)
    n = lambda: int(pick(rng, 1, 2, 3, 5, 8, 9, 17, 33)) if rng.random() > 0.03 else 0
    batch = shape(rng, 0, 2, zero=0)
    a_batch = tuple(d if rng.random() < 0.7 else 1 for d in batch)[int(rng.integers(0, len(batch) + 1)) :]
    b_batch = tuple(d if rng.random() < 0.7 else 1 for d in batch)[int(rng.integers(0, len(batch) + 1)) :]
    k = n()
    a = (k,) if rng.random() < 0.15 else (*a_batch, n(), k)
    b = (k,) if rng.random() < 0.15 else (*b_batch, k, n())
    return "MatMul", [array(rng, a, dtype), array(rng, b, dtype)], 1, 13, {}


def fused(rng):
    m, k, n = (int(pick(rng, 1, 2, 5, 9, 20)) for _ in range(3))
    batch = shape(rng, 0, 1, zero=0)
    flip_a, flip_b = int(rng.integers(2)), int(rng.integers(2))
    a = array(rng, (*batch, k, m) if flip_a else (*batch, m, k))
    b = array(rng, (n, k) if flip_b else (k, n))
    return "com.microsoft.FusedMatMul", [a, b], 1, 13, {"transA": flip_a, "transB": flip_b, "alpha": pick(rng, 1.0, 0.5)}


def gemm(rng):
    dtype = pick(rng, np.float32, np.float32, np.float64, np.float16)
    m, k, n = (int(pick(rng, 1, 2, 3, 5, 8, 9, 17, 33)) for _ in range(3))
    flip_a, flip_b = int(rng.integers(2)), int(rng.integers(2))
    inputs = [array(rng, (k, m) if flip_a else (m, k), dtype), array(rng, (n, k) if flip_b else (k, n), dtype)]
    c = pick(rng, None, (), (1,), (n,), (1, n), (m, 1), (m, n))
    version = pick(rng, 7, 9, 11, 13)
    if c is not None or version < 11:
        inputs.append(array(rng, c or (), dtype))
    return "Gemm", inputs, 1, version, {"transA": flip_a, "transB": flip_b, "alpha": pick(rng, 1.0, 0.5), "beta": pick(rng, 1.0, 0.25, 0.0)}


def integers(rng):
    m, k, n = (int(pick(rng, 1, 3, 5, 9, 20)) for _ in range(3))
    of = lambda dims, t: rng.integers(np.iinfo(t).min, np.iinfo(t).max + 1, dims).astype(t)
    a_type, b_type = pick(rng, np.uint8, np.int8), pick(rng, np.uint8, np.int8)
    batch = shape(rng, 0, 1, zero=0)
    a, b = of((*batch, m, k), a_type), of((k, n), b_type)
    a_zero, b_zero = of((), a_type), of(() if rng.random() < 0.5 else (n,), b_type)
    if rng.random() < 0.5:
        return "MatMulInteger", [a, b] + pick(rng, [], [a_zero], [a_zero, b_zero]), 1, 10, {}
    scale = lambda dims: rng.uniform(0.001, 0.05, dims).astype(np.float32)
    return "QLinearMatMul", [a, scale(()), a_zero, b, scale(b_zero.shape), b_zero, scale(()) * np.float32(30), of((), a_type)], 1, pick(rng, 10, 21), {}


EQUATIONS = ["ij,jk->ik", "ij,kj->ik", "ji,jk", "bij,bjk->bik", "bij,bkj->bik", "i,j->ij", "ij->ji", "ij->i", "ij->", "ii->i", "ii", "iij->j", "...ij,...jk->...ik", "...ij->...ji", "i...->...", "b...i,b...i->b...", "ij,ij->ij", "ij,ij->", "ij,ik,il->jkl", "ijk,jil->kl", ",ij->ij", "bhid,bhjd->bhij", "i,i->i", "a,ab,abc->abc", "ij,kj,j->ik", "...,...", "ijk,ljmk->ilm", "zxy,xy"]


def einsum(rng):
    equation = pick(rng, *EQUATIONS)
    lengths = {c: int(rng.integers(1, 6)) for c in "abcdefghijklmnopqrstuvwxyz"}
    ellipsis = shape(rng, 0, 2, zero=0)
    inputs = []
    dtype = pick(rng, np.float32, np.float32, np.float64, np.int32, np.int64)
    for term in equation.split("->")[0].split(","):
        before, dots, after = term.partition("...")
        dims = [lengths[c] for c in before] + (list(ellipsis) if dots else []) + [lengths[c] for c in after]
        inputs.append(array(rng, dims, dtype))
    return "Einsum", inputs, 1, 12, {"equation": equation}


def determinant(rng):
    n = int(rng.integers(1, 6))
    return "Det", [array(rng, (*shape(rng, 0, 2, zero=0), n, n))], 1, 11, {}


def distance(rng):
    m, k, n = (int(pick(rng, 1, 2, 5, 9, 20)) for _ in range(3))
    dtype = pick(rng, np.float32, np.float64)
    return "com.microsoft.CDist", [rng.normal(0, 1, (m, k)).astype(dtype), rng.normal(3, 1, (n, k)).astype(dtype)], 1, 13, {"metric": pick(rng, "euclidean", "sqeuclidean")}


KINDS = [reduction, reduction, arg, softmax, top_k, running, unique, non_zero, normalisation, normalisation, loss, matmul, matmul, fused, gemm, integers, einsum, einsum, determinant, distance]


def info(name, value):
    kind = onnx.TensorProto.STRING if value.dtype == object else helper.np_dtype_to_tensor_dtype(value.dtype)
    return helper.make_tensor_value_info(name, kind, [None] * value.ndim)


def main(directory, count):
    made = 0
    for seed in itertools.count():
        if made == count:
            break
        rng = np.random.default_rng(seed)
        op, inputs, outputs, version, attributes = KINDS[seed % len(KINDS)](rng)
        domain, _, name = op.rpartition(".")
        names = [f"x{i}" for i in range(len(inputs))]
        results = [f"y{i}" for i in range(outputs)]
        node = helper.make_node(name, names, results, name, domain=domain, **attributes)
        graph = helper.make_graph([node], "graph", [info(n, np.asarray(x)) for n, x in zip(names, inputs)], [helper.make_empty_tensor_value_info(y) for y in results])
        imports = [helper.make_opsetid("", version)] + ([helper.make_opsetid(domain, 1)] if domain else [])
        model = helper.make_model(graph, opset_imports=imports, ir_version=8)
        inputs = [np.asarray(x) for x in inputs]
        try:
            session = onnxruntime.InferenceSession(model.SerializeToString(), OPTIONS, providers=["CPUExecutionProvider"])
            answers = session.run(None, dict(zip(names, inputs)))
        except Exception as error:
            print(f"seed {seed}: {op} {version}: {str(error)[:150]}", file=sys.stderr)
            continue
        made += 1
        del graph.output[:]
        graph.output.extend(info(n, np.asarray(y)) for n, y in zip(results, answers))
        del model.graph.output[:]
        model.graph.output.extend(graph.output)
        cases.write(directory, f"{name.lower()}_{seed:04}", model, inputs, answers)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60)
