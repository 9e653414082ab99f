"""Logs runs for the table of runs, with the unmodified MLflow client.

    runs.py TRACKING_URI

Prints as one JSON object what was logged, and the runs that the client's own
search finds for some filters and orders, so that a test compares the page with
both.
"""

import json
import sys

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

EXPERIMENT = "table/everything"
START = 1_767_225_600_000  # 2026-01-01T00:00:00Z in milliseconds

FILTERS = [
    "metrics.loss < 0.4",
    "metrics.loss < 0.4 and params.net = 'cnn'",
    "params.net LIKE 'm%'",
    "tags.team = 'blue' and metrics.`val acc` > 0.5",
    "attributes.run_name ILIKE '%CHILD%'",
    "params.lr IS NULL",
]
ORDERS = [
    ["metrics.loss ASC"],
    ["params.net ASC", "metrics.loss DESC"],
    ["attributes.run_name ASC"],
]

# Name, parent, metrics by step, params, tags.
RUNS = [
    ("sweep", None, {}, {"net": "cnn"}, {"team": "blue"}),
    ("child-a", "sweep", {"loss": [0.9, 0.5, 0.25], "val acc": [0.75]}, {"net": "cnn", "lr": "0.1"}, {"team": "blue"}),
    ("child-b", "sweep", {"loss": [0.9, 0.6, 0.375], "val acc": [0.5]}, {"net": "cnn", "lr": "0.01"}, {"team": "red"}),
    ("grandchild", "child-b", {"loss": [0.8, 0.125, 0.5]}, {"net": "mlp", "lr": "0.01"}, {"team": "red"}),
    ("plain", None, {"loss": [0.3125], "val acc": [0.625]}, {"net": "mlp", "lr": "0.1"}, {"team": "blue"}),
    ("quoted, \"name\"", None, {"loss": [0.4375]}, {"net": "mlp", "lr": "1e-3", "note": "a,b\n\"c\""}, {}),
]


def main():
    (uri,) = sys.argv[1:]
    client = MlflowClient(uri)
    experiment = client.create_experiment(EXPERIMENT)
    ids = {}
    logged = []
    for nth, (name, parent, metrics, params, tags) in enumerate(RUNS):
        begin = START + nth * 60_000
        tags = {**tags, "mlflow.user": "ada"}
        if parent:
            tags["mlflow.parentRunId"] = ids[parent]
        run = client.create_run(experiment, start_time=begin, run_name=name)
        ids[name] = run.info.run_id
        points = [
            Metric(key, value, begin + step, step)
            for key, values in metrics.items()
            for step, value in enumerate(values)
        ]
        client.log_batch(
            ids[name],
            metrics=points,
            params=[Param(*item) for item in params.items()],
            tags=[RunTag(*item) for item in tags.items()],
        )
        client.set_terminated(ids[name], "FINISHED", end_time=begin + 30_000)
        logged.append(
            {"id": ids[name], "name": name, "parent": parent, "metrics": metrics, "params": params, "tags": tags}
        )

    def names(**search):
        return [run.info.run_name for run in client.search_runs([experiment], **search)]

    print(
        json.dumps(
            {
                "experiment": experiment,
                "runs": logged,
                "filters": {text: names(filter_string=text) for text in FILTERS},
                "orders": [[order, names(order_by=order)] for order in ORDERS],
            }
        )
    )


if __name__ == "__main__":
    main()
