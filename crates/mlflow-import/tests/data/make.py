"""Makes a small database with an MLflow of before, and notes what its server
answers: NAME.db and NAME.json beside this file.

    python -m venv old
    old/bin/pip install "mlflow-skinny==2.9.*" "sqlalchemy<2.1" alembic "flask<3" querystring_parser \
        "pandas<3" "setuptools<80"
    old/bin/python crates/mlflow-import/tests/data/make.py mlflow-2.9

and mlflow-2.22 the same way, of "mlflow-skinny==2.22.*" with graphene.
"""

import json
import os
import sqlite3
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

HERE = Path(__file__).parent
NAME = sys.argv[1]
FOLDER = Path(tempfile.mkdtemp())
STORE = FOLDER / "mlflow.db"
os.environ["_MLFLOW_SERVER_FILE_STORE"] = f"sqlite:///{STORE}"
os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = "mlflow-artifacts:/"
os.environ["_MLFLOW_SERVER_SERVE_ARTIFACTS"] = "true"

from mlflow.server import app, handlers  # noqa: E402  (reads the variables)

handlers._get_tracking_store().set_experiment_tag  # makes the tables
client = app.test_client()
recorded = []


def ask(verb, path, body=None):
    """The answer of the server, which has to be one."""
    answer = client.open(f"/api/2.0/mlflow/{path}", method=verb, json=body)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json


def post(path, **body):
    return ask("POST", path, body)


def record(verb, path, **body):
    """Notes a request that changes nothing, with its answer."""
    if verb == "GET":
        path, body = f"{path}?{urlencode(body, doseq=True)}", None
    recorded.append({"verb": verb, "path": path, "body": body, "answer": ask(verb, path, body)})


def has(path):
    """Whether this version has such calls."""
    return any(f"mlflow/{path}" in str(rule) for rule in app.url_map.iter_rules())


def log(experiment, name, start, losses, **more):
    run = post("runs/create", experiment_id=experiment, run_name=name, start_time=start, **more)
    run = run["run"]["info"]["run_id"]
    metrics = [
        {"key": "loss", "value": loss, "timestamp": start + step, "step": step}
        for step, loss in enumerate(losses)
    ]
    post(
        "runs/log-batch",
        run_id=run,
        metrics=metrics,
        params=[{"key": "depth", "value": str(len(losses))}, {"key": "long", "value": "x" * 600}],
        tags=[{"key": "note", "value": "a\nb \u00fc \U0001f600"}],
    )
    return run


def make_runs():
    trained = post("experiments/create", name="trained", tags=[{"key": "team", "value": "\u00fc"}])
    trained = trained["experiment_id"]
    gone = post("experiments/create", name="gone", artifact_location="s3://bucket/gone")
    first = log(trained, "first", 1_700_000_000_000, [1 / 3, 0.25, 0.125])
    second = log(trained, "second", 1_700_000_100_000, [0.5, 0.75])
    for key, value in [("nan", "NaN"), ("up", "Infinity"), ("down", "-Infinity")]:
        post("runs/log-metric", run_id=second, key=key, value=value, timestamp=5, step=-1)
    # Equal steps: the latest of them is the one with the newest time.
    for value, timestamp in [(2.0, 20), (3.0, 10)]:
        post("runs/log-metric", run_id=first, key="tie", value=value, timestamp=timestamp, step=1)
    child = log(trained, "child", 1_700_000_200_000, [], tags=[{"key": "mlflow.parentRunId", "value": first}])
    deleted = log("0", "deleted", 1_700_000_300_000, [9.0])
    dataset = {"name": "iris", "digest": "d1", "source_type": "local", "source": '{"uri":"a"}'}
    inputs = [{"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "train"}]}]
    post("runs/log-inputs", run_id=first, datasets=inputs)
    post("runs/update", run_id=first, status="FINISHED", end_time=1_700_000_050_000)
    post("runs/update", run_id=second, status="FAILED", end_time=1_700_000_150_000)
    post("runs/delete", run_id=deleted)
    log(gone["experiment_id"], "in what is gone", 1_700_000_400_000, [1.0])
    post("experiments/delete", experiment_id=gone["experiment_id"])
    return trained, [first, second, child, deleted]


def record_runs(trained, runs):
    for view in ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"]:
        record("POST", "experiments/search", max_results=100, view_type=view, order_by=["name"])
        record("POST", "runs/search", experiment_ids=["0", trained, "2"], run_view_type=view)
    record("GET", "experiments/get", experiment_id=trained)
    record("GET", "experiments/get-by-name", experiment_name="trained")
    for run in runs:
        record("GET", "runs/get", run_id=run)
        for key in ["loss", "nan", "up", "down", "tie"]:
            record("GET", "metrics/get-history", run_id=run, metric_key=key)
    for filter in [
        "metrics.loss < 0.2",
        "metrics.tie = 2",
        "params.depth = '2'",
        "tags.note LIKE 'a%'",
        "attributes.status = 'FINISHED'",
        "attributes.run_name = 'child'",
        "dataset.name = 'iris'",
    ]:
        record("POST", "runs/search", experiment_ids=[trained], filter=filter)
    for order in ["metrics.loss DESC", "params.depth", "attributes.start_time DESC"]:
        record("POST", "runs/search", experiment_ids=[trained], order_by=[order])


def make_models(run):
    post("registered-models/create", name="m", description="d", tags=[{"key": "k", "value": "v"}])
    post("registered-models/create", name="empty")
    for source in ["mlflow-artifacts:/1/a", "s3://bucket/b"]:
        post("model-versions/create", name="m", source=source, tags=[{"key": "q", "value": source}])
    post("model-versions/transition-stage", name="m", version="1", stage="Production")
    post("registered-models/alias", name="m", alias="champion", version="1")
    post("model-versions/create", name="m", source="s3://bucket/c", run_id=run, description="c")
    ask("DELETE", "model-versions/delete", {"name": "m", "version": "2"})


def record_models():
    record("GET", "registered-models/search", max_results=100)
    record("GET", "registered-models/search", filter="name = 'm'")
    record("GET", "registered-models/get", name="m")
    record("GET", "registered-models/alias", name="m", alias="champion")
    record("GET", "model-versions/search", filter="name = 'm'")
    for version in ["1", "3"]:
        record("GET", "model-versions/get", name="m", version=version)
        record("GET", "model-versions/get-download-uri", name="m", version=version)


def make_traces(experiment):
    for i, status in enumerate(["OK", "ERROR"]):
        trace = post(
            "traces",
            experiment_id=experiment,
            timestamp_ms=1_700_000_500_000 + i,
            request_metadata=[
                {"key": "mlflow.trace.session", "value": f"s{i}"},
                {"key": "mlflow.traceInputs", "value": "\u00fc"},
            ],
            tags=[{"key": "mlflow.traceName", "value": f"chain {i}"}, {"key": "t", "value": "1"}],
        )
        ask(
            "PATCH",
            f"traces/{trace['trace_info']['request_id']}",
            {"timestamp_ms": 1_700_000_500_100 + i, "status": status},
        )


trained, runs = make_runs()
record_runs(trained, runs)
make_models(runs[0])
record_models()
if has("traces"):
    make_traces(trained)
    record("GET", "traces", experiment_ids=[trained], max_results=10)

small = sqlite3.connect(STORE)
small.execute("PRAGMA page_size = 512")
small.execute("VACUUM")
small.close()
(HERE / f"{NAME}.db").write_bytes(STORE.read_bytes())
lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in recorded)
(HERE / f"{NAME}.json").write_text(f"[\n{lines}\n]\n")
