"""Fills an mlflow.db with runs, past any server: `fill.py FILE RUNS`.

The experiment `bench` gets RUNS runs with three metrics, three parameters and two
tags each, and one run more, `long`, with a history of 100,000 points. Prints its
ids as JSON. A server would take hours for what this writes in seconds.
"""

import json
import random
import sqlite3
import sys

POINTS = 100_000
START = 1_700_000_000_000


def run_of(index):
    return f"{index:032x}"


def rows(count):
    """For each run its id, metrics, parameters and tags."""
    chance = random.Random(7)
    for i in range(count):
        depth, rate = chance.randrange(2, 12), chance.choice(["0.1", "0.01", "0.001"])
        metrics = [("loss", chance.random()), ("accuracy", chance.random()), ("seconds", 100 * chance.random())]
        params = [("depth", str(depth)), ("rate", rate), ("kind", chance.choice(["forest", "ridge", "boosting"]))]
        tags = [("mlflow.runName", f"run-{i}"), ("team", chance.choice("abc"))]
        yield i, metrics, params, tags


def main(file, count):
    base = sqlite3.connect(file)
    base.execute("PRAGMA synchronous = OFF")
    base.execute(
        "INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time, last_update_time)"
        " VALUES ('bench', 'mlflow-artifacts:/bench', 'active', ?, ?)",
        (START, START),
    )
    (experiment,) = base.execute("SELECT experiment_id FROM experiments WHERE name = 'bench'").fetchone()

    def add_run(run, name, at):
        base.execute(
            "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
            " end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
            " VALUES (?, ?, 'UNKNOWN', '', '', 'u', 'FINISHED', ?, ?, '', 'active', ?, ?)",
            (run, name, at, at + 1000, f"mlflow-artifacts:/bench/{run}/artifacts", experiment),
        )

    metric = "INSERT INTO {} (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)"
    for i, metrics, params, tags in rows(count):
        run = run_of(i)
        add_run(run, f"run-{i}", START + i)
        points = [(key, value, START + i, run, 0) for key, value in metrics]
        base.executemany(metric.format("metrics"), points)
        base.executemany(metric.format("latest_metrics"), points)
        base.executemany("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", [(*p, run) for p in params])
        base.executemany("INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)", [(*t, run) for t in tags])
    long = run_of(count)
    add_run(long, "long", START + count)
    points = [("curve", 1 / (step + 1), START + step, long, step) for step in range(POINTS)]
    base.executemany(metric.format("metrics"), points)
    base.execute(metric.format("latest_metrics"), points[-1])
    base.commit()
    base.close()
    print(json.dumps({"experiment": str(experiment), "long": long}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
