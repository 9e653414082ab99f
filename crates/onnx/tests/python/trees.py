"""Random forests of ai.onnx.ml with ONNX Runtime's answers, as test cases.

    python trees.py DIRECTORY [COUNT]

Every mode, both kinds of labels, one to four classes or targets, base values,
post transforms, missing values, doubles; the same cases at every call.
"""

import itertools
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import cases

MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
ONNX_TYPES = {
    np.float32: TensorProto.FLOAT,
    np.float64: TensorProto.DOUBLE,
    np.int64: TensorProto.INT64,
    np.int32: TensorProto.INT32,
}
FEATURES = 4


class Trees:
    """The parallel lists that describe trees."""

    def __init__(self, rng, trees, modes, missing, classes, dtype):
        self.nodes = {k: [] for k in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids", "missing")}
        self.leaves = []
        self.rng, self.modes, self.missing, self.classes, self.dtype = rng, modes, missing, classes, dtype
        for tree in range(trees):
            self.next = 0
            self.grow(tree, rng.integers(0, 4))

    def grow(self, tree, depth):
        rng, node, n = self.rng, self.next, self.nodes
        self.next += 1
        at = len(n["treeids"])
        is_leaf = depth == 0
        n["treeids"].append(tree)
        n["nodeids"].append(node)
        n["featureids"].append(0 if is_leaf else int(rng.integers(FEATURES)))
        # Small whole numbers and halves: ties with the features happen.
        n["values"].append(0.0 if is_leaf else float(rng.integers(-4, 5)) / 2)
        n["modes"].append("LEAF" if is_leaf else str(rng.choice(self.modes)))
        n["truenodeids"].append(0)
        n["falsenodeids"].append(0)
        n["missing"].append(int(not is_leaf and self.missing and rng.random() < 0.5))
        if is_leaf:
            self.leaves.append((tree, node))
        else:
            n["truenodeids"][at] = self.grow(tree, depth - 1)
            n["falsenodeids"][at] = self.grow(tree, int(rng.integers(0, depth)))
        return node

    def attributes(self):
        n = self.nodes
        out = {f"nodes_{k}": n[k] for k in ("treeids", "nodeids", "featureids", "modes", "truenodeids", "falsenodeids")}
        if self.missing:
            out["nodes_missing_value_tracks_true"] = n["missing"]
        return out


def numbers(attributes, name, values, double):
    if double:
        attributes[f"{name}_as_tensor"] = numpy_helper.from_array(np.array(values, np.float64), name)
    else:
        attributes[name] = [float(v) for v in values]


def rows(rng, dtype, n, missing):
    x = rng.integers(-4, 5, (n, FEATURES)) / 2
    if np.issubdtype(dtype, np.integer):
        return x.astype(dtype)
    x = np.where(rng.random(x.shape) < 0.5, x, rng.normal(0, 2, x.shape)).astype(dtype)
    if missing:
        x[rng.random(x.shape) < 0.2] = np.nan
    return x


def classifier(rng):
    double = rng.random() < 0.15
    dtype = np.float64 if double else rng.choice([np.float32] * 4 + [np.int64, np.int32, np.float64])
    missing = rng.random() < 0.3
    classes = int(rng.choice([2, 2, 2, 3, 4]))
    modes = [str(rng.choice(MODES[:4]))] if rng.random() < 0.6 else MODES
    trees = Trees(rng, int(rng.integers(1, 12)), modes, missing, classes, dtype)
    attributes = trees.attributes()
    kind = rng.choice(["all", "one", "turns"])
    only = int(rng.integers(2)) if classes == 2 else 0
    entries = []
    for tree, node in trees.leaves:
        if kind == "all":
            entries += [(tree, node, c) for c in range(classes)]
        else:
            entries.append((tree, node, only if kind == "one" and classes == 2 else tree % classes))
    low = 0 if rng.random() < 0.5 else -1
    weights = rng.uniform(low, 1, len(entries)) / (1 if low else max(1, trees.leaves[-1][0] + 1))
    attributes["class_treeids"] = [e[0] for e in entries]
    attributes["class_nodeids"] = [e[1] for e in entries]
    attributes["class_ids"] = [e[2] for e in entries]
    numbers(attributes, "class_weights", weights, double)
    numbers(attributes, "nodes_values", trees.nodes["values"], double)
    base = int(rng.choice([0, 0, 1, classes]))
    if base == classes or (base == 1 and classes == 2):
        numbers(attributes, "base_values", rng.uniform(-0.5, 0.5, base), double)
    if rng.random() < 0.4:
        attributes["classlabels_strings"] = [f"label {i}" for i in range(classes)]
    else:
        attributes["classlabels_int64s"] = [int(i) for i in rng.permutation(classes) * 3]
    transform = rng.choice(["NONE", "NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"])
    node = helper.make_node("TreeEnsembleClassifier", ["X"], ["label", "scores"], "trees", domain="ai.onnx.ml", post_transform=str(transform), **attributes)
    label = TensorProto.STRING if "classlabels_strings" in attributes else TensorProto.INT64
    outputs = [helper.make_tensor_value_info("label", label, [None]), helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, classes])]
    return node, outputs, dtype, missing


def regressor(rng):
    double = rng.random() < 0.15
    dtype = np.float64 if double else rng.choice([np.float32] * 4 + [np.float64])
    missing = rng.random() < 0.3
    targets = int(rng.choice([1, 1, 2, 3]))
    modes = [str(rng.choice(MODES[:4]))] if rng.random() < 0.6 else MODES
    trees = Trees(rng, int(rng.integers(1, 12)), modes, missing, targets, dtype)
    attributes = trees.attributes()
    aggregate = str(rng.choice(["SUM", "SUM", "AVERAGE", "MIN", "MAX"]))
    every = rng.random() < 0.5
    entries = [(t, n, c) for t, n in trees.leaves for c in (range(targets) if every else [t % targets])]
    attributes["target_treeids"] = [e[0] for e in entries]
    attributes["target_nodeids"] = [e[1] for e in entries]
    attributes["target_ids"] = [e[2] for e in entries]
    numbers(attributes, "target_weights", rng.uniform(-1, 1, len(entries)), double)
    numbers(attributes, "nodes_values", trees.nodes["values"], double)
    if rng.random() < 0.4:
        numbers(attributes, "base_values", rng.uniform(-1, 1, targets), double)
    transform = "NONE" if targets == 1 else str(rng.choice(["NONE", "NONE", "SOFTMAX", "LOGISTIC"]))
    node = helper.make_node("TreeEnsembleRegressor", ["X"], ["scores"], "trees", domain="ai.onnx.ml", n_targets=targets, aggregate_function=aggregate, post_transform=transform, **attributes)
    return node, [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, targets])], dtype, missing


def described(nodes):
    """The attributes of one tree, of `(mode, feature, value, true, false, missing)` for each node."""
    modes, features, values, passes, fails, missing = zip(*nodes)
    return {
        "nodes_treeids": [0] * len(nodes),
        "nodes_nodeids": list(range(len(nodes))),
        "nodes_modes": list(modes),
        "nodes_featureids": list(features),
        "nodes_values": [float(value) for value in values],
        "nodes_truenodeids": list(passes),
        "nodes_falsenodeids": list(fails),
        "nodes_missing_value_tracks_true": list(missing),
    }


LEAF = ("LEAF", 0, 0, 0, 0, 0)
# As converters write that a category is one of a set: one node for each value,
# which all lead to the same one.
SETS = {
    "set": [("BRANCH_EQ", 0, 1, 3, 1, 0), ("BRANCH_EQ", 0, 2.5, 3, 2, 0), ("BRANCH_EQ", 0, -2, 3, 4, 0), LEAF, LEAF],
    "set_missing": [("BRANCH_EQ", 0, 1, 3, 1, 1), ("BRANCH_EQ", 0, 2, 3, 2, 1), ("BRANCH_EQ", 0, 0, 3, 4, 1), LEAF, LEAF],
    "set_of_a_subtree": [("BRANCH_EQ", 0, 1, 2, 1, 0), ("BRANCH_EQ", 0, 2, 2, 5, 0), ("BRANCH_LEQ", 1, 0, 3, 4, 0), LEAF, LEAF, LEAF],
    "shared_by_features": [("BRANCH_EQ", 0, 1, 3, 1, 0), ("BRANCH_LEQ", 1, 0.5, 3, 2, 0), ("BRANCH_EQ", 2, 2, 3, 4, 0), LEAF, LEAF],
}


def handmade():
    """What the random trees never are: shared nodes, and several scores of a leaf for one target."""
    x = np.array([[a, b, c, 0] for a in (1, 2, 2.5, -2, 0, 7, np.nan) for b in (-1, 0.5, 1) for c in (2, 3)], np.float32)
    for name, nodes in SETS.items():
        leaves = [i for i, node in enumerate(nodes) if node[0] == "LEAF"]
        scores = {"treeids": [0] * len(leaves), "nodeids": leaves, "ids": [0] * len(leaves), "weights": [1.5 + i for i in leaves]}
        regressor = helper.make_node(
            "TreeEnsembleRegressor", ["X"], ["scores"], domain="ai.onnx.ml", n_targets=1, **described(nodes), **{f"target_{k}": v for k, v in scores.items()}
        )
        yield name, regressor, [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, 1])], x
        scores["ids"] = [i % 3 for i in range(len(leaves))]
        classifier = helper.make_node(
            "TreeEnsembleClassifier",
            ["X"],
            ["label", "scores"],
            domain="ai.onnx.ml",
            classlabels_strings=["a", "b", "c"],
            **described(nodes),
            **{f"class_{k}": v for k, v in scores.items()},
        )
        outputs = [helper.make_tensor_value_info("label", TensorProto.STRING, [None]), helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, 3])]
        yield f"{name}_classifier", classifier, outputs, x
    stump = [("BRANCH_LEQ", 1, 0, 1, 2, 0), LEAF, LEAF]
    for aggregate in ("SUM", "AVERAGE", "MIN", "MAX"):
        # The first of three counts.
        scores = {"treeids": [0] * 6, "nodeids": [1, 2, 1, 2, 1, 2], "ids": [0] * 6, "weights": [30.0, 20.0, 10.0, 40.0, 100.0, 5.0]}
        node = helper.make_node(
            "TreeEnsembleRegressor",
            ["X"],
            ["scores"],
            domain="ai.onnx.ml",
            n_targets=1,
            aggregate_function=aggregate,
            **described(stump),
            **{f"target_{k}": v for k, v in scores.items()},
        )
        yield f"several_scores_{aggregate.lower()}", node, [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, 1])], x


def main(directory, count):
    for name, node, outputs, x in handmade():
        graph = helper.make_graph([node], "trees", [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, FEATURES])], outputs)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("", 15)], ir_version=8)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        cases.write(directory, name, model, [x], session.run(None, {"X": x}))
    made = 0
    for seed in itertools.count():
        if made == count:
            break
        rng = np.random.default_rng(seed)
        make = classifier if rng.random() < 0.6 else regressor
        node, outputs, dtype, missing = make(rng)
        graph = helper.make_graph([node], "trees", [helper.make_tensor_value_info("X", ONNX_TYPES[dtype], [None, FEATURES])], outputs)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("", 15)], ir_version=8)
        x = rows(rng, dtype, int(rng.choice([1, 3, 11, 70])), missing)
        try:
            session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
            answers = session.run(None, {"X": x})
        except Exception as error:
            print(f"seed {seed}: {str(error)[:150]}", file=sys.stderr)
            continue
        made += 1
        cases.write(directory, f"trees_{seed:03}", model, [x], answers)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 40)
