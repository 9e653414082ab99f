"""Logs FILE to TRACKING_URI in parts, with the unmodified client, and prints the digest of what comes back."""

import hashlib
import json
import os
import sys

os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(5 * 1024 * 1024)
os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(5 * 1024 * 1024)

import mlflow

uri, path = sys.argv[1:]
mlflow.set_tracking_uri(uri)
with mlflow.start_run() as run:
    mlflow.log_artifact(path, "parts")
name = os.path.basename(path)
local = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path=f"parts/{name}")
with open(local, "rb") as file:
    digest = hashlib.sha256(file.read()).hexdigest()
print(json.dumps({"run": run.info.run_id, "digest": digest}))
