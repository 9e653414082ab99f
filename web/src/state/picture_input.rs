//! Pictures as a model's input: which tensors are pictures, and pixels as one.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::signature::{SignatureField, Summary};

/// The most numbers of a tensor that the page makes a request of.
const MOST_NUMBERS: usize = 4 << 20;
/// The longest side of a picture where the model takes any.
const LONGEST_SIDE: usize = 512;
/// The least side of a plane: below it, a tensor of three sizes is rather a
/// batch of sequences.
const LEAST_PLANE: i64 = 8;

/// Where a tensor has the channels of its pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channels {
    /// Before the rows.
    First(usize),
    /// Behind the columns.
    Last(usize),
    /// There is one, and no size for it.
    Plain,
}

/// An input that is a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PictureInput {
    /// Its name; empty for the only, unnamed one.
    name: String,
    /// Whether it takes bytes, and not numbers with a fraction.
    pub(crate) is_bytes: bool,
    /// Whether it keeps more of a number than 32 bits do.
    is_double: bool,
    /// Whether the pictures stand in a batch.
    in_batch: bool,
    channels: Channels,
    height: Option<usize>,
    width: Option<usize>,
}

/// Which numbers a model takes for the values of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// From 0 to 1.
    Unit,
    /// From 0 to 255, as they stand in the file.
    Bytes,
    /// From 0 to 1, less ImageNet's mean and by its standard deviation.
    ImageNet,
}

/// The mean and the standard deviation of ImageNet's pictures, a channel each.
const MEAN: [f64; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f64; 3] = [0.229, 0.224, 0.225];

impl Scale {
    /// All of them.
    pub(crate) const ALL: [Scale; 3] = [Scale::Unit, Scale::Bytes, Scale::ImageNet];

    fn of(self, byte: u8, channel: usize) -> f64 {
        let unit = f64::from(byte) / 255.0;
        match (self, MEAN.get(channel), DEVIATION.get(channel)) {
            (Scale::Bytes, ..) => byte.into(),
            (Scale::ImageNet, Some(mean), Some(deviation)) => (unit - mean) / deviation,
            _ => unit,
        }
    }
}

/// What stands in a request beside the picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Beside {
    tensors: Map<String, Value>,
    params: Option<Value>,
}

impl PictureInput {
    /// The first input of a model that is a picture.
    pub(crate) fn of(model: &Summary) -> Option<PictureInput> {
        model.signature_inputs.as_ref()?.iter().find_map(PictureInput::of_field)
    }

    fn of_field(field: &SignatureField) -> Option<PictureInput> {
        let is_bytes = match field.kind.as_str() {
            "uint8" => true,
            "float16" | "float32" | "float64" => false,
            _ => return None,
        };
        let shape = field.shape.as_ref()?;
        let count = |size: i64| match size {
            1 | 3 | 4 => usize::try_from(size).ok(),
            _ => None,
        };
        let is_plane = |sides: &[i64]| sides.iter().all(|side| *side >= LEAST_PLANE);
        let (in_batch, channels, height, width) = match *shape.as_slice() {
            [-1 | 1, first, height, width] if count(first).is_some() => {
                (true, Channels::First(count(first)?), height, width)
            }
            [-1 | 1, height, width, last] => (true, Channels::Last(count(last)?), height, width),
            [first @ (3 | 4), height, width] if is_plane(&[height, width]) => {
                (false, Channels::First(count(first)?), height, width)
            }
            [-1 | 1, height, width] if is_plane(&[height, width]) => {
                (true, Channels::Plain, height, width)
            }
            [height, width, last] if is_plane(&[height, width]) => {
                (false, Channels::Last(count(last)?), height, width)
            }
            [height, width] if is_plane(&[height, width]) => {
                (false, Channels::Plain, height, width)
            }
            _ => return None,
        };
        let side = |size: i64| match size {
            -1 => Some(None),
            size => usize::try_from(size).ok().filter(|size| *size > 0).map(Some),
        };
        let found = PictureInput {
            name: field.name.clone().unwrap_or_default(),
            is_bytes,
            is_double: field.kind == "float64",
            in_batch,
            channels,
            height: side(height)?,
            width: side(width)?,
        };
        found.sides(1, 1).is_some().then_some(found)
    }

    /// How many values a pixel has.
    pub(crate) fn values(&self) -> usize {
        match self.channels {
            Channels::First(many) | Channels::Last(many) => many,
            Channels::Plain => 1,
        }
    }

    /// How wide and high a picture of these sides goes in; nothing where that
    /// is more than a request holds.
    pub(crate) fn sides(&self, width: usize, height: usize) -> Option<(usize, usize)> {
        let (width, height) = (width.max(1), height.max(1));
        let longest = width.max(height);
        let free = |side: usize| match longest > LONGEST_SIDE {
            true => (side * LONGEST_SIDE / longest).max(1),
            false => side,
        };
        // A side that is free keeps the proportions where the other is not.
        let (wide, high) = match (self.width, self.height) {
            (Some(wide), Some(high)) => (wide, high),
            (Some(wide), None) => (wide, wide.checked_mul(height)?.div_ceil(width)),
            (None, Some(high)) => (high.checked_mul(width)?.div_ceil(height), high),
            (None, None) => (free(width), free(height)),
        };
        let numbers = wide.checked_mul(high)?.checked_mul(self.values())?;
        (numbers <= MOST_NUMBERS).then_some((wide, high))
    }

    /// Makes of pixels, four bytes each, what goes in: grey where the model has
    /// one value a pixel, and opaque where it has no fourth.
    pub(crate) fn reduce(&self, pixels: &mut [u8]) {
        for pixel in pixels.chunks_exact_mut(4) {
            let [red, green, blue, alpha] = pixel else { continue };
            if self.values() == 1 {
                let grey = grey(*red, *green, *blue);
                (*red, *green, *blue) = (grey, grey, grey);
            }
            if self.values() < 4 {
                *alpha = u8::MAX;
            }
        }
    }

    /// What a request has beside the picture.
    pub(crate) fn beside(&self, body: &str) -> Beside {
        let body: Value = serde_json::from_slice(body.as_bytes()).unwrap_or_default();
        let tensors = match body.get("inputs").and_then(Value::as_object) {
            Some(all) => {
                let others = all.iter().filter(|(name, _)| **name != self.name);
                others.map(|(name, value)| (name.clone(), value.clone())).collect()
            }
            None => Map::new(),
        };
        Beside { tensors, params: body.get("params").cloned() }
    }

    /// The request for pixels that were reduced, in rows of `width`.
    pub(crate) fn body(
        &self,
        pixels: &[u8],
        width: usize,
        scale: Scale,
        beside: &Beside,
    ) -> String {
        let mut out = String::with_capacity(pixels.len() * 4);
        out.push_str("{\"inputs\": ");
        if self.name.is_empty() {
            self.write(&mut out, pixels, width, scale);
        } else {
            out.push('{');
            for (name, tensor) in &beside.tensors {
                write!(out, "{}: {tensor}, ", Value::from(name.as_str())).ok();
            }
            write!(out, "{}: ", Value::from(self.name.as_str())).ok();
            self.write(&mut out, pixels, width, scale);
            out.push('}');
        }
        if let Some(params) = &beside.params {
            write!(out, ", \"params\": {params}").ok();
        }
        out.push('}');
        out
    }

    fn write(&self, out: &mut String, pixels: &[u8], width: usize, scale: Scale) {
        let texts = self.texts(scale);
        let value = |out: &mut String, pixel: &[u8], channel: usize| {
            let byte = usize::from(pixel.get(channel).copied().unwrap_or_default());
            out.push_str(texts.get(channel * 256 + byte).map_or("0", String::as_str));
        };
        let rows = || pixels.chunks_exact(4 * width.max(1));
        let plane = |out: &mut String, channel: usize| {
            list(out, rows(), |out, row| {
                list(out, row.chunks_exact(4), |out, pixel| value(out, pixel, channel));
            });
        };
        if self.in_batch {
            out.push('[');
        }
        match self.channels {
            Channels::Plain => plane(out, 0),
            Channels::First(many) => list(out, 0..many, plane),
            Channels::Last(many) => list(out, rows(), |out, row| {
                list(out, row.chunks_exact(4), |out, pixel| {
                    list(out, 0..many, |out, channel| value(out, pixel, channel));
                });
            }),
        }
        if self.in_batch {
            out.push(']');
        }
    }

    /// What every byte of every channel is written as: no more digits than the
    /// model keeps, which halves a request.
    fn texts(&self, scale: Scale) -> Vec<String> {
        let (scale, is_double) = (if self.is_bytes { Scale::Bytes } else { scale }, self.is_double);
        let text = |channel| {
            move |byte| match scale.of(byte, channel) {
                value if is_double => value.to_string(),
                value => (value as f32).to_string(),
            }
        };
        (0..self.values()).flat_map(|channel| (0..=u8::MAX).map(text(channel))).collect()
    }
}

/// How bright a pixel is, as Pillow has it.
fn grey(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 19595 * u32::from(red) + 38470 * u32::from(green) + 7471 * u32::from(blue) + 0x8000;
    u8::try_from(sum >> 16).unwrap_or(u8::MAX)
}

fn list<T>(out: &mut String, items: impl Iterator<Item = T>, write: impl Fn(&mut String, T)) {
    out.push('[');
    for (nth, item) in items.enumerate() {
        if nth > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn input(kind: &str, shape: &[i64]) -> Option<PictureInput> {
        PictureInput::of_field(&SignatureField {
            name: None,
            kind: kind.into(),
            required: true,
            shape: Some(shape.to_vec()),
        })
    }

    /// A picture of 2 × 1 pixels: red, and a transparent grey.
    const PIXELS: [u8; 8] = [255, 0, 0, 255, 51, 51, 51, 0];

    fn made(input: &PictureInput, scale: Scale) -> Value {
        let mut pixels = PIXELS;
        input.reduce(&mut pixels);
        let body = input.body(&pixels, 2, scale, &Beside::default());
        serde_json::from_slice::<Value>(body.as_bytes()).unwrap()["inputs"].clone()
    }

    #[test]
    fn pictures_are_told_by_their_shape() {
        for (shape, values) in [
            (&[-1, 3, 224, 224][..], Some(3)),
            (&[1, 1, -1, -1], Some(1)),
            (&[-1, 32, 32, 4], Some(4)),
            (&[-1, 28, 28], Some(1)),
            (&[28, 28], Some(1)),
            (&[3, 32, 32], Some(3)),
            (&[32, 32, 3], Some(3)),
            (&[-1, 30], None),
            (&[-1, -1], None),
            (&[-1, 128, 3], None),
            (&[8, 3, 224, 224], None),
            (&[-1, 16, 16, 2], None),
            (&[-1, 3, 0, 8], None),
            (&[-1, 3, 4096, 4096], None),
            (&[-1, 3, i64::MAX, i64::MAX], None),
        ] {
            assert_eq!(input("float32", shape).map(|it| it.values()), values, "{shape:?}");
        }
        assert!(input("uint8", &[-1, 8, 8, 3]).unwrap().is_bytes);
        assert_eq!(input("int64", &[-1, 8, 8, 3]), None);
        assert_eq!(input("str", &[-1, 8, 8, 3]), None);
    }

    #[test]
    fn free_sides_keep_the_proportions_and_have_an_end() {
        let sides = |shape: &[i64], of: (usize, usize)| input("uint8", shape)?.sides(of.0, of.1);
        assert_eq!(sides(&[-1, -1, -1, 3], (640, 320)), Some((512, 256)));
        assert_eq!(sides(&[-1, -1, -1, 3], (40, 30)), Some((40, 30)));
        assert_eq!(sides(&[-1, 100, -1, 3], (640, 320)), Some((200, 100)));
        assert_eq!(sides(&[-1, -1, 100, 3], (640, 320)), Some((100, 50)));
        assert_eq!(sides(&[-1, 8, 6, 3], (640, 320)), Some((6, 8)));
        assert_eq!(sides(&[-1, 1000, -1, 3], (100_000, 1)), None);
    }

    #[test]
    fn pixels_become_the_tensor_that_the_shape_has() {
        let of = |kind: &str, shape: &[i64]| input(kind, shape).unwrap();
        assert_eq!(
            made(&of("uint8", &[-1, -1, -1, 3]), Scale::Unit),
            json!([[[[255, 0, 0], [51, 51, 51]]]])
        );
        assert_eq!(
            made(&of("float32", &[-1, 3, -1, -1]), Scale::Unit),
            json!([[[[1, 0.2]], [[0, 0.2]], [[0, 0.2]]]])
        );
        assert_eq!(
            made(&of("float32", &[-1, 4, -1, -1]), Scale::Bytes),
            json!([[[[255, 51]], [[0, 51]], [[0, 51]], [[255, 0]]]])
        );
        assert_eq!(made(&of("float32", &[-1, -1, -1, 1]), Scale::Bytes), json!([[[[76], [51]]]]));
        assert_eq!(made(&of("uint8", &[28, 28]), Scale::Bytes), json!([[76, 51]]));
        let normal = made(&of("float64", &[-1, -1, -1, 3]), Scale::ImageNet);
        let red = normal.pointer("/0/0/0/0").and_then(Value::as_f64).unwrap();
        assert!((red - (1.0 - 0.485) / 0.229).abs() < 1e-12, "{red}");
    }

    #[test]
    fn the_digits_are_all_that_the_model_keeps() {
        for (kind, keeps_double) in [("float32", false), ("float64", true)] {
            for scale in Scale::ALL {
                let texts = input(kind, &[-1, 8, 8, 3]).unwrap().texts(scale);
                assert_eq!(texts.len(), 3 * 256);
                for (at, text) in texts.iter().enumerate() {
                    let value = scale.of(u8::try_from(at % 256).unwrap(), at / 256);
                    // As whoever reads the request does: a double, and then what the model takes.
                    let read: f64 = text.parse().unwrap();
                    assert!((read as f32).to_bits() == (value as f32).to_bits(), "{text} {value}");
                    assert!(!keeps_double || read.to_bits() == value.to_bits(), "{text} {value}");
                }
            }
        }
    }

    #[test]
    fn what_stands_beside_the_picture_stays() {
        let picture = PictureInput { name: "x".into(), ..input("uint8", &[8, 8]).unwrap() };
        let before = r#"{"inputs": {"x": [], "k": [1]}, "params": {"top": 2}}"#;
        let body = picture.body(&PIXELS, 2, Scale::Unit, &picture.beside(before));
        assert_eq!(
            serde_json::from_slice::<Value>(body.as_bytes()).unwrap(),
            json!({"inputs": {"k": [1], "x": [[255, 51]]}, "params": {"top": 2}})
        );
        assert_eq!(picture.beside("no JSON"), Beside::default());
    }
}
