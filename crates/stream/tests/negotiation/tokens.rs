//! One-time sign-in tokens (XEP-0484) through their life.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use everpresent_session::row::TokenSlot;
use everpresent_stanza::Element;
use everpresent_stream::fast::client_message;
use everpresent_stream::{Channel, FailureReason};

use super::house::*;

const AGENT: &str = "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'/>";
const OTHER_AGENT: &str = "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87771'/>";
const REQUEST: &str = "<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-EXPR'/>";
const USE: &str = "<fast xmlns='urn:xmpp:fast:0'/>";
const DAY_MILLISECONDS: i64 = 24 * 60 * 60 * 1000;

fn token_in(success: &Element) -> Option<String> {
    Some(success.get_child("token", "urn:xmpp:fast:0")?.attr("token")?.to_owned())
}

/// Alice signs in with her password and gets a token.
fn token_for_alice(house: &mut House) -> String {
    let mut visit = house.visit(tls());
    visit.take();
    token_in(&alice().inline(&mut visit, &format!("{AGENT}{REQUEST}"))).unwrap()
}

/// A sign-in with a token: what the client is answered, checked to come from who has the token too.
fn use_token(house: &mut House, token: &str, inline: &str) -> Result<Element, (String, FailureReason)> {
    use_as(house, "HT-SHA-256-EXPR", &[0xe; 32], "alice", token, inline)
}

fn use_as(
    house: &mut House,
    mechanism: &str,
    binding: &[u8],
    user: &str,
    token: &str,
    inline: &str,
) -> Result<Element, (String, FailureReason)> {
    let mut visit = house.visit(tls());
    visit.take();
    let (message, expected) = client_message(token, user, binding);
    visit.say(&authenticate(mechanism, &STANDARD.encode(message), inline));
    let answer = visit.take();
    if answer.name() == "failure" {
        return Err((condition(&answer), visit.failures[0].1));
    }
    let data = answer.get_child("additional-data", "urn:xmpp:sasl:2").unwrap().text();
    assert_eq!(STANDARD.decode(data).unwrap(), expected, "the server has the token too");
    Ok(answer)
}

fn refused(reason: FailureReason) -> Result<Element, (String, FailureReason)> {
    Err((reason.condition().to_owned(), reason))
}

fn with_agent(inline: &str) -> String {
    format!("{AGENT}{inline}")
}

#[test]
fn a_token_signs_in_again_and_again() {
    let mut house = House::new();
    let token = token_for_alice(&mut house);
    assert_eq!(house.tokens[0].slot, TokenSlot::New);
    assert_eq!(house.tokens[0].secret, token.as_bytes());
    for _ in 0..3 {
        let success = use_token(&mut house, &token, &with_agent(USE)).unwrap();
        assert_eq!(token_in(&success), None, "nothing is due yet");
        let slots: Vec<TokenSlot> = house.tokens.iter().map(|token| token.slot).collect();
        assert_eq!(slots, [TokenSlot::Current]);
    }
}

#[test]
fn one_round_trip_brings_a_lost_session_back() {
    let mut house = House::new();
    let token = token_for_alice(&mut house);
    let resume = format!("{AGENT}{USE}<resume xmlns='urn:xmpp:sm:3' previd='{SESSION}' h='4'/>");
    let success = use_token(&mut house, &token, &resume).unwrap();
    assert!(success.has_child("resumed", "urn:xmpp:sm:3"));
}

#[test]
fn an_old_token_is_replaced_and_works_until_the_new_one_is_used() {
    let mut house = House::new();
    let old = token_for_alice(&mut house);
    use_token(&mut house, &old, &with_agent(USE)).unwrap();
    house.now.0 += 12 * DAY_MILLISECONDS;
    let lost = token_in(&use_token(&mut house, &old, &with_agent(USE)).unwrap()).unwrap();
    let new = token_in(&use_token(&mut house, &old, &with_agent(USE)).unwrap()).unwrap();
    assert_eq!(
        use_token(&mut house, &lost, &with_agent(USE)),
        refused(FailureReason::Credentials),
        "overwritten"
    );
    assert_eq!(token_in(&use_token(&mut house, &new, &with_agent(USE)).unwrap()), None);
    assert_eq!(
        use_token(&mut house, &old, &with_agent(USE)),
        refused(FailureReason::Credentials),
        "its time is over"
    );
    assert_eq!(house.tokens.len(), 1);
}

#[test]
fn an_expired_token_is_called_expired_only_to_who_has_it() {
    let mut house = House::new();
    let token = token_for_alice(&mut house);
    house.now.0 += 22 * DAY_MILLISECONDS;
    assert_eq!(use_token(&mut house, &token, &with_agent(USE)), refused(FailureReason::TokenExpired));
    assert_eq!(FailureReason::TokenExpired.condition(), "credentials-expired");
    assert_eq!(use_token(&mut house, "guess", &with_agent(USE)), refused(FailureReason::Credentials));
}

#[test]
fn a_count_is_taken_once() {
    let mut house = House::new();
    let token = token_for_alice(&mut house);
    let counted = |count: u32| format!("{AGENT}<fast xmlns='urn:xmpp:fast:0' count='{count}'/>");
    use_token(&mut house, &token, &counted(5)).unwrap();
    assert_eq!(use_token(&mut house, &token, &counted(5)), refused(FailureReason::TokenReplayed));
    assert_eq!(use_token(&mut house, &token, &counted(4)), refused(FailureReason::TokenReplayed));
    use_token(&mut house, &token, &counted(6)).unwrap();
    assert_eq!(house.tokens[0].count, 6);
    let malformed = format!("{AGENT}<fast xmlns='urn:xmpp:fast:0' count='-1'/>");
    assert_eq!(use_token(&mut house, &token, &malformed), refused(FailureReason::Malformed));
}

#[test]
fn a_message_that_was_overheard_is_no_good_on_another_connection() {
    let mut house = House::new();
    let token = token_for_alice(&mut house);
    let replayed = use_as(&mut house, "HT-SHA-256-EXPR", &[0xf; 32], "alice", &token, &with_agent(USE));
    assert_eq!(replayed, refused(FailureReason::Credentials));
}

#[test]
fn a_token_is_good_for_one_mechanism_one_user_and_one_installation() {
    let mut house = House::new();
    let token = token_for_alice(&mut house);
    let agent = with_agent(USE);
    let no = || refused(FailureReason::Credentials);
    assert_eq!(use_as(&mut house, "HT-SHA-256-ENDP", &[0xd; 32], "alice", &token, &agent), no());
    assert_eq!(use_as(&mut house, "HT-SHA-256-EXPR", &[0xe; 32], "bob", &token, &agent), no());
    assert_eq!(use_as(&mut house, "HT-SHA-256-EXPR", &[0xe; 32], "carol", &token, &agent), no());
    assert_eq!(use_token(&mut house, &token, &format!("{OTHER_AGENT}{USE}")), no());
    let none = use_as(&mut house, "HT-SHA-256-NONE", &[], "alice", &token, &agent);
    assert_eq!(none, refused(FailureReason::UnknownMechanism));
    use_token(&mut house, &token, &agent).unwrap();
}

#[test]
fn a_token_needs_the_elements_that_say_so() {
    let mut house = House::new();
    let token = token_for_alice(&mut house);
    assert_eq!(use_token(&mut house, &token, AGENT), refused(FailureReason::Malformed));
    assert_eq!(use_token(&mut house, &token, USE), refused(FailureReason::Malformed));
}

#[test]
fn logging_out_ends_all_tokens_of_the_installation() {
    let mut house = House::new();
    let old = token_for_alice(&mut house);
    use_token(&mut house, &old, &with_agent(USE)).unwrap();
    let waiting = token_for_alice(&mut house);
    let log_out = with_agent("<fast xmlns='urn:xmpp:fast:0' invalidate='true'/>");
    let success = use_token(&mut house, &old, &log_out).unwrap();
    assert_eq!(token_in(&success), None);
    assert!(house.tokens.is_empty());
    for token in [old, waiting] {
        assert_eq!(use_token(&mut house, &token, &with_agent(USE)), refused(FailureReason::Credentials));
    }

    let token = token_for_alice(&mut house);
    let exchange = with_agent(&format!("<fast xmlns='urn:xmpp:fast:0' invalidate='1'/>{REQUEST}"));
    let next = token_in(&use_token(&mut house, &token, &exchange).unwrap()).unwrap();
    use_token(&mut house, &next, &with_agent(USE)).unwrap();
}

#[test]
fn tokens_are_offered_with_channel_binding_only() {
    let mut house = House::new();
    let token = token_for_alice(&mut house);
    let mut visit = house.visit(Channel::direct_tls(Default::default()));
    visit.take();
    let (message, _) = client_message(&token, "alice", &[]);
    visit.say(&authenticate("HT-SHA-256-EXPR", &STANDARD.encode(message), &with_agent(USE)));
    assert_eq!(condition(&visit.take()), "invalid-mechanism");
    let unbound = alice().inline(&mut visit, &format!("{OTHER_AGENT}{REQUEST}"));
    assert_eq!(token_in(&unbound), None, "and none is given for what is not offered");
}

#[test]
fn classic_sasl_has_no_tokens() {
    let mut house = House::new();
    let token = token_for_alice(&mut house);
    let mut visit = house.visit(tls());
    visit.take();
    let (message, _) = client_message(&token, "alice", &[0xe; 32]);
    let message = STANDARD.encode(message);
    visit.say(&format!(
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='HT-SHA-256-EXPR'>{message}</auth>"
    ));
    assert_eq!(condition(&visit.take()), "invalid-mechanism");
}
