//! Failovers that follow each other.

use super::draft::Drafts;
use super::implied::failovers;
use super::seconds_between;
use super::wording::spoken;
use crate::cause::Cause;
use crate::event::Event;

/// So many failovers within [`WITHIN_SECONDS`] are flapping.
const FAILOVERS: usize = 3;
/// One hour and the automatic fallback before it: three failovers with fallbacks in between take longer than one hour.
const WITHIN_SECONDS: i64 = 2 * 3_600;

pub(super) fn run(events: &[Event], drafts: &mut Drafts) {
    let failovers = failovers(events);
    let close = |window: &&[usize]| match window {
        [first, .., last] => seconds_between(events[*first].at, events[*last].at) <= WITHIN_SECONDS,
        _ => false,
    };
    let Some(first) = failovers.windows(FAILOVERS).find(close).and_then(|window| window.first().copied())
    else {
        return;
    };
    let at = events[first].at;
    let all: Vec<usize> = failovers.into_iter().filter(|index| *index >= first).collect();
    let minutes = all.last().map_or(0, |last| seconds_between(at, events[*last].at) / 60);
    if let Some(draft) = drafts.near(Cause::Flapping, at) {
        draft.facts.sentences.push(format!(
            "{} failovers in {minutes} min, the first at {}.",
            all.len(),
            spoken(at)
        ));
        for index in all {
            draft.see(index);
        }
    }
}
