"""Makes what the page's bench of a trial runs: `trial.py FOLDER`.

FOLDER gets `model`, a forest of about 120 kB as `mlflow.onnx` saves one, and
`rows.csv`, 100,000 rows for it.
"""

import json
import sys
import warnings
from pathlib import Path

import tabular
from sklearn import datasets
from sklearn.ensemble import RandomForestClassifier

warnings.filterwarnings("ignore")

ROWS = 100_000


def main(folder):
    names = [name.replace(" ", "_") for name in datasets.load_breast_cancer().feature_names]
    forest = RandomForestClassifier(76, random_state=tabular.SEED)
    model, columns = tabular.numeric(forest, datasets.load_breast_cancer, zipmap=True)
    (folder / "model").mkdir()
    (folder / "model/model.onnx").write_bytes(model.SerializeToString())
    inputs = json.dumps([{"type": "double", "name": name, "required": True} for name in names])
    about = {
        "flavors": {"onnx": {"data": "model.onnx", "onnx_version": "1.22.0"}},
        "mlflow_version": "3.17.2",
        "signature": {"inputs": inputs, "outputs": None, "params": None},
    }
    # JSON is YAML, too.
    (folder / "model/MLmodel").write_text(json.dumps(about, indent=1))
    [values] = tabular.rows(columns, ROWS).values()
    with open(folder / "rows.csv", "w") as file:
        file.write(",".join(names) + "\n")
        for row in values.astype(float):
            file.write(",".join(f"{value:.6g}" for value in row) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
