//! Stories about e-mail.

use std::io::Write as _;
use std::net::TcpListener;
use std::time::Duration;

use everpresent_alerts::settings::{Relay, Security};
use everpresent_alerts::{Channel, ChannelError, Deliverer, Notice, Options, Settings, State};

use crate::pki::Authority;
use crate::smtp::{Manners, SmtpRelay};
use crate::{SOON, at, channel, failover, next, raised, tries};

/// A relay of an authority of its own, and settings that trust it.
fn secure(security: Security) -> (SmtpRelay, Settings, Authority) {
    let authority = Authority::new();
    let relay = SmtpRelay::start(Manners { security, tls: Some(authority.server()), ..Manners::plain() });
    let settings = Settings { ca_file: Some(authority.file()), ..relay.settings() };
    (relay, settings, authority)
}

/// What the relay was told until now.
fn commands(relay: &SmtpRelay) -> Vec<String> {
    relay.commands.try_iter().collect()
}

#[test]
fn a_notice_goes_out_after_starttls_and_sign_in() {
    let (relay, mut settings, authority) = secure(Security::StartTls);
    let password = authority.file().with_file_name("password");
    std::fs::write(&password, "pass\n").unwrap();
    settings.mail.as_mut().unwrap().login = Some(("user".into(), password));
    assert_eq!(channel(&settings).send(&raised(failover()), SOON), Ok(()));
    let told = commands(&relay);
    // RFC 4616: base64 of NUL user NUL pass.
    assert_eq!(
        told[..4],
        ["EHLO example.org", "STARTTLS", "tls EHLO example.org", "tls AUTH PLAIN AHVzZXIAcGFzcw=="]
    );
    assert!(told[4..].iter().all(|line| line.starts_with("tls ")), "{told:?}");
    let mail = next(&relay.taken);
    assert_eq!(mail.to, ["ops@example.org"]);
    for line in [
        "From: Everpresent <alerts@example.org>",
        "To: ops@example.org",
        "Subject: [everpresent] imp1: SRMFailover",
        "Date: Fri, 15 Jan 2027 08:00:00 +0000",
        "Message-ID: <imp1-SRMFailover--1800000000000-raised@example.org>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Auto-Submitted: auto-generated",
        "This node serves its partner's users.",
        "when:  2027-01-15T08:00:00.000Z",
    ] {
        assert!(mail.text.lines().any(|found| found == line), "{line} is not in\n{}", mail.text);
    }
}

#[test]
fn what_is_over_is_a_reply_to_what_began() {
    let relay = SmtpRelay::start(Manners::plain());
    let over = Notice { at: at(192), state: State::Over { since: at(0) }, ..raised(failover()) };
    assert_eq!(channel(&relay.settings()).send(&over, SOON), Ok(()));
    let text = next(&relay.taken).text;
    assert!(text.contains("Subject: [everpresent] imp1: SRMFailover is over\n"), "{text}");
    assert!(text.contains("In-Reply-To: <imp1-SRMFailover--1800000000000-raised@example.org>\n"), "{text}");
    assert!(text.contains("since: 2027-01-15T08:00:00.000Z, for 3 min 12 s\n"), "{text}");
}

#[test]
fn a_relay_with_tls_from_the_first_byte_takes_it_and_one_of_a_strange_authority_gets_nothing() {
    let (relay, settings, _authority) = secure(Security::Tls);
    assert_eq!(channel(&settings).send(&raised(failover()), SOON), Ok(()));
    assert!(commands(&relay).iter().all(|line| line.starts_with("tls ")));
    next(&relay.taken);
    for security in [Security::Tls, Security::StartTls] {
        let ((relay, settings, _), another) = (secure(security), Authority::new());
        let settings = Settings { ca_file: Some(another.file()), ..settings };
        let why = channel(&settings).send(&raised(failover()), SOON).unwrap_err();
        assert!(why.contains("certificate"), "{why}");
        assert!(relay.taken.try_recv().is_err());
    }
}

#[test]
fn a_relay_without_starttls_gets_nothing() {
    let relay = SmtpRelay::start(Manners::plain());
    let mut settings = relay.settings();
    settings.mail.as_mut().unwrap().security = Security::StartTls;
    settings.ca_file = None;
    let authority = Authority::new();
    let settings = Settings { ca_file: Some(authority.file()), ..settings };
    let why = channel(&settings).send(&raised(failover()), SOON).unwrap_err();
    assert!(why.contains("STARTTLS is not supported"), "{why}");
    assert_eq!(commands(&relay), ["EHLO example.org"]);
}

#[test]
fn a_recipient_who_is_refused_does_not_cost_the_others_their_notice() {
    let relay = SmtpRelay::start(Manners::refusing(&[("gone@", "550 5.1.1 no such user")]));
    let mut settings = relay.settings();
    let to = ["first@example.org", "gone@example.org", "last@example.org"];
    settings.mail.as_mut().unwrap().to = to.map(|to| to.parse().unwrap()).into();
    let why = channel(&settings).send(&raised(failover()), SOON).unwrap_err();
    assert!(why.contains("gone@example.org does not get it") && why.contains("no such user"), "{why}");
    assert!(!why.contains("first@"), "{why}");
    assert_eq!([next(&relay.taken).to, next(&relay.taken).to], [["first@example.org"], ["last@example.org"]]);
}

#[test]
fn whom_the_relay_puts_off_gets_it_later_and_the_others_once() {
    let relay = SmtpRelay::start(Manners::refusing(&[("last@", "451 4.7.1 try again")]));
    let mut settings = relay.settings();
    let to = ["first@example.org", "last@example.org"];
    settings.mail.as_mut().unwrap().to = to.map(|to| to.parse().unwrap()).into();
    let options = Options { patience: tries(2), ..Options::default() };
    let deliverer = Deliverer::start(vec![channel(&settings)], options).unwrap();
    deliverer.raise(&failover(), at(0), "began");
    let taken = [next(&relay.taken), next(&relay.taken)];
    assert_eq!(taken.map(|mail| mail.to), [["first@example.org"], ["last@example.org"]]);
    assert!(deliverer.finish(SOON));
    assert!(relay.taken.try_recv().is_err());
}

#[test]
fn a_relay_that_answers_byte_by_byte_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Each byte would begin the wait for the next anew.
        while stream.write_all(b"2").is_ok() {
            // waits: a slow peer is slow by the clock
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let mut settings = SmtpRelay::start(Manners::plain()).settings();
    settings.mail.as_mut().unwrap().relay = Relay { host: "127.0.0.1".into(), port };
    let why = channel(&settings).send(&raised(failover()), Duration::from_millis(300)).unwrap_err();
    assert_eq!(why, "no answer within 0.3 s");
}

#[test]
fn mail_does_not_cross_a_network_in_clear() {
    let mut settings = SmtpRelay::start(Manners::plain()).settings();
    settings.mail.as_mut().unwrap().relay = Relay { host: "192.0.2.1".into(), port: 25 };
    let refused = Channel::all(&settings).unwrap_err();
    assert!(matches!(refused, ChannelError::InClear(_)), "{refused}");
}
