//! Homes on their way to the partner.

use std::time::Duration;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::facts::{Holder, HomeFacts, Mode};
use super::{Alert, Effect, Line, Manager, NodeState, Reason};

/// How long a home's keeper has to hand it over or to refuse.
const HAND_OVER_SECONDS: u64 = 60;

/// Why homes are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    /// This node's users are to be served by the partner.
    Failover,
    /// The partner's users are to be served at home again.
    Fallback,
    /// The process is to stop.
    Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Progress {
    /// Its keeper is to be asked.
    Planned,
    /// Its keeper was asked.
    Asked,
    /// This node has yielded it; `left` once it was seen not to serve it.
    Yielded { left: bool },
    /// The partner has it, or it is given up on.
    Done,
}

/// A hand-over of one or more homes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Transition {
    purpose: Purpose,
    reason: Reason,
    homes: Vec<(HomeName, Progress)>,
    deadline: Moment,
}

impl Transition {
    /// The state that it is shown as.
    pub(super) fn state(&self) -> NodeState {
        match self.purpose {
            Purpose::Failover | Purpose::Stop => NodeState::FailingOver,
            Purpose::Fallback => NodeState::FallingBack,
        }
    }

    pub(super) fn reason(&self) -> Reason {
        self.reason
    }

    /// Until when keepers must have answered. What was yielded has no end but by the rules of ownership.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.homes.iter().any(|(_, progress)| *progress == Progress::Asked).then_some(self.deadline)
    }

    /// Notes which of the yielded homes are really not served any more.
    pub(super) fn see(&mut self, homes: &[HomeFacts]) {
        for (home, progress) in &mut self.homes {
            let served = homes.iter().any(|facts| facts.home == *home && facts.served);
            if let Progress::Yielded { left } = progress
                && !served
            {
                *left = true;
            }
        }
    }
}

impl Manager {
    /// Begins to hand these homes over.
    pub(super) fn begin(
        &mut self,
        now: Moment,
        purpose: Purpose,
        reason: Reason,
        homes: Vec<HomeName>,
        effects: &mut Vec<Effect>,
    ) {
        let names: Vec<&str> = homes.iter().map(HomeName::as_str).collect();
        effects.push(Effect::Log(Line::HandsOver { homes: names.join(", "), reason }));
        // Kept from now on: a node that dies on the way wakes up as what it was ordered to be.
        self.idle |= purpose == Purpose::Failover && reason == Reason::OnAdminRequest;
        self.transition = Some(Transition {
            purpose,
            reason,
            homes: homes.into_iter().map(|home| (home, Progress::Planned)).collect(),
            deadline: now.after(Duration::from_secs(HAND_OVER_SECONDS)),
        });
    }

    /// After the state was told: the partner must hear it before the home is yielded.
    pub(super) fn ask_for_hand_overs(&mut self, effects: &mut Vec<Effect>) {
        let Some(transition) = &mut self.transition else { return };
        for (home, progress) in &mut transition.homes {
            if *progress == Progress::Planned {
                *progress = Progress::Asked;
                effects.push(Effect::HandOver(home.clone()));
            }
        }
    }

    pub(super) fn handed_over(&mut self, home: &HomeName) {
        let served = self.homes.iter().any(|facts| facts.home == *home && facts.served);
        let Some(transition) = &mut self.transition else { return };
        for (handed, progress) in &mut transition.homes {
            if handed == home && *progress == Progress::Asked {
                *progress = Progress::Yielded { left: !served };
            }
        }
    }

    pub(super) fn not_handed_over(&mut self, home: &HomeName, why: String, effects: &mut Vec<Effect>) {
        let Some(transition) = &mut self.transition else { return };
        let open =
            |(handed, progress): &&mut (HomeName, Progress)| handed == home && *progress != Progress::Done;
        let Some((_, progress)) = transition.homes.iter_mut().find(open) else { return };
        *progress = Progress::Done;
        effects.push(Effect::Log(Line::NotHandedOver { home: home.clone(), why }));
        effects.push(Effect::Alert(Alert::SrmFailed));
        if transition.purpose != Purpose::Stop {
            self.transition = None;
            self.idle = false;
        }
    }

    /// Looks how far the homes are.
    pub(super) fn follow_transition(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let Some(transition) = &self.transition else { return };
        let late = transition.deadline().is_some_and(|deadline| now >= deadline);
        let (mut arrived, mut failed) = (Vec::new(), Vec::new());
        for (home, progress) in &transition.homes {
            let facts = self.homes.iter().find(|facts| facts.home == *home);
            let holder = facts.map_or(Holder::Nobody, |facts| self.holder(facts, now));
            match progress {
                Progress::Planned | Progress::Done => {}
                _ if holder == Holder::Partner => arrived.push(home.clone()),
                Progress::Yielded { left: true } if holder == Holder::Served => {
                    failed.push((home.clone(), "the partner did not take it"));
                }
                Progress::Asked if late => failed.push((home.clone(), "it took too long")),
                Progress::Asked | Progress::Yielded { .. } => {}
            }
        }
        if let Some(transition) = &mut self.transition {
            for (home, progress) in &mut transition.homes {
                if arrived.contains(home) {
                    *progress = Progress::Done;
                }
            }
        }
        for (home, why) in failed {
            self.not_handed_over(&home, why.to_owned(), effects);
        }
        let done = |transition: &mut Transition| {
            transition.purpose != Purpose::Stop
                && transition.homes.iter().all(|(_, progress)| *progress == Progress::Done)
        };
        self.transition.take_if(done);
    }

    /// Hands over what the partner can take, before the process stops.
    pub(super) fn stop(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.stopping {
            return;
        }
        self.stopping = true;
        let takes = |state| !matches!(state, NodeState::Unknown | NodeState::FailingOver | NodeState::Failed);
        let partner_takes =
            self.enabled && self.database && self.heard(now).is_some_and(|report| takes(report.state));
        let ready = self.homes.iter().filter(|facts| facts.served && facts.mode == Mode::Protected);
        let homes: Vec<HomeName> = ready.map(|facts| facts.home.clone()).collect();
        self.transition = None;
        if partner_takes && !homes.is_empty() {
            self.begin(now, Purpose::Stop, Reason::PeerReboot, homes, effects);
        }
    }

    /// Lets the process stop once nothing is on its way any more.
    pub(super) fn finish_stop(&mut self, effects: &mut Vec<Effect>) {
        let on_the_way = self.transition.as_ref().is_some_and(|transition| {
            transition.homes.iter().any(|(_, progress)| *progress != Progress::Done)
        });
        if self.stopping && !self.stopped && !on_the_way {
            self.stopped = true;
            effects.push(Effect::ReadyToStop);
        }
    }
}
