//! What follows from the end of a child.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use rustix::process::Signal;

use crate::failure::Exit;

/// How a child ended, and what was known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Death {
    pub(super) status: ExitStatus,
    /// Whether it had been told to stop.
    pub(super) ordered: bool,
    /// Whether it ever took clients.
    pub(super) ready: bool,
    /// Whether any child of this guardian ever did.
    pub(super) any_ready: bool,
}

/// What the guardian does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another child is due.
    Again,
    /// The guardian ends too, with this code.
    End(u8),
    /// It was told to stop, but something else killed it first.
    Killed(i32),
}

impl Death {
    /// - It stopped as it was told, or somebody told it directly: that is what was wanted.
    /// - It refused to start: the configuration is wrong, or no child ever started. Another attempt would fail alike,
    ///   and who started the guardian waits for an answer.
    /// - Anything else is a crash.
    pub(super) fn verdict(self) -> Verdict {
        match self.status.code().map(|code| u8::try_from(code).unwrap_or(Exit::Failed as u8)) {
            Some(code) if code == 0 || self.ordered => Verdict::End(code),
            Some(code) if !self.ready && (code == Exit::Config as u8 || !self.any_ready) => {
                Verdict::End(code)
            }
            None if self.ordered => self.killed(),
            _ => Verdict::Again,
        }
    }

    fn killed(self) -> Verdict {
        let signal = self.status.signal().unwrap_or_default();
        // So early that it did not listen to orders yet: nothing was begun that had to be ended.
        let by_the_order = [Signal::TERM, Signal::INT].iter().any(|order| order.as_raw() == signal);
        if by_the_order { Verdict::End(0) } else { Verdict::Killed(signal) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served() -> Death {
        Death { status: code(0), ordered: false, ready: true, any_ready: true }
    }

    fn code(code: i32) -> ExitStatus {
        ExitStatus::from_raw(code << 8)
    }

    fn killed(signal: Signal) -> ExitStatus {
        ExitStatus::from_raw(signal.as_raw())
    }

    #[test]
    fn what_stops_as_it_was_told_is_not_started_again() {
        let told = Death { ordered: true, ..served() };
        assert_eq!(told.verdict(), Verdict::End(0));
        assert_eq!(Death { status: code(1), ..told }.verdict(), Verdict::End(1));
        assert_eq!(Death { status: killed(Signal::TERM), ready: false, ..told }.verdict(), Verdict::End(0));
        assert_eq!(Death { status: killed(Signal::KILL), ..told }.verdict(), Verdict::Killed(9));
        assert_eq!(served().verdict(), Verdict::End(0), "somebody told the server itself");
    }

    #[test]
    fn a_crash_is_followed_by_another_child() {
        for status in [killed(Signal::KILL), killed(Signal::SEGV), killed(Signal::TERM), code(1), code(101)] {
            assert_eq!(Death { status, ..served() }.verdict(), Verdict::Again, "{status}");
        }
        let starting = Death { ready: false, any_ready: false, ..served() };
        assert_eq!(Death { status: killed(Signal::ABORT), ..starting }.verdict(), Verdict::Again);
    }

    #[test]
    fn what_refuses_to_start_is_not_started_again() {
        let starting = Death { status: code(1), ready: false, any_ready: false, ..served() };
        assert_eq!(starting.verdict(), Verdict::End(1));
        // After a crash the same may be a database that is restarting.
        assert_eq!(Death { any_ready: true, ..starting }.verdict(), Verdict::Again);
        // But a configuration does not mend itself.
        assert_eq!(Death { status: code(78), any_ready: true, ..starting }.verdict(), Verdict::End(78));
    }
}
