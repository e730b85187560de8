//! What goes wrong in a run, and how often: each seed has its own mixture, so that some runs are full of one kind of
//! fault and free of others.

use fastrand::Rng;

/// Chances are in thousandths.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Profile {
    pub(super) messages_lost: u32,
    pub(super) messages_doubled: u32,
    pub(super) messages_late: u32,
    /// Of messages that belong to a stream.
    pub(super) streams_broken: u32,
    pub(super) statements_lost: u32,
    pub(super) answers_lost: u32,
    pub(super) statements_slow: u32,
    /// The longest time between two faults, in milliseconds.
    pub(super) fault_pause: u64,
    /// Weights of the kinds of fault.
    pub(super) process_crash: u32,
    pub(super) guardian_crash: u32,
    pub(super) machine_crash: u32,
    pub(super) freeze: u32,
    pub(super) link_cut: u32,
    pub(super) database_cut: u32,
    pub(super) outage: u32,
    pub(super) lost_writes: u32,
    pub(super) hang_up: u32,
    pub(super) hand_over: u32,
    pub(super) clean_stop: u32,
    /// How often a fault may go beyond what is promised.
    pub(super) beyond: u32,
    /// Clocks differ by up to this, in thousandths.
    pub(super) drift: u64,
    /// Whether one client goes for good at the end.
    pub(super) leaver: bool,
}

impl Profile {
    /// The mixture of a seed.
    pub(super) fn of(rng: &mut Rng) -> Self {
        let mut some = |most: u32| if rng.bool() { rng.u32(..=most) } else { 0 };
        let mut profile = Self {
            messages_lost: some(60),
            messages_doubled: some(60),
            messages_late: some(60),
            streams_broken: some(10),
            statements_lost: some(60),
            answers_lost: some(60),
            statements_slow: some(100),
            process_crash: some(40),
            guardian_crash: some(20),
            machine_crash: some(20),
            freeze: some(20),
            link_cut: some(30),
            database_cut: some(20),
            outage: some(20),
            lost_writes: 0,
            hang_up: 10 + some(30),
            hand_over: some(30),
            clean_stop: some(20),
            beyond: 0,
            fault_pause: 0,
            drift: 0,
            leaver: false,
        };
        profile.fault_pause = 400 + rng.u64(..4_000);
        profile.leaver = rng.u32(..4) == 0;
        profile.drift = if rng.bool() { 50 } else { 0 };
        if rng.u32(..10) == 0 {
            profile.lost_writes = 10;
        }
        if rng.u32(..8) == 0 {
            profile.beyond = rng.u32(..500);
        }
        profile
    }
}
