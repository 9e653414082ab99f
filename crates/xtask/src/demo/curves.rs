//! Series as training writes them.

use fastrand::Rng;

/// How a loss falls: from `start` towards `end`, with noise that shrinks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loss {
    pub(super) start: f64,
    pub(super) end: f64,
    /// After so many steps, two thirds of the way are done.
    pub(super) pace: f64,
    pub(super) noise: f64,
    /// How many of 1,000 steps jump far up.
    pub(super) spikes: f64,
}

impl Loss {
    /// The value at a step.
    pub(super) fn at(&self, step: f64, rng: &mut Rng) -> f64 {
        let left = (-step / self.pace).exp();
        let level = self.end + (self.start - self.end) * left;
        let noise = self.noise * (0.3 + left) * normal(rng);
        let spike = if rng.f64() * 1000.0 < self.spikes { 1.0 + 3.0 * rng.f64() } else { 0.0 };
        (level * (1.0 + noise) + spike * self.start * 0.4).max(1e-4)
    }
}

/// How an accuracy rises from chance to `end`.
pub(super) fn accuracy(step: f64, chance: f64, end: f64, pace: f64, rng: &mut Rng) -> f64 {
    let done = 1.0 - (-step / pace).exp();
    (chance + (end - chance) * done + 0.006 * normal(rng)).clamp(0.0, 1.0)
}

/// A learning rate that warms up for a twentieth and then falls as a cosine.
pub(super) fn learning_rate(step: f64, steps: f64, peak: f64) -> f64 {
    let warm = steps / 20.0;
    if step < warm {
        return peak * step / warm;
    }
    let done = (step - warm) / (steps - warm);
    0.5 * peak * (1.0 + (std::f64::consts::PI * done).cos())
}

/// A level that wanders between two bounds: a machine's load.
pub(super) fn wander(from: f64, low: f64, high: f64, rng: &mut Rng) -> f64 {
    let towards = 0.2 * (low + (high - low) * rng.f64() - from);
    (from + towards + 0.02 * (high - low) * normal(rng)).clamp(low, high)
}

/// About normally distributed, mean 0, deviation 1.
pub(super) fn normal(rng: &mut Rng) -> f64 {
    (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0
}

/// Rounded to so many digits behind the point, as people log.
pub(super) fn rounded(x: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (x * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_falls_to_its_end_and_spikes_where_asked() {
        let mut rng = Rng::with_seed(1);
        let smooth = Loss { start: 2.0, end: 0.2, pace: 100.0, noise: 0.0, spikes: 0.0 };
        assert!((smooth.at(0.0, &mut rng) - 2.0).abs() < 1e-9);
        assert!((smooth.at(1e6, &mut rng) - 0.2).abs() < 1e-9);
        let spiky = Loss { spikes: 50.0, ..smooth };
        let highest = (0..1000).map(|_| spiky.at(1e6, &mut rng)).fold(0.0, f64::max);
        assert!(highest > 0.9, "{highest}");
    }

    #[test]
    fn a_learning_rate_warms_up_and_ends_at_nothing() {
        assert!(learning_rate(10.0, 1000.0, 0.1) < 0.05);
        assert!((learning_rate(50.0, 1000.0, 0.1) - 0.1).abs() < 1e-9);
        assert!(learning_rate(1000.0, 1000.0, 0.1) < 1e-9);
    }
}
