//! Which service, which core dump, which database alarm belongs to a cause.

use super::draft::{Draft, Drafts, add};
use super::implied::services_down;
use super::{LOOK_AHEAD_SECONDS, LOOK_BACK_SECONDS, around};
use crate::cause::Cause;
use crate::event::{Event, What};

pub(super) fn run(events: &[Event], drafts: &mut Drafts) {
    for draft in &mut drafts.all {
        match draft.cause {
            Cause::CriticalServiceDown | Cause::StartOfServicesFailed | Cause::AutoRecoverServiceDown => {
                near(events, draft, attach_service);
                stopped(events, draft);
            }
            Cause::DatabaseFailure | Cause::AutoRecoverDatabaseFailure => {
                near(events, draft, attach_database);
            }
            _ => {}
        }
    }
}

fn near(events: &[Event], draft: &mut Draft, attach: fn(&mut Draft, usize, &Event)) {
    let Some(at) = draft.at else { return };
    for index in around(events, at, LOOK_BACK_SECONDS, LOOK_AHEAD_SECONDS) {
        attach(draft, index, &events[index]);
    }
}

fn attach_service(draft: &mut Draft, index: usize, event: &Event) {
    match &event.what {
        What::ServiceDown { service, .. } => add(&mut draft.facts.services, service),
        What::CoreDump { program, .. } => add(&mut draft.facts.dumps, program),
        _ => return,
    }
    draft.see(index);
}

/// Services that stopped and did not come back before the cause was acted on.
fn stopped(events: &[Event], draft: &mut Draft) {
    let Some((at, until)) = draft.at.zip(draft.until) else { return };
    for (service, index) in services_down(events, at, until) {
        add(&mut draft.facts.services, service);
        if let What::ServiceStopped { node: Some(node), .. } = &events[index].what {
            add(&mut draft.facts.nodes, node);
        }
        draft.see(index);
    }
}

fn attach_database(draft: &mut Draft, index: usize, event: &Event) {
    if let What::DatabaseDown { node, .. } = &event.what {
        if let Some(node) = node {
            add(&mut draft.facts.nodes, node);
        }
        draft.see(index);
    }
}
