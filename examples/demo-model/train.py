"""Trains the demo model and saves it, with its signature and an input example, to `model/`.

The data is scikit-learn's own diabetes set (442 patients, ten measurements in
their raw units, progression of the disease after a year), so nothing is
downloaded. The network is written as an ONNX graph of plain `ai.onnx`
operators by hand: a converter would put the scaling into `ai.onnx.ml`'s Scaler.

    pip install -r ../../tests/requirements.txt
    python train.py
"""

import shutil
import uuid
from pathlib import Path

import mlflow.onnx
import numpy as np
import pandas as pd
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, DataType, Schema
from onnx import TensorProto, checker, helper, numpy_helper
from sklearn.datasets import load_diabetes
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler

SEED = 7
OUTPUT = "progression"
# The names that the study gives to the columns that scikit-learn calls s1 to s6.
COLUMNS = {
    "s1": "cholesterol",
    "s2": "ldl",
    "s3": "hdl",
    "s4": "cholesterol_per_hdl",
    "s5": "log_triglycerides",
    "s6": "glucose",
}
EXAMPLE = pd.DataFrame(
    [
        [48.0, 2.0, 26.4, 94.6, 189.1, 115.4, 49.8, 3.8, 4.6, 91.3],
        [61.0, 1.0, 33.1, 110.0, 221.0, 142.6, 38.0, 5.8, 5.2, 112.0],
    ],
    columns=["age", "sex", "bmi", "blood_pressure", *COLUMNS.values()],
)


def train():
    """Returns the fitted input scaler, the target's mean and spread, and the network."""
    patients = load_diabetes(as_frame=True, scaled=False)
    x = patients.data.rename(columns={"bp": "blood_pressure", **COLUMNS})
    assert list(x.columns) == list(EXAMPLE.columns)
    x_train, x_test, y_train, y_test = train_test_split(
        x.to_numpy(), patients.target.to_numpy(), test_size=0.2, random_state=SEED
    )
    scaler = StandardScaler().fit(x_train)
    centre, spread = y_train.mean(), y_train.std()
    network = MLPRegressor(
        hidden_layer_sizes=(16, 8), alpha=10.0, max_iter=3000, random_state=SEED, solver="lbfgs"
    ).fit(scaler.transform(x_train), (y_train - centre) / spread)
    predicted = network.predict(scaler.transform(x_test)) * spread + centre
    print(f"R² on {len(y_test)} patients held out: {r2_score(y_test, predicted):.3f}")
    return scaler, centre, spread, network


def graph(scaler, centre, spread, network):
    """The whole pipeline as one ONNX model: scale, network, unscale, round to 0.1."""
    nodes, constants = [], []

    def constant(name, value, dtype=np.float32):
        constants.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
        return name

    def node(operator, output, *inputs, **attributes):
        nodes.append(helper.make_node(operator, list(inputs), [output], name=output, **attributes))
        return output

    x = node("Sub", "centred", "patient", constant("mean", scaler.mean_))
    x = node("Div", "scaled", x, constant("deviation", scaler.scale_))
    last = len(network.coefs_) - 1
    for i, (weights, bias) in enumerate(zip(network.coefs_, network.intercepts_)):
        x = node("Gemm", f"layer_{i}", x, constant(f"w_{i}", weights), constant(f"b_{i}", bias))
        if i < last:
            x = node("Relu", f"active_{i}", x)
    x = node("Mul", "tenths", x, constant("spread", [10 * spread]))
    x = node("Add", "tenths_up", x, constant("centre", [10 * centre]))
    x = node("Round", "whole_tenths", x)
    x = node("Cast", "as_double", x, to=TensorProto.DOUBLE)
    node("Div", OUTPUT, x, constant("ten", [10.0], np.float64))

    model = helper.make_model(
        helper.make_graph(
            nodes,
            "diabetes progression",
            [helper.make_tensor_value_info("patient", TensorProto.FLOAT, ["n", scaler.n_features_in_])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.DOUBLE, ["n", 1])],
            constants,
        ),
        producer_name="train.py",
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    checker.check_model(model, full_check=True)
    return model


def save(model, folder):
    """Saves as `mlflow.onnx` does, with an identity that does not change from run to run."""
    shutil.rmtree(folder, ignore_errors=True)
    identity = Model(
        model_uuid=uuid.uuid5(uuid.NAMESPACE_URL, "millrace/demo-model").hex,
        utc_time_created="2026-11-22 00:00:00",
    )
    mlflow.onnx.save_model(
        model,
        folder,
        mlflow_model=identity,
        signature=ModelSignature(
            Schema([ColSpec(DataType.double, name) for name in EXAMPLE.columns]),
            Schema([ColSpec(DataType.double, OUTPUT)]),
        ),
        input_example=EXAMPLE,
        # A few kilobytes: one file is handier than two.
        save_as_external_data=False,
        pip_requirements=["mlflow", "onnx", "onnxruntime"],
    )


def main():
    folder = Path(__file__).parent / "model"
    save(graph(*train()), folder)
    print(mlflow.pyfunc.load_model(str(folder)).predict(EXAMPLE).to_string())


if __name__ == "__main__":
    main()
