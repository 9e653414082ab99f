"""Logs a run with a file in the workspace of that name, and reads it back; prints what is found there and elsewhere."""

import json
import sys
import tempfile
from pathlib import Path

import mlflow

uri, workspace = sys.argv[1:]
mlflow.set_tracking_uri(uri)
mlflow.set_workspace(workspace)
mlflow.set_experiment("of the team")
with mlflow.start_run() as run:
    mlflow.log_metric("m", 2)
    mlflow.log_text("of the team", "note.txt")
client = mlflow.MlflowClient()
with tempfile.TemporaryDirectory() as folder:
    text = Path(client.download_artifacts(run.info.run_id, "note.txt", folder)).read_text()
found = {workspace: sorted(e.name for e in client.search_experiments())}
mlflow.set_workspace("default")
found["default"] = sorted(e.name for e in client.search_experiments())
print(json.dumps({"text": text, "artifact_uri": run.info.artifact_uri, "found": found}))
