//! A chart as an SVG file, from the same drawing commands as on the canvas.

use std::fmt::Write as _;

use crate::draw::{Anchor, Draw, Path, Point, Rect};

/// How wide a ring around a dot is, in CSS pixels.
const RING: f64 = 2.0;

/// The drawing commands as an SVG document of so many CSS pixels, with a title
/// for those who do not see it.
#[must_use]
pub fn svg(draws: &[Draw], width: f64, height: f64, title: &str) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" \
         viewBox=\"0 0 {w} {h}\" role=\"img\">\n<title>{}</title>\n",
        escaped(title),
        w = short(width),
        h = short(height),
    );
    let mut clips = 0;
    for draw in draws {
        command(&mut out, draw, &mut clips);
    }
    out.push_str("</svg>\n");
    out
}

fn command(out: &mut String, draw: &Draw, clips: &mut usize) {
    match draw {
        Draw::Line { path, colour, width, opacity } => stroke(
            out,
            &along(path),
            &format!(
                "stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"{}",
                escaped(colour),
                short(*width),
                see_through(*opacity),
            ),
        ),
        Draw::Columns { spans, width, colour, opacity } => {
            let mut data = String::new();
            for span in spans {
                let (x, top, bottom) = (short(span.x), short(span.top), short(span.bottom));
                write!(data, "M{x} {top}V{bottom}").ok();
            }
            let style = format!(
                "stroke=\"{}\" stroke-width=\"{}\"{}",
                escaped(colour),
                short(*width),
                see_through(*opacity),
            );
            stroke(out, &data, &style);
        }
        Draw::Dots { centres, radius, colour, ring, opacity } => {
            if let Some(ring) = ring {
                dots(out, centres, radius + RING, ring, *opacity);
            }
            dots(out, centres, *radius, colour, *opacity);
        }
        Draw::Fill { rect, colour, opacity } => {
            let style = format!("fill=\"{}\"{}", escaped(colour), see_through(*opacity));
            writeln!(out, "<rect {} {style}/>", sides(rect)).ok();
        }
        Draw::Text { text, at, anchor, colour, font } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            // SVG has no attribute for CSS' `font`: a weight may come first, then
            // the size, then the families.
            let (weight, rest) = match font.strip_prefix("600 ") {
                Some(rest) => (" font-weight=\"600\"", rest),
                None => ("", &**font),
            };
            let (size, family) = rest.split_once(' ').unwrap_or(("11px", rest));
            writeln!(
                out,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" dominant-baseline=\"central\" \
                 fill=\"{}\" font-size=\"{}\" font-family=\"{}\"{weight}>{}</text>",
                short(at.x),
                short(at.y),
                escaped(colour),
                escaped(size),
                escaped(family),
                escaped(text),
            )
            .ok();
        }
        Draw::Clip(rect) => {
            *clips += 1;
            let sides = sides(rect);
            writeln!(
                out,
                "<clipPath id=\"clip{clips}\"><rect {sides}/></clipPath>\n\
                 <g clip-path=\"url(#clip{clips})\">"
            )
            .ok();
        }
        Draw::Unclip => out.push_str("</g>\n"),
    }
}

fn stroke(out: &mut String, data: &str, style: &str) {
    writeln!(out, "<path d=\"{data}\" fill=\"none\" {style}/>").ok();
}

fn along(path: &Path) -> String {
    let mut data = String::new();
    for run in path.runs() {
        for (nth, point) in run.iter().enumerate() {
            let letter = if nth == 0 { 'M' } else { 'L' };
            write!(data, "{letter}{} {}", short(point.x), short(point.y)).ok();
        }
        // A run of one point is a dot: a line without length, of which the caps show.
        if run.len() == 1 {
            data.push_str("h0");
        }
    }
    data
}

fn dots(out: &mut String, centres: &[Point], radius: f64, colour: &str, opacity: f64) {
    writeln!(out, "<g fill=\"{}\"{}>", escaped(colour), see_through(opacity)).ok();
    for centre in centres {
        let (x, y, r) = (short(centre.x), short(centre.y), short(radius.max(0.0)));
        writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>").ok();
    }
    out.push_str("</g>\n");
}

fn sides(rect: &Rect) -> String {
    let [x, y, width, height] = [rect.x, rect.y, rect.width, rect.height].map(short);
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

fn see_through(opacity: f64) -> String {
    if opacity < 1.0 { format!(" opacity=\"{}\"", short(opacity)) } else { String::new() }
}

/// A number with at most two digits after the point.
fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text as XML takes it: without markup, and without what no XML may hold.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Span;

    #[test]
    fn each_command_is_an_element() {
        let mut path = Path::line(Point::new(0.0, 0.5), Point::new(10.0, 1.0 / 3.0));
        path.lift();
        path.push(Point::new(12.0, -0.001));
        let draws = [
            Draw::Clip(Rect { x: 0.0, y: 0.0, width: 9.0, height: 9.0 }),
            Draw::Line { path, colour: "red".into(), width: 1.5, opacity: 0.25 },
            Draw::Columns {
                spans: vec![Span { x: 0.5, top: 1.0, bottom: 4.0 }],
                width: 1.0,
                colour: "#00f".into(),
                opacity: 1.0,
            },
            Draw::Unclip,
        ];
        let text = svg(&draws, 20.0, 10.0, "a < b");
        for part in [
            "<title>a &lt; b</title>",
            "d=\"M0 0.5L10 0.33M12 0h0\" fill=\"none\" stroke=\"red\"",
            "opacity=\"0.25\"",
            "d=\"M0.5 1V4\"",
            "<g clip-path=\"url(#clip1)\">",
            "</g>\n</svg>\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn what_users_wrote_stays_text() {
        let text = svg(
            &[Draw::Text {
                text: "</text><script>&\u{0}\u{1b}".into(),
                at: Point::default(),
                anchor: Anchor::Middle,
                colour: "\"onload=".into(),
                font: "11px \"A\", b".into(),
            }],
            1.0,
            1.0,
            "",
        );
        assert!(
            text.contains(">&lt;/text&gt;&lt;script&gt;&amp;\u{fffd}\u{fffd}</text>"),
            "{text}"
        );
        assert!(text.contains("fill=\"&quot;onload=\""));
        assert!(text.contains("font-family=\"&quot;A&quot;, b\""));
    }
}
