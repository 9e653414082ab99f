"""Loops, scans, conditions and sequences with ONNX Runtime's answers, as test cases.

    python control.py DIRECTORY [STEP]

Axes, directions, batches, no iterations at all, captured values, nesting;
sequences split, changed and put together. The same cases at every call; with STEP only
every STEPth.
"""

import itertools
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

onnxruntime.set_default_logger_severity(4)
FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
node, graph = helper.make_node, helper.make_graph
info = helper.make_tensor_value_info
refused = []


def sequence_info(name, dtype=FLOAT):
    return helper.make_tensor_sequence_value_info(name, dtype, None)


def typed(name, array):
    return info(name, helper.np_dtype_to_tensor_dtype(array.dtype), [f"{name}_{i}" for i in range(array.ndim)])


class Writer:
    def __init__(self, directory, step):
        self.directory, self.step, self.count = directory, step, 0

    def case(self, nodes, feeds, outputs, opset=21, initializers=(), always=False):
        """Writes a case, unless ONNX Runtime refuses it; `always` whatever STEP says."""
        inputs = [typed(k, v) for k, v in feeds.items()]
        constants = [numpy_helper.from_array(v, k) for k, v in initializers]
        body = graph(nodes, "g", inputs, outputs, constants)
        model = helper.make_model(body, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        model = model.SerializeToString()
        try:
            session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
            answers = session.run(None, feeds)
        except Exception as error:
            refused.append(f"{nodes[-1].op_type}: {str(error)[-150:]}")
            return
        folder = os.path.join(self.directory, f"test_control_{self.count:03}")
        self.count += 1
        if (self.count - 1) % self.step and not always:
            return
        data = os.path.join(folder, "test_data_set_0")
        os.makedirs(data, exist_ok=True)
        with open(os.path.join(folder, "model.onnx"), "wb") as file:
            file.write(model)
        for i, (name, value) in enumerate(feeds.items()):
            with open(os.path.join(data, f"input_{i}.pb"), "wb") as file:
                file.write(numpy_helper.from_array(value, name).SerializeToString())
        for i, value in enumerate(answers):
            if isinstance(value, list):
                message = onnx.SequenceProto(elem_type=onnx.SequenceProto.TENSOR)
                message.tensor_values.extend(numpy_helper.from_array(v) for v in value)
            else:
                message = numpy_helper.from_array(np.asarray(value))
            with open(os.path.join(data, f"output_{i}.pb"), "wb") as file:
                file.write(message.SerializeToString())


def scans(write, rng):
    """Every axis and direction, of inputs and outputs of rank 1 to 3."""
    for rank, steps in itertools.product((1, 2, 3), (1, 3)):
        for axis in range(-rank, rank):
            for directions in ((0, 0), (0, 1), (1, 0), (1, 1)):
                shape = [2, 3, 4][:rank]
                shape[axis] = steps
                element = [n for i, n in enumerate(shape) if i != axis % rank]
                body = graph(
                    [node("Mul", ["x", "w"], ["p"]), node("Add", ["s", "p"], ["t"]), node("Identity", ["t"], ["o"])],
                    "body", [info("s", FLOAT, element), info("x", FLOAT, element)],
                    [info("t", FLOAT, element), info("o", FLOAT, element)],
                )
                scan = node(
                    "Scan", ["s0", "x0"], ["last", "all"], body=body, num_scan_inputs=1, scan_input_axes=[axis],
                    scan_input_directions=[directions[0]], scan_output_axes=[axis], scan_output_directions=[directions[1]],
                )
                feeds = {
                    "s0": rng.normal(size=element).astype(np.float32),
                    "x0": rng.normal(size=shape).astype(np.float32),
                    "w": np.float32(rng.normal(size=1)),
                }
                write.case([scan], feeds, [info("last", FLOAT, None), info("all", FLOAT, None)], 11 if rank == 2 else 21)


def mixed_scans(write, rng):
    """Two inputs on different axes, text and integers among them."""
    for directions in itertools.product((0, 1), repeat=2):
        body = graph(
            [node("Identity", ["a"], ["x"]), node("Identity", ["b"], ["y"])], "body",
            [info("a", INT64, [2]), info("b", TensorProto.STRING, [])],
            [info("x", INT64, [2]), info("y", TensorProto.STRING, [])],
        )
        scan = node("Scan", ["p", "q"], ["r", "t"], body=body, num_scan_inputs=2, scan_input_axes=[1, 0],
                    scan_input_directions=list(directions), scan_output_axes=[1, 0])
        feeds = {"p": rng.integers(0, 9, (2, 3)), "q": np.array(["a", "bc", ""], dtype=object)}
        inputs = [info("r", INT64, None), info("t", TensorProto.STRING, None)]
        write.case([scan], feeds, inputs, 17)


def batches(write, rng):
    """Version 8: rows, each with a length of its own."""
    for direction, lengths in itertools.product((0, 1), (None, [3, 3], [1, 2], [3, 1])):
        body = graph(
            [node("Add", ["s", "x"], ["t"]), node("Identity", ["x"], ["o"])], "body",
            [info("s", FLOAT, [2]), info("x", FLOAT, [2])], [info("t", FLOAT, [2]), info("o", FLOAT, [2])],
        )
        scan = node("Scan", ["" if lengths is None else "n", "s0", "x0"], ["last", "all"], body=body,
                    num_scan_inputs=1, directions=[direction])
        feeds = {} if lengths is None else {"n": np.array(lengths)}
        feeds["s0"] = rng.normal(size=(2, 2)).astype(np.float32)
        feeds["x0"] = rng.normal(size=(2, 3, 2)).astype(np.float32)
        write.case([scan], feeds, [info("last", FLOAT, None), info("all", FLOAT, None)], 8)


def loops(write, rng):
    """Counts and conditions, given and not, with outputs that are collected."""
    for count, condition, stop in itertools.product((None, 0, 1, 4, -1), (None, True, False), (2, 9)):
        for declared in ([], [1]):
            body = graph(
                [
                    node("Less", ["i", "stop"], ["c2"]), node("Add", ["v", "w"], ["v2"]),
                    node("Identity", ["v2"], ["o"]), node("Identity", ["i"], ["n"]),
                ],
                "body", [info("i", INT64, declared), info("c", BOOL, declared), info("v", FLOAT, [2])],
                [info("c2", BOOL, declared), info("v2", FLOAT, [2]), info("o", FLOAT, [2]), info("n", INT64, declared)],
            )
            inputs = ["" if count is None else "m", "" if condition is None else "k", "v0"]
            loop = node("Loop", inputs, ["last", "all", "numbers"], body=body)
            feeds = {"v0": rng.normal(size=2).astype(np.float32), "w": rng.normal(size=2).astype(np.float32)}
            feeds["stop"] = np.array(stop)
            if count is not None:
                feeds["m"] = np.array(count)
            if condition is not None:
                feeds["k"] = np.array(condition)
            outputs = [info("last", FLOAT, None), info("all", FLOAT, None), info("numbers", INT64, None)]
            write.case([loop], feeds, outputs, 16 if declared else 11)


def nested(write, rng):
    """A loop in a condition in a loop; the innermost captures from all around."""
    for count in (0, 1, 3):
        inner = graph(
            [node("Add", ["b", "i"], ["b2"]), node("Mul", ["b2", "w"], ["b3"]), node("Identity", ["d"], ["d2"])],
            "inner", [info("j", INT64, []), info("d", BOOL, []), info("b", INT64, [])],
            [info("d2", BOOL, []), info("b3", INT64, [])],
        )
        yes = graph([node("Loop", ["m", "", "a"], ["y"], body=inner)], "yes", [], [info("y", INT64, [])])
        no = graph([node("Sub", ["a", "w"], ["z"])], "no", [], [info("z", INT64, [])])
        outer = graph(
            [
                node("Less", ["i", "w"], ["is"]), node("If", ["is"], ["a2"], then_branch=yes, else_branch=no),
                node("Identity", ["c"], ["c2"]), node("Identity", ["a2"], ["o"]),
            ],
            "outer", [info("i", INT64, []), info("c", BOOL, []), info("a", INT64, [])],
            [info("c2", BOOL, []), info("a2", INT64, []), info("o", INT64, [])],
        )
        loop = node("Loop", ["m", "", "x"], ["last", "all"], body=outer)
        feeds = {"m": np.array(count), "x": np.array(2), "w": np.array(2)}
        write.case([loop], feeds, [info("last", INT64, None), info("all", INT64, None)], 16)


def sequence_in_loop(write, rng):
    """A sequence is carried on and grows; one of its tensors is read."""
    for count in (1, 4):
        body = graph(
            [
                node("SequenceInsert", ["q", "x"], ["q2"]), node("SequenceAt", ["q2", "i"], ["t"]),
                node("Add", ["t", "x"], ["u"]), node("SequenceErase", ["q2", "i"], ["q3"]),
                node("SequenceInsert", ["q3", "u", "i"], ["q4"]), node("SequenceLength", ["q4"], ["n"]),
                node("Identity", ["c"], ["c2"]),
            ],
            "body", [info("i", INT64, []), info("c", BOOL, []), sequence_info("q")],
            [info("c2", BOOL, []), sequence_info("q4"), info("n", INT64, [])],
        )
        nodes = [
            node("SequenceEmpty", [], ["q0"]), node("Loop", ["m", "", "q0"], ["q9", "lengths"], body=body),
            node("ConcatFromSequence", ["q9"], ["y"], axis=0, new_axis=1),
        ]
        feeds = {"m": np.array(count), "x": rng.normal(size=2).astype(np.float32)}
        write.case(nodes, feeds, [sequence_info("q9"), info("lengths", INT64, None), info("y", FLOAT, None)], 13)


def splits(write, rng):
    for split, keeps, axis in itertools.product((None, 1, 2, 7, [1, 2], [0, 3], [3], []), (0, 1), (0, 1, -1)):
        for dtype in (np.float32, np.int64, object):
            if split is not None and not keeps:
                continue
            x = rng.integers(0, 99, (3, 3)).astype(dtype)
            x = np.array([[str(v) for v in row] for row in x], dtype=object) if dtype is object else x
            kind = helper.np_dtype_to_tensor_dtype(x.dtype)
            feeds = {"x": x} if split is None else {"x": x, "p": np.array(split, np.int64)}
            split_node = node("SplitToSequence", list(feeds), ["q"], axis=axis, keepdims=keeps)
            back = node("ConcatFromSequence", ["q"], ["y"], axis=axis, new_axis=1 - keeps)
            outputs = [sequence_info("q", kind), info("y", kind, None)]
            if dtype is np.float32 or split in (None, 2):
                write.case([split_node, back], feeds, outputs, 12)


def concatenations(write, rng):
    shapes = [[(2, 3), (2, 3)], [(2, 3), (1, 3)], [(2, 3), (2, 1)], [(0, 3), (2, 3)], [(2, 3), (0, 1)], [(), ()], [(3,), (3,)]]
    for pair, axis, new in itertools.product(shapes, (-3, -2, -1, 0, 1, 2), (0, 1)):
        if any(0 in shape for shape in pair) and (new or axis not in (0, -2)):
            continue  # ONNX Runtime answers with memory that it has not written.
        feeds = {f"x{i}": rng.normal(size=shape).astype(np.float32) for i, shape in enumerate(pair)}
        nodes = [node("SequenceConstruct", list(feeds), ["q"]), node("ConcatFromSequence", ["q"], ["y"], axis=axis, new_axis=new)]
        write.case(nodes, feeds, [info("y", FLOAT, None)], 13)


def positions(write, rng):
    for at in (-4, -3, -1, 0, 2, 3, 4):
        for op, inputs in (("SequenceAt", ["q", "p"]), ("SequenceErase", ["q", "p"]), ("SequenceInsert", ["q", "x0", "p"])):
            feeds = {f"x{i}": rng.normal(size=i).astype(np.float32) for i in range(3)}
            nodes = [node("SequenceConstruct", list(feeds), ["q"]), node(op, inputs, ["y"])]
            feeds["p"] = np.array(at)
            write.case(nodes, feeds, [info("y", FLOAT, None) if op == "SequenceAt" else sequence_info("y")], 13)


def distances(write, rng):
    """Nearest neighbours as skl2onnx writes them, and what only looks like it."""
    kinds = [
        (np.float32, 5, False, 1, 0, 18), (np.float32, 1, False, 1, 0, 18), (np.float64, 7, True, 1, 0, 13),
        (np.float32, 2, True, -1, 0, 11), (np.float32, 4, False, 0, 0, 18), (np.float32, 3, False, 1, 1, 18),
    ]
    for dtype, rows, is_turned, axis, keepdims, opset in kinds:
        operands = ["r", "s"] if is_turned else ["s", "r"]
        new = opset >= 18
        reduced = node("ReduceSumSquare", ["d", "axis"] if new else ["d"], ["q"], keepdims=keepdims, **({} if new else {"axes": [axis]}))
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        body = graph(
            [node("Identity", ["s"], ["t"]), node("Sub", operands, ["d"]), reduced, node("Identity", ["q"], ["o"])], "body",
            [info("s", kind, [None, None]), info("r", kind, [None])], [info("t", kind, [None, None]), info("o", kind, None)],
            [numpy_helper.from_array(np.array([axis]), "axis")] if new else [],
        )
        scan = node("Scan", ["x", "w"], ["last", "all"], body=body, num_scan_inputs=1)
        feeds = {"x": rng.normal(size=(rows, 6)).astype(dtype)}
        outputs = [info("last", kind, None), info("all", kind, None)]
        write.case([scan], feeds, outputs, opset, [("w", rng.normal(size=(9, 6)).astype(dtype))], always=True)


def main():
    step = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    write, rng = Writer(sys.argv[1], step), np.random.default_rng(7)
    for make in (scans, mixed_scans, batches, loops, nested, sequence_in_loop, splits, concatenations, positions, distances):
        before = write.count
        make(write, rng)
        print(f"{make.__name__}: {write.count - before}")
    for message in refused:
        print("refused:", message.replace("\n", " "), file=sys.stderr)


if __name__ == "__main__":
    main()
