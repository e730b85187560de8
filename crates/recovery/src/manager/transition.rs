//! Homes on their way to the partner.

use std::time::Duration;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::facts::{Holder, HomeFacts, Mode};
use super::{Effect, Line, Manager, NodeState, PeerReport, Reason};

/// How long a home may wait to be handed over, and then how long its keeper has to do it or to refuse.
const HAND_OVER_SECONDS: u64 = 60;

/// Why homes are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    /// What this node serves is to be served by the partner.
    Failover,
    /// The partner's users are to be served at home again.
    Fallback,
    /// The process is to stop.
    Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Progress {
    /// Its keeper is to be asked, once the partner is ready for it.
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
    /// Whether the partner was not heard for a while, or is stopping. Then it is no failure that it takes nothing.
    partner_left: bool,
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

    /// Until when it must have got on. Who serves what was yielded is for the rules of ownership, but it is not for ever
    /// shown as on its way.
    pub(super) fn deadline(&self) -> Option<Moment> {
        (!self.is_done()).then_some(self.deadline)
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

    fn is_done(&self) -> bool {
        self.homes.iter().all(|(_, progress)| *progress == Progress::Done)
    }

    fn set(&mut self, home: &HomeName, to: Progress) {
        for (_, progress) in self.homes.iter_mut().filter(|(handed, _)| handed == home) {
            *progress = to;
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
        let wait = match purpose {
            Purpose::Failover | Purpose::Stop => Duration::from_secs(HAND_OVER_SECONDS),
            // Services may have to start first. Whether they do is for the home node to say, so it decides first.
            Purpose::Fallback => self.taking_time(),
        };
        self.transition = Some(Transition {
            purpose,
            reason,
            homes: homes.into_iter().map(|home| (home, Progress::Planned)).collect(),
            deadline: now.after(wait),
            partner_left: false,
        });
    }

    /// Whether the partner may be given homes now: it is there, and its services run if it is to take them back.
    fn partner_is_ready(&self, now: Moment, purpose: Purpose) -> bool {
        self.heard(now).is_some_and(|report| match purpose {
            Purpose::Failover | Purpose::Stop => report.state != NodeState::Initializing,
            Purpose::Fallback => report.all_up(),
        })
    }

    /// After the state was told: the partner must hear it before the home is yielded.
    pub(super) fn ask_for_hand_overs(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let Some(purpose) = self.transition.as_ref().map(|transition| transition.purpose) else { return };
        let ready = self.partner_is_ready(now, purpose);
        let homes = &self.homes;
        let protected = |home: &HomeName| {
            homes.iter().any(|facts| facts.home == *home && facts.served && facts.mode == Mode::Protected)
        };
        let Some(transition) = &mut self.transition else { return };
        for (home, progress) in &mut transition.homes {
            if *progress != Progress::Planned {
                continue;
            }
            if ready && protected(home) {
                *progress = Progress::Asked;
                transition.deadline = now.after(Duration::from_secs(HAND_OVER_SECONDS));
                effects.push(Effect::HandOver(home.clone()));
            } else if purpose == Purpose::Stop {
                *progress = Progress::Done;
                let why = "the partner cannot take it".to_owned();
                effects.push(Effect::Log(Line::NotHandedOver { home: home.clone(), why }));
            }
        }
    }

    pub(super) fn handed_over(&mut self, now: Moment, home: &HomeName) {
        let served = self.homes.iter().any(|facts| facts.home == *home && facts.served);
        let takes = self.taking_time();
        let Some(transition) = &mut self.transition else { return };
        for (handed, progress) in &mut transition.homes {
            if handed == home && *progress == Progress::Asked {
                *progress = Progress::Yielded { left: !served };
                if transition.purpose != Purpose::Stop {
                    transition.deadline = now.after(takes);
                }
            }
        }
    }

    /// The keeper of a home did not hand it over.
    pub(super) fn hand_over_refused(
        &mut self,
        now: Moment,
        home: &HomeName,
        why: &str,
        effects: &mut Vec<Effect>,
    ) {
        let heard = self.heard(now).is_some();
        let Some(transition) = &mut self.transition else { return };
        let open = |(handed, progress): &(HomeName, Progress)| handed == home && *progress != Progress::Done;
        if !transition.homes.iter().any(open) {
            return;
        }
        if !heard && transition.purpose != Purpose::Stop && now < transition.deadline {
            // The partner went away just now. It may be back before it is too late.
            transition.partner_left = true;
            transition.set(home, Progress::Planned);
            return;
        }
        self.not_handed_over(now, home, why, None, effects);
    }

    /// Gives up on a home. If the partner is there, that is a failure of the pair.
    fn not_handed_over(
        &mut self,
        now: Moment,
        home: &HomeName,
        why: &str,
        reason: Option<Reason>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(transition) = &mut self.transition else { return };
        transition.set(home, Progress::Done);
        let (home, why) = (home.clone(), why.to_owned());
        let served = self.homes.iter().any(|facts| facts.home == home && facts.served);
        effects.push(Effect::Log(if served {
            Line::NotHandedOver { home, why }
        } else {
            Line::NotTaken { home, why }
        }));
        let (purpose, left) = (transition.purpose, transition.partner_left);
        if purpose == Purpose::Stop {
            return;
        }
        self.transition = None;
        self.idle = false;
        if !left {
            let usual = if purpose == Purpose::Fallback {
                Reason::TakeBackUsersFailed
            } else {
                Reason::TakeOverUsersFailed
            };
            self.fail(now, reason.unwrap_or(usual), effects);
        }
    }

    /// Looks how far the homes are.
    pub(super) fn follow_transition(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        self.watch_partner(now);
        let Some(transition) = &self.transition else { return };
        let late = transition.deadline().is_some_and(|deadline| now >= deadline);
        let peer_up = self.heard(now).is_none_or(|report| report.all_up());
        let mut arrived = Vec::new();
        let mut failed: Vec<(HomeName, &str, Option<Reason>)> = Vec::new();
        for (home, progress) in &transition.homes {
            let facts = self.homes.iter().find(|facts| facts.home == *home);
            let holder = facts.map_or(Holder::Nobody, |facts| self.holder(facts, now));
            let too_long = "it took too long";
            match progress {
                Progress::Done => {}
                _ if holder == Holder::Partner => arrived.push(home.clone()),
                Progress::Yielded { left: true } if holder == Holder::Served => {
                    failed.push((home.clone(), "the partner did not take it", None));
                }
                Progress::Planned if late && transition.purpose == Purpose::Fallback && !peer_up => {
                    let why = "services of its home node did not start";
                    failed.push((home.clone(), why, Some(Reason::StartOfServicesFailed)));
                }
                Progress::Yielded { .. }
                    if transition.purpose == Purpose::Stop && transition.partner_left =>
                {
                    failed.push((home.clone(), "the partner is stopping too", None));
                }
                _ if late => failed.push((home.clone(), too_long, None)),
                Progress::Planned | Progress::Asked | Progress::Yielded { .. } => {}
            }
        }
        if let Some(transition) = &mut self.transition {
            arrived.iter().for_each(|home| transition.set(home, Progress::Done));
        }
        for (home, why, reason) in failed {
            self.not_handed_over(now, &home, why, reason, effects);
        }
        let over = |transition: &mut Transition| transition.purpose != Purpose::Stop && transition.is_done();
        self.transition.take_if(over);
    }

    /// Notes that the partner is not there to take homes, and gives up if what it served is served here by now.
    fn watch_partner(&mut self, now: Moment) {
        let report = self.heard(now);
        let stopping = report.is_some_and(PeerReport::is_stopping);
        let gone = report.is_none();
        let ours = self.partner.as_ref().is_some_and(|partner| self.served_of(partner).next().is_some());
        let Some(transition) = &mut self.transition else { return };
        transition.partner_left |= stopping || gone;
        let own_only = transition.homes.iter().all(|(home, _)| {
            self.homes.iter().any(|facts| facts.home == *home && facts.home_node == self.node)
        });
        if gone && ours && own_only && transition.purpose == Purpose::Failover {
            self.transition = None;
            self.idle = false;
        }
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
        let on_the_way = self.transition.as_ref().is_some_and(|transition| !transition.is_done());
        if self.stopping && !self.stopped && !on_the_way {
            self.stopped = true;
            effects.push(Effect::ReadyToStop);
        }
    }
}
