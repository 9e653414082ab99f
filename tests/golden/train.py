"""Trains the models from scikit-learn, saves them to `models/`, and adds their cases to `scoring.jsonl`.

    pip install -r ../requirements.txt skl2onnx==1.20.0
    python train.py

Each model is saved by `mlflow.onnx.save_model`, and each answer is what
`mlflow models serve` gave. Where ours differs on purpose, the case holds both:
`expect` is ours, and `mlflow` is MLflow's.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow.onnx
import numpy as np
import onnxruntime
import pandas as pd
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = Path(__file__).parent
OPSETS = {"": 19, "ai.onnx.ml": 3}
SEED = 7
PORT = 5713


def frame():
    random = np.random.default_rng(SEED)
    n = 120
    return pd.DataFrame(
        {
            "age": random.integers(18, 90, n),
            "bmi": random.normal(27, 4, n).round(1),
            "city": random.choice(["Bern", "Oslo", "Zürich"], n),
        }
    )


DATA = frame()
NUMBERS = DATA[["age", "bmi"]].astype("float64")
NOISE = np.random.default_rng(SEED).normal(0, 8, len(DATA))
RISK = (DATA.age + NOISE > 50).astype("int64") + (DATA.bmi + NOISE / 4 > 28)
WORDS = RISK.map({0: "low", 1: "mid", 2: "high"}).astype(object)
COLUMNS = ["age", "bmi"]
ROWS = [[30.0, 22.5], [51.0, 27.5], [71.0, 29.5]]
PEOPLE = [[30, 22.5, "Oslo"], [51, 27.5, "Zürich"], [71, 29.5, "Atlantis"]]


def models():
    """Name, fitted estimator, the types of its ONNX inputs, converter options, and data for the signature."""
    floats = [("input", FloatTensorType([None, 2]))]
    forest = RandomForestClassifier(4, max_depth=3, random_state=SEED).fit(NUMBERS.to_numpy(), RISK)
    yield "forest", forest, floats, {}, NUMBERS
    yield "forest_arrays", forest, floats, {"zipmap": False}, NUMBERS
    words = make_pipeline(StandardScaler(), LogisticRegression()).fit(NUMBERS.to_numpy(), WORDS)
    yield "words", words, floats, {}, NUMBERS
    target = np.stack([NUMBERS.age * 2 - NUMBERS.bmi, NUMBERS.bmi * 3 + 1], axis=1)
    yield "line", LinearRegression().fit(NUMBERS.to_numpy(), target[:, 0]), floats, {}, NUMBERS
    yield "lines", LinearRegression().fit(NUMBERS.to_numpy(), target), floats, {}, NUMBERS
    encode = ColumnTransformer(
        [
            ("numbers", StandardScaler(), ["age", "bmi"]),
            ("city", OneHotEncoder(handle_unknown="ignore"), ["city"]),
        ]
    )
    pipeline = Pipeline([("encode", encode), ("forest", RandomForestClassifier(4, max_depth=3, random_state=SEED))])
    pipeline.fit(DATA, WORDS)
    columns = [
        ("age", Int64TensorType([None, 1])),
        ("bmi", FloatTensorType([None, 1])),
        ("city", StringTensorType([None, 1])),
    ]
    yield "pipeline", pipeline, columns, {}, DATA


def save(name, estimator, types, options, data):
    zipmap = {id(estimator): options} if options else None
    proto = to_onnx(estimator, initial_types=types, target_opset=OPSETS, options=zipmap)
    folder = HERE / "models" / name
    shutil.rmtree(folder, ignore_errors=True)
    mlflow.onnx.save_model(proto, folder, signature=infer_signature(data))
    return folder


def requests():
    """Model, name of the case, body, and the rows that it should have an answer for."""
    split = {"dataframe_split": {"columns": COLUMNS, "data": ROWS}}
    records = {"dataframe_records": [dict(zip(COLUMNS, row)) for row in ROWS]}
    for model in ["forest", "forest_arrays", "words", "line", "lines"]:
        yield model, "split", split, ROWS
        yield model, "records", records, ROWS
        yield model, "one row", {"dataframe_split": {"columns": COLUMNS, "data": ROWS[:1]}}, ROWS[:1]
        yield model, "no rows", {"dataframe_split": {"columns": COLUMNS, "data": []}}, None
        yield model, "inputs by column", {"inputs": dict(zip(COLUMNS, zip(*ROWS)))}, ROWS
    columns = ["age", "bmi", "city"]
    people = [dict(zip(columns, row)) for row in PEOPLE]
    yield "pipeline", "split", {"dataframe_split": {"columns": columns, "data": PEOPLE}}, PEOPLE
    yield "pipeline", "records", {"dataframe_records": people}, PEOPLE
    yield "pipeline", "inputs by column", {"inputs": dict(zip(columns, zip(*PEOPLE)))}, PEOPLE
    yield "pipeline", "missing city", {"dataframe_records": [{"age": 30, "bmi": 22.5}]}, None


def ask(port, body):
    url = f"http://127.0.0.1:{port}/invocations"
    headers = {"Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers)) as answer:
            return answer.status, answer.headers["content-type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["content-type"], error.read().decode()


def expected(status, content_type, body):
    if status == 200:
        return {"status": status, "contentType": content_type, "body": body}
    return {"status": status, "error_code": json.loads(body)["error_code"]}


def row_by_row(folder, rows):
    """What ONNX Runtime gives for columns of the declared rank, one record a row."""
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    types = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(string)": object}
    inputs = session.get_inputs()
    if len(inputs) == 1:
        feed = {inputs[0].name: np.array(rows, dtype=np.float32)}
    else:
        columns = zip(inputs, zip(*rows))
        feed = {i.name: np.array(column, dtype=types[i.type]).reshape(-1, 1) for i, column in columns}
    outputs = session.run(None, feed)
    # One number a row is no list.
    outputs = [o.reshape(-1) if isinstance(o, np.ndarray) and o.size == len(o) else o for o in outputs]
    outputs = [o.tolist() if isinstance(o, np.ndarray) else o for o in outputs]
    names = [o.name for o in session.get_outputs()]
    body = json.dumps({"predictions": [dict(zip(names, row)) for row in zip(*outputs)]})
    return {"status": 200, "contentType": "application/json", "body": body}


@contextmanager
def served(folder, port):
    """`mlflow models serve`, while it is needed."""
    flags = ["--env-manager", "local", "--port", str(port), "--workers", "1"]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder), *flags]
    server = subprocess.Popen(command, start_new_session=True)
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ping")
            break
        except OSError:
            time.sleep(0.5)
    try:
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def main():
    cases = HERE / "scoring.jsonl"
    made = {name: save(name, *rest) for name, *rest in models()}
    kept = [line for line in cases.read_text().splitlines() if json.loads(line)["model"] not in made]
    for port, (name, folder) in enumerate(made.items(), PORT):
        with served(folder, port):
            for model, label, body, rows in requests():
                if model != name:
                    continue
                text = json.dumps(body)
                answer = {"expect": expected(*ask(port, text))}
                if answer["expect"]["status"] != 200 and rows is not None:
                    answer = {"expect": row_by_row(folder, rows), "mlflow": answer["expect"]}
                case = {"name": label, "model": name, "method": "POST", "path": "/invocations"}
                case |= {"contentType": "application/json", "body": text}
                kept.append(json.dumps(case | answer))
                if rows is not None:
                    case |= {"name": f"{label}, strict", "accept": "application/json; scoring=strict"}
                    ours = row_by_row(folder, rows)
                    theirs = answer.get("mlflow", answer["expect"])
                    kept.append(json.dumps(case | {"expect": ours} | ({"mlflow": theirs} if theirs != ours else {})))
    cases.write_text("\n".join(kept) + "\n")


if __name__ == "__main__":
    main()
