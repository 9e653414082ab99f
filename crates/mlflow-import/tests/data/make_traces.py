"""Makes a small database as MLflow had them before 3.17, of that of 2.22, with all
that the migration of traces moves, and notes what that migration makes of it:
traces.db and traces.json beside this file.

    python crates/mlflow-import/tests/data/make_traces.py    # tests/requirements.txt
"""

import json
import shutil
import sqlite3
import tempfile
from pathlib import Path

import sqlalchemy
from alembic import command
from mlflow.store.db.utils import _get_alembic_config

HERE = Path(__file__).parent
BEFORE = "b7e2c1a4d9f3"
MOVED = ["trace_info", "trace_tags", "trace_request_metadata", "trace_metrics"]
MOVED += ["spans", "span_metrics", "assessments"]

TOKENS = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7, "cache_read_input_tokens": 1}
METADATA = [
    ("t1", "mlflow.trace.session", "s" * 300),
    ("t1", "mlflow.trace.tokenUsage", json.dumps(TOKENS)),
    ("t1", "mlflow.trace.cost", json.dumps({"input_cost": 0.1, "total_cost": 0.25})),
    ("t1", "mlflow.traceInputs", "kept"),
    ("t2", "mlflow.trace.tokenUsage", "not json"),
    ("t2", "mlflow.gateway.endpointId", "e"),
    ("t3", "mlflow.trace.tokenUsage", json.dumps({"input_tokens": 5})),
]
VALUES = ["1", "2.5", "true", "false", '"yes"', '" NO "', '"maybe"', "yes", '{"a": 1}', "null", "[1]"]


def fill(db):
    for i, trace in enumerate(["t1", "t2", "t3"]):
        db.execute(
            "INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, status) VALUES (?, 0, ?, 'OK')",
            [trace, 1000 + i],
        )
    db.execute("INSERT INTO trace_tags (request_id, key, value) VALUES ('t1', 'mlflow.traceName', 'chain')")
    db.execute("INSERT INTO trace_tags (request_id, key, value) VALUES ('t1', 'k', 'v')")
    db.executemany("INSERT INTO trace_request_metadata (request_id, key, value) VALUES (?, ?, ?)", METADATA)
    metrics = [("t3", "input_tokens", 6.0), ("t3", "output_tokens", 2.0), ("t3", "other", 1.5)]
    db.executemany("INSERT INTO trace_metrics (request_id, key, value) VALUES (?, ?, ?)", metrics)
    model = json.dumps({"mlflow.llm.model": "m", "mlflow.llm.provider": "p"})
    for span, attributes in [("a", model), ("b", None)]:
        db.execute(
            "INSERT INTO spans (trace_id, experiment_id, span_id, name, status, start_time_unix_nano,"
            " end_time_unix_nano, content, dimension_attributes) VALUES ('t2', 0, ?, ?, 'OK', 1, 5, '{}', ?)",
            [span, span, attributes],
        )
    costs = [("a", "total_cost", 0.5), ("b", "total_cost", 0.25), ("b", "input_cost", 0.1), ("b", "x", 1.0)]
    db.executemany("INSERT INTO span_metrics (trace_id, span_id, key, value) VALUES ('t2', ?, ?, ?)", costs)
    for i, value in enumerate(VALUES):
        db.execute(
            "INSERT INTO assessments (assessment_id, trace_id, name, assessment_type, value,"
            " created_timestamp, last_updated_timestamp, source_type, valid)"
            " VALUES (?, 't1', 'n', 'feedback', ?, 1, 2, 'HUMAN', 1)",
            [f"a{i:02}", value],
        )


def upgrade(file, revision):
    url = f"sqlite:///{file}"
    engine = sqlalchemy.create_engine(url)
    config = _get_alembic_config(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "mlflow.db"
    shutil.copy(HERE / "mlflow-2.22.db", file)
    upgrade(file, BEFORE)
    db = sqlite3.connect(file)
    fill(db)
    db.commit()
    db.execute("PRAGMA page_size = 512")
    db.execute("VACUUM")
    db.close()
    shutil.copy(file, HERE / "traces.db")
    upgrade(file, "head")
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    moved = {table: [dict(row) for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")] for table in MOVED}
    (HERE / "traces.json").write_text(json.dumps(moved, indent=1) + "\n")
