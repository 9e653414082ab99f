"""Writes schema.txt: what the tables of a database are that MLflow made.

    python crates/tracking/tests/data/schema.py
"""

import sqlite3
import tempfile
from pathlib import Path

import sqlalchemy
from mlflow.store.db.utils import _initialize_tables

HERE = Path(__file__).parent

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "mlflow.db"
    _initialize_tables(sqlalchemy.create_engine(f"sqlite:///{file}"))
    facts = sqlite3.connect(file).execute((HERE / "facts.sql").read_text())
    (HERE / "schema.txt").write_text("".join(f"{fact}\n" for (fact,) in facts))
