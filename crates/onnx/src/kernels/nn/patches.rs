//! What the windows of a convolution see, on a plane that has its padding
//! around it: a window's elements are at its start plus places that are the
//! same for all windows.

use std::borrow::Cow;
use std::ops::Range;

use super::window::{Axis, unsigned};
use crate::fault::Fault;
use crate::kernels::matmul::{Panels, Tiled};
use crate::limits;

/// Windows over a padded plane.
pub(super) struct Grid {
    /// How many elements a plane has, without its padding.
    pub(super) image: usize,
    /// And with it.
    padded: usize,
    /// Where each row of a plane is on the padded one.
    rows: Vec<usize>,
    /// Where each window starts.
    pub(super) starts: Vec<usize>,
    /// How many windows are in a row.
    row_out: usize,
    /// How far apart they are.
    stride: usize,
    /// Where each element of a window is, from its start on.
    pub(super) taps: Vec<usize>,
}

impl Grid {
    pub(super) fn new(axes: &[Axis]) -> Result<Self, Fault> {
        // The last window may reach further than the padding.
        let reach =
            |axis: &Axis| (axis.out - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
        let len = |axis: &Axis| unsigned((axis.before + axis.len + axis.after).max(reach(axis)));
        let image: Vec<usize> = axes.iter().map(|axis| unsigned(axis.len)).collect();
        let padded: Vec<usize> = axes.iter().map(len).collect();
        let mut grid = Self {
            image: limits::elements(&image)?,
            padded: limits::elements(&padded)?,
            rows: vec![0],
            starts: vec![0],
            row_out: axes.last().map_or(0, |axis| unsigned(axis.out)),
            stride: axes.last().map_or(1, |axis| unsigned(axis.stride).max(1)),
            taps: vec![0],
        };
        for (i, axis) in axes.iter().enumerate() {
            let step = |places: &[usize], count: i64, each: i64, first: i64| {
                limits::elements(&[places.len(), unsigned(count)])?;
                let all = places.iter().flat_map(|place| {
                    let places = (0..count).map(move |i| unsigned(first + i * each));
                    places.map(move |at| place * len(axis) + at)
                });
                Ok::<_, Fault>(all.collect::<Vec<usize>>())
            };
            grid.starts = step(&grid.starts, axis.out, axis.stride, 0)?;
            grid.taps = step(&grid.taps, axis.kernel, axis.dilation, 0)?;
            let is_last = i + 1 == axes.len();
            grid.rows = step(&grid.rows, if is_last { 1 } else { axis.len }, 1, axis.before)?;
        }
        Ok(grid)
    }

    /// Room for so many padded planes; nothing where there is no padding.
    pub(super) fn room<T: Tiled>(&self, planes: usize, padding: T) -> Result<Vec<T>, Fault> {
        if self.padded == self.image {
            return Ok(Vec::new());
        }
        // A block may look further than its windows do.
        let after = limits::elements(&[planes, self.padded])?.saturating_add(2 * T::WIDTH);
        Ok(vec![padding; after])
    }

    /// Planes with their padding around them, which is in `room` already.
    pub(super) fn padded<'a, T: Tiled>(&self, planes: &'a [T], room: &'a mut [T]) -> &'a [T] {
        if room.is_empty() {
            return planes;
        }
        let row = self.image / self.rows.len().max(1);
        let planes = planes.chunks_exact(self.image.max(1));
        for (plane, padded) in planes.zip(room.chunks_exact_mut(self.padded.max(1))) {
            for (row, &at) in plane.chunks_exact(row.max(1)).zip(&self.rows) {
                if let Some(place) = padded.get_mut(at..at + row.len()) {
                    place.copy_from_slice(row);
                }
            }
        }
        room
    }

    /// Where each element of a window is on so many planes.
    pub(super) fn taps_of(&self, planes: usize) -> Result<Cow<'_, [usize]>, Fault> {
        if planes == 1 {
            return Ok(self.taps.as_slice().into());
        }
        limits::elements(&[planes, self.taps.len()])?;
        let plane = |i: usize| self.taps.iter().map(move |tap| i * self.padded + tap);
        Ok((0..planes).flat_map(plane).collect())
    }

    /// The windows in blocks of as many as a tile has columns, row by row.
    pub(super) fn blocks<T: Tiled>(&self) -> Vec<Block> {
        let rows = self.starts.chunks(self.row_out.max(1)).enumerate();
        let blocks = rows.flat_map(|(i, row)| {
            let row_at = i * self.row_out;
            row.chunks(T::WIDTH).enumerate().map(move |(j, starts)| Block {
                start: starts.first().copied().unwrap_or_default(),
                at: row_at + j * T::WIDTH,
                count: starts.len(),
            })
        });
        blocks.collect()
    }

    /// Takes together what each window over one padded plane sees: `step` adds
    /// an element, with its weight, to what there is, which is `first` to begin
    /// with.
    pub(super) fn slide<T: Tiled>(
        &self,
        blocks: &[Block],
        plane: &[T],
        weights: &[T],
        first: T,
        step: impl Fn(T::Lanes, T, T::Lanes) -> T::Lanes + Copy,
        mut put: impl FnMut(usize, &[T]),
    ) {
        let mut put = |block: &Block, lanes| {
            let row = T::store(lanes);
            put(block.at, row.as_ref().get(..block.count).unwrap_or_default());
        };
        // Four at a time, so that none waits for another.
        let (fours, rest) = blocks.as_chunks::<4>();
        for four in fours {
            let lanes = self.take(four, plane, weights, first, step);
            four.iter().zip(lanes).for_each(|(block, lanes)| put(block, lanes));
        }
        for one in rest {
            let [lanes] = self.take(&[*one], plane, weights, first, step);
            put(one, lanes);
        }
    }

    #[inline(always)]
    fn take<T: Tiled, const N: usize>(
        &self,
        blocks: &[Block; N],
        plane: &[T],
        weights: &[T],
        first: T,
        step: impl Fn(T::Lanes, T, T::Lanes) -> T::Lanes + Copy,
    ) -> [T::Lanes; N] {
        let from = blocks.map(|block| plane.get(block.start..).unwrap_or_default());
        let all = |see: fn(&[T]) -> Option<T::Row>| {
            let mut lanes = [T::splat(first); N];
            for (&tap, &weight) in self.taps.iter().zip(weights) {
                for (lanes, from) in lanes.iter_mut().zip(from) {
                    *lanes = step(*lanes, weight, T::load(&see(from.get(tap..)?)?));
                }
            }
            Some(lanes)
        };
        let quick = match self.stride {
            1 => all(|from| T::row(from).copied()),
            2 => all(T::every_second),
            _ => None,
        };
        quick.unwrap_or_else(|| {
            let mut lanes = [T::splat(first); N];
            for (&tap, &weight) in self.taps.iter().zip(weights) {
                for (lanes, from) in lanes.iter_mut().zip(from) {
                    let seen = from.get(tap..).unwrap_or_default().iter().step_by(self.stride);
                    let mut row = T::ROW;
                    row.as_mut().iter_mut().zip(seen).for_each(|(to, &x)| *to = x);
                    *lanes = step(*lanes, weight, T::load(&row));
                }
            }
            lanes
        })
    }
}

/// Windows of one row that are taken together: where the first one starts, its
/// number, and how many there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    start: usize,
    at: usize,
    count: usize,
}

/// What windows over padded planes see, as the columns of a matrix.
pub(super) struct Patches<'a, T> {
    pub(super) image: &'a [T],
    pub(super) starts: &'a [usize],
    /// Where each element of a window is: the rows of the matrix.
    pub(super) taps: &'a [usize],
}

impl<T: Tiled> Panels<T> for Patches<'_, T> {
    fn size(&self) -> (usize, usize) {
        (self.taps.len(), self.starts.len())
    }

    fn panel<'p>(
        &'p self,
        column: usize,
        inner: &Range<usize>,
        room: &'p mut [T::Row],
    ) -> &'p [T::Row] {
        let starts = self.starts.get(column..).unwrap_or_default();
        let starts = starts.get(..T::WIDTH).unwrap_or(starts);
        let taps = self.taps.get(inner.clone()).unwrap_or_default();
        let spread = Spread::of(starts);
        for (row, &tap) in room.iter_mut().zip(taps) {
            *row = spread.see(self.image, starts, tap);
        }
        room
    }
}

/// How far apart windows are that are taken together.
#[derive(Clone, Copy)]
enum Spread {
    /// One element after the other.
    Dense,
    /// Every second element.
    Even,
    Any,
}

impl Spread {
    fn of(starts: &[usize]) -> Self {
        let has_step =
            |step: usize| starts.iter().zip(starts.iter().skip(1)).all(|(a, b)| a + step == *b);
        match starts {
            _ if has_step(1) => Self::Dense,
            _ if has_step(2) => Self::Even,
            _ => Self::Any,
        }
    }

    /// The elements that windows see at one place.
    #[inline(always)]
    fn see<T: Tiled>(self, image: &[T], starts: &[usize], tap: usize) -> T::Row {
        let from = image.get(starts.first().map_or(0, |start| start + tap)..).unwrap_or_default();
        match self {
            Self::Dense => {
                if let Some(row) = T::row(from) {
                    return *row;
                }
            }
            Self::Even => {
                if let Some(row) = T::every_second(from) {
                    return row;
                }
            }
            Self::Any => {}
        }
        let mut row = T::ROW;
        for (to, start) in row.as_mut().iter_mut().zip(starts) {
            *to = image.get(start + tap).copied().unwrap_or_default();
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every padding, stride and dilation, against sums one by one.
    #[test]
    fn windows_see_what_is_under_them() {
        for (len, kernel, stride, dilation, before, after) in [
            (19, 3, 1, 1, 1, 1),
            (20, 3, 2, 1, 0, 1),
            (23, 2, 2, 3, 2, 0),
            (40, 5, 3, 1, 2, 2),
            (9, 1, 1, 1, 0, 0),
            (7, 3, 1, 1, 1, 1),
        ] {
            let span = (kernel - 1) * dilation + 1;
            let out = (len + before + after - span) / stride + 1;
            let axis = Axis { len, kernel, stride, dilation, before, after, out };
            let grid = Grid::new(&[axis, axis]).unwrap();
            let image: Vec<f32> = (0..len * len).map(|i| (i * 7 % 23) as f32).collect();
            let weights: Vec<f32> = (0..kernel * kernel).map(|i| (i % 5) as f32 - 1.0).collect();
            let mut room = grid.room(1, 0.0).unwrap();
            let padded = grid.padded(&image, &mut room);
            let mut slid = vec![0.0; grid.starts.len()];
            let add = |sum, weight, seen| f32::add_product(sum, f32::splat(weight), seen);
            let put = |at: usize, sums: &[f32]| slid[at..at + sums.len()].copy_from_slice(sums);
            grid.slide(&grid.blocks::<f32>(), padded, &weights, 0.0, add, put);
            let patches = Patches { image: padded, starts: &grid.starts, taps: &grid.taps };
            let inner = 0..weights.len();
            let mut panel = vec![f32::ROW; weights.len()];
            for y in 0..out {
                for x in 0..out {
                    let column = (y * out + x) as usize;
                    let start = column / f32::WIDTH * f32::WIDTH;
                    patches.panel(start, &inner, &mut panel);
                    let mut sum = 0.0;
                    for (i, weight) in weights.iter().enumerate() {
                        let at = |out: i64, tap: i64| out * stride + tap * dilation - before;
                        let (row, at) = (at(y, i as i64 / kernel), at(x, i as i64 % kernel));
                        let inside = (0..len).contains(&row) && (0..len).contains(&at);
                        let seen = if inside { image[(row * len + at) as usize] } else { 0.0 };
                        assert_eq!(panel[i][column - start], seen, "{axis:?} {y} {x} {i}");
                        sum += seen * weight;
                    }
                    assert_eq!(slid[column], sum, "{axis:?} {y} {x}");
                }
            }
        }
    }
}
