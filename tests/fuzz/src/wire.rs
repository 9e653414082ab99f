//! Mutates ONNX files as trees of messages: a byte that is changed blindly
//! mostly damages a length, and the decoder refuses the file.

use crate::Random;

/// Which message of `onnx.proto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Model,
    Opset,
    Function,
    Graph,
    Node,
    Attribute,
    Sparse,
    Tensor,
    Entry,
    Input,
    Type,
    TensorType,
    ElementType,
    MapType,
    Shape,
    Dim,
}

impl Kind {
    /// The message in a field, if it holds one.
    fn child(self, field: u64) -> Option<Self> {
        Some(match (self, field) {
            (Self::Model, 7) | (Self::Attribute, 6 | 11) => Self::Graph,
            (Self::Model, 8) | (Self::Function, 9) => Self::Opset,
            (Self::Model, 25) => Self::Function,
            (Self::Function, 7) | (Self::Graph, 1) => Self::Node,
            (Self::Function, 11) | (Self::Node, 5) => Self::Attribute,
            (Self::Graph, 5) | (Self::Attribute, 5 | 10) | (Self::Sparse, 1 | 2) => Self::Tensor,
            (Self::Graph, 11..=13) => Self::Input,
            (Self::Graph, 15) | (Self::Attribute, 22) => Self::Sparse,
            (Self::Tensor, 13) => Self::Entry,
            (Self::Input, 2) | (Self::ElementType, 1) | (Self::MapType, 2) => Self::Type,
            (Self::Attribute, 14) => Self::Type,
            (Self::Type, 1 | 8) => Self::TensorType,
            (Self::Type, 4 | 9) => Self::ElementType,
            (Self::Type, 5) => Self::MapType,
            (Self::TensorType, 2) => Self::Shape,
            (Self::Shape, 1) => Self::Dim,
            _ => return None,
        })
    }

    /// What the bytes of a field are.
    fn bytes(self, field: u64) -> Bytes {
        match (self, field) {
            (Self::Attribute, 8) | (Self::Tensor, 1 | 5 | 7 | 11) => Bytes::Varints,
            (Self::Attribute, 7) | (Self::Tensor, 4) => Bytes::Floats,
            (Self::Tensor, 9 | 10) => Bytes::Raw,
            _ => Bytes::Text,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bytes {
    Text,
    Varints,
    Floats,
    Raw,
}

#[derive(Debug, Clone)]
struct Message {
    kind: Kind,
    fields: Vec<Field>,
}

#[derive(Debug, Clone)]
struct Field {
    number: u64,
    payload: Payload,
}

#[derive(Debug, Clone)]
enum Payload {
    Varint(u64),
    Fixed64([u8; 8]),
    Fixed32([u8; 4]),
    Bytes(Vec<u8>),
    Message(Message),
}

/// A mutation of a model, no longer than `max` bytes; `None` for bytes that
/// are no message. `blind` is a mutation of bytes.
pub fn mutate(
    model: &[u8],
    max: usize,
    seed: u64,
    blind: &mut dyn FnMut(&mut Vec<u8>),
) -> Option<Vec<u8>> {
    let mut random = Random::new(seed);
    let mut message = parse(Kind::Model, model, 0)?;
    for _ in 0..1 + random.below(3) {
        let at = random.below(count(&message));
        let mut at = at;
        if let Some((parent, index)) = find(&mut message, &mut at) {
            change(parent, index, &mut random, blind);
        }
    }
    written(&message, max)
}

/// A model with a part of another in the place of one of its own.
pub fn graft(model: &[u8], other: &[u8], max: usize, seed: u64) -> Option<Vec<u8>> {
    let mut random = Random::new(seed);
    let mut message = parse(Kind::Model, model, 0)?;
    let other = parse(Kind::Model, other, 0)?;
    for _ in 0..8 {
        let mut at = random.below(count(&message));
        let Some((parent, index)) = find(&mut message, &mut at) else { continue };
        let mut found = Vec::new();
        alike(&other, parent.kind, parent.fields[index].number, &mut found);
        if !found.is_empty() {
            let part = (*random.pick(&found)).clone();
            match random.below(3) {
                0 => parent.fields.insert(index, part),
                _ => parent.fields[index] = part,
            }
            break;
        }
    }
    written(&message, max)
}

fn change(
    parent: &mut Message,
    index: usize,
    random: &mut Random,
    blind: &mut dyn FnMut(&mut Vec<u8>),
) {
    match random.below(12) {
        0 => {
            parent.fields.remove(index);
        }
        1 => parent.fields.insert(index, parent.fields[index].clone()),
        2 => {
            let other = random.below(parent.fields.len());
            parent.fields.swap(index, other);
        }
        3 => {
            // A sibling of the same number: a name for another's name.
            let number = parent.fields[index].number;
            let siblings: Vec<Field> =
                parent.fields.iter().filter(|f| f.number == number).cloned().collect();
            parent.fields[index] = random.pick(&siblings).clone();
        }
        _ => {
            let (kind, number) = (parent.kind, parent.fields[index].number);
            match &mut parent.fields[index].payload {
                Payload::Varint(n) => *n = integer(*n, random),
                Payload::Fixed64(bytes) => *bytes = float(random).to_le_bytes(),
                Payload::Fixed32(bytes) => *bytes = (float(random) as f32).to_le_bytes(),
                Payload::Bytes(bytes) => match (kind.bytes(number), random.below(5)) {
                    (Bytes::Text | Bytes::Raw, 0 | 1) => blind(bytes),
                    (Bytes::Varints, 0..=3) => change_varints(bytes, random),
                    (Bytes::Floats, 0..=3) => {
                        put(bytes, 4, &(float(random) as f32).to_le_bytes(), random);
                    }
                    (Bytes::Raw, 2) => {
                        put(bytes, 4, &(float(random) as f32).to_le_bytes(), random);
                    }
                    (Bytes::Raw, 3) => put(bytes, 8, &integer(0, random).to_le_bytes(), random),
                    (_, _) if random.below(2) == 0 => bytes.truncate(random.below(bytes.len())),
                    _ => bytes.extend_from_within(random.below(bytes.len())..),
                },
                Payload::Message(message) => {
                    let other = random.below(message.fields.len());
                    if other < message.fields.len() {
                        change(message, other, random, blind);
                    }
                }
            }
        }
    }
}

fn put(bytes: &mut [u8], width: usize, value: &[u8], random: &mut Random) {
    let at = random.below(bytes.len() / width) * width;
    if let Some(place) = bytes.get_mut(at..at + width) {
        place.copy_from_slice(value);
    }
}

fn change_varints(bytes: &mut Vec<u8>, random: &mut Random) {
    let mut numbers = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some(number) = varint(&mut rest) {
        numbers.push(number);
    }
    let at = random.below(numbers.len());
    match random.below(6) {
        0 if at < numbers.len() => {
            numbers.remove(at);
        }
        1 => numbers.insert(at, integer(0, random)),
        2 if at < numbers.len() => {
            let other = *random.pick(&numbers);
            numbers[at] = other;
        }
        _ if at < numbers.len() => numbers[at] = integer(numbers[at], random),
        _ => {}
    }
    bytes.clear();
    numbers.into_iter().for_each(|n| write_varint(n, bytes));
}

fn integer(now: u64, random: &mut Random) -> u64 {
    match random.below(10) {
        0 => now.wrapping_add(1),
        1 => now.wrapping_sub(1),
        2 => now.wrapping_neg(),
        3 => 1 << random.below(64),
        4 => (1u64 << random.below(64)).wrapping_neg(),
        5 => *random.pick(&[i64::MAX as u64, i64::MIN as u64, u64::MAX, i32::MAX as u64]),
        6 => 0,
        _ => random.below(20) as u64,
    }
}

fn float(random: &mut Random) -> f64 {
    match random.below(4) {
        0 => f64::from_bits(random.next()),
        1 => f64::from(f32::from_bits(random.next() as u32)),
        2 => random.below(9) as f64 - 4.0,
        _ => *random.pick(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, 1e9, -1e19, 1e38]),
    }
}

/// How many fields there are, those within fields included.
fn count(message: &Message) -> usize {
    let of = |field: &Field| match &field.payload {
        Payload::Message(inner) => 1 + count(inner),
        _ => 1,
    };
    message.fields.iter().map(of).sum()
}

/// The field at a place in that count, as its message and its index there.
fn find<'m>(message: &'m mut Message, at: &mut usize) -> Option<(&'m mut Message, usize)> {
    let mut inner = None;
    for (index, field) in message.fields.iter().enumerate() {
        if *at == 0 {
            return Some((message, index));
        }
        *at -= 1;
        if let Payload::Message(child) = &field.payload {
            let size = count(child);
            if *at < size {
                inner = Some(index);
                break;
            }
            *at -= size;
        }
    }
    match &mut message.fields[inner?].payload {
        Payload::Message(child) => find(child, at),
        _ => None,
    }
}

/// The fields of this number in messages of this kind.
fn alike<'m>(message: &'m Message, kind: Kind, number: u64, found: &mut Vec<&'m Field>) {
    for field in &message.fields {
        if message.kind == kind && field.number == number {
            found.push(field);
        }
        if let Payload::Message(inner) = &field.payload {
            alike(inner, kind, number, found);
        }
    }
}

fn parse(kind: Kind, mut bytes: &[u8], depth: usize) -> Option<Message> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let number = tag >> 3;
        let payload = match tag & 7 {
            0 => Payload::Varint(varint(&mut bytes)?),
            1 => Payload::Fixed64(bytes.split_off(..8)?.try_into().ok()?),
            2 => {
                let len = usize::try_from(varint(&mut bytes)?).ok()?;
                let content = bytes.split_off(..len)?;
                kind.child(number)
                    .filter(|_| depth < 64)
                    .and_then(|child| parse(child, content, depth + 1))
                    .map_or_else(|| Payload::Bytes(content.to_vec()), Payload::Message)
            }
            5 => Payload::Fixed32(bytes.split_off(..4)?.try_into().ok()?),
            _ => return None,
        };
        fields.push(Field { number, payload });
    }
    Some(Message { kind, fields })
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn written(message: &Message, max: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    write(message, &mut out);
    (out.len() <= max).then_some(out)
}

fn write(message: &Message, out: &mut Vec<u8>) {
    for Field { number, payload } in &message.fields {
        let wire = match payload {
            Payload::Varint(_) => 0,
            Payload::Fixed64(_) => 1,
            Payload::Bytes(_) | Payload::Message(_) => 2,
            Payload::Fixed32(_) => 5,
        };
        write_varint(number << 3 | wire, out);
        match payload {
            Payload::Varint(n) => write_varint(*n, out),
            Payload::Fixed64(bytes) => out.extend_from_slice(bytes),
            Payload::Fixed32(bytes) => out.extend_from_slice(bytes),
            Payload::Bytes(bytes) => {
                write_varint(bytes.len() as u64, out);
                out.extend_from_slice(bytes);
            }
            Payload::Message(inner) => {
                let mut content = Vec::new();
                write(inner, &mut content);
                write_varint(content.len() as u64, out);
                out.extend_from_slice(&content);
            }
        }
    }
}
