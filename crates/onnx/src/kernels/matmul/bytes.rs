//! Right matrices of 8-bit integers, with a scale for each column: they become
//! floats a panel at a time.

use std::ops::Range;

use super::product::Panels;
use super::tile::Tiled;

type Row = <f32 as Tiled>::Row;

pub(super) struct Bytes {
    data: Vec<[i8; <f32 as Tiled>::WIDTH]>,
    /// For each panel.
    scales: Vec<Row>,
    depth: usize,
    columns: usize,
}

impl Bytes {
    /// Lays out a matrix of `depth` rows of so many columns. There is a scale
    /// for each, or one for all.
    pub(super) fn new(matrix: &[i8], depth: usize, columns: usize, scale: &[f32]) -> Self {
        let panels = columns.div_ceil(f32::WIDTH);
        let mut data = Vec::with_capacity(panels.saturating_mul(depth));
        let mut scales = Vec::with_capacity(panels);
        for column in (0..columns).step_by(f32::WIDTH) {
            for row in matrix.chunks_exact(columns) {
                let mut bytes = [0; f32::WIDTH];
                bytes.iter_mut().zip(row.iter().skip(column)).for_each(|(to, &x)| *to = x);
                data.push(bytes);
            }
            let mut factors = f32::ROW;
            match scale {
                &[factor] => factors.fill(factor),
                scale => {
                    let scale = scale.iter().skip(column);
                    factors.iter_mut().zip(scale).for_each(|(to, &x)| *to = x);
                }
            }
            scales.push(factors);
        }
        Self { data, scales, depth, columns }
    }
}

impl Panels<f32> for Bytes {
    fn size(&self) -> (usize, usize) {
        (self.depth, self.columns)
    }

    fn panel<'p>(&'p self, column: usize, inner: &Range<usize>, room: &'p mut [Row]) -> &'p [Row] {
        let panel = column / f32::WIDTH;
        let start = panel * self.depth;
        let bytes = self.data.get(start + inner.start..start + inner.end).unwrap_or_default();
        let scales = self.scales.get(panel).copied().unwrap_or_default();
        for (row, bytes) in room.iter_mut().zip(bytes) {
            for ((to, &byte), scale) in row.iter_mut().zip(bytes).zip(scales) {
                *to = f32::from(byte) * scale;
            }
        }
        room
    }
}
