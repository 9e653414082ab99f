"""Logs the histories that the pixel tests of charts look for.

    charts.py TRACKING_URI

Prints what was logged as one JSON object.
"""

import json
import math
import sys

from mlflow import MlflowClient
from mlflow.entities import Metric

START = 1_767_225_600_000  # 2026-01-01T00:00:00Z in milliseconds
LONG, SPIKE_STEP = 50_000, 31_337


def main(uri):
    client = MlflowClient(uri)
    experiment = client.create_experiment("charts")

    def run(name, colour, metrics):
        tags = {"mlflow.runColor": colour}
        run_id = client.create_run(experiment, run_name=name, tags=tags).info.run_id
        points = [
            Metric(key, value, START + 1000 * step, step)
            for key, values in metrics.items()
            for step, value in values
        ]
        for begin in range(0, len(points), 1000):
            client.log_batch(run_id, metrics=points[begin : begin + 1000])
        client.set_terminated(run_id)
        return {"id": run_id, "name": name, "colour": colour}

    spike = [(step, 9.0 if step == SPIKE_STEP else 1.0) for step in range(LONG)]
    gap = [(step, math.nan if 80 <= step < 120 else 5.0) for step in range(200)]
    decades = [(step, 10.0 ** (step - 3)) for step in range(7)] + [(7, 0.0), (8, -1.0)]
    wave = [(step, 1 + math.sin(step / 9)) for step in range(150)]
    many = {f"many/m{nth:03}": wave[:9] for nth in range(200)}
    once = {"once": [(0, 0.25)]}
    runs = {
        "spiked": run("spiked", "#d6336c", {"long": spike, "gap": gap, "decades": decades, "wave": wave, **once}),
        "calm": run("calm", "#2a6bc4", {"long": [(0, 3.0), (49_999, 3.0)], "once": [(0, 0.5)]}),
        "many": run("many", "#5d7326", many),
    }
    print(json.dumps({"experiment": experiment, "runs": runs, "long": LONG, "spike": SPIKE_STEP}))


main(sys.argv[1])
