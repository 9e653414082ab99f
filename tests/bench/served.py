"""Makes the models of the serving benchmark, and requests for them: `served.py FOLDER`.

FOLDER gets `NAME.onnx` as it is converted by default (with ZipMap), and
`NAME.1.json` and `NAME.1000.json`, bodies of that many rows.
"""

import json
import sys
import warnings
from pathlib import Path

import tabular

warnings.filterwarnings("ignore")

ROWS = [1, 1000]


def frame(columns):
    """The one input as a data frame with a column for each feature."""
    [values] = columns.values()
    names = [f"pixel_{i}" for i in range(values.shape[1])]
    return {"dataframe_split": {"columns": names, "data": values.astype(float).round(3).tolist()}}


def tensors(columns):
    """Each input as a tensor: MLflow feeds a model of several inputs only so."""
    rounded = {name: values if values.dtype == object else values.astype(float).round(3) for name, values in columns.items()}
    return {"inputs": {name: values.tolist() for name, values in rounded.items()}}


def main(folder):
    for name, train, body in [("forest", tabular.forest, frame), ("pipeline", tabular.pipeline, tensors)]:
        model, columns = train(zipmap=True)
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
        for count in ROWS:
            (folder / f"{name}.{count}.json").write_text(json.dumps(body(tabular.rows(columns, count))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
