"""What mlflow.pyfunc and scikit-learn say of the rows of a table.

    rows.py FOLDER TABLE LABELS VARIANT

Saves the classifier in FOLDER to VARIANT with one leaf changed. Prints, for
both, {columns, rows, metrics}: the predictions of TABLE, a CSV file, as
`to_csv` would write them, and how right they are by the column LABELS.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow
import mlflow.onnx
import onnx
import pandas as pd
from sklearn import metrics


def save_variant(folder, variant):
    model = onnx.load(f"{folder}/model.onnx")
    trees = next(node for node in model.graph.node if node.op_type == "TreeEnsembleClassifier")
    weights = next(one for one in trees.attribute if one.name == "class_weights")
    weights.floats[9] = 0.25 - weights.floats[9]
    signature = mlflow.models.get_model_info(folder).signature
    mlflow.onnx.save_model(model, variant, signature=signature, pip_requirements=["mlflow"], save_as_external_data=False)


def said(folder, table, labels):
    model = mlflow.pyfunc.load_model(folder)
    truth = table[labels]
    found = model.predict(table[model.metadata.get_input_schema().input_names()])
    label, probabilities = found.columns
    chances = pd.DataFrame(list(found[probabilities]))
    chances = chances[sorted(chances.columns)]
    return {
        "columns": list(found.columns),
        "rows": [[row[label], {str(key): value for key, value in row[probabilities].items()}] for row in found.to_dict("records")],
        "metrics": {
            "accuracy": metrics.accuracy_score(truth, found[label]),
            "f1": metrics.f1_score(truth, found[label], average="macro"),
            "log_loss": metrics.log_loss(truth, chances.to_numpy(float), labels=list(chances.columns)),
            "mae": metrics.mean_absolute_error(truth, found[label]),
            "rmse": metrics.root_mean_squared_error(truth, found[label]),
            "r2": metrics.r2_score(truth, found[label]),
        },
    }


def main():
    folder, path, labels, variant = sys.argv[1:]
    save_variant(folder, variant)
    table = pd.read_csv(path)
    print(json.dumps([said(one, table, labels) for one in (folder, variant)], default=lambda one: one.item()))


main()
