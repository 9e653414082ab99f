"""Prints a version of a prompt, as the Python client loads it.

    read_prompt.py TRACKING_URI NAME VERSION
"""

import json
import sys

import mlflow

uri, name, version = sys.argv[1:]
mlflow.set_tracking_uri(uri)
prompt = mlflow.genai.load_prompt(name, version=int(version))
client = mlflow.MlflowClient()
print(
    json.dumps(
        {
            "template": prompt.template,
            "message": prompt.commit_message,
            "tags": prompt.tags,
            "variables": sorted(prompt.variables),
            "format": prompt.response_format,
            "config": prompt.model_config,
            "prompt": {key: value for key, value in client.get_prompt(name).tags.items() if not key.startswith("_mlflow")},
            "found": [found.name for found in client.search_prompts(f"name = '{name}'")],
        }
    )
)
