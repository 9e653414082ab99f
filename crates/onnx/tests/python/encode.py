"""Scalers, encoders and maps of ai.onnx.ml with ONNX Runtime's answers, as test cases.

    python encode.py DIRECTORY [COUNT]

Every attribute, the types that ONNX Runtime computes, vectors and matrices of
none to five rows, missing values, infinities, repeated keys; the same cases at
every call. The operators take turns.
"""

import itertools
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import cases

F, D, I, J = np.float32, np.float64, np.int64, np.int32
WORDS = ["a", "b", "c", "", "a longer text", "a longer texts", "größer", "Z", "10", "twelve bytes"]
NEAR = [0, 1, 2, 3, 5, -1]
FAR = [0, 1, -7, 1 << 40, -(1 << 63), (1 << 63) - 1, 1000003]
FLOATS = [0.0, -0.0, 1.5, 2.0, -3.0, np.inf, -np.inf, np.nan, 1e-3, 0.1]


class Case:
    """A node, its inputs, and what its output is declared as."""

    def __init__(self, op, inputs, version=1, output=None, **attributes):
        self.op, self.inputs, self.version, self.output = op, inputs, version, output
        self.attributes = attributes


def shape(rng, features, empty=True):
    """A vector, or some rows, maybe none."""
    rows = int(rng.choice([1, 5, 5, 3] + [0] * empty))
    return (features,) if rng.random() < 0.25 else (rows, features)


def numbers(rng, dtype, shape, special=()):
    if np.issubdtype(dtype, np.integer):
        return rng.integers(-5, 6, shape).astype(dtype)
    x = np.where(rng.random(shape) < 0.6, rng.integers(-4, 5, shape) / 2, rng.normal(0, 10, shape))
    for value in special:
        x[rng.random(shape) < 0.15] = value
    return x.astype(dtype)


def choose(rng, values, shape, dtype):
    count = int(np.prod(shape))
    out = np.empty(count, dtype)
    for i in range(count):
        out[i] = values[int(rng.integers(len(values)))]
    return out.reshape(shape)


def some(rng, values, least=1):
    count = int(rng.integers(least, len(values) + 1))
    return [values[i] for i in rng.permutation(len(values))[:count]]


def scaler(rng):
    features = int(rng.integers(1, 6))
    size = features if rng.random() < 0.7 else 1
    x = numbers(rng, rng.choice([F, D, I, J]), shape(rng, features), [np.nan, np.inf])
    if rng.random() < 0.1:
        x = numbers(rng, F, (2, features, 3))
    return Case("Scaler", [x], scale=rng.normal(0, 2, size).tolist(), offset=rng.normal(0, 2, size).tolist())


def imputer(rng):
    features = int(rng.integers(1, 6))
    dims = shape(rng, features) if rng.random() < 0.9 else (2, features, 3)
    size = int(rng.choice([features, features, 1, 2]))
    if rng.random() < 0.3:
        x = choose(rng, NEAR, dims, I)
        extra = {"replaced_value_int64": int(rng.choice(NEAR))} if rng.random() < 0.7 else {}
        return Case("Imputer", [x], imputed_value_int64s=rng.integers(100, 200, size).tolist(), **extra)
    x = choose(rng, FLOATS, dims, F)
    extra = {"replaced_value_float": float(rng.choice(FLOATS[2:8] + [np.nan] * 4))} if rng.random() < 0.9 else {}
    return Case("Imputer", [x], imputed_value_floats=rng.normal(100, 9, size).tolist(), **extra)


def normalizer(rng):
    dtype = rng.choice([F, F, D, I, J])
    x = numbers(rng, dtype, shape(rng, int(rng.integers(1, 6))), rng.permutation([np.nan, np.inf, -np.inf])[: rng.integers(3)] / 1)
    if rng.random() < 0.2:
        x = -abs(x)
    elif rng.random() < 0.2:
        x = (x * 4e4).astype(dtype)
    if x.ndim == 2:
        x[rng.random(len(x)) < 0.2] = 0
    extra = {"norm": str(rng.choice(["MAX", "L1", "L2"]))} if rng.random() < 0.95 else {}
    return Case("Normalizer", [x], **extra)


def binarizer(rng):
    x = choose(rng, [v for v in FLOATS if v == v], shape(rng, 4), F)
    extra = {"threshold": float(rng.choice([1.5, -3.0, 0.1, np.inf]))} if rng.random() < 0.8 else {}
    return Case("Binarizer", [x], **extra)


def feature_vectorizer(rng):
    dtype, rows = rng.choice([F, D, I, J]), int(rng.choice([1, 3, 5]))
    inputs, lengths = [], []
    for _ in range(int(rng.integers(1, 4))):
        columns = int(rng.integers(1, 5))
        dims = (columns,) if rows == 1 and rng.random() < 0.5 else (rows, columns)
        if rng.random() < 0.1:
            dims = (rows, columns, 2)
        inputs.append(numbers(rng, dtype, dims))
        lengths.append(int(rng.choice([columns, columns, columns, 2, 5, 0])))
    return Case("FeatureVectorizer", inputs, inputdimensions=lengths)


def one_hot(rng):
    dims = tuple(rng.choice([0, 1, 2, 5], int(rng.integers(0, 3))))
    extra = {"zeros": int(rng.random() < 0.5)} if rng.random() < 0.6 else {}
    if rng.random() < 0.4:
        cats = some(rng, WORDS)
        known = extra.get("zeros", 1) == 0
        if rng.random() < 0.2:
            cats.append(cats[0])
        return Case("OneHotEncoder", [choose(rng, cats if known else WORDS, dims, object)], cats_strings=cats, **extra)
    dtype, values = rng.choice([I, I, F, D]), NEAR if rng.random() < 0.6 else FAR
    cats = some(rng, values)
    if rng.random() < 0.2:
        cats.append(cats[0])
    known = extra.get("zeros", 1) == 0
    inputs = (cats if known else values) if dtype == I else (NEAR if set(cats) >= set(NEAR) or not known else cats)
    x = choose(rng, inputs, dims, dtype)
    if dtype != I and not known:
        x = np.where(rng.random(dims) < 0.3, choose(rng, [0.9, -0.9, 1.9, np.nan, np.inf, -np.inf, 1e30], dims, dtype), x).astype(dtype)
    return Case("OneHotEncoder", [x], cats_int64s=cats, **extra)


def old_label_encoder(rng):
    labels = some(rng, WORDS, 2)
    if rng.random() < 0.2:
        labels.append(labels[0])
    extra = {}
    if rng.random() < 0.5:
        extra = {"default_string": "none", "default_int64": 77}
    strings = rng.random() < 0.5
    x = choose(rng, WORDS, shape(rng, 3), object) if strings else choose(rng, list(range(-2, 13)), shape(rng, 3), I)
    return Case("LabelEncoder", [x], 1, TensorProto.INT64 if strings else TensorProto.STRING, classes_strings=labels, **extra)


def category_mapper(rng):
    texts = some(rng, WORDS, 2)
    integers = some(rng, NEAR + FAR[2:], len(texts))[: len(texts)]
    if rng.random() < 0.3:
        texts.append(texts[0])
        integers.append(integers[1])
    extra = {}
    if rng.random() < 0.5:
        extra = {"default_string": "none", "default_int64": 77}
    strings = rng.random() < 0.5
    x = choose(rng, WORDS, shape(rng, 3), object) if strings else choose(rng, NEAR + FAR, shape(rng, 3), I)
    return Case("CategoryMapper", [x], 1, TensorProto.INT64 if strings else TensorProto.STRING, cats_strings=texts, cats_int64s=integers, **extra)


def label_encoder(rng):
    version = int(rng.choice([2, 3, 4, 4, 4, 5]))
    kinds = {object: ("strings", WORDS), I: ("int64s", NEAR if rng.random() < 0.5 else FAR), F: ("floats", FLOATS), D: (None, FLOATS), np.int16: (None, NEAR)}
    keys_of = [object, I, F] + [D] * (version >= 4)
    values_of = keys_of + [np.int16] * (version >= 4)
    k, v = keys_of[int(rng.integers(len(keys_of)))], values_of[int(rng.integers(len(values_of)))]
    keys = some(rng, kinds[k][1])
    if rng.random() < 0.3:
        keys += keys[:2]
    values = choose(rng, kinds[v][1], len(keys), v)
    attributes = {}
    for name, dtype, items in (("keys", k, keys), ("values", v, values)):
        kind = kinds[dtype][0]
        if kind is None or (version >= 4 and rng.random() < 0.4):
            attributes[f"{name}_tensor"] = numpy_helper.from_array(np.array(items, dtype), name)
        else:
            attributes[f"{name}_{kind}"] = [x if dtype == object else dtype(x).item() for x in items]
    if rng.random() < 0.5:
        if version >= 4 and (rng.random() < 0.5 or kinds[v][0] is None):
            attributes["default_tensor"] = numpy_helper.from_array(choose(rng, kinds[v][1], 1, v), "default")
        else:
            attributes |= {"default_string": "none", "default_int64": 77, "default_float": 7.5}
    dims = shape(rng, 4) if rng.random() < 0.9 else ()
    return Case("LabelEncoder", [choose(rng, kinds[k][1], dims, k)], version, **attributes)


def extractor(rng):
    features = int(rng.integers(1, 6))
    dims = shape(rng, features) if rng.random() < 0.8 else (2, 3, features)
    dtype = [F, D, I, J, object][int(rng.integers(5))]
    x = choose(rng, WORDS, dims, object) if dtype == object else numbers(rng, dtype, dims)
    start = int(rng.integers(features))
    indices = np.arange(start, features) if rng.random() < 0.3 else rng.integers(0, features, int(rng.integers(1, 5)))
    if rng.random() < 0.3:
        indices = indices.reshape(1, -1)
    return Case("ArrayFeatureExtractor", [x, indices.astype(I)])


def zip_map(rng):
    strings = rng.random() < 0.5
    labels = some(rng, WORDS if strings else NEAR + FAR[2:], 2)
    if rng.random() < 0.2:
        labels.append(labels[0])
    x = numbers(rng, F, shape(rng, len(labels)))
    return Case("ZipMap", [x], **{"classlabels_strings" if strings else "classlabels_int64s": labels})


def mapping(rng, keys):
    return {key: float(F(rng.normal(0, 100))) if rng.random() < 0.8 else float(rng.choice([np.nan, np.inf, 1e20, -1e-9])) for key in keys}


def dict_vectorizer(rng):
    strings = rng.random() < 0.5
    words = WORDS if strings else NEAR + FAR[2:]
    vocabulary = some(rng, words)
    if rng.random() < 0.3:
        vocabulary.append(vocabulary[0])
    name = "string_vocabulary" if strings else "int64_vocabulary"
    return Case("DictVectorizer", [mapping(rng, some(rng, words))], output=TensorProto.FLOAT, **{name: vocabulary})


def cast_map(rng):
    to = str(rng.choice(["TO_FLOAT", "TO_STRING", "TO_INT64"]))
    output = {"TO_FLOAT": TensorProto.FLOAT, "TO_STRING": TensorProto.STRING, "TO_INT64": TensorProto.INT64}[to]
    attributes = {} if to == "TO_FLOAT" and rng.random() < 0.5 else {"cast_to": to}
    keys = NEAR + FAR[2:]
    if rng.random() < 0.5:
        attributes |= {"map_form": "SPARSE", "max_map": int(rng.integers(1, 9))}
        keys = [0, 1, 2, 3, 5, 1000003]
    elif rng.random() < 0.3:
        attributes["map_form"] = "DENSE"
    return Case("CastMap", [mapping(rng, some(rng, keys))], output=output, **attributes)


MAKERS = [scaler, imputer, normalizer, binarizer, feature_vectorizer, one_hot, old_label_encoder, category_mapper,
          label_encoder, label_encoder, label_encoder, extractor, zip_map, dict_vectorizer, cast_map]


def value_info(name, x):
    if isinstance(x, dict):
        key = TensorProto.STRING if isinstance(next(iter(x)), str) else TensorProto.INT64
        return helper.make_value_info(name, helper.make_map_type_proto(key, helper.make_tensor_type_proto(TensorProto.FLOAT, [])))
    dtype = TensorProto.STRING if x.dtype == object else helper.np_dtype_to_tensor_dtype(x.dtype)
    return helper.make_tensor_value_info(name, dtype, [None] * x.ndim)


def serialized(x):
    if not isinstance(x, dict):
        return cases.serialized(x)
    proto = onnx.MapProto()
    if isinstance(next(iter(x)), str):
        proto.key_type = TensorProto.STRING
        proto.string_keys.extend(key.encode() for key in x)
    else:
        proto.key_type = TensorProto.INT64
        proto.keys.extend(x)
    proto.values.elem_type = onnx.SequenceProto.TENSOR
    proto.values.tensor_values.append(numpy_helper.from_array(np.array(list(x.values()), F)))
    return proto.SerializeToString()


def main(directory, count):
    made = 0
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    for seed in itertools.count():
        if made == count:
            break
        case = MAKERS[seed % len(MAKERS)](np.random.default_rng(seed))
        names = [f"x{i}" for i in range(len(case.inputs))]
        node = helper.make_node(case.op, names, ["y"], "node", domain="ai.onnx.ml", **case.attributes)
        output = onnx.ValueInfoProto(name="y")
        if case.output:
            output = helper.make_tensor_value_info("y", case.output, None)
        elif case.op != "ZipMap":
            # The type alone; ONNX Runtime infers the shape.
            strings = case.attributes.get("values_strings")
            tensor = case.attributes.get("values_tensor")
            if case.op == "LabelEncoder":
                output = helper.make_tensor_value_info("y", tensor.data_type if tensor else TensorProto.STRING if strings else TensorProto.INT64 if "values_int64s" in case.attributes else TensorProto.FLOAT, None)
            elif case.op in ("Imputer", "ArrayFeatureExtractor", "Binarizer"):
                output = helper.make_tensor_value_info("y", value_info("", case.inputs[0]).type.tensor_type.elem_type, None)
            else:
                output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
        else:
            key = TensorProto.STRING if "classlabels_strings" in case.attributes else TensorProto.INT64
            output = helper.make_value_info("y", helper.make_sequence_type_proto(helper.make_map_type_proto(key, helper.make_tensor_type_proto(TensorProto.FLOAT, []))))
        graph = helper.make_graph([node], "encode", [value_info(n, x) for n, x in zip(names, case.inputs)], [output])
        opsets = [helper.make_opsetid("ai.onnx.ml", case.version), helper.make_opsetid("", 15)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        try:
            session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
            [answer] = session.run(None, dict(zip(names, case.inputs)))
        except Exception as error:
            print(f"seed {seed}: {case.op}: {str(error)[:150]}", file=sys.stderr)
            continue
        made += 1
        data = cases.folder(directory, f"{case.op.lower()}_{seed:03}", model)
        for i, x in enumerate(case.inputs):
            with open(os.path.join(data, f"input_{i}.pb"), "wb") as file:
                file.write(serialized(x))
        if case.op == "ZipMap":
            with open(os.path.join(data, "output_0.json"), "w") as file:
                json.dump([{str(k): float(v) for k, v in row.items()} for row in answer], file)
        else:
            with open(os.path.join(data, "output_0.pb"), "wb") as file:
                file.write(serialized(answer))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60)
