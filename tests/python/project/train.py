"""What the small project runs: it logs to whatever `mlflow run` set up."""

import sys

import mlflow

with mlflow.start_run():
    mlflow.log_metric("doubled", 2 * float(sys.argv[1]))
    mlflow.log_text(f"hello {sys.argv[2]}", "hello.txt")
