//! The rows.

use super::{Place, Places, Row};
use crate::manager::NodeState::{
    Backup, Failed, FailedOver, FailedOverWithoutServices as WithoutServices, FailingOver, FallingBack, Idle,
    Initializing, Normal, TakingBack, TakingOver, Unknown,
};
use crate::manager::{NodeState, Reason};

const fn both(first: NodeState, second: NodeState) -> Places {
    Places(Place::In(first), Place::In(second))
}

const fn alone(second: NodeState) -> Places {
    Places(Place::Down, Place::In(second))
}

const NORMAL: Places = both(Normal, Normal);
const MOVES: Option<Places> = Some(both(FailingOver, TakingOver));
const RETURNS: Option<Places> = Some(both(TakingBack, FallingBack));
const LOOKS: Option<Places> = Some(both(Initializing, Initializing));

/// All rows.
pub const ROWS: &[Row] = &[
    Row {
        from: &[NORMAL],
        on: "order `failover`",
        by: MOVES,
        to: &[both(Idle, Backup)],
        reasons: &[Reason::OnAdminRequest],
        tests: &["orders::normal_normal_order_failover_l"],
    },
    Row {
        from: &[NORMAL],
        on: "a monitored service is down for critical_service_down_delay, and up on the peer",
        by: MOVES,
        to: &[both(WithoutServices, Backup)],
        reasons: &[Reason::CriticalServiceDown],
        tests: &["services::service_of_l_down_for_the_delay_and_up_on_r"],
    },
    Row {
        from: &[NORMAL],
        on: "a service is down on both: nobody moves, alert",
        by: None,
        to: &[NORMAL],
        reasons: &[Reason::CriticalServiceDown],
        tests: &["services::service_down_on_both"],
    },
    Row {
        from: &[NORMAL],
        on: "the node cannot reach the database, its peer can: it yields",
        by: MOVES,
        to: &[both(WithoutServices, Backup)],
        reasons: &[Reason::DatabaseFailure],
        tests: &["services::l_cannot_reach_the_database_and_r_can"],
    },
    Row {
        from: &[NORMAL],
        on: "heartbeats gone, lease and grant expired",
        by: None,
        to: &[alone(Backup)],
        reasons: &[Reason::PeerDown],
        tests: &["failing::heartbeats_of_l_gone_lease_and_grant_expired"],
    },
    Row {
        from: &[NORMAL],
        on: "the node stops: it hands over and says goodbye",
        by: MOVES,
        to: &[alone(Backup)],
        reasons: &[Reason::PeerReboot],
        tests: &["failing::l_said_goodbye"],
    },
    Row {
        from: &[NORMAL],
        on: "both stop at nearly the same time: neither takes anything, nothing is lost",
        by: None,
        to: &[both(FailingOver, FailingOver)],
        reasons: &[Reason::PeerReboot],
        tests: &["stopping::both_stop_at_nearly_the_same_time"],
    },
    Row {
        from: &[alone(Initializing)],
        on: "no peer for the initialization timeout",
        by: None,
        to: &[alone(Backup)],
        reasons: &[Reason::PeerDownDuringInitialization],
        tests: &["starting::initializing_no_peer_for_the_initialization_timeout"],
    },
    Row {
        from: &[alone(Initializing)],
        on: "the peer was never heard: shown as it is",
        by: None,
        to: &[both(Initializing, Unknown)],
        reasons: &[Reason::Unknown],
        tests: &["starting::initializing_no_peer_for_the_initialization_timeout"],
    },
    Row {
        from: &[alone(Backup)],
        on: "the node returns",
        by: Some(both(Initializing, Backup)),
        to: &[both(FailedOver, Backup), both(WithoutServices, Backup)],
        reasons: &[Reason::Initialization],
        tests: &["starting::l_returns_while_r_is_backup", "services::l_returns_without_a_service"],
    },
    Row {
        from: &[both(WithoutServices, Backup), both(FailedOver, Backup)],
        on: "services up, services down",
        by: None,
        to: &[both(FailedOver, Backup), both(WithoutServices, Backup)],
        reasons: &[],
        tests: &["services::failed_over_services_up_and_down"],
    },
    Row {
        from: &[both(Idle, Backup), both(FailedOver, Backup)],
        on: "order `fallback`",
        by: RETURNS,
        to: &[NORMAL],
        reasons: &[Reason::OnAdminRequest],
        tests: &["orders::idle_or_failed_over_order_fallback_l"],
    },
    Row {
        from: &[both(FailedOver, Backup)],
        on: "healthy for automatic_fallback_delay, enable_automatic_fallback",
        by: RETURNS,
        to: &[NORMAL],
        reasons: &[Reason::AutomaticFallback],
        tests: &["failing::healthy_for_automatic_fallback_delay"],
    },
    Row {
        from: &[both(TakingBack, FallingBack)],
        on: "services do not start within initialization_keep_alive_timeout",
        by: None,
        to: &[both(Failed, Failed)],
        reasons: &[Reason::StartOfServicesFailed],
        tests: &["services::taking_back_services_do_not_start"],
    },
    Row {
        from: &[both(TakingBack, FallingBack)],
        on: "users cannot be taken",
        by: None,
        to: &[both(Failed, Failed)],
        reasons: &[Reason::TakeBackUsersFailed],
        tests: &["failed::taking_back_users_cannot_be_taken"],
    },
    Row {
        from: &[both(FailingOver, TakingOver)],
        on: "users cannot be taken, and the peer is there and not stopping",
        by: None,
        to: &[both(Failed, Failed)],
        reasons: &[Reason::TakeOverUsersFailed],
        tests: &["failed::taking_over_users_cannot_be_taken"],
    },
    Row {
        from: &[both(FailingOver, TakingOver)],
        on: "the peer goes away, or stops too: given up",
        by: None,
        to: &[Places(Place::In(Normal), Place::Down)],
        reasons: &[Reason::PeerLinkDown],
        tests: &["failed::taking_over_the_taker_goes_away"],
    },
    Row {
        from: &[both(FailedOver, Backup)],
        on: "the backup loses a service or the database for critical_service_down_delay: roles swap",
        by: Some(both(TakingOver, FailingOver)),
        to: &[both(Backup, WithoutServices)],
        reasons: &[Reason::AutoRecoverServiceDown, Reason::AutoRecoverDatabaseFailure],
        tests: &[
            "services::backup_loses_a_service_and_its_peer_is_failed_over",
            "services::backup_loses_the_database_and_its_peer_is_failed_over",
        ],
    },
    Row {
        from: &[both(Idle, Backup), both(WithoutServices, Backup)],
        on: "the backup loses a service for critical_service_down_delay, and its peer cannot take over",
        by: None,
        to: &[both(Failed, Failed)],
        reasons: &[Reason::CriticalServiceDown],
        tests: &["services::backup_loses_a_service_and_its_peer_cannot_take_over"],
    },
    Row {
        from: &[alone(Backup)],
        on: "the backup loses a service: nobody moves, alert",
        by: None,
        to: &[alone(Backup)],
        reasons: &[Reason::CriticalServiceDown],
        tests: &["services::backup_without_a_peer_loses_a_service"],
    },
    Row {
        from: &[both(Idle, Backup), both(FailedOver, Backup)],
        on: "the backup dies: services start, both homes are taken",
        by: Some(Places(Place::In(TakingOver), Place::Down)),
        to: &[Places(Place::In(Backup), Place::Down)],
        reasons: &[Reason::PeerDown],
        tests: &["failing::failed_over_the_backup_dies", "failing::idle_the_backup_dies"],
    },
    Row {
        from: &[both(Initializing, Initializing)],
        on: "both start together",
        by: None,
        to: &[NORMAL],
        reasons: &[Reason::Normal],
        tests: &["starting::both_cold_start_together"],
    },
    Row {
        from: &[both(Unknown, Unknown)],
        on: "order `enable`",
        by: LOOKS,
        to: &[NORMAL],
        reasons: &[Reason::OnAdminRequest],
        tests: &["starting::ha_off_enable_and_disable"],
    },
    Row {
        from: &[NORMAL],
        on: "order `disable`",
        by: None,
        to: &[both(Unknown, Unknown)],
        reasons: &[Reason::HighAvailabilityNotEnabled],
        tests: &["starting::ha_off_enable_and_disable"],
    },
    Row {
        from: &[],
        on: "an owner has neither grant nor lease: it serves nothing until it owns again",
        by: None,
        to: &[],
        reasons: &[Reason::Fenced],
        tests: &[
            "steady::any_owner_with_neither_grant_nor_lease",
            "steady::a_backup_that_is_fenced_stays_the_backup",
        ],
    },
    Row {
        from: &[NORMAL],
        on: "the witness is lost alone: stays, degraded",
        by: None,
        to: &[NORMAL],
        reasons: &[Reason::WitnessUnreachable],
        tests: &["steady::witness_lost_alone"],
    },
    Row {
        from: &[NORMAL],
        on: "the link is lost alone: stays, degraded",
        by: None,
        to: &[NORMAL],
        reasons: &[Reason::PeerLinkDown],
        tests: &["steady::link_lost_alone"],
    },
    Row {
        from: &[],
        on: "order `maintenance`: service faults of the node move nobody, until it ends by itself",
        by: None,
        to: &[],
        reasons: &[Reason::Maintenance],
        tests: &["maintenance::any_maintenance"],
    },
    Row {
        from: &[both(Failed, Failed)],
        on: "order `recover`: users are brought home if they can be",
        by: LOOKS,
        to: &[NORMAL],
        reasons: &[Reason::OnAdminRequest],
        tests: &["failed::failed_failed_order_recover"],
    },
    Row {
        from: &[both(Failed, Failed)],
        on: "health returns, and stays for keep_alive_timeout, doubled each time: users stay where they are",
        by: LOOKS,
        to: &[NORMAL, both(FailedOver, Backup)],
        reasons: &[Reason::Initialization],
        tests: &["failed::failed_failed_by_themselves_when_health_returns"],
    },
    Row {
        from: &[both(Idle, Backup), both(FailedOver, Backup)],
        on: "a process restarts within its peer's timeout, owns no home or has no partner to take over",
        by: None,
        to: &[],
        reasons: &[Reason::Initialization],
        tests: &[
            "starting::an_idle_node_that_restarts_stays_idle",
            "starting::a_failed_over_node_that_restarts_stays_failed_over",
            "starting::a_backup_without_a_partner_that_restarts_is_the_backup_again",
        ],
    },
];
