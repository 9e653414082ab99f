"""Logs what the pages of experiments and runs have to show.

    pages.py TRACKING_URI

Prints what was logged as one JSON object.
"""

import json
import os
import sys
import tempfile
import warnings

os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
warnings.filterwarnings("ignore")

import mlflow
import pandas as pd

HOSTILE = {
    "html": "<img src=x onerror=alert(1)><b>bold</b>",
    "script": "</script><script>alert(1)</script>",
    "direction": "abc\u202etxt.exe\u202c \u2067\u05e9\u05dc\u05d5\u05dd",
    "long": "x" * 5990,
    "emoji": "\U0001f6a2\U0001f468\u200d\U0001f469\u200d\U0001f467 Z\u00fcrich",
    "control": "a\x00b\x1b[31m\tc",
    "template": "{{7*7}} ${7*7} %s &amp; &lt;",
}
NOTE = """# A heading

Some *words*, <script>alert(1)</script> and <b onclick="alert(1)">raw</b>.

[good](https://example.com/a) [bad](javascript:alert(1)) ![cat](https://example.com/cat.png)

- [x] done
- [ ] open

| a | b |
|---|---|
| 1 | 2 |

```
x = 1
```
"""


def try_set(set_one, *pair):
    """Sets what a server takes; some refuse NUL."""
    try:
        set_one(*pair)
        return True
    except Exception:
        return False


def main():
    uri = sys.argv[1]
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    ids = {}
    for name in ["team/vision/cats", "team/vision/dogs", "team/speech", "alone's \"one\"", "gone"]:
        ids[name] = client.create_experiment(name, tags={"team": name.split("/")[0][:5], "owner": "Ada"})
    ids["hostile"] = client.create_experiment(HOSTILE["html"] + " " + HOSTILE["direction"])
    client.set_experiment_tag(ids["hostile"], "mlflow.note.content", NOTE)
    client.set_experiment_tag(ids["hostile"], "a: k", HOSTILE["script"])
    client.delete_experiment(ids["gone"])

    cats = ids["team/vision/cats"]
    mlflow.set_experiment(experiment_id=cats)
    with mlflow.start_run(run_name="sweep") as parent:
        children = []
        for nth in range(12):
            with mlflow.start_run(run_name=f"child-{nth}", nested=True) as child:
                children.append(child.info.run_id)
                mlflow.log_param("lr", 0.1 / (nth + 1))
                if nth == 0:
                    for step in range(50):
                        mlflow.log_metric("loss", 2.0 / (step + 1), step=step)
                    mlflow.log_metric("exact", 0.123456789)
                    mlflow.log_metric("system/cpu", 41.5)
                    frame = pd.DataFrame({"x": [1.0, 2.0], "label": ["a", "b"]})
                    data = mlflow.data.from_pandas(frame, name="pets", source="https://example.com/pets.csv")
                    mlflow.log_input(data, context="training")
                    mlflow.log_text("hello <b>world</b>", "notes/hello.txt")
                    mlflow.log_dict({"a": 1}, "config.json")
                    mlflow.set_tag("stage", "draft")
                    mlflow.set_tag("mlflow.source.git.commit", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567")
                    mlflow.set_tag("mlflow.source.git.repoURL", "git@github.com:team/pets.git")
    mlflow.set_experiment(experiment_id=ids["hostile"])
    with mlflow.start_run(run_name=HOSTILE["html"]) as hostile:
        kept = {}
        for key, value in HOSTILE.items():
            kept[key] = try_set(client.log_param, hostile.info.run_id, f"p-{key}", value) and try_set(
                client.set_tag, hostile.info.run_id, f"t-{key}", value
            )
        client.set_tag(hostile.info.run_id, "mlflow.note.content", NOTE)
        client.log_metric(hostile.info.run_id, "a/b c: d", 1.5)
    running = client.create_run(cats, run_name="still-going")
    client.log_metric(running.info.run_id, "loss", 3.25, step=1)
    print(
        json.dumps(
            {
                "experiments": ids,
                "hostileName": HOSTILE["html"] + " " + HOSTILE["direction"],
                "parent": parent.info.run_id,
                "children": children,
                "hostile": hostile.info.run_id,
                "texts": {key: value for key, value in HOSTILE.items() if kept[key]},
                "running": running.info.run_id,
                "digest": data.digest,
            }
        )
    )


main()
