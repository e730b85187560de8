//! Bugs that are put in on purpose, around the code or by its own settings, to show that the checkers would find them.

use everpresent_recovery::settings::Rules;

/// A bug that is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Planted {
    /// A node that has sent a claim goes on giving grants.
    GrantWhileClaiming,
    /// A node that starts does not count as having granted.
    StartForgetsGrants,
    /// The guardian empties the row by the epoch that it reads there, not by the incarnation that died.
    ReleaseByEpoch,
    /// A renewal names only the epoch, and writes its incarnation.
    RenewalUnreleases,
    /// A takeover adopts a replica although the row names another process of its node.
    AdoptsForeignReplica,
    /// Clients are told of stanzas as soon as they are handled.
    AcknowledgedBeforeConfirmed,
    /// In protected mode stanzas are sent to clients before the partner has their record.
    SentBeforeConfirmed,
    /// Stanzas leave for other homes before their record is confirmed.
    RoutedBeforeConfirmed,
    /// The database takes writes of an owner that was displaced.
    UnfencedWrite,
    /// A stanza from a channel is taken in by one record, and its number noted by the next.
    NumberOutsideRecord,
    /// When protected mode is left, `replica` is cleared after the first acknowledgement of spooled mode.
    ReplicaClearedLate,
    /// When protected mode is left, messages in queues are not written.
    QueueNotSpooled,
    /// A partner confirms records although it has sent a claim or knows of a later owner.
    ConfirmsWhateverComes,
    /// The partner drops a record now and then.
    RecordSkipped,
    /// A takeover does not detach the sessions that it adopts.
    AdoptedStayOpen,
}

impl Planted {
    /// All of them, with the names that the command line knows.
    pub const ALL: [(Self, &'static str); 15] = [
        (Self::GrantWhileClaiming, "grant-while-claiming"),
        (Self::StartForgetsGrants, "start-forgets-grants"),
        (Self::ReleaseByEpoch, "release-by-epoch"),
        (Self::RenewalUnreleases, "renewal-unreleases"),
        (Self::AdoptsForeignReplica, "adopts-foreign-replica"),
        (Self::AcknowledgedBeforeConfirmed, "acknowledged-before-confirmed"),
        (Self::SentBeforeConfirmed, "sent-before-confirmed"),
        (Self::RoutedBeforeConfirmed, "routed-before-confirmed"),
        (Self::UnfencedWrite, "unfenced-write"),
        (Self::NumberOutsideRecord, "number-outside-record"),
        (Self::ReplicaClearedLate, "replica-cleared-late"),
        (Self::QueueNotSpooled, "queue-not-spooled"),
        (Self::ConfirmsWhateverComes, "confirms-whatever-comes"),
        (Self::RecordSkipped, "record-skipped"),
        (Self::AdoptedStayOpen, "adopted-stay-open"),
    ];

    /// The bug of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(planted, _)| *planted)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }
}

/// The rules of ownership with this bug.
pub(super) fn rules(planted: Option<Planted>) -> Rules {
    let mut rules = Rules::default();
    match planted {
        Some(Planted::GrantWhileClaiming) => rules.no_grant_while_claiming = false,
        Some(Planted::StartForgetsGrants) => rules.start_counts_as_granted = false,
        Some(Planted::AdoptsForeignReplica) => rules.adopt_own_incarnation_only = false,
        _ => {}
    }
    rules
}
