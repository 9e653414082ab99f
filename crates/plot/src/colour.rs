//! Colours that a run keeps everywhere, and colours for numbers.

use crate::theme::Colour;

/// Ten colours, then each of them lighter.
///
/// The ten stand out from white and from a dark page by 3:1, as WCAG asks of
/// graphics, and from each other also for readers who do not see red, green or
/// blue: they were searched for so, and the tests measure it.
pub const PALETTE: [&str; 20] = [
    "#2a6bc4", "#c08851", "#5d7326", "#c309b2", "#519da8", "#de0e09", "#8836fc", "#955b76",
    "#f85899", "#aa7fdf", "#6595d9", "#e0b58c", "#869861", "#df69cd", "#8cc3cb", "#f76d5d",
    "#a680ff", "#b6879b", "#fea6c2", "#cfaff9",
];

/// The colour of a run, from its id alone: the same on every page, in every
/// chart and in every release.
#[must_use]
pub fn series_colour(run_id: &str) -> &'static str {
    // FNV-1a, 32 bits, folded so that the high bits count too.
    let hash = run_id
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let index = (hash ^ (hash >> 16)) as usize % PALETTE.len();
    PALETTE.get(index).copied().unwrap_or("#2a6bc4")
}

/// From low to high: blue over green to amber. Every step is seen on white and on
/// a dark page, and the ends are told apart without red, green or blue.
const RAMP: [[f64; 3]; 5] = [
    [75.0, 79.0, 201.0],
    [31.0, 143.0, 184.0],
    [31.0, 163.0, 122.0],
    [147.0, 168.0, 27.0],
    [217.0, 138.0, 0.0],
];

/// The colour of a place between low (0) and high (1).
#[must_use]
pub fn ramp(share: f64) -> Colour {
    let last = RAMP.len() - 1;
    let at = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) } * last as f64;
    let from = (at as usize).min(last - 1);
    let (low, high) = (RAMP.get(from).unwrap_or(&RAMP[0]), RAMP.get(from + 1).unwrap_or(&RAMP[0]));
    let part = at - from as f64;
    let [r, g, b] = [0, 1, 2].map(|channel: usize| {
        let ends = low.get(channel).zip(high.get(channel));
        ends.map_or(0, |(a, b)| (a + (b - a) * part).round() as u8)
    });
    format!("#{r:02x}{g:02x}{b:02x}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rgb = [f64; 3];

    /// Light intensities of an sRGB colour.
    fn linear(colour: &str) -> Rgb {
        [1, 3, 5].map(|at| {
            let byte = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn times(matrix: &[Rgb; 3], [r, g, b]: Rgb) -> Rgb {
        matrix.map(|row| row[0] * r + row[1] * g + row[2] * b)
    }

    /// WCAG's contrast.
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |colour| {
            let [r, g, b] = linear(colour);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b): (f64, f64) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Where a colour lies in OKLab, in which distances are differences seen.
    fn oklab(rgb: Rgb) -> Rgb {
        let cones = times(
            &[
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            rgb,
        );
        times(
            &[
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            cones.map(f64::cbrt),
        )
    }

    /// What readers without one kind of cone see: red, green, blue (Machado,
    /// Oliveira and Fernandes, 2009).
    const WITHOUT: [[Rgb; 3]; 3] = [
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ];

    fn least_distance(see: impl Fn(Rgb) -> Rgb) -> f64 {
        let seen: Vec<Rgb> = PALETTE[..10].iter().map(|c| oklab(see(linear(c)))).collect();
        let mut least = f64::INFINITY;
        for (index, a) in seen.iter().enumerate() {
            for b in &seen[..index] {
                let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
                least = least.min(squares.sum::<f64>().sqrt());
            }
        }
        least
    }

    #[test]
    fn the_ten_are_told_apart() {
        assert!(least_distance(|rgb| rgb) > 0.15);
        for matrix in &WITHOUT {
            let least = least_distance(|rgb| times(matrix, rgb).map(|c| c.clamp(0.0, 1.0)));
            assert!(least > 0.07, "{least}");
        }
    }

    #[test]
    fn the_ten_stand_out_from_the_page() {
        for colour in &PALETTE[..10] {
            for page in ["#ffffff", "#15181c"] {
                let contrast = contrast(colour, page);
                assert!(contrast >= 3.0, "{colour} on {page}: {contrast}");
            }
        }
        for (colour, lighter) in PALETTE[..10].iter().zip(&PALETTE[10..]) {
            assert!(contrast(lighter, "#15181c") > contrast(colour, "#15181c"));
        }
    }

    #[test]
    fn the_ramp_has_its_ends_and_its_middle() {
        for (share, colour) in [
            (0.0, "#4b4fc9"),
            (0.5, "#1fa37a"),
            (1.0, "#d98a00"),
            (9.0, "#d98a00"),
            (f64::NAN, "#4b4fc9"),
            (0.125, "#356fc1"),
        ] {
            assert_eq!(&*ramp(share), colour, "{share}");
        }
        for step in 0..=20 {
            let colour = ramp(f64::from(step) / 20.0);
            for page in ["#ffffff", "#15181c"] {
                let contrast = contrast(&colour, page);
                assert!(contrast >= 2.4, "{colour} on {page}: {contrast}");
            }
        }
    }

    #[test]
    fn a_run_keeps_its_colour() {
        // These may never change: a colour is what people know a run by.
        assert_eq!(series_colour(""), "#b6879b");
        assert_eq!(series_colour("8f3a"), "#b6879b");
        assert_eq!(series_colour("d4f1c1f3c0ff4b1e9d4b7b6f2f8a9e10"), "#f85899");
    }

    #[test]
    fn runs_spread_over_the_palette() {
        let mut counts = [0; PALETTE.len()];
        for run in 0..2000_u64 {
            let id = format!("{:032x}", u128::from(run) * 0x9e37_79b9_7f4a_7c15_f39c);
            let colour = series_colour(&id);
            counts[PALETTE.iter().position(|c| *c == colour).unwrap()] += 1;
        }
        assert!(counts.iter().all(|&count| (60..150).contains(&count)), "{counts:?}");
    }
}
