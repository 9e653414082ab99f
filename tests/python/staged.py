"""Registers versions with stages, with a client of MLflow 2.

    staged.py TRACKING_URI
"""

import sys

import mlflow

mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
client.create_registered_model("staged", description="From *MLflow 2*")
for nth in range(3):
    with mlflow.start_run(run_name=f"fit-{nth}") as run:
        mlflow.log_metric("loss", nth / 4)
        mlflow.log_text("flavors:\n  python_function: {}\n", "model/MLmodel")
    client.create_model_version("staged", f"{run.info.artifact_uri}/model", run.info.run_id)
client.transition_model_version_stage("staged", "1", "Production")
client.set_registered_model_alias("staged", "champion", "2")
