"""Layers of networks with ONNX Runtime's answers, as test cases.

    python nn.py DIRECTORY [COUNT]

COUNT cases of each operator with random attributes and shapes; the same cases
at every call. What ONNX Runtime refuses is left out, and so is what it
answers against the specification: a causal mask for one query, Col2Im with
dilations and other than two axes, transposed convolutions that keep a length
that their kernels don't cover, and regions that are scaled to the length of the
whole.
"""

import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import helper

import cases

F32, F64, F16, I64 = np.float32, np.float64, np.float16, np.int64


def normal(rng, *shape, dtype=F32):
    return rng.normal(0, 1, shape).astype(dtype)


def chance(rng, part=0.5):
    return rng.random() < part


def window(rng, rank, kernel, dilation=True, ceil=False):
    """Strides, dilations and padding; the latter never as long as the kernel."""
    out = {}
    dilations = [1] * rank
    if chance(rng):
        out["strides"] = [int(n) for n in rng.integers(1, 4, rank)]
    if dilation and chance(rng, 0.4):
        dilations = [int(n) for n in rng.integers(1, 3, rank)]
        out["dilations"] = dilations
    if ceil and chance(rng):
        out["ceil_mode"] = 1
    kind = rng.integers(0, 5)
    if kind < 2:
        out["pads"] = [int(rng.integers(0, k)) for k in kernel + kernel]
    elif kind == 2 and "ceil_mode" not in out:
        out["auto_pad"] = str(rng.choice(["SAME_UPPER", "SAME_LOWER"]))
        out.pop("dilations", None)
    elif kind == 3:
        out["auto_pad"] = "VALID"
    return out


def image(rng, rank, channels, dtype=F32):
    size = {1: (6, 14), 2: (5, 11), 3: (4, 7)}[rank]
    return normal(rng, int(rng.integers(1, 3)), channels, *rng.integers(*size, rank), dtype=dtype)


def pool(rng, op):
    rank = int(rng.integers(1, 4))
    kernel = [int(n) for n in rng.integers(1, 4, rank)]
    attributes = {"kernel_shape": kernel, **window(rng, rank, kernel, ceil=True)}
    x = image(rng, rank, 2)
    outputs, opset = 1, int(rng.choice([11, 12, 19, 22]))
    if op == "AveragePool":
        attributes["count_include_pad"] = int(rng.integers(0, 2))
        if opset < 19:
            attributes.pop("dilations", None)
    elif op == "LpPool":
        attributes["p"] = int(rng.integers(1, 4))
        if opset < 18:
            attributes.pop("dilations", None)
            attributes.pop("ceil_mode", None)
    else:
        outputs = int(rng.integers(1, 3))
        if chance(rng, 0.3):
            attributes["storage_order"] = 1
        if opset >= 12 and chance(rng, 0.3):
            x = rng.integers(-128, 128, x.shape).astype(np.int8)
        else:
            x = np.round(x * 2) / 2
    return [x], attributes, opset, outputs


def conv(rng, op):
    rank = int(rng.integers(1, 4))
    kernel = [int(n) for n in rng.integers(1, 4, rank)]
    groups = int(rng.choice([1, 1, 2, 3]))
    channels, filters = groups * int(rng.integers(1, 3)), groups * int(rng.integers(1, 4))
    attributes = {"group": groups, **window(rng, rank, kernel)}
    x = image(rng, rank, channels)
    w = normal(rng, filters, channels // groups, *kernel)
    bias = normal(rng, filters)
    if op == "Conv":
        return [x, w] + ([bias] if chance(rng) else []), attributes, 11, 1
    if op == "ConvTranspose":
        if attributes.get("auto_pad", "").startswith("SAME") and "strides" in attributes:
            attributes["strides"] = [min(s, k) for s, k in zip(attributes["strides"], kernel)]
        w = normal(rng, channels, filters // groups, *kernel)
        if "strides" in attributes and chance(rng):
            attributes["output_padding"] = [int(rng.integers(0, s)) for s in attributes["strides"]]
        return [x, w] + ([bias] if chance(rng) else []), attributes, 11, 1
    kind = np.uint8
    x = rng.integers(0, 256, x.shape).astype(kind)
    w_kind = rng.choice([np.uint8, np.int8])
    low = 0 if w_kind == np.uint8 else -128
    w = rng.integers(low, low + 256, w.shape).astype(w_kind)
    zero = np.array(rng.integers(0, 256), kind)
    w_zero = np.array(rng.integers(low, low + 256) if w_kind == np.uint8 else 0, w_kind)
    if op == "ConvInteger":
        return [x, w, zero, w_zero], attributes, 10, 1
    scales = [np.array(s, F32) for s in rng.uniform(0.01, 0.1, 2)]
    w_scale = rng.uniform(0.01, 0.1, filters).astype(F32) if w_kind == np.int8 and chance(rng) else scales[1]
    if w_scale.ndim:
        w_zero = np.zeros(filters, w_kind)
    y_scale, y_zero = np.array(rng.uniform(0.5, 2), F32), np.array(rng.integers(0, 256), kind)
    inputs = [x, scales[0], zero, w, w_scale, w_zero, y_scale, y_zero]
    if chance(rng):
        inputs.append(rng.integers(-999, 999, filters).astype(np.int32))
    return inputs, attributes, 10, 1


def resize(rng, _):
    mode = str(rng.choice(["nearest", "linear", "cubic"]))
    coordinates = ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric", "tf_crop_and_resize"]
    opset = int(rng.choice([10, 11, 13, 18, 19]))
    attributes = {"mode": mode}
    x = normal(rng, 1, 2, *rng.integers(2, 8, 2))
    if mode == "linear" and chance(rng, 0.3):
        x = normal(rng, 1, 2, *rng.integers(2, 6, 3))
    rank = x.ndim
    if opset > 10:
        allowed = coordinates if opset >= 19 else [c for c in coordinates if c != "half_pixel_symmetric"]
        attributes["coordinate_transformation_mode"] = str(rng.choice(allowed))
    scales = np.array([1, 1, *rng.choice([0.4, 0.5, 0.75, 1, 1.5, 2, 2.3, 3], rank - 2)], F32)
    if opset == 10:
        attributes["mode"] = mode = "nearest" if mode == "cubic" else mode
        return [x, scales], attributes, opset, 1
    if mode == "nearest":
        attributes["nearest_mode"] = str(rng.choice(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]))
        if chance(rng, 0.3):
            x = rng.integers(-9, 9, x.shape).astype(rng.choice([np.int8, np.int32, np.uint8]))
    if mode == "cubic":
        attributes["cubic_coeff_a"] = float(rng.choice([-0.5, -0.75]))
        attributes["exclude_outside"] = int(rng.integers(0, 2))
    if mode != "nearest" and opset >= 18 and chance(rng):
        attributes["antialias"] = 1
        attributes["exclude_outside"] = int(rng.integers(0, 2))
    roi = np.array([], F32)
    if attributes["coordinate_transformation_mode"] == "tf_crop_and_resize":
        low, high = rng.uniform(0, 0.4, rank - 2), rng.uniform(0.6, 1.2, rank - 2)
        roi = np.concatenate([[0, 0], low, [1, 1], high]).astype(F32)
        attributes["extrapolation_value"] = 7.0
    if chance(rng):
        if len(roi):
            scales[scales == 1] = [1, 1, *[1.3] * (rank - 2)][: (scales == 1).sum()]
        return [x, roi, scales], attributes, opset, 1
    sizes = np.array([*x.shape[:2], *rng.integers(1, 12, rank - 2)], I64)
    if opset >= 18 and chance(rng) and not len(roi):
        attributes["axes"] = list(range(2, rank))
        attributes["keep_aspect_ratio_policy"] = str(rng.choice(["stretch", "not_larger", "not_smaller"]))
        sizes = sizes[2:]
    if len(roi):
        sizes[2:] += sizes[2:] == x.shape[2:]
    return [x, roi, None, sizes], attributes, opset, 1


def upsample(rng, _):
    x = normal(rng, 1, 2, 3, 4)
    scales = np.array([1, 1, *rng.choice([1, 1.5, 2, 2.4, 3], 2)], F32)
    return [x, scales], {"mode": str(rng.choice(["nearest", "linear"]))}, 9, 1


def grid_sample(rng, _):
    opset = int(rng.choice([16, 20]))
    rank = 2 if opset == 16 else int(rng.integers(2, 4))
    names = ["nearest", "bilinear", "bicubic"] if opset == 16 else ["nearest", "linear", "cubic"]
    mode = str(rng.choice(names[: 3 if rank == 2 else 2]))
    x = image(rng, rank, 2)
    grid = rng.uniform(-1.6, 1.6, (x.shape[0], *rng.integers(2, 5, rank), rank)).astype(F32)
    attributes = {
        "mode": mode,
        "padding_mode": str(rng.choice(["zeros", "border", "reflection"])),
        "align_corners": int(rng.integers(0, 2)),
    }
    return [x, grid], attributes, opset, 1


def affine_grid(rng, _):
    rank = int(rng.integers(2, 4))
    batch = int(rng.integers(1, 3))
    size = np.array([batch, 2, *rng.integers(1, 5, rank)], I64)
    return [normal(rng, batch, rank, rank + 1), size], {"align_corners": int(rng.integers(0, 2))}, 20, 1


def regions(rng, op):
    x = image(rng, 2, 3)
    count = int(rng.integers(1, 5))
    corners = rng.uniform(-2, 12, (count, 2, 2)).astype(F32)
    corners.sort(axis=1)
    boxes = corners.reshape(count, 4)
    batch = rng.integers(0, x.shape[0], count)
    if op == "MaxRoiPool":
        inputs = [x, np.concatenate([batch[:, None].astype(F32), boxes], axis=1)]
        return inputs, {"pooled_shape": [int(n) for n in rng.integers(1, 4, 2)], "spatial_scale": float(rng.choice([0.5, 1]))}, 11, 1
    opset = int(rng.choice([10, 16]))
    attributes = {
        "output_height": int(rng.integers(1, 4)),
        "output_width": int(rng.integers(1, 4)),
        "sampling_ratio": int(rng.integers(0, 3)),
        "spatial_scale": float(rng.choice([0.5, 1])),
        "mode": str(rng.choice(["avg", "max"])),
    }
    if opset == 16:
        attributes["coordinate_transformation_mode"] = str(rng.choice(["half_pixel", "output_half_pixel"]))
    return [x, boxes, batch.astype(I64)], attributes, opset, 1


def suppression(rng, _):
    batch, classes, count = (int(n) for n in rng.integers(1, 4, 3) * [1, 1, 5])
    boxes = rng.uniform(0, 1, (batch, count, 4)).astype(F32)
    scores = (rng.integers(0, 9, (batch, classes, count)) / 8).astype(F32)
    inputs = [boxes, scores, np.array([rng.integers(0, 6)], I64), np.array([rng.choice([0, 0.3, 0.5, 1])], F32)]
    if chance(rng):
        inputs.append(np.array([rng.choice([0, 0.25, 0.5])], F32))
    return inputs, {"center_point_box": int(rng.integers(0, 2))}, 11, 1


def deform(rng, _):
    groups, offset_groups = (int(n) for n in rng.integers(1, 3, 2))
    kernel = [int(n) for n in rng.integers(1, 4, 2)]
    attributes = {"group": groups, "offset_group": offset_groups, "strides": [1, 2], "pads": [1, 0, 1, 1], "dilations": [int(n) for n in rng.integers(1, 3, 2)]}
    x = normal(rng, 2, 4, 7, 6)
    w = normal(rng, groups * 2, 4 // groups, *kernel)
    span = [(k - 1) * d + 1 for k, d in zip(kernel, attributes["dilations"])]
    out = [(7 + 2 - span[0]) // 1 + 1, (6 + 1 - span[1]) // 2 + 1]
    taps = offset_groups * kernel[0] * kernel[1]
    inputs = [x, w, normal(rng, 2, taps * 2, *out) * 2]
    if chance(rng):
        inputs.append(normal(rng, groups * 2))
    if chance(rng):
        inputs = inputs + [None] * (4 - len(inputs)) + [normal(rng, 2, taps, *out)]
    return inputs, attributes, 19, 1


def recurrent(rng, op):
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[op]
    direction = str(rng.choice(["forward", "reverse", "bidirectional"]))
    count = 2 if direction == "bidirectional" else 1
    steps, batch, size, hidden = (int(n) for n in rng.integers(1, 5, 4))
    attributes = {"direction": direction, "hidden_size": hidden}
    per = {"LSTM": 3, "GRU": 2, "RNN": 1}[op]
    if chance(rng, 0.6):
        plain = ["Relu", "Tanh", "Sigmoid", "Affine", "LeakyRelu", "HardSigmoid", "Elu", "Softsign", "ThresholdedRelu", "ScaledTanh"]
        attributes["activations"] = [str(a) for a in rng.choice(plain, count * per)]
        values = {"Affine": (1, 1), "LeakyRelu": (1, 0), "ThresholdedRelu": (1, 0), "ScaledTanh": (1, 1), "HardSigmoid": (1, 1), "Elu": (1, 0)}
        alphas = sum(values.get(a, (0, 0))[0] for a in attributes["activations"])
        betas = sum(values.get(a, (0, 0))[1] for a in attributes["activations"])
        if alphas:
            attributes["activation_alpha"] = [float(v) for v in rng.uniform(0.1, 0.9, alphas)]
        if betas:
            attributes["activation_beta"] = [float(v) for v in rng.uniform(0.1, 0.9, betas)]
    if chance(rng, 0.3):
        attributes["clip"] = 0.5
    if op == "GRU":
        attributes["linear_before_reset"] = int(rng.integers(0, 2))
    if op == "LSTM" and chance(rng, 0.3):
        attributes["input_forget"] = 1
    inputs = [normal(rng, steps, batch, size), normal(rng, count, gates * hidden, size), normal(rng, count, gates * hidden, hidden)]
    inputs.append(normal(rng, count, 2 * gates * hidden) if chance(rng) else None)
    inputs.append(rng.integers(1, steps + 1, batch).astype(np.int32) if chance(rng) else None)
    inputs.append(normal(rng, count, batch, hidden) if chance(rng) else None)
    if op == "LSTM":
        inputs.append(normal(rng, count, batch, hidden) if chance(rng) else None)
        inputs.append(normal(rng, count, 3 * hidden) if chance(rng) else None)
    return inputs, attributes, 14, 3 if op == "LSTM" else 2


def attention(rng, _):
    batch, group, kv_heads, size, value_size = (int(n) for n in rng.integers(1, 4, 5))
    heads = group * kv_heads
    length, keys, past = int(rng.integers(2, 5)), int(rng.integers(1, 6)), 0
    attributes, outputs, extra = {}, 1, [None, None]
    if chance(rng, 0.4):
        past = int(rng.integers(1, 4))
        extra = [normal(rng, batch, kv_heads, past, size), normal(rng, batch, kv_heads, past, value_size)]
        outputs = 3
    if chance(rng, 0.4):
        attributes["is_causal"] = 1
    if chance(rng, 0.3):
        attributes["softcap"] = 2.0
    if chance(rng, 0.3):
        attributes["scale"] = 0.3
    q, k, v = normal(rng, batch, heads, length, size), normal(rng, batch, kv_heads, keys, size), normal(rng, batch, kv_heads, keys, value_size)
    if chance(rng):
        attributes |= {"q_num_heads": heads, "kv_num_heads": kv_heads}
        q, k, v = (t.transpose(0, 2, 1, 3).reshape(batch, t.shape[2], -1) for t in (q, k, v))
    mask = None
    if chance(rng):
        shape = [batch, heads, length, past + keys][int(rng.integers(0, 3)) :]
        mask = normal(rng, *shape) if chance(rng) else rng.random(shape) < 0.7
        if mask.dtype == bool:
            mask[..., 0] = True
    if chance(rng, 0.3) and outputs == 3:
        outputs = 4
        attributes["qk_matmul_output_mode"] = int(rng.choice([0, 1, 3]))
    inputs = [q, k, v, mask, *extra]
    while inputs[-1] is None:
        inputs.pop()
    return inputs, attributes, 23, outputs


def rotary(rng, _):
    batch, length, heads = (int(n) for n in rng.integers(1, 4, 3))
    size = int(rng.choice([4, 8]))
    turned = int(rng.choice([size, size // 2]))
    attributes = {"interleaved": int(rng.integers(0, 2)), "num_heads": heads}
    if turned != size:
        attributes["rotary_embedding_dim"] = turned
    x = normal(rng, batch, heads, length, size) if chance(rng) else normal(rng, batch, length, heads * size)
    if chance(rng):
        caches = [normal(rng, 9, turned // 2), normal(rng, 9, turned // 2), rng.integers(0, 9, (batch, length))]
    else:
        caches = [normal(rng, batch, length, turned // 2) for _ in range(2)]
    return [x, *caches], attributes, 23, 1


def dft(rng, _):
    opset, parts = int(rng.choice([17, 20])), int(rng.integers(1, 3))
    x = normal(rng, *rng.integers(1, 9, 2), int(rng.integers(2, 20)), parts, dtype=rng.choice([F32, F64]))
    axis = int(rng.integers(0, 3))
    attributes = {"inverse": int(parts == 2 and chance(rng))}
    if not attributes["inverse"] and parts == 1:
        attributes["onesided"] = int(rng.integers(0, 2))
    length = np.array(rng.integers(1, 20), I64) if chance(rng) else None
    if opset == 17:
        attributes["axis"] = axis
        return [x, length] if length is not None else [x], attributes, opset, 1
    return [x, length, np.array(axis, I64)], attributes, opset, 1


def stft(rng, _):
    onesided = int(rng.integers(0, 2))
    x = normal(rng, 2, int(rng.integers(16, 40)), 1 if onesided else int(rng.integers(1, 3)))
    frame = int(rng.integers(4, 14))
    inputs = [x, np.array(rng.integers(1, 6), I64), normal(rng, frame) if chance(rng) else None, np.array(frame, I64)]
    return inputs, {"onesided": onesided}, 17, 1


def windows(rng, _):
    size = np.array(rng.integers(2, 20), I64)
    return [size], {"periodic": int(rng.integers(0, 2)), "output_datatype": int(rng.choice([1, 11]))}, 17, 1


def mel(rng, _):
    bins, length, rate = int(rng.integers(1, 12)), int(rng.choice([16, 32, 64, 100])), int(rng.choice([8000, 16000]))
    low, high = rng.uniform(0, 500), rng.uniform(1000, rate / 2)
    return [np.array(n, I64) for n in (bins, length, rate)] + [np.array(n, F32) for n in (low, high)], {}, 17, 1


def norm(rng, _):
    x = normal(rng, 2, 6, 3, 2)
    return [x], {"size": int(rng.choice([1, 3, 5])), "alpha": 0.1, "beta": 0.6, "bias": 2.0}, 13, 1


def columns(rng, _):
    rank = int(rng.integers(1, 4))
    kernel, sizes = rng.integers(1, 4, rank), rng.integers(6, 9, rank)
    strides, dilations = rng.integers(1, 3, rank), rng.integers(1, 3 if rank == 2 else 2, rank)
    pads = rng.integers(0, 2, rank * 2)
    out = [(s + pads[i] + pads[i + rank] - (k - 1) * d - 1) // t + 1 for i, (s, k, d, t) in enumerate(zip(sizes, kernel, dilations, strides))]
    x = normal(rng, 2, 2 * int(np.prod(kernel)), int(np.prod(out)))
    attributes = {k: [int(n) for n in v] for k, v in {"strides": strides, "dilations": dilations, "pads": pads}.items()}
    return [x, sizes.astype(I64), kernel.astype(I64)], attributes, 18, 1


def whole(rng, op):
    attributes = {"p": int(rng.integers(1, 4))} if op == "GlobalLpPool" else {}
    return [image(rng, int(rng.integers(1, 4)), 2)], attributes, 2, 1


OPERATORS = {
    "AffineGrid": affine_grid,
    "Attention": attention,
    "AveragePool": pool,
    "Col2Im": columns,
    "Conv": conv,
    "ConvInteger": conv,
    "ConvTranspose": conv,
    "DFT": dft,
    "DeformConv": deform,
    "GRU": recurrent,
    "GlobalAveragePool": whole,
    "GlobalLpPool": whole,
    "GlobalMaxPool": whole,
    "GridSample": grid_sample,
    "HannWindow": windows,
    "LRN": norm,
    "LSTM": recurrent,
    "LpPool": pool,
    "MaxPool": pool,
    "MaxRoiPool": regions,
    "MelWeightMatrix": mel,
    "NonMaxSuppression": suppression,
    "QLinearConv": conv,
    "RNN": recurrent,
    "Resize": resize,
    "RoiAlign": regions,
    "RotaryEmbedding": rotary,
    "STFT": stft,
    "Upsample": upsample,
}


def main(directory, count):
    onnxruntime.set_default_logger_severity(4)
    for op, make in OPERATORS.items():
        made = 0
        for seed in range(count * 4):
            if made == count:
                break
            rng = np.random.default_rng([seed, *op.encode()])
            values, attributes, opset, outputs = make(rng, op)
            names = ["" if value is None else f"x{i}" for i, value in enumerate(values)]
            given = [(n, v) for n, v in zip(names, values) if v is not None]
            node = helper.make_node(op, names, [f"y{i}" for i in range(outputs)], **attributes)
            graph = helper.make_graph(
                [node],
                op,
                [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for n, v in given],
                [onnx.ValueInfoProto(name=f"y{i}") for i in range(outputs)],
            )
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
            try:
                session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
                answers = session.run(None, dict(given))
            except Exception as problem:
                if os.environ.get("VERBOSE"):
                    print(op, attributes, str(problem)[-300:].replace("\n", " "))
                continue
            cases.write(directory, f"{op.lower()}_{made:03}", model, [v for _, v in given], answers)
            made += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2)
