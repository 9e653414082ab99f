//! Pictures that runs log.

use fastrand::Rng;

use crate::error::{Context as _, Result};

/// An RGB picture.
pub(super) struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Picture {
    fn draw(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 3]) -> Self {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, height, pixels: places.flat_map(|(x, y)| colour(x, y)).collect() }
    }

    /// The file, as PNG.
    pub(super) fn png(&self) -> Result<Vec<u8>> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let doing = || "encoding a picture".to_owned();
        let mut writer = encoder.write_header().context(doing)?;
        writer.write_image_data(&self.pixels).context(doing)?;
        writer.finish().context(doing)?;
        Ok(file)
    }
}

/// A confusion matrix of so many classes: `right` is the share of rows on the
/// diagonal.
pub(super) fn confusion(classes: u32, right: f64, rng: &mut Rng) -> Picture {
    const CELL: u32 = 28;
    let others: Vec<f64> = (0..classes * classes).map(|_| rng.f64() * (1.0 - right)).collect();
    Picture::draw(classes * CELL, classes * CELL, |x, y| {
        let (row, column) = (y / CELL, x / CELL);
        let on_line = x % CELL == 0 || y % CELL == 0;
        let other = others.get((row * classes + column) as usize).copied().unwrap_or_default();
        let share = if row == column { right } else { other };
        if on_line { [255, 255, 255] } else { blue(share) }
    })
}

/// What a generator draws after some training: soft shapes that come out of
/// noise as `done` goes from 0 to 1.
pub(super) fn sample(done: f64, rng: &mut Rng) -> Picture {
    const SIDE: u32 = 96;
    let (a, b, phase) = (2.0 + 4.0 * rng.f64(), 2.0 + 4.0 * rng.f64(), 6.3 * rng.f64());
    let noise: Vec<f64> = (0..SIDE * SIDE).map(|_| rng.f64()).collect();
    Picture::draw(SIDE, SIDE, |x, y| {
        let (u, v) = (f64::from(x) / f64::from(SIDE), f64::from(y) / f64::from(SIDE));
        let shape = 0.5 + 0.5 * (a * 3.0 * u + phase).sin() * (b * 3.0 * v - phase).cos();
        let grain = noise.get((y * SIDE + x) as usize).copied().unwrap_or_default();
        let level = done * shape + (1.0 - done) * grain;
        let channel = |at: f64| (255.0 * (0.5 + 0.5 * (6.3 * (level + at)).cos())) as u8;
        [channel(0.0), channel(0.33), channel(0.67)]
    })
}

/// White to dark blue.
fn blue(share: f64) -> [u8; 3] {
    let towards = |end: f64| (255.0 + (end - 255.0) * share.clamp(0.0, 1.0)) as u8;
    [towards(8.0), towards(48.0), towards(107.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_png_of_its_size() {
        let file = confusion(3, 0.9, &mut Rng::with_seed(1)).png().unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        assert_eq!(reader.info().size(), (84, 84));
    }
}
