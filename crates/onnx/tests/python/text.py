"""Random nodes of the operators of text with ONNX Runtime's answers, as test cases.

    python text.py DIRECTORY [COUNT]

Regular expressions of all kinds (as a whole, as tokens, as separators), n-grams
of texts and of numbers, case, splitting, hashes; the same cases at every call.
The locale is C.UTF-8, which changes case as en_US.UTF-8 does, and is everywhere.
"""

import itertools
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

import cases

WORDS = ["a", "b", "ab", "abc", "Ab", "foo", "bar", "x1", "42", "_", "é", "Éa", "straße", "ß", "日本", "K", "ſ", "a.b", "-", "#"]
GAPS = [" ", " ", "  ", ",", ", ", "\n", "\t", ";", ".", "-", "", ""]
ATOMS = [
    "a", "b", "c", "ab", "foo", "1", "é", "日", " ", ",", "-", "_", "#", ".", "\\.", r"\w", r"\d", r"\s", r"\W", r"\D", r"\S",
    "[a-c]", "[^a]", "[^a-z0-9]", "[a-zA-Z0-9_]", r"[\w-]", "[]a]", "[a-]", r"[^\s,]", "[[:alpha:]]", "[[:^alpha:]_]", "[[:punct:]]",
    r"[\W\d]", r"[^\W_]", "[à-ÿ]", r"\x61", r"\x{e9}", r"\141", r"\Qa.b\E", r"\t", r"\n", "K", "(?i:k)", "(?i:[a-c]S)", "(?i:É)", "(?s:.)", r"(?i:\w)", r"(?i:[^k])",
]
ASSERTS = [r"\b", r"\B", "^", "$", r"\A", r"\z", "(?m:^)", "(?m:$)"]
REPEATS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "{0}"]
SKLEARN = ["[a-zA-Z0-9_]+", r"\b\w\w+\b", r"\w\w+", "[a-z]+|[0-9]+", "a|ab|abc", r"[a-zA-Z]+[^\s]*", r"(?:\d+\.)?\d+", "..", "[^ ]+", r"\S+@\S+"]


def texts(rng, count):
    def text():
        n = int(rng.choice([0, 1, 1, 2, 3, 5, 8]))
        return "".join(str(rng.choice(WORDS)) + str(rng.choice(GAPS)) for _ in range(n))

    return [text() for _ in range(count)]


def pattern(rng, depth=2):
    def part():
        kind = rng.random()
        if kind < 0.12:
            return str(rng.choice(ASSERTS))
        atom = f"({pattern(rng, depth - 1)})" if depth and kind < 0.3 else str(rng.choice(ATOMS))
        if rng.random() < 0.35:
            atom = atom if len(atom) == 1 or atom[0] in "([" or atom[0] == "\\" else f"(?:{atom})"
            atom += str(rng.choice(REPEATS))
        return atom

    branches = ["".join(part() for _ in range(int(rng.integers(1, 4)))) for _ in range(int(rng.choice([1, 1, 2, 3])))]
    flags = str(rng.choice(["", "", "", "", "(?i)", "(?s)", "(?m)", "(?ims)"])) if depth == 2 else ""
    return flags + "|".join(branches)


def shaped(rng, values):
    values = np.array(values, dtype=object)
    if rng.random() < 0.5 and len(values) % 2 == 0:
        return values.reshape(-1, 2)
    return values


def full_match(rng):
    node = helper.make_node("RegexFullMatch", ["X"], ["Y"], pattern=pattern(rng))
    return node, [shaped(rng, texts(rng, 20) + WORDS)], [TensorProto.BOOL]


def tokenizer(rng):
    kind = rng.random()
    attributes = {"mark": int(rng.random() < 0.3), "pad_value": str(rng.choice(["#", "", "pad"])), "mincharnum": 1}
    if kind < 0.1:
        attributes["separators"] = [""]
    elif kind < 0.2:
        attributes["tokenexp"] = "."
    else:
        attributes["mincharnum"] = int(rng.choice([1, 1, 2, 3]))
        if kind < 0.35:
            attributes["separators"] = [str(s) for s in rng.choice([" ", ",", ";", "b", "[ ,]+", r"\s", r"[\s,]", "ab|a", "(?i)a", r"\W", "é", r"\d+"], int(rng.integers(1, 4)), replace=False)]
        elif kind < 0.5:
            attributes["tokenexp"] = str(rng.choice(SKLEARN))
        else:
            attributes["tokenexp"] = pattern(rng)
    count = int(rng.choice([0, 1, 2, 12]))
    node = helper.make_node("Tokenizer", ["X"], ["Y"], domain="com.microsoft", **attributes)
    x = np.array(texts(rng, count), dtype=object)
    return node, [x if rng.random() < 0.5 else x.reshape(-1, 2 if count % 2 == 0 else 1)], [TensorProto.STRING]


def tf_idf(rng):
    is_text = rng.random() < 0.5
    tokens = WORDS[:6] if is_text else [int(i) for i in range(-2, 4)]
    longest = int(rng.integers(1, 5))
    shortest = int(rng.integers(1, longest + 1))
    pool, counts, grams = [], [], 0
    for size in range(1, max(2, longest + int(rng.integers(2)))):
        counts.append(len(pool))
        every = {tuple(rng.integers(0, len(tokens), size)) for _ in range(int(rng.integers(0 if pool else 1, 30)))}
        for gram in sorted(every):
            pool += [tokens[i] for i in gram]
            grams += 1
    counts += [len(pool)] * (longest - len(counts))
    indexes = [int(i) for i in rng.permutation(grams)] if rng.random() < 0.7 else [int(i) for i in rng.integers(0, grams + 2, grams)]
    attributes = {"pool_strings" if is_text else "pool_int64s": pool, "ngram_counts": counts, "ngram_indexes": indexes}
    if rng.random() < 0.7:
        attributes["weights"] = [float(w) for w in rng.uniform(-1, 2, grams).astype(np.float32)]
    mode = str(rng.choice(["TF", "IDF", "TFIDF"]))
    node = helper.make_node("TfIdfVectorizer", ["X"], ["Y"], mode=mode, min_gram_length=shortest, max_gram_length=longest, max_skip_count=int(rng.integers(0, 6)), **attributes)
    shape = [(7,), (1,), (0,), (1, 5), (5, 9), (3, 1), (2, 0), (2, 40)][int(rng.integers(8))]
    values = (tokens + ["none", "#"]) if is_text else tokens + [99, -(2**31)]
    x = np.array([values[i] for i in rng.integers(0, len(values), int(np.prod(shape)))], dtype=object if is_text else np.int64)
    if not is_text and rng.random() < 0.5:
        x = x.astype(np.int32)
    return node, [x.reshape(shape)], [TensorProto.FLOAT]


def normalizer(rng):
    attributes = {"case_change_action": str(rng.choice(["NONE", "LOWER", "UPPER"])), "is_case_sensitive": int(rng.random() < 0.5), "locale": str(rng.choice(["C.UTF-8"] * 4 + ["C"]))}
    if rng.random() < 0.7:
        attributes["stopwords"] = [str(w) for w in rng.choice(WORDS + ["FOO", "ÉA", "STRASSE"], int(rng.integers(1, 12)), replace=False)]
    x = np.array([str(w) for w in rng.choice(WORDS + ["Foo", "BAR", "ΑΣ", "ᾳ", "İ", "ǆ", ""], int(rng.choice([1, 3, 20])))], dtype=object)
    return helper.make_node("StringNormalizer", ["X"], ["Y"], **attributes), [x if rng.random() < 0.5 else x.reshape(1, -1)], [TensorProto.STRING]


def split(rng):
    attributes = {}
    if rng.random() < 0.7:
        attributes["delimiter"] = str(rng.choice(["", " ", ",", ", ", "ab", "  ", "é"]))
    if rng.random() < 0.6:
        attributes["maxsplit"] = int(rng.integers(-1, 4))
    return helper.make_node("StringSplit", ["X"], ["Y", "Z"], **attributes), [shaped(rng, texts(rng, int(rng.choice([0, 1, 6]))))], [TensorProto.STRING, TensorProto.INT64]


def concat(rng):
    shapes = [((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((1,), (4, 1)), ((2, 1, 2), (3, 1)), ((0, 2), (2,)), ((1,), (0,))]
    inputs = [np.array(texts(rng, int(np.prod(s))), dtype=object).reshape(s) for s in shapes[int(rng.integers(len(shapes)))]]
    return helper.make_node("StringConcat", ["X", "X1"], ["Y"]), inputs, [TensorProto.STRING]


def murmur(rng):
    positive = int(rng.random() < 0.5)
    attributes = {} if rng.random() < 0.3 else {"seed": int(rng.choice([0, 1, 42, 2**31, -1]))}
    dtype = [object, np.int32, np.uint32, np.int64, np.uint64, np.float32, np.float64][int(rng.integers(7))]
    x = np.array(texts(rng, 8), dtype=object) if dtype is object else rng.integers(0, 2**31, 8).astype(dtype)
    if dtype in (np.int32, np.int64, np.float32, np.float64):
        x[::2] *= -1
    node = helper.make_node("MurmurHash3", ["X"], ["Y"], domain="com.microsoft", positive=positive, **attributes)
    return node, [x.reshape(2, 4)], [TensorProto.UINT32 if positive else TensorProto.INT32]


def main(directory, count):
    made = 0
    for seed in itertools.count():
        if made == count:
            break
        rng = np.random.default_rng(seed)
        make = [full_match, full_match, tokenizer, tokenizer, tokenizer, tf_idf, tf_idf, tf_idf, normalizer, split, concat, murmur][seed % 12]
        node, inputs, types = make(rng)
        kind = lambda x: TensorProto.STRING if x.dtype == object else helper.np_dtype_to_tensor_dtype(x.dtype)
        # Whole shapes: what ONNX infers for StringNormalizer wants them.
        declared = [helper.make_tensor_value_info(n, kind(x), x.shape) for n, x in zip(node.input, inputs)]
        graph = helper.make_graph([node], "text", declared, [helper.make_tensor_value_info(n, t, None) for n, t in zip(node.output, types)])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("com.microsoft", 1), helper.make_opsetid("", 20)], ir_version=9)
        try:
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 4
            session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
            answers = session.run(None, dict(zip(node.input, inputs)))
        except Exception as error:
            print(f"seed {seed}: {node.op_type}: {str(error)[-150:]!r}", file=sys.stderr)
            continue
        made += 1
        cases.write(directory, f"text_{seed:03}", model, inputs, answers)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60)
