//! Subscription stanzas and the roster (RFC 6121 §3).

use bytes::Bytes;
use everpresent_presence::roster::request::REQUEST_BYTES_MAX;
use everpresent_presence::roster::{Roster, RosterError, Step};
use everpresent_presence::subscription::SubscriptionType::{
    self, Subscribe, Subscribed, Unsubscribe, Unsubscribed,
};
use everpresent_session::row::{Row, Subscription};

use crate::world::{
    LIMITS, bare, element, jid, juliet, juliet_sends, pushed, request, romeo, romeo_sends, roster, row, set,
    steps,
};

fn friends() -> Roster {
    roster(&[("romeo@montague.lit", Subscription::Both)])
}

#[test]
fn asking_puts_the_contact_into_the_roster_as_asked() {
    let mut roster = roster(&[]);
    let change = juliet_sends(&mut roster, Subscribe);
    assert_eq!(steps(&change), ["Route", "Push"]);
    assert_eq!(
        (pushed(&change).attr("subscription"), pushed(&change).attr("ask")),
        (Some("none"), Some("subscribe"))
    );
    // Again: the contact is asked again, the roster is as it was.
    assert_eq!(steps(&juliet_sends(&mut roster, Subscribe)), ["Route"]);
}

#[test]
fn a_granted_request_is_shown_before_the_push() {
    let mut roster = roster(&[]);
    juliet_sends(&mut roster, Subscribe);
    let change = romeo_sends(&mut roster, Subscribed);
    assert_eq!(steps(&change), ["DeliverToInterested", "Push"]);
    assert_eq!((pushed(&change).attr("subscription"), pushed(&change).attr("ask")), (Some("to"), None));
}

#[test]
fn nobody_grants_what_was_not_asked() {
    let mut roster = roster(&[("romeo@montague.lit", Subscription::From)]);
    let change = romeo_sends(&mut roster, Subscribed);
    assert!(change.steps.is_empty() && change.rows.is_empty());
}

#[test]
fn a_request_waits_outside_the_roster_and_is_shown_until_it_is_answered() {
    let mut roster = roster(&[]);
    let change = romeo_sends(&mut roster, Subscribe);
    assert_eq!(steps(&change), ["DeliverToAvailable"]);
    assert!(matches!(&change.rows[..], [Row::Roster(row)] if !row.listed && row.pending_in.is_some()));
    let waiting: Vec<_> = roster.requests().map(|(from, stanza)| (from.clone(), stanza.clone())).collect();
    assert_eq!(waiting, [(romeo(), request("wherefore not?"))]);
    // Asked twice, shown once (§3.1.3).
    assert!(romeo_sends(&mut roster, Subscribe).steps.is_empty());

    let change = juliet_sends(&mut roster, Subscribed);
    assert_eq!(steps(&change), ["Route", "Push", "SendPresence"]);
    assert_eq!(pushed(&change).attr("subscription"), Some("from"));
    assert_eq!(roster.requests().count(), 0);
    assert!(roster.may_see_user(&jid("romeo@montague.lit/orchard")));
}

#[test]
fn a_denied_request_leaves_nothing() {
    let mut roster = roster(&[]);
    romeo_sends(&mut roster, Subscribe);
    let change = juliet_sends(&mut roster, Unsubscribed);
    assert_eq!(steps(&change), ["Route"]);
    assert!(matches!(&change.rows[..], [Row::RosterGone { contact, .. }] if *contact == romeo()));
}

#[test]
fn a_request_that_is_taken_back_is_forgotten() {
    let mut roster = roster(&[]);
    romeo_sends(&mut roster, Subscribe);
    let change = romeo_sends(&mut roster, Unsubscribe);
    assert_eq!(steps(&change), ["DeliverToInterested", "Send(Unsubscribed)"]);
    assert_eq!(roster.requests().count(), 0);
}

#[test]
fn who_is_shut_out_gets_the_last_presence_first() {
    let mut roster = friends();
    let change = juliet_sends(&mut roster, Unsubscribed);
    assert_eq!(steps(&change), ["SendUnavailable", "Route", "Push"]);
    assert_eq!(pushed(&change).attr("subscription"), Some("to"));
}

#[test]
fn who_leaves_gets_the_last_presence_and_a_confirmation() {
    let mut roster = friends();
    let change = romeo_sends(&mut roster, Unsubscribe);
    assert_eq!(steps(&change), ["DeliverToInterested", "Push", "SendUnavailable", "Send(Unsubscribed)"]);
    assert_eq!(pushed(&change).attr("subscription"), Some("to"));
}

#[test]
fn leaving_and_being_shut_out_keep_the_contact_in_the_roster() {
    let mut roster = friends();
    juliet_sends(&mut roster, Unsubscribe);
    let change = juliet_sends(&mut roster, Unsubscribed);
    assert_eq!(pushed(&change).attr("subscription"), Some("none"));
    assert!(roster.item(&romeo()).is_some_and(|item| item.listed));
}

#[test]
fn who_is_approved_beforehand_need_not_wait() {
    let mut roster = roster(&[]);
    let change = juliet_sends(&mut roster, Subscribed);
    assert_eq!(steps(&change), ["Push"]);
    assert_eq!(pushed(&change).attr("approved"), Some("true"));

    let change = romeo_sends(&mut roster, Subscribe);
    assert_eq!(steps(&change), ["Push", "Send(Subscribed)", "SendPresence"]);
    let item = pushed(&change);
    assert_eq!((item.attr("subscription"), item.attr("approved")), (Some("from"), None));
    assert_eq!(roster.requests().count(), 0);
}

#[test]
fn an_approval_can_be_taken_back_and_the_contact_never_knows() {
    let mut roster = roster(&[]);
    juliet_sends(&mut roster, Subscribed);
    // An answer to a probe that went wrong does not take it back (§4.3.2).
    romeo_sends(&mut roster, Unsubscribed);
    assert!(roster.item(&romeo()).unwrap().approved);
    let change = juliet_sends(&mut roster, Unsubscribed);
    assert_eq!(steps(&change), ["Push"]);
    assert_eq!(pushed(&change).attr("approved"), None);
    assert_eq!(steps(&romeo_sends(&mut roster, Subscribe)), ["DeliverToAvailable"]);
}

#[test]
fn who_asks_though_seeing_already_is_answered_and_told_again() {
    let mut roster = friends();
    assert_eq!(steps(&romeo_sends(&mut roster, Subscribe)), ["Send(Subscribed)", "SendPresence"]);
}

#[test]
fn of_a_huge_request_only_the_first_words_are_kept() {
    let mut roster = roster(&[]);
    let huge = request(&"lët me in ".repeat(REQUEST_BYTES_MAX));
    roster.inbound(&romeo(), Subscribe, &huge, &LIMITS).unwrap();
    let kept = roster.requests().next().unwrap().1.clone();
    let text =
        std::str::from_utf8(&kept).unwrap().replacen("<presence", "<presence xmlns='jabber:client'", 1);
    let stanza = element(&text);
    let addresses = (stanza.attr("type"), stanza.attr("from"), stanza.attr("to"));
    assert_eq!(addresses, (Some("subscribe"), Some("romeo@montague.lit"), Some("juliet@capulet.lit")));
    let status = stanza.children().next().unwrap().text();
    assert!(status.starts_with("lët me in ") && kept.len() <= REQUEST_BYTES_MAX);
}

#[test]
fn a_crowd_of_strangers_cannot_fill_the_store() {
    let mut roster = roster(&[]);
    for number in 0..LIMITS.requests {
        let stranger = bare(&format!("bot{number}@spam.lit"));
        roster.inbound(&stranger, Subscribe, &request("hi"), &LIMITS).unwrap();
    }
    let one_more = roster.inbound(&romeo(), Subscribe, &request("hi"), &LIMITS);
    assert_eq!(one_more, Err(RosterError::TooManyRequests));
    assert_eq!(roster.requests().count(), LIMITS.requests);
    // Somebody whom Juliet knows to be coming gets in all the same.
    juliet_sends(&mut roster, Subscribed);
    assert_eq!(romeo_sends(&mut roster, Subscribe).steps.last(), Some(&Step::SendPresence));
}

#[test]
fn nobody_subscribes_to_oneself() {
    let mut roster = roster(&[]);
    assert_eq!(roster.outbound(&juliet(), Subscribe, &LIMITS), Err(RosterError::OwnAddress));
    assert_eq!(roster.inbound(&juliet(), Subscribed, &Bytes::new(), &LIMITS), Err(RosterError::OwnAddress));
}

#[test]
fn a_request_of_somebody_in_the_roster_changes_nothing_that_clients_see() {
    let mut roster = roster(&[]);
    set(&mut roster, "<item jid='romeo@montague.lit' name='Romeo'/>").unwrap();
    let version = roster.version();
    assert_eq!(steps(&romeo_sends(&mut roster, Subscribe)), ["DeliverToAvailable"]);
    assert_eq!(roster.version(), version);
    assert_eq!(roster.item(&romeo()).unwrap().name, "Romeo");
    // Nor does it when it is taken back.
    assert_eq!(steps(&romeo_sends(&mut roster, Unsubscribe)), ["DeliverToInterested", "Send(Unsubscribed)"]);
    assert_eq!(roster.version(), version);
}

/// Two rosters that only exchange stanzas end up agreeing, whatever the two people do and in whatever order.
#[test]
fn both_sides_agree_in_the_end() {
    let all = [Subscribe, Subscribed, Unsubscribe, Unsubscribed];
    for script in 0..4_usize.pow(5) {
        let mut sides = [Roster::load(juliet(), 0, []), Roster::load(romeo(), 0, [])];
        for turn in 0..5 {
            let kind = all[script / 4_usize.pow(turn) % 4];
            act(&mut sides, turn as usize % 2, kind);
        }
        let [juliets, romeos] = &sides;
        let juliet_sees = juliets.watched().next().is_some();
        let romeo_sees = romeos.watched().next().is_some();
        assert_eq!(juliet_sees, romeos.watchers().next().is_some(), "script {script}");
        assert_eq!(romeo_sees, juliets.watchers().next().is_some(), "script {script}");
    }
}

/// One side's client sends a stanza; everything that follows from it is delivered.
fn act(sides: &mut [Roster; 2], actor: usize, kind: SubscriptionType) {
    let peer = sides[1 - actor].user().clone();
    let change = sides[actor].outbound(&peer, kind, &LIMITS).unwrap();
    let mut flying: Vec<(usize, SubscriptionType)> = Vec::new();
    flying.extend(change.steps.contains(&Step::Route).then_some((1 - actor, kind)));
    let mut hops = 0;
    while let Some((to, kind)) = flying.pop() {
        let from = sides[1 - to].user().clone();
        let change = sides[to].inbound(&from, kind, &request(""), &LIMITS).unwrap();
        flying.extend(change.steps.iter().filter_map(|step| match step {
            Step::Send(reply) => Some((1 - to, *reply)),
            _ => None,
        }));
        hops += 1;
        assert!(hops < 4, "the servers talk to each other for ever");
    }
}

#[test]
fn impossible_rows_read_as_what_they_grant() {
    let mut odd = row(&romeo(), Subscription::Both);
    (odd.pending_out, odd.pending_in) = (true, Some(request("")));
    let mut roster = Roster::load(juliet(), 1, [odd]);
    assert_eq!(roster.requests().count(), 0);
    assert!(!roster.item(&romeo()).unwrap().pending_out);
    let change = juliet_sends(&mut roster, Unsubscribe);
    assert_eq!((pushed(&change).attr("subscription"), pushed(&change).attr("ask")), (Some("from"), None));
}
