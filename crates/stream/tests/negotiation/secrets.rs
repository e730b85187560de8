//! What a sign-in gives away: nothing about whether a user exists.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use everpresent_stanza::StreamCondition;
use everpresent_stream::FailureReason;
use everpresent_stream::negotiation::MAX_SIGN_IN_FAILURES;

use super::house::*;

/// All that a client sees of a failed sign-in, with its nonces cut out.
fn seen(house: &mut House, who: &Password<'_>) -> (Vec<String>, FailureReason) {
    let mut visit = house.visit(tls());
    visit.take();
    let hash = everpresent_stream::ScramHash::Sha256;
    let mut seen = Vec::new();
    if who.mechanism == "PLAIN" {
        seen.push(String::from(&who.classic(&mut visit)));
    } else {
        let (client, first) = everpresent_stream::scram::client::ClientExchange::new(
            hash,
            who.user,
            who.password,
            &who.binding,
            "nonce",
        );
        visit.say(&authenticate(who.mechanism, &STANDARD.encode(first), ""));
        let challenge = STANDARD.decode(visit.take().text()).unwrap();
        let text = String::from_utf8(challenge.clone()).unwrap();
        seen.extend(text.split(',').map(|attribute| match attribute.split_once('=').unwrap() {
            ("r", nonce) => format!("r of {}", nonce.len()),
            ("s", salt) => format!("s of {}", STANDARD.decode(salt).unwrap().len()),
            _ => attribute.to_owned(),
        }));
        let (last, _) = client.respond(&challenge, None).unwrap();
        visit.say(&format!("<response xmlns='urn:xmpp:sasl:2'>{}</response>", STANDARD.encode(last)));
        seen.push(String::from(&visit.take()));
    }
    (seen, visit.failures[0].1)
}

#[test]
fn an_unknown_user_looks_like_a_wrong_password() {
    let mut house = House::new();
    for mechanism in ["SCRAM-SHA-256", "PLAIN"] {
        let wrong = seen(&mut house, &Password { mechanism, password: "pen", ..alice() });
        let unknown = seen(&mut house, &Password { mechanism, user: "carol", ..alice() });
        assert_eq!(wrong, unknown);
        assert!(wrong.0.last().unwrap().contains("not-authorized"));
        assert_eq!(wrong.1, FailureReason::Credentials);
    }
}

/// The salt that a challenge shows for this user.
fn salt(house: &mut House, user: &str, mechanism: &str) -> String {
    let mut visit = house.visit(tls());
    visit.take();
    visit.say(&authenticate(mechanism, &STANDARD.encode(format!("n,,n={user},r=nonce")), ""));
    let challenge = String::from_utf8(STANDARD.decode(visit.take().text()).unwrap()).unwrap();
    challenge.split(',').find(|attribute| attribute.starts_with("s=")).unwrap().to_owned()
}

#[test]
fn an_unknown_user_always_has_the_same_salt_on_every_node() {
    let mut house = House::new();
    let first = salt(&mut house, "carol", "SCRAM-SHA-256");
    assert_eq!(salt(&mut house, "carol", "SCRAM-SHA-256"), first);
    assert_eq!(salt(&mut house, "CAROL", "SCRAM-SHA-256"), first, "the same address");
    assert_eq!(salt(&mut house, "carol", "SCRAM-SHA-1"), first, "as with real users");
    assert_eq!(salt(&mut House::new(), "carol", "SCRAM-SHA-256"), first, "the partner node");
    assert_ne!(salt(&mut house, "dave", "SCRAM-SHA-256"), first);
}

#[test]
fn the_password_of_a_fake_is_no_password() {
    // Were the empty or any other password derived into the fake keys, an unknown user could sign in.
    let mut house = House::new();
    for password in ["pencil", "carol", "\u{ad}x", "x"] {
        let (seen, _) = seen(&mut house, &Password { user: "carol", password, ..alice() });
        assert!(seen.last().unwrap().contains("not-authorized"));
    }
}

#[test]
fn attempts_are_counted_and_limited() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    for attempt in 1..=MAX_SIGN_IN_FAILURES {
        assert_eq!(visit.closed, None, "attempt {attempt}");
        let failure = Password { password: "guess", ..alice() }.classic(&mut visit);
        assert_eq!(condition(&failure), "not-authorized");
        let user = visit.failures.last().unwrap().0.clone();
        assert_eq!(user.unwrap().as_str(), "alice@example.org", "for throttling by account");
    }
    assert_eq!(visit.closed, Some(Some(StreamCondition::PolicyViolation)));
}

#[test]
fn a_second_attempt_may_succeed() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    Password { password: "pen", ..alice() }.inline(&mut visit, "");
    assert_eq!(alice().inline(&mut visit, "").name(), "success");
}

#[test]
fn when_nothing_can_be_looked_up_the_client_is_told_to_come_back() {
    let mut house = House::new();
    house.unavailable = true;
    let mut visit = house.visit(tls());
    visit.take();
    assert_eq!(condition(&alice().classic(&mut visit)), "temporary-auth-failure");
    assert_eq!(visit.failures[0].1, FailureReason::Unavailable);
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let mut house = House::new();
    let mut visit = house.visit(tls());
    visit.take();
    let message = STANDARD.encode("\0alice\0pencil");
    let input = everpresent_stream::Input::Element(xml(&authenticate("PLAIN", &message, "")));
    let mut shown = format!("{input:?} {:?} {:?}", visit.house.accounts, visit.house.offer);
    visit.negotiation.handle(visit.house.now, input);
    visit.negotiation.poll_output();
    let found = visit.house.accounts.values().next().cloned().map(Box::new);
    visit.negotiation.handle(visit.house.now, everpresent_stream::Input::Credentials(found));
    shown.push_str(&format!("{:?}", visit.negotiation));
    shown.push_str(&format!("{:?}", visit.negotiation.poll_output()));
    assert!(shown.contains("Output(verify password)"), "{shown}");
    for secret in ["pencil", message.as_str(), "stored_key", "server_key", "secret"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}
