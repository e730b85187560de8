//! Planned work on a node, without disabling high availability.

use std::time::Duration;

use everpresent_session::time::Moment;

use super::{Effect, Line, Manager};

/// The longest maintenance. Who needs more orders it again, or disables high availability.
pub(super) const MOST_MAINTENANCE_SECONDS: u64 = 7 * 24 * 3_600;

impl Manager {
    pub(super) fn begin_maintenance(&mut self, now: Moment, length: Duration, effects: &mut Vec<Effect>) {
        self.maintenance = Some(now.after(length));
        effects.push(Effect::KeepMaintenance(self.maintenance));
        effects.push(Effect::Log(Line::MaintenanceBegins(length)));
    }

    pub(super) fn end_maintenance(&mut self, effects: &mut Vec<Effect>) {
        if self.maintenance.take().is_some() {
            effects.push(Effect::KeepMaintenance(None));
            effects.push(Effect::Log(Line::MaintenanceEnds));
        }
    }

    /// It ends by itself.
    pub(super) fn watch_maintenance(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.maintenance.is_some_and(|until| now >= until) {
            self.end_maintenance(effects);
        }
    }
}
