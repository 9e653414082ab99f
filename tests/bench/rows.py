"""Makes the rows of the inference benchmark: `rows.py FOLDER`.

FOLDER gets the models, and for each row its inputs and what native onnxruntime
answers to them, listed in `rows.json`.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

import networks
import tabular

warnings.filterwarnings("ignore")


def save(folder, name, named):
    """Writes tensors, numbers as bytes and texts as JSON, and says what they are."""
    described = []
    for i, (key, value) in enumerate(named):
        value = np.asarray(value)
        texts = value.dtype.kind in "OUS"
        file = f"data/{name}.{i}.{'json' if texts else 'bin'}"
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if texts:
            path.write_text(json.dumps([str(text) for text in value.reshape(-1)]))
        else:
            path.write_bytes(value.tobytes())
        dtype = "string" if texts else value.dtype.name
        described.append({"name": key, "dtype": dtype, "shape": list(value.shape), "file": file})
    return described


def row(folder, name, model, engine, feeds, session):
    answers = session.run(None, feeds)
    return {
        "name": name,
        "engine": engine,
        "model": f"models/{model}.onnx",
        "inputs": save(folder, f"{name}.in", feeds.items()),
        "outputs": save(folder, f"{name}.out", zip([o.name for o in session.get_outputs()], answers)),
    }


def session_of(folder, name, model):
    path = folder / "models" / f"{name}.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def start():
    """A model of one addition, to start engines with."""
    x, y = (onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in "xy")
    graph = onnx.helper.make_graph([onnx.helper.make_node("Add", ["x", "x"], ["y"])], "start", [x], [y])
    opsets = [onnx.helper.make_opsetid("", 18)]
    return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def main(folder):
    networks.download(folder.parent / "wheels")
    made = []
    session_of(folder, "start", start())
    for name, (train, batches) in tabular.MODELS.items():
        model, columns = train()
        session = session_of(folder, name, model.SerializeToString())
        for batch in batches:
            feeds = tabular.rows(columns, batch)
            made.append({"batch": batch, **row(folder, f"{name}/{batch}", name, "tabular", feeds, session)})
    for name, package, file, inputs in networks.networks():
        session = session_of(folder, name, networks.load(folder.parent / "wheels", package, file))
        feeds = networks.fill(inputs, session.get_inputs())
        made.append({"batch": 1, **row(folder, name, name, "networks", feeds, session)})
    about = {"onnxruntime": onnxruntime.__version__, "rows": made}
    (folder / "rows.json").write_text(json.dumps(about, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
