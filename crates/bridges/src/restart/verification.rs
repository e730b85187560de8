//! Whether a restart took place: from what the log shows and what the port did. Pure.

use everpresent_audit::Event;
use everpresent_audit::line::WebBridgeStats;

use super::port::Seen;

/// A count at or below it is near nothing: a few guests may be back before the first line.
pub(super) const NEAR_NOTHING: u32 = 5;

/// So many counts that go on as before show that there was no restart. One could have been on its way already.
const CONVINCING_COUNTS: usize = 2;

/// What has been seen of one restart.
#[derive(Debug, Clone, Default)]
pub(super) struct Verification {
    before: Option<WebBridgeStats>,
    after: Option<WebBridgeStats>,
    /// Counts that came after the command was sent. The first may have been written before it.
    counts: usize,
    reset: Option<&'static str>,
    command_granted: bool,
    command_denied: bool,
}

/// What follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Conclusion {
    /// It took place; why we know.
    Restarted(String),
    /// Nobody can say; what is missing.
    NotVerified(String),
    /// It did not, or the bridge did not come back; what shows that.
    Failed(String),
}

impl Verification {
    /// A restart about to be made, and the last count before it.
    pub(super) fn new(before: Option<WebBridgeStats>) -> Self {
        Self { before, ..Self::default() }
    }

    /// Takes what the log said after the command was sent.
    pub(super) fn observe(&mut self, event: &Event) {
        match event {
            Event::WebBridge(stats) => {
                self.after = Some(*stats);
                self.counts += 1;
                self.reset = self.reset.or_else(|| self.shows_reset(stats));
            }
            Event::Command(command) if command.command == "webbridge restart" => {
                self.command_granted |= command.granted;
                self.command_denied |= !command.granted;
            }
            Event::CallBridge(_) | Event::Command(_) => {}
        }
    }

    /// Whether nothing more needs to be seen.
    pub(super) fn is_complete(&self, port: Seen) -> bool {
        self.reset.is_some() && (port.closed || self.command_granted)
    }

    /// What follows at the deadline, or when it is complete.
    pub(super) fn conclude(&self, port: Seen) -> Conclusion {
        let witness = match (port.closed, self.command_granted) {
            (true, true) => Some("its port was closed, and its shell logged the command"),
            (true, false) => Some("its port was closed"),
            (false, true) => Some("its shell logged the command"),
            (false, false) => None,
        };
        match (self.reset, witness, self.after) {
            (Some(reset), Some(witness), _) => Conclusion::Restarted(format!("{reset}; {witness}")),
            (Some(reset), None, _) => Conclusion::NotVerified(format!(
                "{reset}, but its port was not seen closed and no line shows the command"
            )),
            _ if self.command_denied && !self.command_granted => {
                Conclusion::Failed("its shell logged that the command was denied".to_owned())
            }
            (None, _, _) if port.open_before && !port.open_now => {
                Conclusion::Failed("it did not come back: its port is closed".to_owned())
            }
            (None, _, Some(after)) if self.counts >= CONVINCING_COUNTS => {
                Conclusion::Failed(match self.before {
                    Some(before) => format!(
                        "its count shows no restart: Stats {}, c:{}, d:{} before, and {}, c:{}, d:{} after",
                        before.sessions, before.c, before.d, after.sessions, after.c, after.d
                    ),
                    None => format!("its count is {}, which no restart leaves", after.sessions),
                })
            }
            (None, Some(witness), _) => {
                Conclusion::NotVerified(format!("{witness}, but no Stats line came that shows it"))
            }
            (None, None, _) => Conclusion::NotVerified("no Stats line came that shows it".to_owned()),
        }
    }

    /// A figure that only grows has fallen, or the count has fallen to near nothing. A count that was near nothing before
    /// shows nothing by being so afterwards.
    fn shows_reset(&self, after: &WebBridgeStats) -> Option<&'static str> {
        match self.before {
            Some(before) if after.c < before.c || after.d < before.d => Some("its count began anew"),
            Some(before) if before.sessions > NEAR_NOTHING && after.sessions <= NEAR_NOTHING => {
                Some("its count fell to near nothing")
            }
            None if after.sessions <= NEAR_NOTHING => Some("its count is near nothing"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use everpresent_audit::line::CliCommand;

    use super::*;

    const CLOSED: Seen = Seen { open_before: true, closed: true, open_now: true };
    const OPEN: Seen = Seen { open_before: true, closed: false, open_now: true };

    fn stats(sessions: u32, c: u64, d: u64) -> WebBridgeStats {
        WebBridgeStats { sessions, c, d }
    }

    fn command(command: &str, granted: bool) -> Event {
        let (user, from) = ("admin".to_owned(), "192.0.2.9:50000".to_owned());
        Event::Command(CliCommand { user, from, command: command.to_owned(), granted })
    }

    /// A full bridge, and what came after the command.
    fn conclude(events: &[Event], port: Seen) -> Conclusion {
        let mut verification = Verification::new(Some(stats(149, 3477, 3170)));
        events.iter().for_each(|event| verification.observe(event));
        assert!(
            !verification.is_complete(port)
                || matches!(verification.conclude(port), Conclusion::Restarted(_))
        );
        verification.conclude(port)
    }

    #[test]
    fn a_reset_and_a_closed_port_or_the_line_of_the_command_are_success() {
        let reset = Event::WebBridge(stats(0, 3, 3));
        for (events, port) in [
            (vec![reset.clone()], CLOSED),
            (vec![command("webbridge restart", true), reset.clone()], OPEN),
            (vec![reset, command("webbridge restart", true)], OPEN),
            (vec![Event::WebBridge(stats(12, 20, 8))], CLOSED),
            (vec![Event::WebBridge(stats(2, 3480, 3478))], CLOSED),
        ] {
            assert!(matches!(conclude(&events, port), Conclusion::Restarted(_)), "{events:?}");
        }
    }

    #[test]
    fn anything_less_is_not_verified() {
        let reset = Event::WebBridge(stats(0, 3, 3));
        for (events, port) in [
            (vec![reset.clone()], OPEN),
            (vec![reset, command("webbridge disable", true)], OPEN),
            (vec![], CLOSED),
            (vec![command("webbridge restart", true)], OPEN),
            (vec![], OPEN),
            (vec![], Seen::default()),
            // Written before the command, read after it.
            (vec![Event::WebBridge(stats(149, 3477, 3170))], CLOSED),
        ] {
            assert!(matches!(conclude(&events, port), Conclusion::NotVerified(_)), "{events:?}");
        }
    }

    #[test]
    fn a_count_that_goes_on_is_a_failure_whatever_the_port_did() {
        let goes_on = [Event::WebBridge(stats(149, 3478, 3170)), Event::WebBridge(stats(149, 3479, 3170))];
        let Conclusion::Failed(why) = conclude(&goes_on, CLOSED) else { panic!("no failure") };
        assert!(why.contains("Stats 149, c:3477, d:3170 before, and 149, c:3479, d:3170 after"), "{why}");
    }

    #[test]
    fn a_line_from_before_the_restart_does_not_hide_the_one_after_it() {
        let events = [Event::WebBridge(stats(149, 3477, 3170)), Event::WebBridge(stats(1, 1, 0))];
        assert!(matches!(conclude(&events, CLOSED), Conclusion::Restarted(_)));
    }

    #[test]
    fn a_bridge_that_does_not_come_back_and_a_denied_command_are_failures() {
        let gone = Seen { open_before: true, closed: true, open_now: false };
        for events in [vec![], vec![Event::WebBridge(stats(149, 3477, 3170))]] {
            let Conclusion::Failed(why) = conclude(&events, gone) else { panic!("no failure") };
            assert!(why.contains("did not come back"), "{why}");
        }
        let denied = conclude(&[command("webbridge restart", false)], OPEN);
        assert_eq!(denied, Conclusion::Failed("its shell logged that the command was denied".into()));
    }

    #[test]
    fn a_small_count_before_is_no_reset_afterwards() {
        let mut verification = Verification::new(Some(stats(2, 100, 98)));
        verification.observe(&Event::WebBridge(stats(1, 101, 100)));
        assert!(!verification.is_complete(CLOSED));
        verification.observe(&Event::WebBridge(stats(1, 1, 0)));
        assert!(verification.is_complete(CLOSED));
    }
}
