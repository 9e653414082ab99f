"""Logs many runs, so that they come in more than one page.

    many.py TRACKING_URI COUNT

Prints the experiment's id.
"""

import sys

from mlflow import MlflowClient
from mlflow.entities import Metric

START = 1_767_225_600_000  # 2026-01-01T00:00:00Z in milliseconds


def main():
    uri, count = sys.argv[1], int(sys.argv[2])
    client = MlflowClient(uri)
    experiment = client.create_experiment("many")
    for nth in range(count):
        begin = START + nth * 1000
        run = client.create_run(experiment, start_time=begin, run_name=f"run-{nth:03}")
        client.log_batch(run.info.run_id, metrics=[Metric("loss", nth / 8, begin, 0)])
        client.set_terminated(run.info.run_id, end_time=begin + 500)
    print(experiment)


main()
