//! Regions and boxes of images: `RoiAlign`, `MaxRoiPool`,
//! `NonMaxSuppression`.

use tensor::{Data, Tensor};

use super::real::{Real, floats, one, reals};
use super::window::{bounded, signed};
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::Inputs;

/// A length that an attribute gives.
fn length(given: i64, what: &str) -> Result<usize, Fault> {
    match usize::try_from(given) {
        Ok(len) if len > 0 && len <= limits::MAX_ELEMENTS => Ok(len),
        _ => bail!("'{what}' is {given}"),
    }
}

fn four(x: &Tensor) -> Result<[usize; 4], Fault> {
    bounded(x.shape())?;
    <[usize; 4]>::try_from(x.shape())
        .map_err(|_| Fault::new(format!("a tensor of shape {:?} is no image of 2 axes", x.shape())))
}

struct Align {
    pooled: (usize, usize),
    /// How many samples there are along each axis of a bin; 0 for as many as
    /// it is long.
    ratio: usize,
    scale: f64,
    offset: f64,
    is_max: bool,
}

pub(super) fn align(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    // Opset 10 has no offset, and no attribute for it.
    let default = if spec.version < 16 { "output_half_pixel" } else { "half_pixel" };
    let offset = match attributes.str("coordinate_transformation_mode")?.unwrap_or(default) {
        "half_pixel" => 0.5,
        "output_half_pixel" => 0.0,
        other => bail!("'{other}' is no 'coordinate_transformation_mode'"),
    };
    let is_max = match attributes.str("mode")?.unwrap_or("avg") {
        "avg" => false,
        "max" => true,
        other => bail!("'{other}' is no mode"),
    };
    let ratio = attributes.int("sampling_ratio", 0);
    let align = Align {
        pooled: (
            length(attributes.int("output_height", 1), "output_height")?,
            length(attributes.int("output_width", 1), "output_width")?,
        ),
        ratio: usize::try_from(ratio).map_err(|_| Fault::new("'sampling_ratio' is negative"))?,
        scale: attributes.float("spatial_scale", 1.0).into(),
        offset,
        is_max,
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (x, rois, batches) = (inputs.tensor(0)?, inputs.tensor(1)?, inputs.integers(2)?);
        let [_, channels, _, _] = four(x)?;
        if rois.shape() != [batches.len(), 4] {
            bail!("{} batch indices for regions of shape {:?}", batches.len(), rois.shape());
        }
        let shape = vec![batches.len(), channels, align.pooled.0, align.pooled.1];
        limits::elements(&shape)?;
        let data = floats!(x.dtype(), T => {
            T::data(align.run(&reals::<T>(x)?, four(x)?, &reals::<T>(rois)?, &batches)?, x.dtype())
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// The four elements around a sample, and their weights.
type Corners<T> = [(usize, T); 4];

impl Align {
    fn run<T: Real>(
        &self,
        x: &[T],
        [batch, channels, height, width]: [usize; 4],
        rois: &[T],
        batches: &[i64],
    ) -> Result<Vec<T>, Fault> {
        let plane = height * width;
        let mut out = Vec::new();
        for (roi, &at) in rois.chunks_exact(4).zip(batches) {
            let Some(at) = usize::try_from(at).ok().filter(|at| *at < batch) else {
                bail!("there is no image {at} in a batch of {batch}");
            };
            let (samples, per_bin) = self.samples(roi, (height, width))?;
            let image = x.get(at * channels * plane..(at + 1) * channels * plane);
            for plane in image.unwrap_or_default().chunks_exact(plane.max(1)) {
                for bin in 0..self.pooled.0 * self.pooled.1 {
                    let samples = samples.get(bin * per_bin..(bin + 1) * per_bin);
                    out.push(self.bin(samples.unwrap_or_default(), plane));
                }
            }
        }
        Ok(out)
    }

    fn bin<T: Real>(&self, samples: &[Corners<T>], plane: &[T]) -> T {
        let part = |&(at, weight): &(usize, T)| weight * plane.get(at).copied().unwrap_or_default();
        if self.is_max {
            // The greatest of the four weighted elements, as in ONNX Runtime,
            // and not of their sum.
            let all = samples.iter().flatten().map(part);
            return all.reduce(Real::greater).unwrap_or_default();
        }
        let sum = samples.iter().flatten().map(part).fold(T::default(), |sum, x| sum + x);
        sum / T::of(samples.len().max(1) as f64)
    }

    /// The samples of each bin, and how many each has.
    fn samples<T: Real>(
        &self,
        roi: &[T],
        (height, width): (usize, usize),
    ) -> Result<(Vec<Corners<T>>, usize), Fault> {
        let scaled: Vec<T> =
            roi.iter().map(|&at| at * T::of(self.scale) - T::of(self.offset)).collect();
        let &[left, top, right, bottom] = scaled.as_slice() else {
            bail!("a region of no 4 numbers")
        };
        let along = |start: T, end: T, bins: usize| {
            let mut len = end - start;
            if self.offset == 0.0 && len < T::of(1.0) {
                len = T::of(1.0);
            }
            let bin = len / T::of(bins as f64);
            // A cast of what is no number or negative is 0.
            let grid = if self.ratio > 0 { self.ratio } else { bin.wide().ceil() as usize };
            (start, bin, grid)
        };
        let (rows, columns) = self.pooled;
        let (top, row, grid_rows) = along(top, bottom, rows);
        let (left, column, grid_columns) = along(left, right, columns);
        let count = limits::elements(&[rows, columns, grid_rows, grid_columns])?;
        // A sample takes as much memory as 16 elements.
        limits::elements(&[count, 16])?;
        let mut samples = Vec::with_capacity(count);
        let at = |start: T, bin: T, i: usize, sample: usize, grid: usize| {
            let within = T::of(sample as f64 + 0.5) * bin / T::of(grid as f64);
            start + T::of(i as f64) * bin + within
        };
        for i in 0..rows {
            for j in 0..columns {
                for y in 0..grid_rows {
                    let y = at(top, row, i, y, grid_rows);
                    for x in 0..grid_columns {
                        let x = at(left, column, j, x, grid_columns);
                        samples.push(corners(y, x, height, width));
                    }
                }
            }
        }
        Ok((samples, grid_rows * grid_columns))
    }
}

fn corners<T: Real>(y: T, x: T, height: usize, width: usize) -> Corners<T> {
    let is_inside = |at: T, len: usize| at >= T::of(-1.0) && at <= T::of(len as f64) && len > 0;
    if !is_inside(y, height) || !is_inside(x, width) {
        return [(0, T::default()); 4];
    }
    let axis = |at: T, len: usize| {
        let at = T::default().greater(at);
        let (low, last) = (at.wide() as usize, len - 1);
        if low >= last {
            (last, last, T::default())
        } else {
            (low, low + 1, at - T::of(low as f64))
        }
    };
    let (y0, y1, y) = axis(y, height);
    let (x0, x1, x) = axis(x, width);
    let one = T::of(1.0);
    [
        (y0 * width + x0, (one - y) * (one - x)),
        (y0 * width + x1, (one - y) * x),
        (y1 * width + x0, y * (one - x)),
        (y1 * width + x1, y * x),
    ]
}

pub(super) fn max_pool(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let &[rows, columns] = spec.attributes.ints("pooled_shape") else {
        bail!("'pooled_shape' is no height and width");
    };
    let pooled = (length(rows, "pooled_shape")?, length(columns, "pooled_shape")?);
    let scale = f64::from(spec.attributes.float("spatial_scale", 1.0));
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (x, rois) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let &[count, 5] = rois.shape() else { bail!("regions of shape {:?}", rois.shape()) };
        let [_, channels, _, _] = four(x)?;
        bounded(rois.shape())?;
        let shape = vec![count, channels, pooled.0, pooled.1];
        limits::elements(&shape)?;
        let data = floats!(x.dtype(), T => {
            T::data(max_pooled(&reals::<T>(x)?, four(x)?, &reals::<T>(rois)?, pooled, scale)?, x.dtype())
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

fn max_pooled<T: Real>(
    x: &[T],
    [batch, channels, height, width]: [usize; 4],
    rois: &[T],
    (rows, columns): (usize, usize),
    scale: f64,
) -> Result<Vec<T>, Fault> {
    let plane = height * width;
    let mut out = Vec::new();
    for roi in rois.chunks_exact(5) {
        let &[at, left, top, right, bottom] = roi else { continue };
        let at = at.wide() as usize;
        if at >= batch {
            bail!("there is no image {at} in a batch of {batch}");
        }
        // Where each bin starts and ends along an axis.
        let bins = |from: T, to: T, count: usize, len: usize| -> Vec<(usize, usize)> {
            let (from, to) = ((from.wide() * scale).round(), (to.wide() * scale).round());
            let size = (to - from + 1.0).max(1.0) / count as f64;
            let on = |at: f64| (at + from).clamp(0.0, len as f64) as usize;
            (0..count)
                .map(|i| (on((i as f64 * size).floor()), on(((i + 1) as f64 * size).ceil())))
                .collect()
        };
        let row_bins = bins(top, bottom, rows, height);
        let column_bins = bins(left, right, columns, width);
        let image = x.get(at * channels * plane..(at + 1) * channels * plane);
        for plane in image.unwrap_or_default().chunks_exact(plane.max(1)) {
            for &(top, bottom) in &row_bins {
                for &(left, right) in &column_bins {
                    let lines = plane.chunks_exact(width.max(1)).take(bottom).skip(top);
                    let seen = lines.flat_map(|line| line.get(left..right).unwrap_or_default());
                    // A bin that sees nothing is 0.
                    out.push(seen.copied().reduce(Real::greater).unwrap_or_default());
                }
            }
        }
    }
    Ok(out)
}

/// `NonMaxSuppression`: for each class, the boxes with the highest scores that
/// don't overlap a box that is chosen already.
pub(super) fn suppress(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let by_centre = spec.attributes.flag("center_point_box", false);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (boxes, scores) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let (&[batch, count, 4], &[score_batch, classes, score_count]) =
            (boxes.shape(), scores.shape())
        else {
            bail!("boxes of shape {:?}, scores of {:?}", boxes.shape(), scores.shape());
        };
        bounded(boxes.shape())?;
        bounded(scores.shape())?;
        if (batch, count) != (score_batch, score_count) {
            bail!("boxes of shape {:?}, scores of {:?}", boxes.shape(), scores.shape());
        }
        let most = match inputs.get(2) {
            Some(_) => inputs.integers(2)?.first().map_or(0, |&n| usize::try_from(n).unwrap_or(0)),
            None => 0,
        };
        let number = |i: usize| -> Result<Option<f32>, Fault> {
            inputs.optional_tensor(i)?.filter(|t| !t.is_empty()).map(one).transpose()
        };
        let overlap = number(3)?.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&overlap) {
            bail!("'iou_threshold' is {overlap}");
        }
        let least = number(4)?;
        let (boxes, scores) = (reals::<f32>(boxes)?, reals::<f32>(scores)?);
        let mut chosen: Vec<i64> = Vec::new();
        if count > 0 && most > 0 {
            let boxes = boxes.chunks_exact(count * 4);
            let scores = scores.chunks_exact((classes * count).max(1));
            for (image, (boxes, scores)) in boxes.zip(scores).enumerate() {
                let corners: Vec<Corner> =
                    boxes.chunks_exact(4).map(|given| Corner::new(given, by_centre)).collect();
                for (class, scores) in scores.chunks_exact(count).enumerate() {
                    for index in best(&corners, scores, most, overlap, least) {
                        chosen.extend([signed(image), signed(class), signed(index)]);
                    }
                }
            }
        }
        Ok(vec![Tensor::new(vec![chosen.len() / 3, 3], Data::I64(chosen))?.into()])
    }))
}

/// A box by its lowest and highest coordinates.
#[derive(Debug, Clone, Copy)]
struct Corner {
    low: (f32, f32),
    high: (f32, f32),
}

impl Corner {
    fn new(given: &[f32], by_centre: bool) -> Self {
        let &[a, b, c, d] = given else { return Self { low: (0.0, 0.0), high: (0.0, 0.0) } };
        if by_centre {
            let (x, y) = (c / 2.0, d / 2.0);
            Self { low: (a - x, b - y), high: (a + x, b + y) }
        } else {
            Self { low: (a.min(c), b.min(d)), high: (a.max(c), b.max(d)) }
        }
    }

    fn area(&self) -> f32 {
        (self.high.0 - self.low.0) * (self.high.1 - self.low.1)
    }

    /// Whether two boxes share more than this part of what they cover.
    fn overlaps(&self, other: &Self, threshold: f32) -> bool {
        let a = self.high.0.min(other.high.0) - self.low.0.max(other.low.0);
        let b = self.high.1.min(other.high.1) - self.low.1.max(other.low.1);
        if a <= 0.0 || b <= 0.0 || self.area() <= 0.0 || other.area() <= 0.0 {
            return false;
        }
        let shared = a * b;
        let union = self.area() + other.area() - shared;
        union > 0.0 && shared / union > threshold
    }
}

/// The chosen boxes, the one with the highest score first, of equals the first.
fn best(
    boxes: &[Corner],
    scores: &[f32],
    most: usize,
    overlap: f32,
    least: Option<f32>,
) -> Vec<usize> {
    let mut order: Vec<(usize, f32)> = scores
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, score)| least.is_none_or(|least| *score > least))
        .collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut chosen: Vec<(usize, Corner)> = Vec::new();
    for (index, _) in order {
        if chosen.len() >= most {
            break;
        }
        let Some(candidate) = boxes.get(index) else { continue };
        if !chosen.iter().any(|(_, other)| candidate.overlaps(other, overlap)) {
            chosen.push((index, *candidate));
        }
    }
    chosen.into_iter().map(|(index, _)| index).collect()
}
