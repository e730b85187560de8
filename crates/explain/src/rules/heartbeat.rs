//! A peer that was not heard: lost on the way, stalled, restarted, or not there yet.

use everpresent_recovery::manager::Reason;
use jiff::civil::DateTime;

use super::draft::{Drafts, add};
use super::primary::reason_near;
use super::{LOOK_BACK_SECONDS, around, seconds_between};
use crate::cause::Cause;
use crate::event::{Event, What};

/// How long after the silence was noticed the boot of the peer still explains it, in seconds: servers of the field need
/// many minutes for one.
const BOOT_SECONDS: i64 = 1_800;
/// How soon after the silence was noticed the states are logged that it leads to, in seconds.
const STATES_SECONDS: i64 = 300;

/// Silence for longer than this is taken for this long: a day.
const MOST_SILENCE_SECONDS: u64 = 86_400;

/// Events after it that are looked at for what it led to.
const MAX_AFTERWARDS: usize = 2_000;

/// The peer was not heard for `seconds`.
pub(super) fn lost(events: &[Event], index: usize, seconds: u64, drafts: &mut Drafts) {
    let event = &events[index];
    let Some(draft) = drafts.near(kind(events, event.at, seconds), event.at) else { return };
    draft.see(index);
    draft.facts.seconds = draft.facts.seconds.max(Some(seconds));
    for (other, near) in events.iter().enumerate().skip(index).take(MAX_AFTERWARDS) {
        let later = seconds_between(event.at, near.at);
        match near.what {
            What::PeerUp if near.file == event.file => {
                let silence = later.saturating_add_unsigned(seconds);
                draft.facts.silence = draft.facts.silence.max(Some(silence));
                draft.see(other);
                break;
            }
            What::PeerDown { .. } if other > index && near.file == event.file => break,
            What::States { own, peer } if near.file == event.file && later <= STATES_SECONDS => {
                draft.facts.states = Some((own, peer));
                draft.see(other);
            }
            _ => {}
        }
    }
    if draft.cause == Cause::PeerReboot {
        for other in restarts(events, event.at, seconds) {
            let near = &events[other];
            if let What::Shutdown { node } | What::Boot { node } = &near.what {
                let shutdown = matches!(near.what, What::Shutdown { .. });
                draft.facts.orderly = Some(draft.facts.orderly == Some(true) || shutdown);
                if let Some(node) = node {
                    add(&mut draft.facts.nodes, node);
                }
            }
            draft.see(other);
        }
    }
}

/// Which cause a silence of `seconds` that was noticed at `at` has.
pub(super) fn kind(events: &[Event], at: DateTime, seconds: u64) -> Cause {
    if reason_near(events, at, Reason::PeerDownDuringInitialization) {
        Cause::PeerDownDuringInitialization
    } else if reason_near(events, at, Reason::PeerReboot) || restarts(events, at, seconds).next().is_some() {
        Cause::PeerReboot
    } else {
        Cause::HeartbeatLost
    }
}

/// The events that say that the peer was restarted, which explains a silence.
fn restarts(events: &[Event], at: DateTime, seconds: u64) -> impl Iterator<Item = usize> {
    let before = LOOK_BACK_SECONDS.saturating_add_unsigned(seconds.min(MOST_SILENCE_SECONDS));
    around(events, at, before, BOOT_SECONDS).filter(move |index| explains(&events[*index], at, seconds))
}

/// Whether this is a restart that explains a silence.
fn explains(event: &Event, at: DateTime, seconds: u64) -> bool {
    let after_last_heartbeat =
        seconds_between(event.at, at).saturating_sub_unsigned(seconds.min(MOST_SILENCE_SECONDS));
    let later = seconds_between(at, event.at);
    match event.what {
        What::Shutdown { .. } | What::PeerReboot => (0..=LOOK_BACK_SECONDS).contains(&-later),
        What::Boot { .. } => after_last_heartbeat <= 0 && later <= BOOT_SECONDS,
        _ => false,
    }
}
