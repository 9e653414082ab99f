//! What an ONNX model says of itself, without its weights: its messages are
//! walked, and what is large is stepped over without being read.

use std::collections::{BTreeMap, BTreeSet};

/// Texts and types longer than this are left out.
const LONGEST: u64 = 1 << 16;
/// The most fields that are looked at.
const MOST_FIELDS: usize = 3_000_000;
/// The deepest that messages lie in each other.
const DEEPEST: usize = 64;

/// What a model says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The version of the format.
    pub(crate) ir_version: u64,
    /// What wrote it.
    pub(crate) producer: String,
    /// Its version.
    pub(crate) producer_version: String,
    /// The name of the graph.
    pub(crate) graph: String,
    /// The sets of operators that it is written for; the one without a name is
    /// ONNX's own.
    pub(crate) opsets: Vec<(String, u64)>,
    /// What it takes: names and types.
    pub(crate) inputs: Vec<(String, String)>,
    /// What it gives: names and types.
    pub(crate) outputs: Vec<(String, String)>,
    /// How often each operator is used: by its domain and name.
    pub(crate) operators: BTreeMap<(String, String), usize>,
    /// How many constants it holds.
    pub(crate) tensors: usize,
    /// How many numbers there are in them.
    pub(crate) parameters: u64,
    /// The files beside it that hold constants.
    pub(crate) external: BTreeSet<String>,
    /// What else its maker wrote down.
    pub(crate) metadata: Vec<(String, String)>,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Message {
    Model,
    Opset,
    Function,
    Graph,
    Node,
    Attribute,
    Tensor,
    /// A key with a value.
    Entry,
}

/// A message that is being walked.
#[derive(Clone, Debug)]
struct Open {
    message: Message,
    end: u64,
    /// Of a node its domain, of an entry its key.
    first: String,
    /// Of a node its operator, of an entry its value.
    second: String,
    /// Of a set of operators its version, of a tensor how many numbers it has.
    number: u64,
}

/// What a walk needs to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Bytes from `start` on, `least` of them unless the file ends before.
    Need {
        /// Where they begin.
        start: u64,
        /// How many.
        least: u64,
    },
    /// Nothing: that was all.
    Done,
}

/// A walk through a model.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    at: u64,
    open: Vec<Open>,
    fields: usize,
    /// The names of constants, which old models list as inputs as well.
    constants: BTreeSet<String>,
    /// What is known so far.
    pub(crate) summary: Summary,
}

const CUT: &str = "it is cut short";
const BROKEN: &str = "its messages don't fit into each other";

impl Walk {
    /// At the beginning of a model of so many bytes.
    pub(crate) fn new(total: u64) -> Walk {
        let mut walk = Walk {
            at: 0,
            open: Vec::new(),
            fields: 0,
            constants: BTreeSet::new(),
            summary: Summary::default(),
        };
        walk.enter(Message::Model, total);
        walk
    }

    fn enter(&mut self, message: Message, end: u64) {
        let (first, second) = Default::default();
        // A tensor without dimensions is one number.
        let number = u64::from(message == Message::Tensor);
        self.open.push(Open { message, end, first, second, number });
    }

    /// Walks on over `bytes`, which begin at `start`.
    ///
    /// # Errors
    /// What is wrong with the model.
    pub(crate) fn step(&mut self, bytes: &[u8], start: u64) -> Result<Step, &'static str> {
        loop {
            while let Some(last) = self.open.pop_if(|last| self.at >= last.end) {
                self.close(last);
            }
            let Some(last) = self.open.last() else {
                let constants = std::mem::take(&mut self.constants);
                self.summary.inputs.retain(|(name, _)| !constants.contains(name));
                return Ok(Step::Done);
            };
            let (message, end) = (last.message, last.end);
            self.fields += 1;
            if self.fields > MOST_FIELDS || self.open.len() > DEEPEST {
                return Err("it has too many parts");
            }
            let rest = self.at.checked_sub(start).and_then(|skip| usize::try_from(skip).ok());
            let rest = rest.and_then(|skip| bytes.get(skip..)).unwrap_or_default();
            let Some((field, used)) = field(rest) else {
                // Two numbers of ten bytes each begin a field.
                if rest.len() as u64 >= (end - self.at).min(20) {
                    return Err(if rest.len() >= 20 { BROKEN } else { CUT });
                }
                return Ok(Step::Need { start: self.at, least: (end - self.at).min(20) });
            };
            let inner = self.at + used;
            match field {
                Field::Number(number, value) => {
                    self.number(message, number, value);
                    self.at = inner;
                }
                Field::Skip(length) => self.at = inner + length,
                Field::Bytes(number, length) => {
                    let after = inner.checked_add(length).filter(|after| *after <= end);
                    let after = after.ok_or(BROKEN)?;
                    if let Some(message) = self.inner(message, number) {
                        self.at = inner;
                        self.enter(message, after);
                    } else if self.is_wanted(message, number) && length <= LONGEST {
                        let used = used as usize;
                        let Some(text) = rest.get(used..used + length as usize) else {
                            return Ok(Step::Need { start: self.at, least: after - self.at });
                        };
                        self.text(message, number, text);
                        self.at = after;
                    } else {
                        self.at = after;
                    }
                }
            }
            if self.at > end {
                return Err(BROKEN);
            }
        }
    }

    /// How many graphs the walk is in.
    fn depth(&self) -> usize {
        self.open.iter().filter(|open| open.message == Message::Graph).count()
    }

    /// What a field is, if that is walked through as well.
    fn inner(&self, message: Message, field: u64) -> Option<Message> {
        Some(match (message, field) {
            (Message::Model, 7) | (Message::Attribute, 6 | 11) => Message::Graph,
            (Message::Model, 8) => Message::Opset,
            (Message::Model, 14) | (Message::Tensor, 13) => Message::Entry,
            (Message::Model, 25) => Message::Function,
            (Message::Graph, 1) | (Message::Function, 7) => Message::Node,
            (Message::Graph, 5) => Message::Tensor,
            (Message::Node, 5) => Message::Attribute,
            _ => return None,
        })
    }

    /// Whether the bytes of a field are read.
    fn is_wanted(&self, message: Message, field: u64) -> bool {
        match message {
            Message::Model => matches!(field, 2 | 3),
            Message::Graph => matches!(field, 2 | 11 | 12) && self.depth() == 1,
            Message::Opset => field == 1,
            Message::Node => matches!(field, 4 | 7),
            Message::Tensor => matches!(field, 1 | 8),
            Message::Entry => matches!(field, 1 | 2),
            Message::Function | Message::Attribute => false,
        }
    }

    fn number(&mut self, message: Message, field: u64, value: u64) {
        let Some(last) = self.open.last_mut() else { return };
        match (message, field) {
            (Message::Model, 1) => self.summary.ir_version = value,
            (Message::Opset, 2) => last.number = value,
            (Message::Tensor, 1) => last.number = last.number.saturating_mul(value),
            _ => {}
        }
    }

    fn text(&mut self, message: Message, field: u64, bytes: &[u8]) {
        let words = || String::from_utf8_lossy(bytes).into_owned();
        let summary = &mut self.summary;
        let Some(last) = self.open.last_mut() else { return };
        match (message, field) {
            (Message::Model, 2) => summary.producer = words(),
            (Message::Model, _) => summary.producer_version = words(),
            (Message::Graph, 2) => summary.graph = words(),
            (Message::Graph, 11) => summary.inputs.push(declared(bytes)),
            (Message::Graph, _) => summary.outputs.push(declared(bytes)),
            (Message::Node, 4) | (Message::Entry, 2) => last.second = words(),
            (Message::Opset | Message::Node | Message::Entry, _) => last.first = words(),
            // Dimensions, packed.
            (Message::Tensor, 1) => {
                let mut rest = bytes;
                while let Some((value, used)) = varint(rest) {
                    last.number = last.number.saturating_mul(value);
                    rest = rest.get(used..).unwrap_or_default();
                }
            }
            (Message::Tensor, _) => {
                self.constants.insert(words());
            }
            _ => {}
        }
    }

    fn close(&mut self, last: Open) {
        let summary = &mut self.summary;
        match last.message {
            Message::Opset => summary.opsets.push((last.first, last.number)),
            Message::Node => *summary.operators.entry((last.first, last.second)).or_default() += 1,
            Message::Tensor => {
                summary.tensors += 1;
                summary.parameters = summary.parameters.saturating_add(last.number);
            }
            Message::Entry => {
                let of_tensor =
                    self.open.last().is_some_and(|around| around.message == Message::Tensor);
                if !of_tensor {
                    summary.metadata.push((last.first, last.second));
                } else if last.first == "location" {
                    summary.external.insert(last.second);
                }
            }
            _ => {}
        }
    }
}

/// A field of a message.
enum Field {
    /// A number.
    Number(u64, u64),
    /// So many bytes.
    Bytes(u64, u64),
    /// A number of a fixed length, which nothing here has.
    Skip(u64),
}

/// The field that bytes begin with, and how long its head is.
fn field(bytes: &[u8]) -> Option<(Field, u64)> {
    let (tag, used) = varint(bytes)?;
    let value = || varint(bytes.get(used..)?);
    let (field, more) = match tag & 7 {
        0 => value().map(|(value, more)| (Field::Number(tag >> 3, value), more))?,
        1 => (Field::Skip(8), 0),
        2 => value().map(|(length, more)| (Field::Bytes(tag >> 3, length), more))?,
        5 => (Field::Skip(4), 0),
        _ => return None,
    };
    Some((field, (used + more) as u64))
}

/// A number of variable length, and how many bytes it takes.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (nth, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * nth as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, nth + 1));
        }
    }
    None
}

/// The fields of a small message: its numbers, and its parts.
fn parts(mut bytes: &[u8]) -> Vec<(u64, u64, &[u8])> {
    let mut parts = Vec::new();
    while let Some((field, used)) = field(bytes) {
        bytes = bytes.get(used as usize..).unwrap_or_default();
        match field {
            Field::Number(number, value) => parts.push((number, value, Default::default())),
            Field::Bytes(number, length) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len());
                let (part, rest) = bytes.split_at(length);
                parts.push((number, 0, part));
                bytes = rest;
            }
            Field::Skip(length) => bytes = bytes.get(length as usize..).unwrap_or_default(),
        }
    }
    parts
}

fn part<'a>(parts: &[(u64, u64, &'a [u8])], field: u64) -> Option<&'a [u8]> {
    parts.iter().find(|(number, ..)| *number == field).map(|(.., part)| *part)
}

fn number(parts: &[(u64, u64, &[u8])], field: u64) -> u64 {
    parts.iter().find(|(number, ..)| *number == field).map_or(0, |(_, value, _)| *value)
}

/// The name and the type of an input or output.
fn declared(bytes: &[u8]) -> (String, String) {
    let parts = parts(bytes);
    let name = String::from_utf8_lossy(part(&parts, 1).unwrap_or_default()).into_owned();
    (name, kind(part(&parts, 2).unwrap_or_default(), 0))
}

/// A type, such as `float32[batch, 3]`.
fn kind(bytes: &[u8], depth: usize) -> String {
    let Some((number, _, inner)) = parts(bytes).into_iter().find(|(number, ..)| *number != 6)
    else {
        return String::new();
    };
    if depth > 8 {
        return "…".to_owned();
    }
    let inner = parts(inner);
    let element =
        |field| part(&inner, field).map(|inner| kind(inner, depth + 1)).unwrap_or_default();
    match number {
        1 | 8 => format!("{}{}", element_type(self::number(&inner, 1)), shape(part(&inner, 2))),
        4 => format!("sequence of {}", element(1)),
        5 => format!("map from {} to {}", element_type(self::number(&inner, 1)), element(2)),
        9 => format!("optional {}", element(1)),
        _ => String::new(),
    }
}

/// A shape, such as `[batch, 3]`; nothing where not even its rank is known.
fn shape(bytes: Option<&[u8]>) -> String {
    let Some(bytes) = bytes else { return String::new() };
    let side = |(.., side): &(u64, u64, &[u8])| {
        let side = parts(side);
        match part(&side, 2) {
            Some(name) => String::from_utf8_lossy(name).into_owned(),
            None if side.is_empty() => "?".to_owned(),
            None => number(&side, 1).to_string(),
        }
    };
    let sides: Vec<String> = parts(bytes).iter().filter(|(n, ..)| *n == 1).map(side).collect();
    format!("[{}]", sides.join(", "))
}

fn element_type(number: u64) -> &'static str {
    const NAMES: [&str; 24] = [
        "?",
        "float32",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "int32",
        "int64",
        "string",
        "bool",
        "float16",
        "float64",
        "uint32",
        "uint64",
        "complex64",
        "complex128",
        "bfloat16",
        "float8e4m3fn",
        "float8e4m3fnuz",
        "float8e5m2",
        "float8e5m2fnuz",
        "uint4",
        "int4",
        "float4e2m1",
    ];
    usize::try_from(number).ok().and_then(|number| NAMES.get(number)).unwrap_or(&"?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(field: u64, part: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for mut value in [field << 3 | 2, part.len() as u64] {
            while value > 0x7f {
                out.push(value as u8 | 0x80);
                value >>= 7;
            }
            out.push(value as u8);
        }
        out.extend(part);
        out
    }

    fn text(field: u64, part: &str) -> Vec<u8> {
        bytes(field, part.as_bytes())
    }

    fn node(op: &str, domain: &str, attribute: &[u8]) -> Vec<u8> {
        [text(4, op), text(7, domain), bytes(5, attribute)].concat()
    }

    /// One input, which a constant repeats, one output, a node with a graph in it.
    fn model(weights: usize) -> Vec<u8> {
        let sides = [bytes(1, &text(2, "batch")), bytes(1, &[8, 3])].concat();
        let tensor = [vec![8, 1], bytes(2, &sides)].concat();
        let value = |name: &str| [text(1, name), bytes(2, &bytes(1, &tensor))].concat();
        let inner = bytes(1, &node("Relu", "", &[]));
        let constant = [
            bytes(1, &[2, 3]),
            text(8, "w"),
            bytes(9, &vec![1; weights]),
            bytes(13, &[text(1, "location"), text(2, "w.bin")].concat()),
        ];
        let graph = [
            bytes(1, &node("If", "", &bytes(6, &inner))),
            bytes(1, &node("Scaler", "ai.onnx.ml", &[])),
            text(2, "main"),
            bytes(5, &constant.concat()),
            bytes(11, &value("x")),
            bytes(11, &value("w")),
            bytes(12, &value("y")),
        ];
        let entry = [text(1, "key"), text(2, "value")].concat();
        let opset = [text(1, ""), vec![16, 17]].concat();
        [
            vec![8, 9],
            text(2, "maker"),
            bytes(7, &graph.concat()),
            bytes(8, &opset),
            bytes(14, &entry),
        ]
        .concat()
    }

    /// Walks with windows of so many bytes, and says how many were read.
    fn walk(file: &[u8], window: usize) -> (Result<Summary, &'static str>, usize) {
        let mut walk = Walk::new(file.len() as u64);
        let (mut start, mut part, mut read) = (0, &file[..window.min(file.len())], 0);
        for _ in 0..10_000 {
            read += part.len();
            match walk.step(part, start as u64) {
                Err(why) => return (Err(why), read),
                Ok(Step::Done) => return (Ok(walk.summary), read),
                Ok(Step::Need { start: from, least }) => {
                    start = from as usize;
                    let end = (start + window.max(least as usize)).min(file.len());
                    part = &file[start..end];
                    assert!(part.len() >= least as usize);
                }
            }
        }
        panic!("it does not end");
    }

    #[test]
    fn a_model_is_described_and_its_weights_are_not_read() {
        let file = model(1_000_000);
        let (summary, read) = walk(&file, 256);
        let summary = summary.unwrap();
        assert!(read < 2_000, "{read}");
        assert_eq!((summary.ir_version, summary.producer.as_str()), (9, "maker"));
        assert_eq!(summary.opsets, [(String::new(), 17)]);
        assert_eq!(summary.inputs, [("x".to_owned(), "float32[batch, 3]".to_owned())]);
        assert_eq!(summary.outputs.len(), 1);
        let operators: Vec<_> =
            summary.operators.iter().map(|((d, o), n)| (d.as_str(), o.as_str(), *n)).collect();
        assert_eq!(operators, [("", "If", 1), ("", "Relu", 1), ("ai.onnx.ml", "Scaler", 1)]);
        assert_eq!((summary.tensors, summary.parameters), (1, 6));
        assert_eq!(summary.external.iter().collect::<Vec<_>>(), ["w.bin"]);
        assert_eq!(summary.metadata, [("key".to_owned(), "value".to_owned())]);
        assert_eq!(walk(&file, 1 << 22).0.unwrap(), summary);
    }

    #[test]
    fn what_is_cut_or_none_says_so() {
        let file = model(100);
        assert!(walk(&file[..file.len() - 40], 64).0.is_err());
        assert!(walk(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 64).0.is_err());
    }

    proptest! {
        #[test]
        fn anything_ends(mut file in prop::collection::vec(any::<u8>(), 0..300), at in 0..200_usize) {
            walk(&file, 32).0.ok();
            let mut good = model(10);
            let at = at.min(good.len());
            file.truncate(5);
            good.splice(at..(at + file.len()).min(good.len()), file);
            walk(&good, 32).0.ok();
        }
    }
}
