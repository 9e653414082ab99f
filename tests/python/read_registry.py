"""Prints the aliases of a registered model, as the Python client reads them.

    read_registry.py TRACKING_URI NAME
"""

import json
import sys

import mlflow

mlflow.set_tracking_uri(sys.argv[1])
aliases = mlflow.MlflowClient().get_registered_model(sys.argv[2]).aliases
print(json.dumps({alias: str(version) for alias, version in aliases.items()}))
