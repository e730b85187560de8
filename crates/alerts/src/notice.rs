//! What an operator is told, and how it is written: as JSON, as a subject and as a text. Pure.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::open::Key;

/// The name of the notice that is sent only to see whether notices arrive.
pub const TEST: &str = "Test";

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When it began, or was over.
    pub at: SystemTime,
    /// Where, and what.
    pub key: Key,
    /// A sentence for people.
    pub text: String,
    /// Whether it began or is over.
    pub state: State,
}

/// Whether something began or is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It holds from now on.
    Raised,
    /// It does not hold any more.
    Over {
        /// Since when it held.
        since: SystemTime,
    },
    /// It happened, and does not hold: there is nothing that could be over.
    Happened,
}

/// The JSON that a webhook gets.
#[derive(Serialize)]
struct Json<'a> {
    when: String,
    node: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    text: &'a str,
}

impl Notice {
    /// A notice that says only that notices arrive.
    pub fn test(node: &str, at: SystemTime) -> Self {
        let text = "This is a test. Nothing has happened.".to_owned();
        Self { at, key: Key::new(node, TEST), text, state: State::Raised }
    }

    /// Since when it holds, or held.
    pub fn since(&self) -> SystemTime {
        match self.state {
            State::Raised | State::Happened => self.at,
            State::Over { since } => since,
        }
    }

    /// `raised`, `over` or `happened`.
    pub fn state_name(&self) -> &'static str {
        match self.state {
            State::Raised => "raised",
            State::Over { .. } => "over",
            State::Happened => "happened",
        }
    }

    /// As one JSON object: `when`, `node`, `name`, `subject` if it has one, `state` (`raised`, `over` or `happened`), for `over` also
    /// `since`, and `text`. Times are RFC 3339 in UTC with milliseconds.
    ///
    /// # Errors
    /// None that can be named: every field is text.
    pub fn json(&self) -> serde_json::Result<String> {
        let since = match self.state {
            State::Raised | State::Happened => None,
            State::Over { since } => Some(stamp(since)),
        };
        serde_json::to_string(&Json {
            when: stamp(self.at),
            node: &self.key.node,
            name: &self.key.name,
            subject: self.key.subject.as_deref(),
            state: self.state_name(),
            since,
            text: &self.text,
        })
    }

    /// The subject of an e-mail, on one line.
    pub fn mail_subject(&self) -> String {
        let over = if matches!(self.state, State::Over { .. }) { " is over" } else { "" };
        one_line(&format!("[everpresent] {}: {}{over}", self.key.node, self.key.title()))
    }

    /// The text of an e-mail.
    pub fn mail_text(&self) -> String {
        let mut text = format!("{}\n\n", one_line(&self.text));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "alert: {}", one_line(&self.key.title()));
        let _ = writeln!(text, "node:  {}", one_line(&self.key.node));
        let _ = writeln!(text, "state: {}", self.state_name());
        let _ = writeln!(text, "when:  {}", stamp(self.at));
        if let State::Over { since } = self.state {
            let held = self.at.duration_since(since).unwrap_or_default();
            let _ = writeln!(text, "since: {}, for {}", stamp(since), length(held));
        }
        text
    }

    /// The Message-ID of the e-mail about it (RFC 5322 §3.6.4). A notice that is sent twice has the same; what is over
    /// answers to the one with which it began.
    pub fn message_id(&self, domain: &str) -> String {
        self.id(self.state_name(), domain)
    }

    /// The Message-ID of the e-mail with which it began.
    pub fn raised_message_id(&self, domain: &str) -> String {
        self.id("raised", domain)
    }

    fn id(&self, state: &str, domain: &str) -> String {
        let milliseconds =
            self.since().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
        let subject = self.key.subject.as_deref().unwrap_or_default();
        let words = [&self.key.node, &self.key.name, subject].map(atom).join("-");
        format!("<{words}-{milliseconds}-{state}@{domain}>")
    }
}

/// A point of civil time as RFC 3339 writes it, in UTC; nothing useful beyond the year 9999.
pub fn stamp(at: SystemTime) -> String {
    jiff::Timestamp::try_from(at).map_or_else(|_| "unknown".to_owned(), |at| format!("{at:.3}"))
}

/// A length of time in its two largest units.
fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// Without line ends and other control characters, which could begin a header of their own.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Only what may stand in a dot-atom (RFC 5322 §3.2.3).
fn atom(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(1_620_874_128_244 + seconds * 1000)
    }

    fn over() -> Notice {
        Notice {
            at: at(192),
            key: Key::new("imp1", "SRMFailover"),
            text: "The partner serves its own users again.".into(),
            state: State::Over { since: at(0) },
        }
    }

    #[test]
    fn json_says_when_where_what_and_since_when_it_held() {
        let raised = Notice {
            at: at(0),
            key: Key::new("imp1", "ServiceDown").about("router"),
            text: "\"router\"\nis down".into(),
            state: State::Raised,
        };
        assert_eq!(
            raised.json().unwrap(),
            r#"{"when":"2021-05-13T02:48:48.244Z","node":"imp1","name":"ServiceDown","subject":"router","state":"raised","text":"\"router\"\nis down"}"#
        );
        assert_eq!(
            over().json().unwrap(),
            r#"{"when":"2021-05-13T02:52:00.244Z","node":"imp1","name":"SRMFailover","state":"over","since":"2021-05-13T02:48:48.244Z","text":"The partner serves its own users again."}"#
        );
    }

    #[test]
    fn an_email_says_the_same_in_words() {
        assert_eq!(over().mail_subject(), "[everpresent] imp1: SRMFailover is over");
        assert_eq!(
            over().mail_text(),
            "The partner serves its own users again.\n\nalert: SRMFailover\nnode:  imp1\nstate: over\n\
             when:  2021-05-13T02:52:00.244Z\nsince: 2021-05-13T02:48:48.244Z, for 3 min 12 s\n"
        );
    }

    #[test]
    fn no_text_begins_a_header_of_its_own() {
        let key = Key::new("imp1", "X\r\nBcc: mallory@example.org").about("a\nb");
        let notice = Notice { key, state: State::Raised, ..over() };
        assert_eq!(notice.mail_subject(), "[everpresent] imp1: X  Bcc: mallory@example.org (a b)");
        assert!(!notice.message_id("example.org").contains(['\r', '\n', ' ', ':']));
    }

    #[test]
    fn what_only_happened_is_told_as_that() {
        let notice = Notice { at: at(0), state: State::Happened, ..over() };
        assert_eq!(notice.mail_subject(), "[everpresent] imp1: SRMFailover");
        assert!(notice.json().unwrap().contains(r#""state":"happened","text""#));
        assert_eq!(notice.since(), at(0));
    }

    #[test]
    fn what_is_over_answers_to_what_began() {
        let raised = Notice { at: at(0), state: State::Raised, ..over() };
        assert_eq!(raised.message_id("example.org"), over().raised_message_id("example.org"));
        assert_ne!(raised.message_id("example.org"), over().message_id("example.org"));
        let next = Notice { at: at(500), ..raised.clone() };
        assert_ne!(raised.message_id("example.org"), next.message_id("example.org"));
    }

    #[test]
    fn lengths_are_told_in_two_units() {
        let told = [59, 61, 3600, 90_061].map(|seconds| length(Duration::from_secs(seconds)));
        assert_eq!(told, ["59 s", "1 min 1 s", "1 h 0 min", "1 d 1 h"]);
    }
}
