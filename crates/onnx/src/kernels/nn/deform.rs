//! `DeformConv`: a convolution whose windows' elements are moved by offsets.

use tensor::Tensor;

use super::conv::{Layers, add_bias, groups};
use super::pool::image;
use super::real::{Real, floats, reals};
use super::window::{Axis, Window, out_shape, unsigned};
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::kernels::matmul::{Matrix, multiply};
use crate::limits;
use crate::value::Inputs;

pub(super) fn deform(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let (window, groups) = (Window::new(spec.attributes)?, groups(spec)?);
    let offset_groups = match usize::try_from(spec.attributes.int("offset_group", 1)) {
        Ok(groups) if groups > 0 => groups,
        _ => bail!("'offset_group' is {}", spec.attributes.int("offset_group", 1)),
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (x, w, offsets) = (inputs.tensor(0)?, inputs.tensor(1)?, inputs.tensor(2)?);
        let layers = Layers::new(x.shape(), w.shape(), groups)?;
        let spatial = image(x.shape())?.2;
        let axes = window.axes(spatial, &window.kernel(image(w.shape())?.2)?)?;
        let [rows, columns] = axes.as_slice() else {
            bail!("DeformConv takes images of 2 dimensions, not {}", axes.len());
        };
        let channels = layers.channels * groups;
        if !channels.is_multiple_of(offset_groups) {
            bail!("{channels} channels in {offset_groups} groups of offsets");
        }
        let place = Place {
            rows: *rows,
            columns: *columns,
            per_offsets: (channels / offset_groups).max(1),
            offset_groups,
        };
        let out = out_shape(&axes);
        let expected = |per_tap: usize| -> Vec<usize> {
            let depth = offset_groups * place.taps() * per_tap;
            [layers.batch, depth].into_iter().chain(out.iter().copied()).collect()
        };
        let mask = inputs.optional_tensor(4)?;
        if offsets.shape() != expected(2) || mask.is_some_and(|m| m.shape() != expected(1)) {
            bail!("offsets of shape {:?}, where {:?} is wanted", offsets.shape(), expected(2));
        }
        let mut shape = vec![layers.batch, groups * layers.filters];
        shape.extend(&out);
        limits::elements(&shape)?;
        let points = limits::elements(&out)?;
        let data = floats!(x.dtype(), T => {
            let mask = mask.map(reals::<T>).transpose()?;
            let mut out = deformed::<T>(
                &reals(x)?,
                &reals(w)?,
                &reals(offsets)?,
                mask.as_deref(),
                &layers,
                &place,
            )?;
            if let Some(bias) = inputs.optional_tensor(3)? {
                add_bias(&mut out, &reals::<T>(bias)?, points);
            }
            T::data(out, x.dtype())
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// Where the windows lie, and how many channels share their offsets.
struct Place {
    rows: Axis,
    columns: Axis,
    per_offsets: usize,
    offset_groups: usize,
}

impl Place {
    fn taps(&self) -> usize {
        unsigned(self.rows.kernel) * unsigned(self.columns.kernel)
    }

    fn points(&self) -> usize {
        unsigned(self.rows.out) * unsigned(self.columns.out)
    }
}

fn deformed<T: Real>(
    x: &[T],
    w: &[T],
    offsets: &[T],
    mask: Option<&[T]>,
    layers: &Layers,
    place: &Place,
) -> Result<Vec<T>, Fault> {
    let Layers { batch, groups, channels, filters } = *layers;
    let (taps, points) = (place.taps(), place.points());
    let plane = unsigned(place.rows.len) * unsigned(place.columns.len);
    let all = channels * groups;
    let mut out = vec![T::default(); limits::elements(&[batch, groups, filters, points])?];
    let depth = limits::elements(&[channels, taps])?;
    let mut columns = vec![T::default(); limits::elements(&[all, taps, points])?];
    if out.is_empty() || columns.is_empty() || plane == 0 {
        return Ok(out);
    }
    let offset_size = place.offset_groups * taps * 2 * points;
    let images = x.chunks_exact(all * plane).zip(out.chunks_exact_mut(groups * filters * points));
    for (i, ((x, out), offsets)) in images.zip(offsets.chunks_exact(offset_size)).enumerate() {
        let mask = mask.map(|mask| mask.iter().skip(i * offset_size / 2));
        for (c, (plane, lines)) in
            x.chunks_exact(plane).zip(columns.chunks_exact_mut(taps * points)).enumerate()
        {
            let group = c / place.per_offsets;
            let shifts = offsets.chunks_exact(points).skip(group * taps * 2);
            let shifts = shifts.clone().step_by(2).zip(shifts.skip(1).step_by(2));
            for (tap, (line, (down, right))) in
                lines.chunks_exact_mut(points).zip(shifts).enumerate()
            {
                sample_line(place, tap, plane, (down, right), line);
            }
            if let Some(mask) = &mask {
                let mask = mask.clone().skip(group * taps * points);
                lines.iter_mut().zip(mask).for_each(|(x, &by)| *x = *x * by);
            }
        }
        let groups = w.chunks_exact(filters * depth).zip(columns.chunks_exact(depth * points));
        for ((w, columns), out) in groups.zip(out.chunks_exact_mut(filters * points)) {
            multiply(Matrix::rows(w), Matrix::rows(columns), out, (filters, depth, points));
        }
    }
    Ok(out)
}

/// What one element of each window sees.
fn sample_line<T: Real>(
    place: &Place,
    tap: usize,
    plane: &[T],
    (down, right): (&[T], &[T]),
    line: &mut [T],
) {
    let (rows, columns) = (&place.rows, &place.columns);
    let width = unsigned(columns.out).max(1);
    let kernel_width = unsigned(columns.kernel).max(1);
    let at = |axis: &Axis, out: usize, tap: usize| {
        T::of((out as i64 * axis.stride + tap as i64 * axis.dilation - axis.before) as f64)
    };
    for (i, ((to, &down), &right)) in line.iter_mut().zip(down).zip(right).enumerate() {
        let y = at(rows, i / width, tap / kernel_width) + down;
        let x = at(columns, i % width, tap % kernel_width) + right;
        *to = bilinear(plane, (rows.len, columns.len), y.wide(), x.wide());
    }
}

/// The image between its elements; what is not on it is 0.
fn bilinear<T: Real>(plane: &[T], (height, width): (i64, i64), y: f64, x: f64) -> T {
    let is_near = |at: f64, len: i64| at > -1.0 && at < len as f64;
    if !is_near(y, height) || !is_near(x, width) {
        return T::default();
    }
    let (top, left) = (y.floor(), x.floor());
    let (y, x) = (T::of(y - top), T::of(x - left));
    let (top, left) = (top as i64, left as i64);
    let pixel = |row: i64, column: i64| {
        if (0..height).contains(&row) && (0..width).contains(&column) {
            plane.get(unsigned(row * width + column)).copied().unwrap_or_default()
        } else {
            T::default()
        }
    };
    let one = T::of(1.0);
    (one - y) * ((one - x) * pixel(top, left) + x * pixel(top, left + 1))
        + y * ((one - x) * pixel(top + 1, left) + x * pixel(top + 1, left + 1))
}
