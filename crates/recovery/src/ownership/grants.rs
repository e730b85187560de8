//! Grants: "I will not take over before T", given to the owner in answer to its heartbeats.

use std::time::Duration;

use everpresent_session::ids::{Epoch, Incarnation};
use everpresent_session::time::Moment;

use super::{Decision, Effect, GrantRefusal, Ownership, PeerMessage, Standing};
use crate::settings::Settings;
use crate::witness::WitnessRow;

/// The grants that this node has given for the home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Granted {
    /// To the owner under which epoch; `None` for what a process before this one may have given.
    pub(super) to: Option<Epoch>,
    pub(super) until: Moment,
}

impl Granted {
    pub(super) fn before_start(started: Moment) -> Self {
        Self { to: None, until: started }
    }

    /// When the grants will have run out. A node that starts counts as having granted for the row's
    /// `grant_seconds`.
    pub(super) fn until(&self, settings: &Settings, row: &WitnessRow) -> Moment {
        match self.to {
            None if settings.partner && settings.rules.start_counts_as_granted => {
                self.until.after(Duration::from_secs(row.grant_seconds.max(settings.grant_seconds()).into()))
            }
            _ => self.until,
        }
    }

    /// Whether they bind although the row is released: they went to another epoch than the one that was
    /// released.
    pub(super) fn binds_under(&self, released: Epoch) -> bool {
        self.to.is_some_and(|to| to != released)
    }
}

impl Ownership {
    pub(super) fn peer(&mut self, now: Moment, message: PeerMessage, effects: &mut Vec<Effect>) {
        match message {
            PeerMessage::Ask { epoch, incarnation, asked } => {
                self.asked_for_grant(now, epoch, incarnation, asked, effects);
            }
            PeerMessage::Grant { epoch, to, asked, length, .. } => {
                self.got_grant(now, epoch, to, asked, length);
            }
            PeerMessage::Refusal { highest } => self.hear(highest, effects),
            PeerMessage::Yielded { epoch, incarnation } => {
                self.hear(epoch, effects);
                self.yielded_to_us = Some((epoch, incarnation));
                self.next_operation = now;
            }
        }
    }

    fn asked_for_grant(
        &mut self,
        now: Moment,
        epoch: Epoch,
        incarnation: Incarnation,
        asked: Moment,
        effects: &mut Vec<Effect>,
    ) {
        if let Err(refusal) = self.may_grant(epoch, incarnation) {
            effects.push(Effect::Decided(Decision::RefusesGrant(refusal)));
            effects.push(Effect::Send(PeerMessage::Refusal { highest: self.highest }));
            return;
        }
        self.hear(epoch, effects);
        let Some(row) = self.row() else { return };
        let told = Duration::from_secs(row.grant_seconds.into());
        let length = self.settings.grant.min(told);
        let until = now.after(length).max(self.granted.until(&self.settings, row));
        self.granted = Granted { to: Some(epoch), until };
        let from = self.incarnation;
        effects.push(Effect::Send(PeerMessage::Grant { epoch, to: incarnation, asked, length, from }));
    }

    fn may_grant(&self, epoch: Epoch, incarnation: Incarnation) -> Result<(), GrantRefusal> {
        match self.standing {
            Standing::Claiming(_) if self.settings.rules.no_grant_while_claiming => {
                Err(GrantRefusal::Claiming)
            }
            Standing::Owning(_) => Err(GrantRefusal::Owner),
            Standing::Stopping | Standing::Stopped => Err(GrantRefusal::Stopping),
            Standing::Watching | Standing::Claiming(_) => Ok(()),
        }?;
        let row = self.row().ok_or(GrantRefusal::RowNotRead)?;
        if epoch < self.highest {
            return Err(GrantRefusal::HigherEpoch(self.highest));
        }
        if row.epoch == epoch && row.incarnation != Some(incarnation) {
            return Err(GrantRefusal::NotTheHolder(incarnation));
        }
        if self.yielded_to_us == Some((epoch, incarnation)) {
            return Err(GrantRefusal::Yielded);
        }
        Ok(())
    }

    fn got_grant(&mut self, now: Moment, epoch: Epoch, to: Incarnation, asked: Moment, length: Duration) {
        let from = if self.settings.rules.count_from_asking { asked } else { now };
        let own = to == self.incarnation && asked >= self.started && asked <= now;
        if let Standing::Owning(owning) = &mut self.standing
            && own
            && owning.epoch == epoch
        {
            owning.granted(from, length);
        }
    }
}
