//! From events to causes.
//!
//! Each rule looks at what stands near in time; causes of the same kind that are near each other are one.

mod draft;
mod flapping;
mod heartbeat;
mod implied;
mod primary;
mod services;
mod standing;
mod wording;

use std::ops::Range;

use jiff::Span;
use jiff::civil::DateTime;

use crate::event::Event;
use crate::explainer::Limits;
use crate::report::Finding;
use crate::tables::Tables;
use draft::Drafts;

/// Causes of the same kind within so many seconds of each other are one.
const MERGE_SECONDS: i64 = 600;
/// How long before a failover its cause is looked for, in seconds: the longest delays before one are 120 s.
const LOOK_BACK_SECONDS: i64 = 900;
/// How long after a failover its cause may be logged, in seconds.
const LOOK_AHEAD_SECONDS: i64 = 300;

/// The causes in the order of time, and how many there was no room for. `place` names the line of an event.
pub(crate) fn causes(
    events: &[Event],
    tables: &Tables,
    limits: &Limits,
    place: impl Fn(&Event) -> String,
) -> (Vec<Finding>, u64) {
    let mut drafts = Drafts::default();
    primary::run(events, limits, &mut drafts);
    implied::run(events, &mut drafts);
    services::run(events, &mut drafts);
    flapping::run(events, &mut drafts);
    drafts.sort();
    standing::run(events, tables, limits, &mut drafts);
    let findings = drafts.all.iter().map(|draft| wording::finding(draft, events, limits, &place));
    (findings.collect(), drafts.left_out)
}

/// Indexes of the events from `before` seconds before `at` to `after` seconds after it.
fn around(events: &[Event], at: DateTime, before: i64, after: i64) -> Range<usize> {
    let from = at.saturating_sub(Span::new().seconds(before));
    let to = at.saturating_add(Span::new().seconds(after));
    let end = events.partition_point(|event| event.at <= to);
    events.partition_point(|event| event.at < from).min(end)..end
}

/// Seconds from `from` to `to`.
fn seconds_between(from: DateTime, to: DateTime) -> i64 {
    from.duration_until(to).as_secs()
}
