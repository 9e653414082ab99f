"""Logs a run through TRACKING_URI with the unmodified client and prints what it reads back."""

import json
import sys
import tempfile
from pathlib import Path

import mlflow

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("through the proxy")
with mlflow.start_run() as run:
    mlflow.log_param("p", 1)
    for step in range(4):
        mlflow.log_metric("squares", step**2, step=step)
    mlflow.log_text("hällo\n", "notes/a.txt")

client = mlflow.MlflowClient()
run_id = run.info.run_id
with tempfile.TemporaryDirectory() as folder:
    artifact = Path(client.download_artifacts(run_id, "notes/a.txt", folder)).read_text("utf-8")
found = client.search_runs([run.info.experiment_id], "metrics.squares > 8")
print(
    json.dumps(
        {
            "params": client.get_run(run_id).data.params,
            "metric": [m.value for m in client.get_metric_history(run_id, "squares")],
            "artifact": artifact,
            "found": len(found),
        }
    )
)
