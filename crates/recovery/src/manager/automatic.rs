//! Falling back without an operator.

use std::time::Duration;

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::facts::Mode;
use super::transition::Purpose;
use super::{Effect, Manager, NodeState, Reason};
use crate::parameters::Parameters;

/// A fallback that is undone within this time has failed.
const FAILED_WITHIN_SECONDS: u64 = 3_600;
/// The delay is doubled this often at most.
const MOST_DOUBLINGS: u32 = 6;

/// What is remembered of automatic fallbacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Automatic {
    /// Since when the home node could take its users back.
    healthy_since: Option<Moment>,
    /// When the last one began.
    last: Option<Moment>,
    doublings: u32,
}

impl Automatic {
    /// When the next one begins, if the home node stays as it is.
    pub(super) fn due(&self, parameters: &Parameters) -> Option<Moment> {
        let delay = parameters.automatic_fallback_delay * 2_u32.pow(self.doublings);
        self.healthy_since.map(|since| since.after(delay))
    }

    /// This node serves its peer's users again: soon after a fallback, that has failed.
    pub(super) fn backup_again(&mut self, now: Moment) {
        let within = Duration::from_secs(FAILED_WITHIN_SECONDS);
        let failed = self.last.take().is_some_and(|last| now.since(last) < within);
        self.doublings = if failed { (self.doublings + 1).min(MOST_DOUBLINGS) } else { 0 };
    }
}

impl Manager {
    pub(super) fn fall_back_automatically(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.state != NodeState::Backup && self.settled {
            self.bring_home_until = None;
        }
        let Some(homes) = self.homes_to_fall_back(now) else {
            self.automatic.healthy_since = None;
            return;
        };
        if self.bring_home_until.take().is_some_and(|until| now < until) {
            self.begin(now, Purpose::Fallback, Reason::OnAdminRequest, homes, effects);
            return;
        }
        if !self.parameters.enable_automatic_fallback {
            self.automatic.healthy_since = None;
            return;
        }
        self.automatic.healthy_since.get_or_insert(now);
        if self.automatic.due(&self.parameters).is_some_and(|due| now >= due) {
            self.automatic.healthy_since = None;
            self.automatic.last = Some(now);
            self.begin(now, Purpose::Fallback, Reason::AutomaticFallback, homes, effects);
        }
    }

    /// The peer's homes, if they could be handed back now without being asked.
    fn homes_to_fall_back(&self, now: Moment) -> Option<Vec<HomeName>> {
        let partner = self.partner.as_ref()?;
        let calm = self.enabled
            && !self.stopping
            && self.transition.is_none()
            && self.failed.is_none()
            && self.database;
        let healthy = self.heard(now).is_some_and(|report| {
            report.state == NodeState::FailedOver && report.reason != Reason::Maintenance && report.all_up()
        });
        let wanted = self.state == NodeState::Backup;
        let ready = self.served_of(partner).all(|facts| facts.mode == Mode::Protected);
        if !(calm && healthy && wanted && ready) {
            return None;
        }
        let homes: Vec<HomeName> = self.served_of(partner).map(|facts| facts.home.clone()).collect();
        (!homes.is_empty()).then_some(homes)
    }
}
