"""The tabular models of the benchmarks, trained on scikit-learn's bundled data."""

import lightgbm
import numpy as np
import onnxmltools
import pandas as pd
import skl2onnx
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as ToolsFloat
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn import datasets
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

SEED = 20260801
TREES = 100
# What every ONNX runtime of the comparison knows.
OPSET = {"": 18, "ai.onnx.ml": 3}


def arrays(load):
    data = load()
    return data.data.astype(np.float32), data.target


def numeric(model, load, zipmap=False):
    """Trains a model on numbers; gives its ONNX form and rows to ask it about."""
    x, y = arrays(load)
    model.fit(x, y)
    kind = [("X", FloatTensorType([None, x.shape[1]]))]
    options = {id(model): {"zipmap": zipmap}} if hasattr(model, "classes_") else None
    return skl2onnx.to_onnx(model, initial_types=kind, options=options, target_opset=OPSET), {"X": x}


def forest(zipmap=False):
    """Ten classes of digits: 100 trees of full depth."""
    return numeric(RandomForestClassifier(TREES, random_state=SEED), datasets.load_digits, zipmap)


def extra_trees():
    """A regression: 100 trees of full depth, about a leaf for each row."""
    return numeric(ExtraTreesRegressor(TREES, random_state=SEED), datasets.load_diabetes)


def gradient_boosting():
    """Two classes, 100 trees of depth 3."""
    return numeric(GradientBoostingClassifier(n_estimators=TREES, random_state=SEED), datasets.load_breast_cancer)


def xgboost_classifier():
    """Two classes, 100 trees of depth 6."""
    x, y = arrays(datasets.load_breast_cancer)
    model = xgboost.XGBClassifier(n_estimators=TREES, random_state=SEED, n_jobs=1).fit(x, y)
    kind = [("X", ToolsFloat([None, x.shape[1]]))]
    return onnxmltools.convert_xgboost(model, initial_types=kind, target_opset=15), {"X": x}


def lightgbm_regressor():
    """A regression, 100 trees of 31 leaves."""
    x, y = arrays(datasets.load_diabetes)
    model = lightgbm.LGBMRegressor(n_estimators=TREES, random_state=SEED, n_jobs=1, verbose=-1).fit(x, y)
    kind = [("X", ToolsFloat([None, x.shape[1]]))]
    return onnxmltools.convert_lightgbm(model, initial_types=kind, target_opset=15, zipmap=False), {"X": x}


def pipeline(zipmap=False):
    """One-hot encoding of texts and scaling of numbers, then a logistic regression; an input a column."""
    frame = datasets.load_diabetes(as_frame=True, scaled=False).frame
    x = pd.DataFrame(
        {
            "sex": frame["sex"].map({1.0: "female", 2.0: "male"}),
            "age_group": pd.cut(frame["age"], [0, 30, 45, 60, 120], labels=["<30", "30-45", "45-60", ">60"]).astype(str),
            "weight": pd.cut(frame["bmi"], [0, 25, 30, 99], labels=["normal", "over", "obese"]).astype(str),
            **{name: frame[name].astype(np.float32) for name in ["bp", "s1", "s2", "s3", "s4", "s5", "s6"]},
        }
    )
    texts = [name for name in x if x[name].dtype.kind != "f"]
    numbers = [name for name in x if name not in texts]
    steps = [("texts", OneHotEncoder(handle_unknown="ignore"), texts), ("numbers", StandardScaler(), numbers)]
    model = make_pipeline(ColumnTransformer(steps), LogisticRegression(random_state=SEED))
    model.fit(x, np.where(frame["target"] > frame["target"].median(), "high", "low"))
    kinds = [(name, (StringTensorType if name in texts else FloatTensorType)([None, 1])) for name in x]
    options = {"zipmap": zipmap}
    model = skl2onnx.to_onnx(model, initial_types=kinds, options=options, target_opset=OPSET)
    columns = {name: x[name].to_numpy(dtype=object if name in texts else np.float32).reshape(-1, 1) for name in x}
    return model, columns


def nearest():
    """The five nearest of 1,797 digits."""
    return numeric(KNeighborsClassifier(5), datasets.load_digits)


def perceptron():
    """64 inputs, two hidden layers of 64, ten classes."""
    model = MLPClassifier((64, 64), max_iter=300, random_state=SEED)
    return numeric(model, datasets.load_digits)


MODELS = {
    "random-forest": (forest, [1, 100, 10_000]),
    "extra-trees": (extra_trees, [1, 100, 10_000]),
    "gradient-boosting": (gradient_boosting, [1, 100, 10_000]),
    "xgboost": (xgboost_classifier, [1, 100, 10_000]),
    "lightgbm": (lightgbm_regressor, [1, 100, 10_000]),
    "pipeline": (pipeline, [1, 100, 10_000]),
    "k-nn": (nearest, [1, 100]),
    "mlp": (perceptron, [1, 100, 10_000]),
}


def rows(columns, count):
    """`count` of the data's rows: drawn at random, the numbers moved a little."""
    random = np.random.default_rng(SEED)
    chosen = random.integers(0, len(next(iter(columns.values()))), count)
    moved = {}
    for name, values in columns.items():
        values = values[chosen]
        if values.dtype.kind == "f":
            noise = random.normal(0, 0.02, values.shape)
            values = (values * (1 + noise)).astype(values.dtype)
        moved[name] = values
    return moved
