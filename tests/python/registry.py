"""Does with the unmodified client what people do with a model registry.

    registry.py TRACKING_URI DIR

Prints what it reads back, without ids and times, as JSON. DIR has the artifacts.
"""

import json
import os
import sys
import tempfile
import warnings

os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
warnings.filterwarnings("ignore")

import mlflow
import mlflow.sklearn
from mlflow.exceptions import MlflowException
from sklearn.linear_model import LinearRegression

uri, folder = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
# A folder of this run's own: two servers may be asked.
artifacts = tempfile.mkdtemp(dir=folder)
experiment = client.create_experiment("registered", artifact_location=f"file://{artifacts}")


def version(v):
    """What of a version can be compared."""
    return {
        **{"name": v.name, "version": str(v.version), "stage": v.current_stage},
        **{"description": v.description, "status": v.status, "tags": v.tags},
        **{"aliases": sorted(v.aliases), "has_run": bool(v.run_id)},
    }


def model(m):
    """What of a registered model can be compared."""
    return {
        **{"name": m.name, "description": m.description, "tags": m.tags, "aliases": m.aliases},
        "latest": sorted((v.version, v.current_stage) for v in m.latest_versions),
    }


def logged(m):
    """What of a logged model can be compared."""
    return {
        **{"name": m.name, "status": str(m.status), "type": m.model_type, "params": m.params},
        "metrics": sorted((x.key, x.value, x.step, x.dataset_name) for x in m.metrics or []),
        "tags": {k: v for k, v in m.tags.items() if k == "mlflow.modelVersions" or k[0] != "m"},
    }


def refused(call, *args, **kwargs):
    """The code of the error that the call ends in."""
    try:
        call(*args, **kwargs)
    except MlflowException as error:
        return error.error_code
    return None


seen = {}

with mlflow.start_run(experiment_id=experiment) as run:
    fit = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    info = mlflow.sklearn.log_model(fit, name="line", params={"slope": 2})
    mlflow.log_metric("loss", 0.5, step=1, model_id=info.model_id)
    data = mlflow.data.from_numpy(fit.coef_, name="coefficients")
    mlflow.log_metrics({"loss": 0.25, "f1": 1.0}, step=2, model_id=info.model_id, dataset=data)
    mlflow.log_input(data, context="training")
seen["logged"] = logged(mlflow.get_logged_model(info.model_id))
seen["outputs"] = len(client.get_run(run.info.run_id).outputs.model_outputs)

# Registering: by a logged model, by a run, by another version, while logging.
first = mlflow.register_model(info.model_uri, "line", tags={"by": "model"})
by_run = mlflow.register_model(f"runs:/{run.info.run_id}/line", "line")
with mlflow.start_run(experiment_id=experiment):
    mlflow.sklearn.log_model(fit, name="again", registered_model_name="line")
copied = client.copy_model_version("models:/line/1", "copy of line")
seen["registered"] = [version(first), version(by_run), version(copied)]
seen["registrations"] = logged(mlflow.get_logged_model(info.model_id))["tags"]

# Names, aliases, stages, tags, descriptions.
client.update_registered_model("line", description="a line")
client.set_registered_model_tag("line", "team", "x")
client.update_model_version("line", "1", description="the first")
client.set_model_version_tag("line", "1", "good", "yes")
client.set_model_version_tag("line", "2", "bad", "yes")
client.delete_model_version_tag("line", "2", "bad")
client.set_registered_model_alias("line", "champion", 1)
client.set_registered_model_alias("line", "challenger", 2)
client.delete_registered_model_alias("line", "challenger")
client.transition_model_version_stage("line", "1", "Production")
client.transition_model_version_stage("line", "3", "Production", archive_existing_versions=True)
seen["model"] = model(client.get_registered_model("line"))
seen["version"] = version(client.get_model_version("line", "1"))
seen["champion"] = version(client.get_model_version_by_alias("line", "champion"))
seen["stages"] = [version(v) for v in client.get_latest_versions("line", ["Production", "Archived"])]
loaded = [mlflow.pyfunc.load_model(f"models:/line{how}") for how in ("/1", "@champion", "/latest")]
seen["predictions"] = [round(float(m.predict([[10.0]])[0]), 6) for m in loaded]
seen["refused"] = [
    refused(client.get_registered_model, "none"),
    refused(client.get_model_version, "line", "99"),
    refused(client.create_registered_model, "line"),
    refused(client.create_registered_model, "a/b"),
    refused(client.get_model_version_by_alias, "line", "challenger"),
    refused(client.set_registered_model_alias, "line", "latest", 1),
    refused(client.create_model_version, "line", "file:///etc/passwd"),
    refused(client.get_logged_model, "m-none"),
]

# Searches.
find = client.search_registered_models
seen["models"] = [m.name for m in find(order_by=["name DESC"])]
seen["by tag"] = [m.name for m in find("tags.team = 'x' AND name LIKE 'l%'")]
page = find(max_results=1)
seen["pages"] = [[m.name for m in page], [m.name for m in find(max_results=1, page_token=page.token)]]
find = client.search_model_versions
seen["versions"] = [v.version for v in find("name = 'line'", order_by=["version_number ASC"])]
seen["of run"] = sorted(v.name for v in find(f"run_id = '{run.info.run_id}'"))
find = lambda text, **more: [
    m.name
    for m in mlflow.search_logged_models(
        [experiment], filter_string=text, output_format="list", **more
    )
]
order = [{"field_name": "metrics.loss", "ascending": True}]
digest = {"dataset_name": data.name, "dataset_digest": data.digest}
seen["logged models"] = [
    find(None, order_by=order),
    find("name = 'line' AND params.slope = '2'"),
    find("metrics.loss < 0.3"),
    find("metrics.loss < 0.6", datasets=[digest]),
    find("metrics.loss = 0.5", datasets=[digest]),
]
client.set_logged_model_tags(info.model_id, {"kept": "1", "gone": "2"})
client.delete_logged_model_tag(info.model_id, "gone")
seen["tagged"] = logged(client.get_logged_model(info.model_id))["tags"]

# Prompts are registered models of another kind.
mlflow.genai.register_prompt("greeting", "Hello {{name}}", tags={"tone": "warm"})
mlflow.genai.register_prompt("greeting", "Hi {{name}}", commit_message="shorter")
mlflow.genai.set_prompt_alias("greeting", alias="live", version=2)
prompt = mlflow.genai.load_prompt("prompts:/greeting@live")
seen["prompt"] = [prompt.template, prompt.version, prompt.format(name="you")]
seen["prompts"] = [p.name for p in mlflow.genai.search_prompts()]
seen["no prompts"] = [m.name for m in client.search_registered_models()]

# And away with it.
client.rename_registered_model("copy of line", "line 2")
seen["renamed"] = version(client.get_model_version("line 2", "1"))
client.delete_model_version("line", "3")
seen["left"] = sorted(v.version for v in client.search_model_versions("name = 'line'"))
client.delete_registered_model("line")
seen["gone"] = refused(client.get_registered_model, "line")
client.delete_logged_model(info.model_id)
seen["not found"] = find("name = 'line'")
print(json.dumps(seen, sort_keys=True, indent=1))
