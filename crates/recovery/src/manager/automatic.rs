//! Falling back without an operator.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Moment;

use super::facts::Mode;
use super::transition::Purpose;
use super::{Effect, Manager, NodeState, Reason};

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
        if self.automatic.due(self.parameters.automatic_fallback_delay).is_some_and(|due| now >= due) {
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
