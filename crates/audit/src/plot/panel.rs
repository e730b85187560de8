//! One panel: its frame, its lines, its band.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::axis::{Scale, TimeAxis};
use super::escape::escaped;
use super::thin::thinned;
use super::{LeakPoint, Line, MAX_MARKS};

/// Dash patterns; with the shapes below, lines can be told apart without colours.
const DASHES: [&str; 4] = ["none", "8 3", "2 3", "10 3 2 3"];
/// Colours that stay apart for most readers with a colour deficiency, and differ in grey.
const COLOURS: [&str; 4] = ["#000000", "#0072b2", "#b34700", "#555555"];

/// A part of the picture with its own scale.
pub(super) struct Panel<'p> {
    pub(super) time: &'p TimeAxis,
    pub(super) scale: &'p Scale,
    pub(super) name: &'static str,
}

/// The bounds of the leak, in the units of the picture.
pub(super) struct Band {
    least: Vec<(f64, u32)>,
    most: Vec<(f64, u32)>,
}

impl Band {
    pub(super) fn of(points: &[LeakPoint], time: &TimeAxis) -> Self {
        let along = |bound: fn(&LeakPoint) -> u32| {
            thinned(points.iter().map(|point| (time.x(point.at), bound(point))), time.left, time.right)
        };
        Self { least: along(|point| point.least), most: along(|point| point.most) }
    }
}

impl Panel<'_> {
    /// Grid, edge, numbers and name.
    pub(super) fn frame(&self, zone: &TimeZone, out: &mut String) {
        let (left, right) = (self.time.left, self.time.right);
        let (top, bottom) = (self.scale.top, self.scale.bottom);
        self.time.grid(zone, top, bottom, out);
        for number in self.scale.ticks() {
            let y = self.scale.y(number);
            let _ = writeln!(out, "<path d=\"M{left} {y:.1}H{right}\" stroke=\"#ddd\"/>");
            let (x, y) = (left - 8.0, y + 4.0);
            let _ = writeln!(out, "<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{number}</text>");
        }
        let (width, height) = (right - left, bottom - top);
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"#000\"/>"
        );
        let y = top - 8.0;
        let _ = writeln!(out, "<text x=\"{left}\" y=\"{y}\" font-weight=\"bold\">{}</text>", self.name);
    }

    /// The number at which a bridge takes no new guest.
    pub(super) fn limit(&self, limit: u32, out: &mut String) {
        let (left, right, y) = (self.time.left, self.time.right, self.scale.y(limit));
        let _ = writeln!(
            out,
            "<path d=\"M{left} {y:.1}H{right}\" stroke=\"#000\" stroke-width=\"2\" stroke-dasharray=\"1 4\"/>"
        );
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">limit {limit}</text>",
            right - 4.0,
            y - 4.0
        );
    }

    /// The sessions of one bridge, its restarts, and its shape at the end.
    pub(super) fn line(&self, index: usize, line: &Line, out: &mut String) {
        let points = line.points.iter().map(|(at, sessions)| (self.time.x(*at), *sessions));
        let points = thinned(points, self.time.left, self.time.right);
        let Some((x, last)) = points.last().copied() else { return };
        let (colour, dash) = style(index);
        let _ = writeln!(
            out,
            "<g><title>{}</title><path d=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" \
             stroke-dasharray=\"{dash}\"/>",
            escaped(&line.name),
            self.path(&points, 'M')
        );
        for at in line.restarts.iter().take(MAX_MARKS) {
            let (x, y) = (self.time.x(*at), self.scale.bottom);
            let _ = writeln!(out, "<path d=\"M{x:.1} {y:.1}l-4 9h8z\" fill=\"{colour}\"/>");
        }
        shape(index, x, self.scale.y(last), out);
        out.push_str("</g>\n");
    }

    /// The bounds of the leak: a hatched band between two lines.
    pub(super) fn band(&self, band: &Band, out: &mut String) {
        if band.most.is_empty() {
            return;
        }
        let back: Vec<(f64, u32)> = band.least.iter().rev().copied().collect();
        let around = format!("{} {}Z", self.path(&band.most, 'M'), self.path(&back, 'L'));
        let _ = writeln!(out, "<path d=\"{around}\" fill=\"url(#hatch)\" fill-opacity=\"0.6\"/>");
        for (bound, width) in [(&band.most, 1.0), (&band.least, 2.0)] {
            let path = self.path(bound, 'M');
            let _ =
                writeln!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"#000\" stroke-width=\"{width}\"/>");
        }
        if let [(x, only)] = band.most[..] {
            let (low, high) = (self.scale.y(band.least[0].1), self.scale.y(only));
            let _ =
                writeln!(out, "<path d=\"M{x:.1} {low:.1}V{high:.1}\" stroke=\"#000\" stroke-width=\"6\"/>");
        }
    }

    fn path(&self, points: &[(f64, u32)], begin: char) -> String {
        let mut path = String::new();
        let mut letter = begin;
        for (x, number) in points {
            let _ = write!(path, "{letter}{x:.1} {:.1}", self.scale.y(*number));
            letter = 'L';
        }
        path
    }
}

/// Colour and dash pattern of a line: sixteen that differ.
fn style(index: usize) -> (&'static str, &'static str) {
    (COLOURS[index % COLOURS.len()], DASHES[(index / COLOURS.len() + index) % DASHES.len()])
}

/// A piece of line with its shape, for the legend.
pub(super) fn sample(index: usize, x: f64, y: f64, out: &mut String) {
    let (colour, dash) = style(index);
    let _ = writeln!(
        out,
        "<path d=\"M{x:.1} {y:.1}h34\" stroke=\"{colour}\" stroke-width=\"1.5\" stroke-dasharray=\"{dash}\"/>"
    );
    shape(index, x + 34.0, y, out);
}

fn shape(index: usize, x: f64, y: f64, out: &mut String) {
    let colour = style(index).0;
    let path = match index % 6 {
        0 => "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
        1 => "m-4 -4h8v8h-8z",
        2 => "m0 -5l5 9h-10z",
        3 => "m0 -5l5 5l-5 5l-5 -5z",
        4 => "m0 5l5 -9h-10z",
        _ => "m-4 -1h3v-3h2v3h3v2h-3v3h-2v-3h-3z",
    };
    // Filled for the first six, hollow for the next.
    let fill = if index < 6 { colour } else { "#fff" };
    let _ = writeln!(out, "<path d=\"M{x:.1} {y:.1}{path}\" fill=\"{fill}\" stroke=\"{colour}\"/>");
}
