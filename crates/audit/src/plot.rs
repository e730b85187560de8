//! A plot of sessions and leak bounds over time, as SVG 1.1. Pure: points in, text out.
//!
//! Two panels over one time axis. Above, the sessions of each bridge with its restarts and the limit; below, the bounds of
//! the deployment's leak as a hatched band. Lines differ by dash pattern and by the shape at their end, not by colour
//! alone, so that the plot can be printed in black and white. The file has a title and a description for readers that show no
//! pictures, no scripts, and nothing from outside.

mod axis;
mod escape;
mod panel;
mod thin;

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use axis::{Scale, TimeAxis};
use escape::escaped;
use panel::{Band, Panel};

/// Most bridges that are drawn. More cannot be told apart; the rest is named in the description.
pub const MAX_LINES: usize = 12;
/// Most restarts that are marked for one bridge.
pub const MAX_MARKS: usize = 200;
/// Width of the picture, in its own units.
const WIDTH: f64 = 960.0;
/// Where the panels begin and end, from the left.
const LEFT: f64 = 64.0;
const RIGHT: f64 = WIDTH - 16.0;
/// Upper and lower edge of the panel of sessions.
const SESSIONS: (f64, f64) = (56.0, 316.0);
/// Upper and lower edge of the panel of leaks.
const LEAKS: (f64, f64) = (364.0, 484.0);
/// Where the legend begins, its lines' distance, and how many entries stand beside each other.
const LEGEND: f64 = 540.0;
const LEGEND_LINE: f64 = 22.0;
const LEGEND_COLUMNS: usize = 4;

/// What is drawn.
#[derive(Debug, Clone, Default)]
pub struct Plot {
    /// One sentence above the picture, and its title for readers.
    pub title: String,
    /// The sessions of each bridge. Those after [`MAX_LINES`] are only named.
    pub bridges: Vec<Line>,
    /// The bounds of the deployment's leak.
    pub leaks: Vec<LeakPoint>,
    /// The number of sessions at which a bridge takes no new guest, if it is the same for all.
    pub limit: Option<u32>,
}

/// The sessions of one bridge.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Name of the bridge.
    pub name: String,
    /// Time and sessions; put in order here.
    pub points: Vec<(Timestamp, u32)>,
    /// When it was restarted; the first [`MAX_MARKS`] are drawn.
    pub restarts: Vec<Timestamp>,
}

/// The leak's bounds at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeakPoint {
    /// When.
    pub at: Timestamp,
    /// At least so many sessions are leaked.
    pub least: u32,
    /// At most so many.
    pub most: u32,
}

/// Draws it. Times are written in this zone.
pub fn svg(plot: &Plot, zone: &TimeZone) -> String {
    let drawn = &plot.bridges[..plot.bridges.len().min(MAX_LINES)];
    let times = drawn.iter().flat_map(|line| line.points.iter().map(|(at, _)| *at));
    let time = TimeAxis::over(times.chain(plot.leaks.iter().map(|point| point.at)), LEFT, RIGHT);
    let height = LEGEND + LEGEND_LINE * (drawn.len().div_ceil(LEGEND_COLUMNS) + 1) as f64;
    let mut out = head(plot, height);
    let Some(time) = time else {
        let _ = writeln!(out, r#"<text x="{LEFT}" y="{}">No samples.</text>"#, SESSIONS.0 + 20.0);
        out.push_str("</svg>\n");
        return out;
    };
    let sessions = drawn.iter().flat_map(|line| line.points.iter().map(|(_, sessions)| *sessions));
    let scale = Scale::up_to(sessions.chain(plot.limit).max().unwrap_or(0), SESSIONS.0, SESSIONS.1);
    let upper = Panel { time: &time, scale: &scale, name: "sessions" };
    upper.frame(zone, &mut out);
    if let Some(limit) = plot.limit {
        upper.limit(limit, &mut out);
    }
    for (index, line) in drawn.iter().enumerate() {
        upper.line(index, line, &mut out);
    }
    let most = plot.leaks.iter().map(|point| point.most).max().unwrap_or(0);
    let scale = Scale::up_to(most, LEAKS.0, LEAKS.1);
    let lower = Panel { time: &time, scale: &scale, name: "leaked" };
    lower.frame(zone, &mut out);
    lower.band(&Band::of(&plot.leaks, &time), &mut out);
    time.labels(zone, LEAKS.1, &mut out);
    legend(drawn, &mut out);
    out.push_str("</svg>\n");
    out
}

/// The beginning of the file, up to the line above the picture.
fn head(plot: &Plot, height: f64) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"title description\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#000\">\n"
    );
    let title = escaped(&plot.title);
    // Writing to a string cannot fail; so it is everywhere below.
    let _ = writeln!(out, "<title id=\"title\">{title}</title>");
    let _ = writeln!(out, "<desc id=\"description\">{}</desc>", escaped(&description(plot)));
    out.push_str(
        "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><path d=\"M0 0V6\" stroke=\"#555\" stroke-width=\"2\"/></pattern></defs>\n",
    );
    let _ = writeln!(out, "<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>");
    let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"28\" font-size=\"16\">{title}</text>");
    out
}

/// The same in words: what each line ends at, and the last bounds.
fn description(plot: &Plot) -> String {
    let mut words = String::new();
    for line in plot.bridges.iter().take(MAX_LINES) {
        let last = line.points.iter().max_by_key(|(at, _)| *at);
        let highest = line.points.iter().map(|(_, sessions)| *sessions).max();
        if let (Some((_, last)), Some(highest)) = (last, highest) {
            let restarts = line.restarts.len();
            let name = &line.name;
            let _ =
                write!(words, "{name}: {last} sessions at the end, {highest} at most, {restarts} restarts. ");
        }
    }
    let left_out: Vec<&str> = plot.bridges.iter().skip(MAX_LINES).map(|line| line.name.as_str()).collect();
    if !left_out.is_empty() {
        let _ = write!(words, "Not drawn: {}. ", left_out.join(", "));
    }
    match plot.leaks.iter().max_by_key(|point| point.at) {
        Some(last) => {
            let _ = write!(words, "Leaked at the end: {} to {}.", last.least, last.most);
        }
        None => words.push_str("No bounds of a leak are known."),
    }
    words
}

fn legend(lines: &[Line], out: &mut String) {
    let step = (RIGHT - LEFT) / LEGEND_COLUMNS as f64;
    for (index, line) in lines.iter().enumerate() {
        let x = LEFT + step * (index % LEGEND_COLUMNS) as f64;
        let y = LEGEND + LEGEND_LINE * (index / LEGEND_COLUMNS) as f64;
        panel::sample(index, x, y - 4.0, out);
        let _ =
            writeln!(out, "<text x=\"{:.1}\" y=\"{y:.1}\">{}</text>", x + 44.0, escaped(&short(&line.name)));
    }
}

/// A name that fits its column.
fn short(name: &str) -> String {
    const LONGEST: usize = 24;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
