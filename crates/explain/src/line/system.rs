//! The system log of the machine below: shutdown, boot, faults of programs.
//!
//! `MONTH DAY TIME HOST [FACILITY SEVERITY :] PROGRAM[PID]: text`, as Linux writes it. All that is known of the lines is read
//! by who wrote them and how they begin.

use super::Read;
use crate::event::{self, What};
use crate::stamp;

/// Reads a line of syslog.
pub(super) fn read(text: &str) -> Option<Read> {
    let text = without_priority(text);
    let mut rest = text;
    let (month, day, time) = (word(&mut rest)?, word(&mut rest)?, word(&mut rest)?);
    let at = stamp::syslog(month, day, time)?;
    let host = event::name(word(&mut rest)?);
    let (program, message) = program_of(rest)?;
    Some(match what(program, message, host) {
        Some(what) => Read::Event(at, what),
        None => {
            Read::Unknown(format!("system log: {}", program.chars().map(event::safe).collect::<String>()))
        }
    })
}

fn what(program: &str, message: &str, node: Option<String>) -> Option<What> {
    // The kernel may begin with its own clock.
    let bare =
        message.strip_prefix('[').and_then(|rest| rest.split_once("] ")).map_or(message, |(_, rest)| rest);
    match program {
        "kernel" if bare.starts_with("Linux version ") => Some(What::Boot { node }),
        "kernel" => {
            let (program, _) = bare.split_once(" segfault at ")?;
            let program = event::name(program.split('[').next()?)?;
            Some(What::CoreDump { program, node })
        }
        "shutdown" if message.starts_with("shutting down") => Some(What::Shutdown { node }),
        "init" if ["Switching to runlevel: 6", "Switching to runlevel: 0"].contains(&message) => {
            Some(What::Shutdown { node })
        }
        "systemd"
            if ["Reached target Reboot", "Reached target Power-Off", "Reached target Shutdown"]
                .iter()
                .any(|start| message.starts_with(start)) =>
        {
            Some(What::Shutdown { node })
        }
        _ => None,
    }
}

/// Program and text behind a syslog header; facility and severity may stand in between, as Cisco writes them.
fn program_of(rest: &str) -> Option<(&str, &str)> {
    let mut after = rest.trim_start();
    let (_facility, severity) = (word(&mut after)?, word(&mut after));
    let written_out =
        severity.is_some_and(|text| text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_digit()));
    let rest = if written_out { after.trim_start().trim_start_matches(':') } else { rest };
    let (program, message) = rest.trim_start().split_once(':')?;
    let program = program.split('[').next().unwrap_or(program);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    if program.is_empty() || !program.bytes().all(plain) { None } else { Some((program, message.trim())) }
}

/// The next word, which is taken off.
fn word<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let text = rest.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, after) = text.split_at_checked(end)?;
    *rest = after;
    if word.is_empty() { None } else { Some(word) }
}

/// A line without the `<189>` that syslog puts before it on the wire.
pub(super) fn without_priority(text: &str) -> &str {
    text.strip_prefix('<')
        .and_then(|rest| rest.split_once('>'))
        .filter(|(number, _)| number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Option<What> {
        match read(text) {
            Some(Read::Event(_, what)) => Some(what),
            _ => None,
        }
    }

    #[test]
    fn shutdowns_boots_and_faults_are_read_with_and_without_facility() {
        let node = || Some("imp1".to_owned());
        for header in ["May 13 02:46:58 imp1 ", "<13>May 13 02:46:58 imp1 ", "May 13 02:46:58 imp1 user 6 : "]
        {
            let line = |rest: &str| event(&format!("{header}{rest}"));
            assert_eq!(
                line("shutdown[123]: shutting down for system reboot"),
                Some(What::Shutdown { node: node() })
            );
            assert_eq!(
                line("kernel: [    0.000000] Linux version 2.6.32"),
                Some(What::Boot { node: node() })
            );
            let program = "jabberd".to_owned();
            let dump = What::CoreDump { program, node: node() };
            assert_eq!(line("kernel: jabberd[411] segfault at 0 ip 0"), Some(dump));
        }
    }

    #[test]
    fn a_message_about_a_shutdown_is_none() {
        assert_eq!(event("May 13 02:46:58 imp1 sshd[1]: shutting down for system reboot"), None);
        assert_eq!(event("May 13 02:46:58 imp1 user 6 : mail: kernel: Linux version 2"), None);
    }
}
