//! Claims: when a node may take a home, and what becomes of a claim that was sent.

use everpresent_session::ids::{Epoch, Incarnation};
use everpresent_session::time::Moment;

use super::{Adoption, ClaimReason, Decision, Effect, Ownership, Seen, Standing, Waiting};
use crate::witness::{Change, CompareAndSet, Expected, WitnessRow, eleven_tenths};

/// A claim that is not settled: it was sent, and the row read since (if it was) is still the one that it
/// names, so a statement of it may yet be carried out. Until then no grant is given and nothing of the old
/// epoch confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Claiming {
    pub(super) expected: Option<Expected>,
    pub(super) epoch: Epoch,
    /// When the first of its statements was sent: a claim found won by reading may have been that one.
    pub(super) first_asked: Moment,
    pub(super) adoption: Adoption,
    /// Whether the next operation is the claim once more, rather than a read.
    pub(super) again: bool,
}

impl Ownership {
    /// Whether the rules let this node claim now, by which of them, or what it waits for.
    ///
    /// # Errors
    /// [`Waiting`], with the moment when it may change.
    pub fn may_claim(&self, now: Moment) -> Result<ClaimReason, Waiting> {
        let seen = self.seen.as_ref().ok_or(Waiting::RowNotRead)?;
        let lease_until = seen.since.after(eleven_tenths(self.settings.lease));
        let below = seen.row.as_ref().map_or(Epoch(0), |row| row.epoch) < self.highest;
        let Some(row) = &seen.row else {
            self.let_home_node_first(now, seen)?;
            return match below {
                true if now < lease_until => Err(Waiting::RowBelowHighest { until: lease_until }),
                true => Ok(ClaimReason::RowBelowHighest),
                false => Ok(ClaimReason::NoRow),
            };
        };
        if below && now < lease_until {
            let until = lease_until;
            let older = self.news.is_some();
            return Err(if older { Waiting::RowOlder { until } } else { Waiting::RowBelowHighest { until } });
        }
        // Yielded to who has the sessions: a process of this node that started since does not.
        let to_us = row.incarnation.is_some_and(|holder| self.yielded_to_us == Some((row.epoch, holder)));
        if !below && to_us && row.replica.is_none_or(|holder| self.names_us(holder)) {
            return Ok(ClaimReason::Yielded);
        }
        self.let_others_first(now, seen, row)?;
        if below {
            self.own_grants_out(now, row)?;
            return Ok(ClaimReason::RowBelowHighest);
        }
        if row.incarnation.is_none() {
            if self.granted.binds_under(row.epoch) {
                self.own_grants_out(now, row)?;
            }
            return Ok(ClaimReason::Released);
        }
        self.own_grants_out(now, row)?;
        if self.settings.rules.wait_for_lease && now < lease_until {
            return Err(Waiting::Lease { until: lease_until });
        }
        Ok(ClaimReason::RanOut)
    }

    fn own_grants_out(&self, now: Moment, row: &WitnessRow) -> Result<(), Waiting> {
        let until = self.granted.until(&self.settings, row);
        let binds = self.settings.rules.wait_for_own_grants && now < until;
        if binds { Err(Waiting::OwnGrant { until }) } else { Ok(()) }
    }

    /// Who has the sessions goes first, then the home node. This is about sessions, not about safety.
    fn let_others_first(&self, now: Moment, seen: &Seen, row: &WitnessRow) -> Result<(), Waiting> {
        match row.replica {
            Some(holder) if self.names_us(holder) => Ok(()),
            Some(_) => {
                let lease = eleven_tenths(self.settings.lease);
                let until = match self.yielded {
                    // The last owner has the sessions too. Whom it yielded to is given a lease's time.
                    Some((_, at)) if self.was_ours(row) => at.after(lease).max(self.holder_first_until),
                    None if self.was_ours(row) => now,
                    // An outage of the database is not its silence: it has a lease's time after that in either case.
                    _ => seen.since.after(self.settings.initialization).max(self.holder_first_until),
                };
                if now < until { Err(Waiting::ReplicaElsewhere { until }) } else { Ok(()) }
            }
            None => self.let_home_node_first(now, seen),
        }
    }

    fn let_home_node_first(&self, now: Moment, seen: &Seen) -> Result<(), Waiting> {
        let patience = seen.since.after(eleven_tenths(self.settings.lease));
        let until = patience.max(self.started.after(self.settings.initialization));
        if self.settings.is_home_node() || now >= until {
            Ok(())
        } else {
            Err(Waiting::HomeNodeFirst { until })
        }
    }

    fn names_us(&self, holder: Incarnation) -> bool {
        holder == self.incarnation || !self.settings.rules.adopt_own_incarnation_only
    }

    /// Whether this process was the last owner, so that its own ledger has everything.
    fn was_ours(&self, row: &WitnessRow) -> bool {
        row.incarnation == Some(self.incarnation) && self.served == Some(row.epoch)
    }

    fn adoption(&self, row: Option<&WitnessRow>) -> Adoption {
        let Some(row) = row.filter(|row| row.epoch >= self.highest) else { return Adoption::Heads };
        match row.replica {
            _ if self.was_ours(row) => Adoption::Kept,
            Some(holder) if self.names_us(holder) => Adoption::Replica,
            _ => Adoption::Heads,
        }
    }

    pub(super) fn start_claim(&mut self, now: Moment, why: ClaimReason, effects: &mut Vec<Effect>) {
        let claiming = Claiming {
            expected: self.row().map(Expected::of),
            epoch: self.next_epoch(),
            first_asked: now,
            adoption: self.adoption(self.row()),
            again: false,
        };
        self.said = None;
        effects.push(Effect::Decided(Decision::Claims { epoch: claiming.epoch, why }));
        let statement = self.claim_statement(&claiming);
        self.standing = Standing::Claiming(claiming);
        self.start_operation(now, Some(statement), effects);
    }

    fn next_epoch(&self) -> Epoch {
        let row = self.row().map_or(Epoch(0), |row| row.epoch);
        Epoch(row.max(self.highest).0.saturating_add(1))
    }

    pub(super) fn claim_statement(&self, claiming: &Claiming) -> CompareAndSet {
        CompareAndSet {
            home: self.settings.home.clone(),
            expected: claiming.expected,
            change: Change::Claim {
                owner: self.settings.node.clone(),
                incarnation: self.incarnation,
                epoch: claiming.epoch.max(Epoch(self.highest.0.saturating_add(1))),
                grant_seconds: self.settings.grant_seconds(),
            },
        }
    }

    /// The row was read while a claim was not settled: it was won, is still open, or was lost.
    pub(super) fn settle_claim(&mut self, now: Moment, mut claiming: Claiming, effects: &mut Vec<Effect>) {
        let row = self.row().cloned();
        if let Some(row) = row.as_ref().filter(|row| row.incarnation == Some(self.incarnation))
            && row.epoch > claiming.expected.map_or(Epoch(0), |expected| expected.epoch)
            && row.epoch >= self.highest
        {
            self.won(claiming.first_asked, row.epoch, claiming.adoption, effects);
            return;
        }
        if row.as_ref().map(Expected::of) == claiming.expected {
            claiming.again = true;
            self.next_operation = now;
            self.standing = Standing::Claiming(claiming);
            return;
        }
        self.standing = Standing::Watching;
        effects.push(Effect::Decided(Decision::ClaimLost));
    }
}
