"""Random linear models and support vector machines of ai.onnx.ml with ONNX
Runtime's answers, as test cases.

    python linear_svm.py DIRECTORY [COUNT]

Every kernel and post transform, with and without probabilities, both kinds of
labels, one to six classes or targets, few and many features, every input type,
matrices and vectors, no rows, values that are not finite; the same cases at
every call.
"""

import itertools
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

import cases

ONNX_TYPES = {
    np.float32: TensorProto.FLOAT,
    np.float64: TensorProto.DOUBLE,
    np.int64: TensorProto.INT64,
    np.int32: TensorProto.INT32,
}
TRANSFORMS = ["NONE", "NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"]


def floats(rng, count, scale=1.0):
    return [float(np.float32(x)) for x in rng.normal(0, scale, count)]


def transform(rng, attributes):
    """Perhaps a post transform; without one, NONE is the default."""
    if rng.random() < 0.8:
        attributes["post_transform"] = str(rng.choice(TRANSFORMS))
    return attributes.get("post_transform", "NONE")


def labels(rng, attributes, classes):
    if rng.random() < 0.4:
        attributes["classlabels_strings"] = [f"label {i}" for i in range(classes)]
    else:
        attributes["classlabels_ints"] = [int(i) for i in rng.permutation(classes) * 3]


def some_zeros(rng, values):
    """Sets some to 0: whole scores are 0 then, and equal others."""
    return [0.0 if rng.random() < 0.3 else v for v in values]


def linear_classifier(rng, features):
    attributes = {}
    targets = int(rng.choice([1, 2, 2, 3, 4, 5, 6, 21]))
    attributes["coefficients"] = some_zeros(rng, floats(rng, targets * features))
    attributes["intercepts"] = some_zeros(rng, floats(rng, targets))
    name = transform(rng, attributes)
    if targets > 1:
        labels(rng, attributes, targets)
    elif rng.random() < 0.8:
        if name == "PROBIT":
            return None
        labels(rng, attributes, 2)
    if rng.random() < 0.5:
        attributes["multi_class"] = int(rng.integers(2))
    return "LinearClassifier", attributes


def linear_regressor(rng, features):
    attributes = {}
    targets = int(rng.choice([1, 1, 2, 3, 7]))
    if targets > 1 or rng.random() < 0.5:
        attributes["targets"] = targets
    attributes["coefficients"] = floats(rng, targets * features)
    if rng.random() < 0.7:
        attributes["intercepts"] = floats(rng, targets)
    transform(rng, attributes)
    return "LinearRegressor", attributes


def kernel(rng, attributes, features):
    name = str(rng.choice(["LINEAR", "POLY", "RBF", "RBF", "SIGMOID"]))
    if name != "LINEAR" or rng.random() < 0.5:
        attributes["kernel_type"] = name
    gamma = float(rng.uniform(0.2, 2)) / features
    degree = float(rng.choice([0, 1, 2, 3, 4]))
    attributes["kernel_params"] = [gamma, float(rng.normal()), degree]


def svm_classifier(rng, features):
    attributes = {}
    classes = int(rng.choice([2, 2, 2, 3, 4, 6]))
    name = transform(rng, attributes)
    has_probabilities = rng.random() < 0.5
    pairs = classes * (classes - 1) // 2
    labels(rng, attributes, classes)
    kernel(rng, attributes, features)
    if has_probabilities:
        attributes["prob_a"] = [float(x) for x in rng.uniform(-3, -0.5, pairs)]
        attributes["prob_b"] = floats(rng, pairs, 0.3)
    if rng.random() < 0.25:
        scale = 0.3
        coefficients = floats(rng, classes * features, scale)
        if rng.random() < 0.5:
            coefficients = [abs(c) for c in coefficients]
        attributes["coefficients"] = coefficients
        attributes["rho"] = floats(rng, int(rng.integers(1, 3)))
        return "SVMClassifier", attributes
    if name == "PROBIT" and classes == 2 and not has_probabilities:
        return None
    counts = [int(n) for n in rng.integers(0, 9, classes)]
    if sum(counts) == 0:
        return None
    attributes["vectors_per_class"] = counts
    attributes["support_vectors"] = floats(rng, sum(counts) * features)
    attributes["coefficients"] = floats(rng, (classes - 1) * sum(counts))
    attributes["rho"] = floats(rng, pairs, 0.5)
    return "SVMClassifier", attributes


def svm_regressor(rng, features):
    attributes = {}
    transform(rng, attributes)
    kernel(rng, attributes, features)
    attributes["rho"] = floats(rng, 1)
    if rng.random() < 0.5:
        attributes["one_class"] = int(rng.integers(2))
    supports = int(rng.choice([0, 1, 2, 3, 6, 19, 40]))
    if supports or rng.random() < 0.5:
        attributes["n_supports"] = supports
    if supports:
        attributes["support_vectors"] = floats(rng, supports * features)
    attributes["coefficients"] = floats(rng, supports or features)
    return "SVMRegressor", attributes


def rows(rng, dtype, features):
    count = int(rng.choice([0, 1, 3, 11, 70]))
    x = rng.normal(0, 1.5, (count, features))
    x[rng.random(x.shape) < 0.2] = 0
    if rng.random() < 0.1:
        x = np.zeros_like(x)
    x = np.rint(x * 2).astype(dtype) if np.issubdtype(dtype, np.integer) else x.astype(dtype)
    if not np.issubdtype(dtype, np.integer) and rng.random() < 0.2:
        x[rng.random(x.shape) < 0.1] = rng.choice([np.nan, np.inf, -np.inf])
    return x[0] if count == 1 and rng.random() < 0.5 else x


def main(directory, count):
    made = 0
    makers = [linear_classifier, linear_regressor, svm_classifier, svm_classifier, svm_regressor]
    for seed in itertools.count():
        if made == count:
            break
        rng = np.random.default_rng(seed)
        features = int(rng.choice([1, 2, 3, 4, 7, 16, 33]))
        model = makers[seed % len(makers)](rng, features)
        if model is None:
            continue
        op, attributes = model
        is_classifier = op.endswith("Classifier")
        types = [np.float32] * 3 + [np.float64, np.int64, np.int32] if is_classifier else [np.float32]
        dtype = types[int(rng.integers(len(types)))]
        x = rows(rng, dtype, features)
        names = ["label", "scores"] if is_classifier else ["scores"]
        node = helper.make_node(op, ["X"], names, op, domain="ai.onnx.ml", **attributes)
        label = TensorProto.STRING if "classlabels_strings" in attributes else TensorProto.INT64
        outputs = [helper.make_tensor_value_info(name, label if name == "label" else TensorProto.FLOAT, None) for name in names]
        graph = helper.make_graph([node], op, [helper.make_tensor_value_info("X", ONNX_TYPES[dtype], [None] * x.ndim)], outputs)
        proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("ai.onnx.ml", 1), helper.make_opsetid("", 15)], ir_version=8)
        try:
            session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
            answers = session.run(None, {"X": x})
        except Exception as error:
            print(f"seed {seed}: {str(error)[:250]}", file=sys.stderr)
            continue
        if attributes.get("post_transform") == "PROBIT" and op != "SVMRegressor":
            # ONNX Runtime's answers are not exact around 0.
            z = answers[-1][np.isfinite(answers[-1])]
            if len(z) == 0 or np.abs(z).min() < 0.1:
                continue
        made += 1
        cases.write(directory, f"{op}_{seed:03}", proto, [x], answers)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60)
