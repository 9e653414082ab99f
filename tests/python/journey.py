"""A client's whole journey: journey.py TRACKING_URI ONNX_FILE. Prints what it reads back, as JSON.

It runs on MLflow 2.22 and on 3: where they name things differently, it asks the version.
"""

import json
import sys
import tempfile
from pathlib import Path

import mlflow
import numpy as np
import onnx
import pandas as pd
from sklearn.linear_model import LogisticRegression

uri, onnx_file = sys.argv[1:]
is_3 = int(mlflow.__version__.split(".")[0]) >= 3
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
told = {}

# An experiment with a run in a run, and all that is logged there.
experiment = mlflow.set_experiment(f"journey {mlflow.__version__}")
mlflow.set_experiment_tags({"team": "ä"})
frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "y": [0, 0, 1, 1]})
model = LogisticRegression().fit(frame[["x"]], frame["y"])
name = {"name": "model"} if is_3 else {"artifact_path": "model"}
registered = f"journey-{mlflow.__version__}"
with mlflow.start_run(run_name="parent", tags={"a": "b"}, description="note") as parent:
    mlflow.log_params({"p": 1, "q": "two"})
    mlflow.log_metrics({"m": 0.5, "nan": float("nan"), "inf": float("inf")}, step=0)
    for step in range(1, 5):
        mlflow.log_metric("m", step / 10, step=step)
    mlflow.log_text("hällo\n", "notes/a b.txt")
    mlflow.log_dict({"k": [1, 2]}, "d.json")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "deep").mkdir()
        Path(folder, "deep", "empty").touch()
        Path(folder, "deep", "bytes.bin").write_bytes(bytes(range(256)) * 1000)
        mlflow.log_artifacts(folder, "folder")
    data = mlflow.data.from_pandas(frame, source="made here", name="frame", targets="y")
    mlflow.log_input(data, context="training")
    options = {"pip_requirements": [], "input_example": frame[["x"]]}
    mlflow.sklearn.log_model(model, **name, registered_model_name=registered, **options)
    with mlflow.start_run(run_name="child", nested=True) as child:
        mlflow.log_metric("m", 9)
        graph = onnx.load(onnx_file)
        logged = mlflow.onnx.log_model(graph, **name, pip_requirements=[])

run = client.get_run(parent.info.run_id)
history = client.get_metric_history(run.info.run_id, "m")
files = [[f.path, f.is_dir, f.file_size] for f in client.list_artifacts(run.info.run_id)]
deep = client.list_artifacts(run.info.run_id, "folder/deep")
told["run"] = {
    "status": run.info.status,
    "params": run.data.params,
    "metrics": {key: str(value) for key, value in run.data.metrics.items()},
    "tags": {key: run.data.tags[key] for key in ("a", "mlflow.note.content", "mlflow.runName")},
    "history": [[m.step, m.value] for m in history],
    "files": [f for f in files if f[0] != "model"],
    "deep": [[f.path, f.is_dir, f.file_size] for f in deep],
    "text": mlflow.artifacts.load_text(f"{run.info.artifact_uri}/notes/a b.txt"),
    "dict": mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/d.json"),
    "inputs": [
        [i.dataset.name, i.dataset.digest, i.dataset.source_type, [[t.key, t.value] for t in i.tags]]
        for i in run.inputs.dataset_inputs
    ],
}
path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="folder/deep")
told["downloaded"] = {p.name: len(p.read_bytes()) for p in sorted(Path(path).iterdir())}

# Searches, page by page.
ids = [experiment.experiment_id]
for query in ["metrics.m > 1", "params.q = 'two'", "tags.a LIKE 'b%'", "attributes.run_name = 'child'"]:
    found = client.search_runs(ids, query)
    told[query] = [r.info.run_name for r in found]
page = client.search_runs(ids, order_by=["metrics.m ASC"], max_results=1)
rest = client.search_runs(ids, order_by=["metrics.m ASC"], max_results=1, page_token=page.token)
told["pages"] = [r.info.run_name for r in [*page, *rest]]
told["children"] = [
    r.info.run_name
    for r in client.search_runs(ids, f"tags.mlflow.parentRunId = '{run.info.run_id}'")
]

# The registry.
client.set_registered_model_alias(registered, "champion", "1")
client.set_model_version_tag(registered, "1", "checked", "yes")
client.update_model_version(registered, "1", "the first")
client.transition_model_version_stage(registered, "1", "Staging")
second = client.create_model_version(registered, f"runs:/{child.info.run_id}/model", child.info.run_id)
copy = client.copy_model_version(f"models:/{registered}@champion", f"{registered}-copy")
version = client.get_model_version_by_alias(registered, "champion")
told["registry"] = {
    "version": [version.version, version.tags, version.description, version.current_stage, version.aliases],
    "second": second.version,
    "copy": [copy.name, copy.version, copy.description],
    "latest": sorted(v.version for v in client.get_latest_versions(registered)),
    "found": sorted(v.version for v in client.search_model_versions(f"name = '{registered}'")),
    "models": [m.name for m in client.search_registered_models(f"name LIKE '{registered}%'")],
}
loaded = mlflow.pyfunc.load_model(f"models:/{registered}@champion")
told["predictions"] = {
    "equal": (loaded.predict(frame[["x"]]) == model.predict(frame[["x"]])).all().item(),
    "stage": mlflow.sklearn.load_model(f"models:/{registered}/Staging").predict(frame[["x"]]).tolist(),
    "run": mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model").predict(frame[["x"]]).tolist(),
}
shape = [d.dim_value or 1 for d in graph.graph.input[0].type.tensor_type.shape.dim]
again = mlflow.onnx.load_model(logged.model_uri)
told["onnx"] = [shape, again.SerializeToString() == graph.SerializeToString()]
client.delete_registered_model_alias(registered, "champion")
client.delete_model_version(registered, "2")
told["left"] = [v.version for v in client.search_model_versions(f"name = '{registered}'")]

# Away and back.
client.delete_run(child.info.run_id)
told["deleted"] = [client.get_run(child.info.run_id).info.lifecycle_stage, len(client.search_runs(ids))]
client.restore_run(child.info.run_id)
client.delete_experiment(experiment.experiment_id)
told["away"] = [e.name for e in client.search_experiments(filter_string="name LIKE 'journey%'")]
client.restore_experiment(experiment.experiment_id)
told["back"] = [client.get_experiment(experiment.experiment_id).lifecycle_stage, len(client.search_runs(ids))]


# Traces.
@mlflow.trace(attributes={"kind": "test"})
def outer(n):
    return [inner(i) for i in range(n)]


@mlflow.trace
def inner(n):
    return np.sqrt(n).item()


outer(3)
# MLflow 2.22's client does not find what it has traced, not even at MLflow's own server.
if is_3:
    mlflow.flush_trace_async_logging()
    trace = mlflow.get_trace(mlflow.get_last_active_trace_id())
    told["trace"] = {
        "spans": sorted(s.name.split("_")[0] for s in trace.data.spans),
        "inputs": trace.data.spans[0].inputs,
        "outputs": trace.data.spans[0].outputs,
        "found": [len(t.data.spans) for t in client.search_traces(locations=ids)],
    }
    client.set_trace_tag(trace.info.request_id, "seen", "yes")
    told["trace tag"] = client.get_trace(trace.info.request_id).info.tags["seen"]

# Prompts.
prompts = mlflow.genai if is_3 else mlflow
prompt_name = f"greeting-{registered}".replace(".", "-")
prompts.register_prompt(prompt_name, "Hello {{who}}", commit_message="first")
prompts.register_prompt(prompt_name, "Hi {{who}}", commit_message="second")
prompts.set_prompt_alias(prompt_name, "live", 2)
prompt = prompts.load_prompt(f"prompts:/{prompt_name}@live")
told["prompt"] = [prompt.version, prompt.format(who="you"), prompts.load_prompt(f"prompts:/{prompt_name}/1").template]
told["models without prompts"] = [m.name for m in client.search_registered_models()]

print(json.dumps(told, default=str))
