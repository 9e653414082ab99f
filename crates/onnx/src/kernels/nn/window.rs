//! Windows that slide over the spatial axes of an image: where they lie, and
//! which elements they see. Convolutions, pools and their reverses share this.

use crate::attributes::Attributes;
use crate::fault::{Fault, bail};
use crate::limits;

/// The largest length that attributes may give to anything, so that products
/// of two stay far from overflowing.
const MAX_LENGTH: i64 = 1 << 31;

/// Lengths that attributes or inputs give, none negative or too large.
pub(crate) fn lengths(given: &[i64], what: &str) -> Result<Vec<i64>, Fault> {
    if given.iter().any(|&n| !(0..MAX_LENGTH).contains(&n)) {
        bail!("'{what}' is {given:?}");
    }
    Ok(given.to_vec())
}

/// That no length of a shape, nor the product of any of them, is too large to
/// compute with: where one is 0, the others may be anything.
pub(crate) fn bounded(shape: &[usize]) -> Result<(), Fault> {
    let shape: Vec<usize> = shape.iter().map(|&n| n.max(1)).collect();
    limits::elements(&shape).map(|_| ())
}

/// How a window is described by a node's attributes.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    pub(crate) kernel: Vec<i64>,
    pub(crate) strides: Vec<i64>,
    pub(crate) dilations: Vec<i64>,
    pub(crate) pads: Vec<i64>,
    pub(crate) auto_pad: AutoPad,
    pub(crate) ceil: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AutoPad {
    /// As many as are given.
    NotSet,
    /// As many as keep the length, divided by the stride; the odd one goes
    /// after.
    SameUpper,
    /// The same, and the odd one goes before.
    SameLower,
    /// None.
    Valid,
}

impl Window {
    pub(crate) fn new(attributes: Attributes<'_>) -> Result<Self, Fault> {
        let auto_pad = match attributes.str("auto_pad")?.unwrap_or("NOTSET") {
            "NOTSET" | "" => AutoPad::NotSet,
            "SAME_UPPER" => AutoPad::SameUpper,
            "SAME_LOWER" => AutoPad::SameLower,
            "VALID" => AutoPad::Valid,
            other => bail!("'{other}' is no 'auto_pad'"),
        };
        let read = |name| lengths(attributes.ints(name), name);
        let window = Self {
            kernel: read("kernel_shape")?,
            strides: read("strides")?,
            dilations: read("dilations")?,
            pads: read("pads")?,
            auto_pad,
            ceil: attributes.flag("ceil_mode", false),
        };
        if window.strides.contains(&0) || window.dilations.contains(&0) {
            bail!("'strides' or 'dilations' has a 0");
        }
        Ok(window)
    }

    /// The length of the window along each axis: as the attribute says, and
    /// otherwise as the weights are.
    pub(crate) fn kernel(&self, weights: &[usize]) -> Result<Vec<i64>, Fault> {
        let weights: Vec<i64> = weights.iter().map(|&n| signed(n)).collect();
        if self.kernel.is_empty() || self.kernel == weights {
            Ok(weights)
        } else {
            bail!("'kernel_shape' is {:?}, and the weights are {weights:?}", self.kernel)
        }
    }

    /// Where the windows lie along each of the spatial axes.
    pub(crate) fn axes(&self, spatial: &[usize], kernel: &[i64]) -> Result<Vec<Axis>, Fault> {
        let rank = spatial.len();
        self.check(rank, kernel)?;
        bounded(spatial)?;
        let mut axes = Vec::with_capacity(rank);
        for (i, (&len, &kernel)) in spatial.iter().zip(kernel).enumerate() {
            let (stride, dilation) = (self.stride(i), self.dilation(i));
            let len = signed(len);
            let span = span(kernel, dilation)?;
            let (before, after) = match self.auto_pad {
                AutoPad::NotSet => self.pads(i, rank),
                AutoPad::Valid => (0, 0),
                same => {
                    let out = ceil_div(len, stride);
                    let total = ((out - 1) * stride + span - len).max(0);
                    split(total, same == AutoPad::SameUpper)
                }
            };
            let room = len + before + after - span;
            let mut out =
                if self.ceil { ceil_div(room, stride) } else { room.div_euclid(stride) } + 1;
            // A window has to start on the image or on the padding before it.
            if self.ceil && (out - 1) * stride >= len + before {
                out -= 1;
            }
            if out < 0 {
                bail!("a window of {span} does not fit into an axis of {len}");
            }
            axes.push(Axis { len, kernel, stride, dilation, before, after, out });
        }
        Ok(axes)
    }

    /// That every list has one for each axis.
    pub(crate) fn check(&self, rank: usize, kernel: &[i64]) -> Result<(), Fault> {
        let fits = |list: &[i64], len| list.is_empty() || list.len() == len;
        if rank == 0
            || kernel.len() != rank
            || !fits(&self.strides, rank)
            || !fits(&self.dilations, rank)
            || !fits(&self.pads, rank * 2)
        {
            bail!("the attributes don't fit an image of {rank} dimensions");
        }
        Ok(())
    }

    pub(crate) fn stride(&self, axis: usize) -> i64 {
        self.strides.get(axis).copied().unwrap_or(1)
    }

    pub(crate) fn dilation(&self, axis: usize) -> i64 {
        self.dilations.get(axis).copied().unwrap_or(1)
    }

    /// The padding before and after an axis, where it is given.
    pub(crate) fn pads(&self, axis: usize, rank: usize) -> (i64, i64) {
        let at = |i: usize| self.pads.get(i).copied().unwrap_or(0);
        (at(axis), at(axis + rank))
    }
}

/// Padding before and after; the odd one after, or before.
pub(crate) fn split(total: i64, odd_after: bool) -> (i64, i64) {
    let (less, more) = (total / 2, total - total / 2);
    if odd_after { (less, more) } else { (more, less) }
}

/// How far a dilated kernel reaches.
pub(crate) fn span(kernel: i64, dilation: i64) -> Result<i64, Fault> {
    if kernel < 1 {
        bail!("a window of length {kernel}");
    }
    Ok((kernel - 1) * dilation + 1)
}

/// A length of memory as a length to compute with.
pub(crate) fn signed(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

/// A length that is known not to be negative.
pub(crate) fn unsigned(len: i64) -> usize {
    usize::try_from(len).unwrap_or(0)
}

fn ceil_div(a: i64, b: i64) -> i64 {
    -(-a).div_euclid(b)
}

/// The windows along one axis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    /// The length of the image.
    pub(crate) len: i64,
    pub(crate) kernel: i64,
    pub(crate) stride: i64,
    pub(crate) dilation: i64,
    pub(crate) before: i64,
    pub(crate) after: i64,
    /// How many windows there are.
    pub(crate) out: i64,
}

impl Axis {
    /// The place on the image of an element of a window, if it is on it.
    fn place(&self, out: i64, tap: i64) -> Option<usize> {
        let at = out * self.stride + tap * self.dilation - self.before;
        (at < self.len).then(|| usize::try_from(at).ok()).flatten()
    }

    /// How many elements of each window are on the image, or on it and its
    /// padding.
    pub(crate) fn counts(&self, with_padding: bool) -> Vec<usize> {
        let (low, high) =
            if with_padding { (-self.before, self.len + self.after) } else { (0, self.len) };
        let count = |out: i64| {
            let start = out * self.stride - self.before;
            let from = ceil_div(low - start, self.dilation).max(0);
            let to = ceil_div(high - start, self.dilation).min(self.kernel);
            unsigned(to - from)
        };
        (0..self.out).map(count).collect()
    }
}

/// How many windows there are along each axis.
pub(crate) fn out_shape(axes: &[Axis]) -> Vec<usize> {
    axes.iter().map(|axis| unsigned(axis.out)).collect()
}

/// Says that an element of a window is not on the image.
const OUTSIDE: usize = usize::MAX;

/// Where the windows meet the image, row by row: the last axis is a run, and
/// all others are taken together.
#[derive(Debug)]
pub(crate) struct Sliding {
    /// For each row of windows, where each of its rows starts on the image.
    rows: Vec<usize>,
    /// How many rows a window has.
    pub(crate) taps: usize,
    /// For each element along a window's row, its run.
    pub(crate) runs: Vec<Run>,
    /// How many windows are in a row of them.
    pub(crate) row_out: usize,
    /// How many elements a window has.
    pub(crate) kernel: usize,
    /// How many elements the image has.
    pub(crate) image: usize,
    /// How many windows there are.
    pub(crate) out: usize,
}

/// The windows `from..to` of a row see the elements `start`, `start + stride`,
/// … of a row of the image.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    from: usize,
    to: usize,
    start: usize,
    stride: usize,
}

impl Run {
    /// The windows that see an element, and the elements.
    pub(crate) fn pair<'a, A, B>(
        &self,
        windows: &'a mut [A],
        image: &'a [B],
        row: usize,
    ) -> impl Iterator<Item = (&'a mut A, &'a B)> + use<'a, A, B> {
        let windows = windows.get_mut(self.from..self.to).unwrap_or_default();
        let image = image.get(row.saturating_add(self.start)..).unwrap_or_default();
        windows.iter_mut().zip(image.iter().step_by(self.stride))
    }
}

impl Sliding {
    pub(crate) fn new(axes: &[Axis]) -> Result<Self, Fault> {
        let Some((last, outer)) = axes.split_last() else { bail!("an image without axes") };
        let image: Vec<usize> = axes.iter().map(|axis| unsigned(axis.len)).collect();
        let kernel: Vec<usize> = axes.iter().map(|axis| unsigned(axis.kernel)).collect();
        let out = limits::elements(&out_shape(axes))?;
        let kernel = limits::elements(&kernel)?;
        let image = limits::elements(&image)?;
        let (mut rows, mut taps) = (vec![0], 1usize);
        for axis in outer {
            let (steps, kernel) = (unsigned(axis.out), unsigned(axis.kernel));
            limits::elements(&[rows.len(), steps, kernel, 2])?;
            let mut next = Vec::with_capacity(rows.len() * steps * kernel);
            for windows in rows.chunks_exact(taps) {
                for out in 0..axis.out {
                    for &row in windows {
                        next.extend((0..axis.kernel).map(|tap| match axis.place(out, tap) {
                            Some(at) if row != OUTSIDE => row * unsigned(axis.len) + at,
                            _ => OUTSIDE,
                        }));
                    }
                }
            }
            rows = next;
            taps *= kernel;
        }
        for row in rows.iter_mut().filter(|row| **row != OUTSIDE) {
            *row *= unsigned(last.len);
        }
        limits::elements(&[unsigned(last.kernel), 8])?;
        let runs = (0..last.kernel).map(|tap| {
            let shift = last.before - tap * last.dilation;
            let from = ceil_div(shift, last.stride).clamp(0, last.out);
            let to = ceil_div(last.len + shift, last.stride).clamp(from, last.out);
            let start = unsigned(from * last.stride - shift);
            Run {
                from: unsigned(from),
                to: unsigned(to),
                start,
                stride: unsigned(last.stride).max(1),
            }
        });
        let runs = runs.collect();
        Ok(Self { rows, taps, runs, row_out: unsigned(last.out), kernel, image, out })
    }

    /// For each row of windows: where each row of a window starts on the
    /// image, `None` where it is not on it.
    pub(crate) fn rows(
        &self,
    ) -> impl Iterator<Item = impl Iterator<Item = Option<usize>> + '_> + '_ {
        self.rows
            .chunks_exact(self.taps.max(1))
            .map(|row| row.iter().map(|&start| (start != OUTSIDE).then_some(start)))
    }

    /// Calls back, for one plane, with the elements that each window sees: in
    /// the windows' row-major order of elements, several windows at a time.
    #[inline]
    pub(crate) fn visit<A, B>(&self, windows: &mut [A], image: &[B], f: impl Fn(&mut A, &B)) {
        if self.row_out == 0 {
            return;
        }
        for (starts, windows) in self.rows().zip(windows.chunks_exact_mut(self.row_out)) {
            for start in starts.flatten() {
                for run in &self.runs {
                    for (window, element) in run.pair(windows, image, start) {
                        f(window, element);
                    }
                }
            }
        }
    }

    /// Adds columns (a row for each element of a window, with what all windows
    /// have there) to the elements that they belong to.
    pub(crate) fn add_columns<T: crate::kernels::reduce::Number>(
        &self,
        columns: &[T],
        image: &mut [T],
    ) {
        if self.row_out == 0 || self.out == 0 {
            return;
        }
        let mut lines = columns.chunks_exact(self.out);
        let taps = self.taps.max(1);
        for tap in 0..taps {
            for run in &self.runs {
                let Some(line) = lines.next() else { return };
                let starts = self.rows.iter().skip(tap).step_by(taps);
                for (windows, &start) in line.chunks_exact(self.row_out).zip(starts) {
                    if start == OUTSIDE {
                        continue;
                    }
                    let windows = windows.get(run.from..run.to).unwrap_or_default();
                    let image =
                        image.get_mut(start.saturating_add(run.start)..).unwrap_or_default();
                    for (to, from) in image.iter_mut().step_by(run.stride).zip(windows) {
                        *to = to.plus(*from);
                    }
                }
            }
        }
    }
}
