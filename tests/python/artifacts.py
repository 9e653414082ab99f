"""Logs files to TRACKING_URI with the unmodified client and prints what it reads back."""

import hashlib
import json
import os
import sys
import tempfile

import mlflow
import numpy as np
from sklearn.linear_model import LinearRegression

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("artifacts")

folder = tempfile.mkdtemp()
for path, content in {
    "sub/.hidden/e mpty.bin": "",
    "sub/ü%20.csv": "a,b\n1,2\n",
    "plain.txt": "plain",
}.items():
    os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
    with open(os.path.join(folder, path), "w") as file:
        file.write(content)

model = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
with mlflow.start_run() as run:
    mlflow.log_text("hello", "texts/hello.txt")
    mlflow.log_dict({"a": 1}, "dict.json")
    mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "image.png")
    mlflow.log_artifact(os.path.join(folder, "plain.txt"))
    mlflow.log_artifact(os.path.join(folder, "plain.txt"), "texts")
    mlflow.log_artifacts(folder, "folder")
    logged = mlflow.sklearn.log_model(model, name="model")
    mlflow.sklearn.save_model(model, os.path.join(folder, "saved"))
    mlflow.log_artifacts(os.path.join(folder, "saved"), "saved")

client = mlflow.MlflowClient()
run_id = run.info.run_id


def walk(path=None):
    for info in client.list_artifacts(run_id, path):
        yield info
        if info.is_dir:
            yield from walk(info.path)


def is_same(path):
    """Files of a model have times and ids in them."""
    return not path.startswith(("model/", "saved/"))


local = mlflow.artifacts.download_artifacts(run_id=run_id)
digests = {
    os.path.relpath(os.path.join(at, name), local): hashlib.sha256(
        open(os.path.join(at, name), "rb").read()
    ).hexdigest()
    for at, _, names in os.walk(local)
    for name in names
}
print(
    json.dumps(
        {
            "listed": [
                [info.path, info.is_dir, info.file_size if is_same(info.path) else None]
                for info in walk()
            ],
            "downloaded": {path: digest if is_same(path) else None for path, digest in digests.items()},
            "text": mlflow.artifacts.load_text(f"{run.info.artifact_uri}/texts/hello.txt"),
            "predictions": [
                mlflow.pyfunc.load_model(uri).predict(np.array([[2.0]])).round(6).tolist()
                for uri in (f"runs:/{run_id}/model", f"runs:/{run_id}/saved", logged.model_uri)
            ],
        },
        sort_keys=True,
    )
)
