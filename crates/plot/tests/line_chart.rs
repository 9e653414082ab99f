//! A chart from the outside: numbers in, drawing commands out.

use plot::{
    Anchor, Draw, Frame, LineChart, Point, Points, Rect, Sample, ScaleKind, Series, Smoothing,
    View, XKind,
};
use proptest::prelude::*;

/// Six pixels a letter: widths that can be worked out by hand.
fn measure(text: &str, _font: &str) -> f64 {
    6.0 * text.chars().count() as f64
}

fn series(id: &str, pairs: &[(f64, f64)]) -> Series {
    let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    Series::new(id, id, Points::new(&xs, &ys))
}

fn chart(series: Vec<Series>) -> LineChart {
    LineChart { title: "loss".into(), series, width: 600.0, height: 200.0, ..LineChart::default() }
}

fn texts(frame: &Frame) -> Vec<&str> {
    let mut texts = Vec::new();
    for draw in &frame.draws {
        if let Draw::Text { text, .. } = draw {
            texts.push(text.as_str());
        }
    }
    texts
}

/// The lines in a colour.
fn lines<'a>(frame: &'a Frame, colour: &str) -> Vec<&'a plot::Path> {
    let line = |draw: &'a Draw| match draw {
        Draw::Line { path, colour: of, .. } if **of == *colour => Some(path),
        _ => None,
    };
    frame.draws.iter().filter_map(line).collect()
}

/// The boxes that texts cover, as wide as measured and as high as the font.
fn boxes(frame: &Frame) -> Vec<Rect> {
    let covered = |draw: &Draw| {
        let Draw::Text { text, at, anchor, .. } = draw else { return None };
        let width = measure(text, "");
        let x = match anchor {
            Anchor::Start => at.x,
            Anchor::Middle => at.x - width / 2.0,
            Anchor::End => at.x - width,
        };
        Some(Rect { x, y: at.y - 5.5, width, height: 11.0 })
    };
    frame.draws.iter().filter_map(covered).collect()
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

#[test]
fn a_line_goes_through_its_points() {
    let chart = chart(vec![series("a", &[(0.0, 0.0), (5.0, 1.0), (10.0, 0.5)])]);
    let frame = chart.frame(&measure);
    let layout = frame.layout.as_ref().unwrap();
    // Font 11: lines of 14 pixels. 7 above the plot, 14 + 8 below.
    // "0.5" is 18 pixels wide; 8 between it and the plot; 8 at the right.
    assert_eq!(layout.plot, Rect { x: 26.0, y: 7.0, width: 566.0, height: 171.0 });
    let path = lines(&frame, &chart.series[0].colour)[0];
    assert_eq!(
        path.points(),
        [Point::new(26.0, 178.0), Point::new(309.0, 7.0), Point::new(592.0, 92.5)]
    );
    assert_eq!(texts(&frame), ["0", "0.5", "1.0", "0", "2", "4", "6", "8", "10"]);
    assert!(layout.labels.is_empty());
}

#[test]
fn no_points_are_said_in_words() {
    for series in [vec![], vec![series("a", &[])], vec![series("a", &[(0.0, f64::NAN)])]] {
        let frame = chart(series).frame(&measure);
        assert_eq!(texts(&frame), ["no points"]);
        assert_eq!(frame.layout, None);
        assert_eq!(frame.readout, None);
    }
    let negative = LineChart {
        y_scale: ScaleKind::Log,
        ..chart(vec![series("a", &[(0.0, -1.0), (1.0, 0.0)])])
    };
    assert_eq!(texts(&negative.frame(&measure)), ["no points above zero"]);
    let elsewhere = LineChart {
        view: View { x: Some((50.0, 60.0)), y: None },
        ..chart(vec![series("a", &[(0.0, 1.0), (1.0, 2.0)])])
    };
    assert!(texts(&elsewhere.frame(&measure)).contains(&"no points in this part"));
}

#[test]
fn a_single_point_is_a_dot_in_the_middle() {
    let frame = chart(vec![series("a", &[(3.0, 0.5)])]).frame(&measure);
    let plot = frame.layout.as_ref().unwrap().plot;
    let dots: Vec<&Vec<Point>> = frame
        .draws
        .iter()
        .filter_map(|draw| if let Draw::Dots { centres, .. } = draw { Some(centres) } else { None })
        .collect();
    assert_eq!(dots.len(), 1);
    assert_eq!(dots[0].len(), 1);
    assert!((dots[0][0].x - (plot.x + plot.width / 2.0)).abs() < 1e-9);
    assert!(plot.contains(dots[0][0]));
    let ticks = &frame.layout.as_ref().unwrap().x_ticks;
    assert_eq!(ticks.iter().map(|tick| tick.label.as_str()).collect::<Vec<_>>(), ["3"]);
}

#[test]
fn short_series_have_dots_and_long_ones_do_not() {
    let dots = |count: usize| {
        let pairs: Vec<(f64, f64)> = (0..count).map(|i| (i as f64, (i % 3) as f64)).collect();
        let frame = chart(vec![series("a", &pairs)]).frame(&measure);
        frame
            .draws
            .iter()
            .map(|draw| if let Draw::Dots { centres, .. } = draw { centres.len() } else { 0 })
            .sum::<usize>()
    };
    assert_eq!(dots(59), 59);
    assert_eq!(dots(60), 0);
}

#[test]
fn a_missing_value_is_a_gap() {
    let chart = chart(vec![series("a", &[(0.0, 1.0), (1.0, 2.0), (2.0, f64::NAN), (3.0, 1.0)])]);
    let frame = chart.frame(&measure);
    let runs: Vec<usize> =
        lines(&frame, &chart.series[0].colour)[0].runs().map(<[Point]>::len).collect();
    assert_eq!(runs, [2, 1]);
}

#[test]
fn a_million_points_become_a_stroke_a_column_and_keep_their_spike() {
    let xs: Vec<f64> = (0..1_000_000).map(f64::from).collect();
    let mut ys: Vec<f64> =
        (0..1_000_000_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 16)).collect();
    ys[543_210] = 1e6;
    let chart =
        LineChart { pixel_ratio: 2.0, ..chart(vec![Series::new("a", "a", Points::new(&xs, &ys))]) };
    let frame = chart.frame(&measure);
    let layout = frame.layout.as_ref().unwrap();
    assert_eq!(layout.columns(), (layout.plot.width * 2.0) as usize);
    // A stroke a column, and the highest where the spike is.
    let inked = |draw: &'_ Draw| match draw {
        Draw::Columns { spans, .. } => Some(spans.clone()),
        _ => None,
    };
    let spans = frame.draws.iter().find_map(inked).unwrap();
    assert_eq!(spans.len(), layout.columns());
    let highest = spans.iter().min_by(|a, b| a.top.total_cmp(&b.top)).unwrap();
    assert_eq!(highest.top + 0.75, layout.y.to_px(1e6).unwrap());
    assert!((highest.x - layout.x.to_px(543_210.0).unwrap()).abs() <= 0.5);
}

#[test]
fn a_group_is_a_line_in_a_band() {
    let points = |ys: &[f64]| Points::new(&[0.0, 1.0, 2.0], ys);
    let together = plot::grouped(&[points(&[1.0, 2.0, 3.0]), points(&[3.0, 4.0, 9.0])]);
    let mut line = Series::new("g", "g", together.mean);
    line.band = Some(together.band);
    let chart = chart(vec![line]);
    let frame = chart.frame(&measure);
    let layout = frame.layout.as_ref().unwrap();
    let band = frame.draws.iter().find_map(|draw| match draw {
        Draw::Columns { spans, opacity, .. } if *opacity < 0.5 => Some(spans),
        _ => None,
    });
    let last = *band.unwrap().last().unwrap();
    let y = |value| layout.y.to_px(value).unwrap();
    assert!((last.top - y(9.0)).abs() < 0.5 && (last.bottom - y(3.0)).abs() < 0.5);
    // The axis shows all of the band.
    assert!(layout.y.domain().contains(9.0) && layout.y.domain().contains(1.0));
    assert_eq!(lines(&frame, &chart.series[0].colour).len(), 1);
}

#[test]
fn outliers_are_cut_but_never_everything() {
    let mut pairs: Vec<(f64, f64)> = (0..100).map(|x| (f64::from(x), f64::from(x % 10))).collect();
    pairs[50].1 = 1e6;
    let chart = LineChart { cut_outliers: true, ..chart(vec![series("a", &pairs)]) };
    assert!(chart.layout(&measure).unwrap().y.domain().hi() <= 10.0);
    // In view is the outlier alone.
    let chart = LineChart { view: View { x: Some((49.9, 50.1)), y: None }, ..chart };
    assert!(chart.layout(&measure).unwrap().y.domain().contains(1e6));
}

#[test]
fn a_logarithmic_x_leaves_out_what_has_no_place_and_says_how_many() {
    let line = series("a", &[(-1.0, 1.0), (0.0, 2.0), (1.0, 3.0), (10.0, 0.0), (100.0, 5.0)]);
    let chart = LineChart { x_scale: ScaleKind::Log, y_scale: ScaleKind::Log, ..chart(vec![line]) };
    let frame = chart.frame(&measure);
    let layout = frame.layout.as_ref().unwrap();
    assert_eq!((layout.x.domain().lo(), layout.x.domain().hi()), (1.0, 100.0));
    assert_eq!(chart.left_out(), 3);
    let [a, b] = [1.0, 10.0].map(|x| layout.x.to_px(x).unwrap());
    assert!((layout.x.to_px(100.0).unwrap() - b - (b - a)).abs() < 1e-9);
}

#[test]
fn a_cursor_from_elsewhere_reads_without_a_nearest_line() {
    let two = vec![series("a", &[(0.0, 1.0), (5.0, 2.0)]), series("b", &[(0.0, 3.0), (5.0, 4.0)])];
    let chart = LineChart { cursor: Some(4.6), ..chart(two) };
    let readout = chart.frame(&measure).readout.unwrap();
    assert_eq!((readout.x, readout.nearest), (5.0, None));
    let values: Vec<f64> = readout.entries.iter().map(|entry| entry.y).collect();
    assert_eq!(values, [4.0, 2.0]);
    let beyond = LineChart { cursor: Some(99.0), ..chart };
    assert_eq!(beyond.frame(&measure).readout, None);
}

#[test]
fn keys_go_from_point_to_point() {
    let chart = chart(vec![series("a", &[(0.0, 1.0), (4.0, 2.0)]), series("b", &[(1.0, 3.0)])]);
    assert_eq!(chart.next_x(0.0, true), Some(1.0));
    assert_eq!(chart.next_x(1.0, true), Some(4.0));
    assert_eq!(chart.next_x(4.0, true), None);
    assert_eq!(chart.next_x(4.0, false), Some(1.0));
    assert_eq!(chart.next_x(f64::INFINITY, false), Some(4.0));
}

#[test]
fn the_y_axis_follows_what_is_in_view() {
    let mut chart = chart(vec![series("a", &[(0.0, 100.0), (1.0, 2.0), (2.0, 1.0), (3.0, 1.5)])]);
    chart.view.x = Some((1.0, 3.0));
    let layout = chart.layout(&measure).unwrap();
    assert_eq!((layout.x.domain().lo(), layout.x.domain().hi()), (1.0, 3.0));
    assert_eq!((layout.y.domain().lo(), layout.y.domain().hi()), (1.0, 2.0));
    chart.view.y = Some((0.0, 7.0));
    let layout = chart.layout(&measure).unwrap();
    assert_eq!((layout.y.domain().lo(), layout.y.domain().hi()), (0.0, 7.0));
}

#[test]
fn hover_reads_the_nearest_point_of_each_series() {
    let mut chart = chart(vec![
        series("low", &[(0.0, 0.0), (10.0, 0.0)]),
        series("high", &[(0.0, 1.0), (9.0, 1.0), (20.0, 1.0)]),
    ]);
    let layout = chart.layout(&measure).unwrap();
    let at = |value| layout.x.to_px(value).unwrap();
    chart.hover = Some(Point::new(at(9.8), layout.plot.bottom() - 20.0));
    let frame = chart.frame(&measure);
    let readout = frame.readout.unwrap();
    assert_eq!((readout.x, readout.x_label.as_str()), (10.0, "step 10"));
    assert_eq!(readout.x_px, at(10.0));
    let read: Vec<(&str, f64, f64)> =
        readout.entries.iter().map(|entry| (&*entry.id, entry.x, entry.y)).collect();
    assert_eq!(read, [("high", 9.0, 1.0), ("low", 10.0, 0.0)]);
    // The pointer is near the bottom.
    assert_eq!(readout.nearest, Some(1));
    let base = chart.base(&layout).len();
    assert!(frame.draws.len() > base);

    chart.hover = Some(Point::new(layout.plot.x - 1.0, 50.0));
    assert_eq!(chart.frame(&measure).readout, None);
    chart.hover = Some(Point::new(f64::NAN, 50.0));
    assert_eq!(chart.frame(&measure).readout, None);
}

#[test]
fn hover_stays_in_view() {
    let mut chart = chart(vec![
        series("a", &[(0.0, 1.0), (4.9, 2.0), (8.0, 3.0)]),
        series("gone", &[(0.0, 1.0), (1.0, 1.0)]),
    ]);
    chart.view.x = Some((5.0, 10.0));
    let layout = chart.layout(&measure).unwrap();
    chart.hover = Some(Point::new(layout.plot.x, 50.0));
    let readout = chart.frame(&measure).readout.unwrap();
    assert_eq!(readout.x, 8.0);
    assert_eq!(readout.entries.len(), 1);
}

#[test]
fn a_smoothed_series_reads_both_values() {
    let smoothed = series("a", &[(0.0, 1.0), (1.0, 4.0)]).smoothed(Smoothing::Ema(50.5));
    let mut chart = chart(vec![smoothed]);
    let layout = chart.layout(&measure).unwrap();
    chart.hover = Some(Point::new(layout.plot.right(), 50.0));
    let readout = chart.frame(&measure).readout.unwrap();
    assert!((readout.entries[0].y - 3.0).abs() < 1e-12);
    assert_eq!(readout.entries[0].raw, Some(4.0));
    // The line, and the points behind it.
    assert_eq!(lines(&chart.frame(&measure), &chart.series[0].colour).len(), 2);
}

#[test]
fn names_stand_at_the_ends_of_several_lines() {
    let names =
        ["brave-owl-12", "calm-fox-7", "a-very-long-name-that-does-not-fit-beside-the-plot"];
    let all: Vec<Series> =
        names.iter().map(|name| series(name, &[(0.0, 0.0), (1.0, 1.0)])).collect();
    let frame = chart(all.clone()).frame(&measure);
    let layout = frame.layout.as_ref().unwrap();
    assert_eq!(layout.labels.len(), 3);
    assert!(texts(&frame).contains(&"calm-fox-7"));
    assert!(
        texts(&frame).iter().any(|text| text.starts_with("a-very-long") && text.ends_with('…'))
    );
    // All three lines end at the same point; 14 pixels a line.
    let mut ys: Vec<f64> = layout.labels.iter().map(|label| label.y).collect();
    ys.sort_by(f64::total_cmp);
    assert_eq!(ys, [7.0, 21.0, 35.0]);
    // On a phone there is no room.
    let narrow = LineChart { width: 300.0, ..chart(all) };
    assert!(narrow.layout(&measure).unwrap().labels.is_empty());
}

#[test]
fn focus_fades_the_others_and_comes_last() {
    let mut chart =
        chart(vec![series("a", &[(0.0, 0.0), (1.0, 1.0)]), series("b", &[(0.0, 1.0), (1.0, 0.0)])]);
    chart.focus = Some("a".into());
    let frame = chart.frame(&measure);
    let opacities: Vec<(usize, f64)> = frame
        .draws
        .iter()
        .filter_map(|draw| {
            let Draw::Line { colour, opacity, .. } = draw else { return None };
            let at = chart.series.iter().position(|series| series.colour == *colour)?;
            Some((at, *opacity))
        })
        .collect();
    assert_eq!(opacities.last(), Some(&(0, 1.0)));
    assert!(opacities.iter().any(|&(series, opacity)| series == 1 && opacity < 0.5));
}

#[test]
fn the_summary_says_what_happened() {
    let samples = [(0, 0.9), (10, 0.3), (20, f64::NAN), (30, 0.412_345)]
        .map(|(step, value)| Sample { step, timestamp: 1_700_000_000_000 + step * 9000, value });
    let mut chart =
        chart(vec![Series::new("r", "owl", Points::from_samples(&samples, XKind::Step))]);
    assert_eq!(
        chart.summary(),
        "Line chart of loss by step. owl: 3 points and 1 value that is not a finite number, \
         first 0.9 at step 0, last 0.4123 at step 30, lowest 0.3 at step 10, highest 0.9 at step 0."
    );
    chart.x_kind = XKind::RelativeTime;
    chart.series[0].points = Points::from_samples(&samples[..2], XKind::RelativeTime);
    assert!(chart.summary().contains("last 0.3 after 1m 30s"), "{}", chart.summary());
    chart.x_kind = XKind::WallTime;
    chart.series[0].points = Points::from_samples(&samples[..1], XKind::WallTime);
    assert_eq!(
        chart.summary(),
        "Line chart of loss by wall time. owl: 1 point, 0.9 at 14 Nov 2023 22:13:20."
    );
    chart.series.clear();
    assert_eq!(chart.summary(), "Line chart of loss by wall time. No points.");
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -1e3..1e3_f64,
        2 => proptest::num::f64::ANY,
        1 => Just(0.0),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever comes in, what goes out can be drawn.
    #[test]
    fn every_command_can_be_drawn(
        pairs in proptest::collection::vec((any_number(), any_number()), 0..80),
        width in any_number(), height in any_number(), pixel_ratio in any_number(),
        kind in 0..3_usize, log: bool, utc_offset: i32, smoothness in any_number(),
        hover in proptest::option::of((any_number(), any_number())),
        view in proptest::option::of((any_number(), any_number())),
    ) {
        let line = series("a", &pairs);
        let chart = LineChart {
            series: vec![line.smoothed(Smoothing::Ema(smoothness)), line],
            x_kind: [XKind::Step, XKind::WallTime, XKind::RelativeTime][kind],
            y_scale: if log { ScaleKind::Log } else { ScaleKind::Linear },
            width, height, pixel_ratio, utc_offset,
            view: View { x: view, y: view.map(|(a, b)| (b, a)) },
            hover: hover.map(|(x, y)| Point::new(x, y)),
            ..LineChart::default()
        };
        let frame = chart.frame(&measure);
        prop_assert!(!frame.draws.is_empty());
        for draw in &frame.draws {
            let points: Vec<Point> = match draw {
                Draw::Line { path, .. } => path.points().to_vec(),
                Draw::Dots { centres, .. } => centres.clone(),
                Draw::Text { at, .. } => vec![*at],
                _ => vec![],
            };
            for point in points {
                prop_assert!(point.x.is_finite() && point.y.is_finite(), "{draw:?}");
            }
        }
        prop_assert!(!chart.summary().is_empty());
    }

    /// At sizes that pages use, texts neither touch nor leave the chart.
    #[test]
    fn labels_have_room(
        lo in -1e6..1e6_f64, span in 1e-3..1e6_f64, x_span in 1..100_000_000_i64,
        kind in 0..3_usize, log: bool, width in 240.0..1200.0_f64, height in 120.0..500.0_f64,
        count in 1..6_usize,
    ) {
        let kind = [XKind::Step, XKind::WallTime, XKind::RelativeTime][kind];
        let samples = [(0, lo), (x_span, lo + span)].map(|(x, value)| Sample {
            step: x, timestamp: 1_700_000_000_000 + x, value,
        });
        let points = Points::from_samples(&samples, kind);
        let chart = LineChart {
            series: (0..count).map(|_| Series::new("a", "brave-owl-12", points.clone())).collect(),
            x_kind: kind,
            y_scale: if log { ScaleKind::Log } else { ScaleKind::Linear },
            width, height,
            ..LineChart::default()
        };
        let frame = chart.frame(&measure);
        let boxes = boxes(&frame);
        for (index, a) in boxes.iter().enumerate() {
            prop_assert!(a.x >= 0.0 && a.right() <= width + 1e-6, "{:?}", texts(&frame));
            prop_assert!(a.y >= 0.0 && a.bottom() <= height + 1e-6, "{:?}", texts(&frame));
            for b in boxes.iter().skip(index + 1) {
                prop_assert!(!overlap(a, b), "{a:?} {b:?} {:?}", texts(&frame));
            }
        }
    }
}
