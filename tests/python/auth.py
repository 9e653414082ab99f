"""Uses a server with logins by the unmodified client, as three users; prints what each of them could do.

The admin is signed in by the environment; TOKEN, if given, is the admin's too.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.server import get_app_client

uri, token = sys.argv[1], sys.argv[2:]
mlflow.set_tracking_uri(uri)
auth = get_app_client("basic-auth", tracking_uri=uri)
PASSWORD = "a-long-password"
seen = {}


def sign_in(username, password=PASSWORD):
    os.environ["MLFLOW_TRACKING_USERNAME"] = username
    os.environ["MLFLOW_TRACKING_PASSWORD"] = password


def attempt(name, work):
    try:
        seen[name] = work()
    except MlflowException as error:
        seen[name] = f"refused: {error.get_http_status_code()} {error.error_code}"


admin = os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"]
for user in ("ann", "bob"):
    auth.create_user(user, PASSWORD)

sign_in("ann")
client = mlflow.MlflowClient()
experiment = client.create_experiment("ann's")
with mlflow.start_run(experiment_id=experiment) as run:
    mlflow.log_metric("m", 1)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "note.txt").write_text("by ann")
        mlflow.log_artifacts(folder, "notes")
run_id = run.info.run_id
client.create_registered_model("ann's model")


def read(path="notes/note.txt"):
    with tempfile.TemporaryDirectory() as folder:
        return Path(client.download_artifacts(run_id, path, folder)).read_text()


def write():
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "more.txt").write_text("more")
        client.log_artifact(run_id, f"{folder}/more.txt", "notes")


def names(found):
    return sorted(one.name for one in found)


def everything(who):
    attempt(f"{who} reads a run", lambda: client.get_run(run_id).data.metrics)
    attempt(f"{who} reads a history", lambda: len(client.get_metric_history(run_id, "m")))
    attempt(f"{who} finds experiments", lambda: names(client.search_experiments()))
    attempt(f"{who} finds runs", lambda: len(client.search_runs([experiment])))
    attempt(f"{who} finds models", lambda: names(client.search_registered_models()))
    attempt(f"{who} lists files", lambda: [file.path for file in client.list_artifacts(run_id, "notes")])
    attempt(f"{who} tags a run", lambda: client.set_tag(run_id, "k", who))
    attempt(f"{who} deletes a model", lambda: client.delete_registered_model("ann's model"))
    attempt(f"{who} lists users", lambda: auth.get_user("ann").username)


sign_in("bob")
everything("bob")
seen["bob reads a file"] = read()
sign_in("ann")
auth.grant_user_permission("bob", "experiment", experiment, "EDIT")
sign_in("bob")
everything("bob, an editor,")
attempt("bob, an editor, writes a file", write)
sign_in("ann")
auth.revoke_user_permission("bob", "experiment", experiment)
auth.grant_user_permission("bob", "experiment", experiment, "DENY")
auth.grant_user_permission("bob", "registered_model", "ann's model", "DENY")
attempt("what ann granted", lambda: auth.get_user_permission("bob", "experiment", experiment).permission)
sign_in("bob")
everything("bob, denied,")
for name, work in (("reads", read), ("writes", write)):
    try:
        seen[f"bob, denied, {name} a file"] = work()
    except Exception as error:
        seen[f"bob, denied, {name} a file"] = "403" in str(error)

sign_in(*admin)
role = auth.create_role("default", "readers")
auth.add_role_permission(role.id, "run", "*", "DENY")
auth.assign_role("ann", role.id)
seen["roles of ann"] = sorted(r.name for r in auth.list_user_roles("ann"))
sign_in("ann")
attempt("ann, denied runs, reads one", lambda: client.get_run(run_id).data.metrics)
attempt("ann, denied runs, finds some", lambda: len(client.search_runs([experiment])))
attempt("ann changes her password", lambda: auth.update_user_password("ann", "another-long-one", PASSWORD))
attempt("ann signs in with the old one", lambda: names(client.search_experiments()))
sign_in("ann", "another-long-one")
attempt("ann signs in with the new one", lambda: names(client.search_experiments()))
sign_in(*admin)
auth.delete_user("bob")
attempt("the admin looks for bob", lambda: auth.get_user("bob").username)
if token:
    for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        del os.environ[name]
    os.environ["MLFLOW_TRACKING_TOKEN"] = token[0]
    assert auth.get_user("ann").username == "ann"
    assert client.get_run(run_id).data.metrics == {"m": 1}
    assert read() == "by ann"
print(json.dumps(seen))
