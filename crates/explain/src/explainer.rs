//! Takes the bytes of all files and gives the report.

use jiff::civil::{Date, DateTime};

use crate::event::{Event, What, shown};
use crate::line::{self, Read};
use crate::report::{Entry, Lines, Report};
use crate::rules;
use crate::splitter::{Line, Splitter};
use crate::stamp::Stamp;
use crate::tables::{Tables, Taken};
use crate::unknown::Unknown;

/// Events kept. When there are more, the oldest go, and the report says how many.
const MAX_EVENTS: usize = 10_000;
/// Longest name of a file that is shown, in characters.
const MAX_FILE_NAME_CHARACTERS: usize = 200;

/// What the recovery manager goes by, as it is set on the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Silence after which a peer is down, in seconds.
    pub keep_alive_timeout_seconds: u64,
    /// How long a critical service may be down, in seconds.
    pub critical_service_down_seconds: u64,
    /// How long a node must be healthy before an automatic fallback, in seconds.
    pub automatic_fallback_seconds: u64,
}

impl Default for Limits {
    /// The defaults of Cisco Server Recovery Manager.
    fn default() -> Self {
        Self {
            keep_alive_timeout_seconds: 60,
            critical_service_down_seconds: 90,
            automatic_fallback_seconds: 1_800,
        }
    }
}

/// Reads files, one after the other.
#[derive(Debug)]
pub struct Explainer {
    limits: Limits,
    today: Date,
    files: Vec<String>,
    splitter: Splitter,
    reading: Reading,
}

/// What came out of the lines so far.
#[derive(Debug, Default)]
struct Reading {
    file: usize,
    line: u64,
    lines: Lines,
    raw: Vec<(Stamp, Event)>,
    left_out: u64,
    undated: u64,
    /// The newest date seen, for stamps without a year.
    newest: Option<DateTime>,
    tables: Tables,
    unknown: Unknown,
    /// Kind of the last line if it is unknown so far: it may turn out to be the header of a table.
    pending: Option<String>,
}

impl Explainer {
    /// `today` dates lines without a year when no line has one.
    pub fn new(limits: Limits, today: Date) -> Self {
        let splitter = Splitter::default();
        Self { limits, today, files: Vec::new(), splitter, reading: Reading::default() }
    }

    /// A file begins. `name` is how the report calls it.
    pub fn begin(&mut self, name: &str) {
        self.end();
        let name = name.chars().take(MAX_FILE_NAME_CHARACTERS).map(crate::event::safe).collect();
        self.files.push(name);
        self.reading.file = self.files.len() - 1;
        self.reading.line = 0;
    }

    /// The next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        let Self { splitter, reading, today, .. } = self;
        splitter.feed(bytes, |line| reading.take(&line, *today));
    }

    /// The file is over.
    pub fn end(&mut self) {
        let Self { splitter, reading, today, .. } = self;
        splitter.finish(|line| reading.take(&line, *today));
        reading.settle();
        reading.tables.close();
    }

    /// All files are over: what they tell.
    pub fn finish(mut self) -> Report {
        self.end();
        let Self { limits, files, mut reading, today, .. } = self;
        reading.drop_old(today);
        let (events, _) = reading.resolved(today);
        let place =
            |event: &Event| format!("{}:{}", files.get(event.file).map_or("?", String::as_str), event.line);
        let entry =
            |event: &Event| Entry { at: shown(event.at), what: event.what.sentence(), seen: place(event) };
        let (causes, further) = rules::causes(&events, &reading.tables, &limits, place);
        let mut notes = Vec::new();
        let mut note = |count: u64, text: &str| {
            if count > 0 {
                notes.push(format!("{count} {text}"));
            }
        };
        note(reading.left_out, "older events were left out of the time line and of the causes");
        note(further, "further causes were left out");
        note(reading.tables.left_out, "rows of tables were left out");
        note(reading.undated, "lines have a day that no year near the others has; they were left out");
        Report {
            causes,
            timeline: events.iter().map(entry).collect(),
            nodes: reading.tables.nodes,
            groups: reading.tables.groups,
            notes,
            lines: reading.lines,
            unknown: reading.unknown.finish(),
        }
    }
}

impl Reading {
    fn take(&mut self, line: &Line<'_>, today: Date) {
        self.line += 1;
        self.lines.read += 1;
        let read = if line.cut { Read::Unknown(line::TOO_LONG.to_owned()) } else { line::read(line.bytes) };
        if let Read::Event(stamp, what) = read {
            self.settle();
            self.tables.close();
            self.lines.understood += 1;
            self.event(stamp, what, today);
            return;
        }
        let text = std::str::from_utf8(line.bytes).unwrap_or_default().trim_end();
        match (self.tables.offer(text), read) {
            (Taken::Ruler, _) => {
                // The line before was its header.
                self.lines.understood += 1 + u64::from(self.pending.take().is_some());
            }
            (Taken::No, Read::Unknown(kind)) => {
                self.settle();
                self.pending = Some(kind);
            }
            _ => {
                self.settle();
                self.lines.understood += 1;
            }
        }
    }

    /// The line before stays unknown.
    fn settle(&mut self) {
        if let Some(kind) = self.pending.take() {
            self.lines.unknown += 1;
            self.unknown.count(&kind);
        }
    }

    fn event(&mut self, stamp: Stamp, what: What, today: Date) {
        if let Stamp::Dated(at) = stamp {
            self.newest = self.newest.max(Some(at));
        }
        let event = Event { at: DateTime::MIN, file: self.file, line: self.line, what };
        self.raw.push((stamp, event));
        if self.raw.len() >= 2 * MAX_EVENTS {
            self.drop_old(today);
        }
    }

    /// Keeps the newest [`MAX_EVENTS`].
    fn drop_old(&mut self, today: Date) {
        let (mut events, undated) = self.resolved(today);
        let old = events.len().saturating_sub(MAX_EVENTS);
        self.left_out += u64::try_from(old).unwrap_or(u64::MAX);
        self.undated += undated;
        self.raw = events.drain(old..).map(|event| (Stamp::Dated(event.at), event)).collect();
    }

    /// Takes all events, oldest first, and says how many have no date.
    fn resolved(&mut self, today: Date) -> (Vec<Event>, u64) {
        let near = self.newest.unwrap_or_else(|| today.to_datetime(jiff::civil::Time::MAX));
        let all = self.raw.len();
        let dated =
            self.raw.drain(..).filter_map(|(stamp, event)| Some(Event { at: stamp.resolve(near)?, ..event }));
        let mut events: Vec<Event> = dated.collect();
        // Within one moment of one file, the order of the file.
        events.sort_by_key(|event| (event.at, event.file, event.line));
        let undated = u64::try_from(all - events.len()).unwrap_or(u64::MAX);
        (events, undated)
    }
}
