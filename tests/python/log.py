"""Logs a run to TRACKING_URI with the unmodified client and prints what it reads back."""

import json
import sys

import mlflow

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("from Python")
with mlflow.start_run(run_name="logged") as run:
    mlflow.log_param("p", 1)
    mlflow.log_params({"q": "two"})
    for step in range(4):
        mlflow.log_metric("squares", step**2, step=step)
    mlflow.set_tag("purpose", "test")

client = mlflow.MlflowClient()
run_id = run.info.run_id
read = client.get_run(run_id)
print(
    json.dumps(
        {
            "params": read.data.params,
            "squares": [m.value for m in client.get_metric_history(run_id, "squares")],
            "latest": read.data.metrics["squares"],
            "status": read.info.status,
            "tags": {k: v for k, v in read.data.tags.items() if not k.startswith("mlflow.")},
            "found": len(client.search_runs([run.info.experiment_id])),
        }
    )
)
