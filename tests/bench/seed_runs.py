"""Writes runs into the file of an MLflow server that has an experiment, which is
a thousand times as fast as to log them.

    seed_runs.py DATABASE EXPERIMENT runs COUNT KEYS
    seed_runs.py DATABASE EXPERIMENT lines COUNT POINTS

`runs`: COUNT runs with KEYS parameters and KEYS metrics, one value each.
`lines`: COUNT runs with POINTS values of the metric `loss`.
Prints the ids of the first runs as a JSON list, at most 20.
"""

import json
import math
import sqlite3
import sys

START = 1_700_000_000_000


def value(run, step):
    return abs(math.sin(run * 7.13 + step / 911)) / (1 + step / 5000) + (step * 7919 + run) % 101 / 2000


def main(database, experiment, what, count, size):
    with sqlite3.connect(database, timeout=60) as base:
        base.execute("PRAGMA synchronous = OFF")
        runs = [f"{nth:032x}" for nth in range(1, count + 1)] if what == "runs" else [f"f{nth:031x}" for nth in range(1, count + 1)]
        base.executemany(
            "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,"
            " source_version, lifecycle_stage, artifact_uri, experiment_id) VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', ?, ?)",
            ((run, f"run-{nth}", START + nth * 1000, START + nth * 1000 + 500, f"mlflow-artifacts:/{experiment}/{run}/artifacts", experiment) for nth, run in enumerate(runs)),
        )
        latest = "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, 0, ?)"
        if what == "runs":
            for nth, run in enumerate(runs):
                base.executemany("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", ((f"param_{key}", str((nth * (key + 3)) % 17), run) for key in range(size)))
                base.executemany(latest, ((f"metric_{key}", value(nth, key), START + nth, 0, run) for key in range(size)))
        else:
            for nth, run in enumerate(runs):
                base.executemany(
                    "INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('loss', ?, ?, ?, 0, ?)",
                    ((value(nth, step), START + step, step, run) for step in range(size)),
                )
                base.execute(latest, ("loss", value(nth, size - 1), START + size - 1, size - 1, run))
    print(json.dumps(runs[:20]))


main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
