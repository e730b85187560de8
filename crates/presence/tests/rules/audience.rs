//! Who is told of Juliet's presence (RFC 6121 §4).

use everpresent_presence::audience::{
    DIRECTED_MAX, Directed, ProbeAnswer, answer_probe, available, directed, gone, unavailable,
};
use everpresent_presence::subscription::SubscriptionType::Subscribe;
use everpresent_presence::{ResourceView, Roster, resource};
use everpresent_session::row::Subscription::{Both, From, None as Neither, To};
use everpresent_stanza::{BareJid, Jid};

use crate::world::{blocking, jid, nobody_blocked, request, romeo_sends, roster, session};

/// One contact for each subscription.
fn everybody() -> Roster {
    roster(&[("both@b.lit", Both), ("from@b.lit", From), ("none@b.lit", Neither), ("to@b.lit", To)])
}

fn names(contacts: &[&BareJid]) -> Vec<String> {
    contacts.iter().map(|contact| contact.node().unwrap().to_string()).collect()
}

#[test]
fn the_first_presence_reaches_watchers_and_asks_after_the_watched() {
    let mut roster = everybody();
    romeo_sends(&mut roster, Subscribe);
    let resources = [session("new", None), session("old", Some(1)), session("silent", None)];
    let blocks = nobody_blocked();
    let audience = available(&roster, &blocks, &resources, 0, 0);
    assert_eq!(names(&audience.contacts), ["both", "from"]);
    assert_eq!(names(&audience.probes), ["both", "to"]);
    assert_eq!(audience.own, [1, 0]);
    assert_eq!(audience.others, [1]);
    assert_eq!(audience.requests, [&request("wherefore not?")]);
    assert!(audience.takes_spool);
}

#[test]
fn later_presence_only_reaches_watchers_and_own_clients() {
    let mut roster = everybody();
    romeo_sends(&mut roster, Subscribe);
    let resources = [session("a", Some(0)), session("b", Some(1))];
    let blocks = nobody_blocked();
    let audience = available(&roster, &blocks, &resources, 0, 5);
    assert_eq!(names(&audience.contacts), ["both", "from"]);
    assert_eq!(audience.own, [1, 0]);
    assert!(audience.probes.is_empty() && audience.others.is_empty() && audience.requests.is_empty());
    assert!(!audience.takes_spool);
}

#[test]
fn stored_messages_wait_for_a_client_that_takes_messages() {
    let roster = everybody();
    let takes = |before, priority| {
        available(&roster, &nobody_blocked(), &[session("a", before)], 0, priority).takes_spool
    };
    assert!(!takes(None, -1));
    assert!(takes(Some(-1), 0));
    assert!(!takes(Some(3), 7));
}

#[test]
fn nobody_blocked_is_told_or_asked() {
    let mut roster = everybody();
    romeo_sends(&mut roster, Subscribe);
    let blocks = blocking(&["b.lit", "romeo@montague.lit"]);
    let resources = [session("a", None)];
    let audience = available(&roster, &blocks, &resources, 0, 0);
    assert!(audience.contacts.is_empty() && audience.probes.is_empty() && audience.requests.is_empty());
    assert_eq!(audience.own, [0]);
}

#[test]
fn leaving_reaches_watchers_own_clients_and_rooms() {
    let roster = everybody();
    let known = [jid("room@muc.lit/Jule"), jid("both@b.lit"), jid("none@b.lit"), jid("both@b.lit/phone")];
    let leaving = ResourceView { directed: &known, ..session("a", Some(0)) };
    let resources = [leaving, session("b", Some(-3)), session("c", None)];
    let blocks = nobody_blocked();
    let audience = unavailable(&roster, &blocks, &resources, 0);
    assert_eq!(names(&audience.contacts), ["both", "from"]);
    assert_eq!(audience.own, [0, 1]);
    // A watcher hears it by the broadcast; its single resource might be an occupant of a room and hears it itself.
    assert_eq!(audience.directed, ["room@muc.lit/Jule", "none@b.lit", "both@b.lit/phone"].map(jid));
}

#[test]
fn who_was_only_visible_to_some_leaves_only_those() {
    let roster = everybody();
    let known = [jid("room@muc.lit/Jule"), jid("both@b.lit")];
    let resources = [ResourceView { directed: &known, ..session("a", None) }, session("b", Some(0))];
    let blocks = nobody_blocked();
    let audience = unavailable(&roster, &blocks, &resources, 0);
    assert!(audience.contacts.is_empty() && audience.own.is_empty());
    assert_eq!(audience.directed, known);
}

#[test]
fn a_session_remembers_to_whom_it_showed_itself() {
    let roster = everybody();
    let room = jid("room@muc.lit/Jule");
    let known = [room.clone()];
    let fresh = session("a", Some(0));
    let inside = ResourceView { directed: &known, ..fresh };
    assert_eq!(directed(&roster, &fresh, &room, true), Directed::Added);
    assert_eq!(directed(&roster, &inside, &room, true), Directed::Unchanged);
    assert_eq!(directed(&roster, &inside, &room, false), Directed::Removed);
    assert_eq!(directed(&roster, &fresh, &room, false), Directed::Unchanged);
    assert_eq!(gone(&inside, &room), Directed::Removed);
    assert_eq!(gone(&inside, &jid("room@muc.lit/Tybalt")), Directed::Unchanged);
}

#[test]
fn a_watcher_is_remembered_only_while_it_gets_no_broadcasts() {
    // RFC 6121 §4.6.3, cases 1 and 3.
    let roster = everybody();
    let watcher = jid("from@b.lit");
    assert_eq!(directed(&roster, &session("a", Some(0)), &watcher, true), Directed::Unchanged);
    assert_eq!(directed(&roster, &session("a", None), &watcher, true), Directed::Added);
    assert_eq!(directed(&roster, &session("a", Some(0)), &jid("to@b.lit"), true), Directed::Added);
}

#[test]
fn a_session_cannot_show_itself_to_the_whole_world() {
    let roster = everybody();
    let known: Vec<Jid> = (0..DIRECTED_MAX).map(|number| jid(&format!("u{number}@b.lit"))).collect();
    let busy = ResourceView { directed: &known, ..session("a", Some(0)) };
    assert_eq!(directed(&roster, &busy, &jid("more@b.lit"), true), Directed::Full);
    assert_eq!(directed(&roster, &busy, &jid("u7@b.lit"), false), Directed::Removed);
}

#[test]
fn probes_are_answered_by_what_the_prober_may_see() {
    // RFC 6121 §4.3.2.
    let roster = everybody();
    let blocks = nobody_blocked();
    let resources = [session("a", Some(0)), session("b", None), session("c", Some(-1))];
    let away = [session("b", None)];
    let probe = |who: &str, to, resources: &[ResourceView<'_>]| {
        answer_probe(&roster, &blocks, &jid(who), to, resources)
    };
    for who in ["both@b.lit", "from@b.lit", "juliet@capulet.lit"] {
        assert_eq!(probe(who, None, &resources), ProbeAnswer::LastPresence(vec![0, 2]), "{who}");
        assert_eq!(probe(who, None, &away), ProbeAnswer::Unavailable, "{who}");
        assert_eq!(probe(who, Some("a"), &resources), ProbeAnswer::Available(0), "{who}");
        assert_eq!(probe(who, Some("b"), &resources), ProbeAnswer::Unavailable, "{who}");
        assert_eq!(probe(who, Some("nowhere"), &resources), ProbeAnswer::Unavailable, "{who}");
    }
    for who in ["to@b.lit", "none@b.lit", "stranger@b.lit"] {
        assert_eq!(probe(who, None, &resources), ProbeAnswer::Unsubscribed, "{who}");
        assert_eq!(probe(who, Some("a"), &resources), ProbeAnswer::Unsubscribed, "{who}");
    }
}

#[test]
fn a_room_may_ask_whether_its_occupant_is_still_there() {
    // RFC 6121 §4.6.6.
    let roster = everybody();
    let occupant = jid("room@muc.lit/Jule");
    let known = [occupant.clone()];
    let resources = [ResourceView { directed: &known, ..session("a", Some(0)) }, session("b", Some(0))];
    let probe = |who: &Jid, to| answer_probe(&roster, &nobody_blocked(), who, to, &resources);
    assert_eq!(probe(&occupant, Some("a")), ProbeAnswer::Available(0));
    assert_eq!(probe(&occupant, Some("b")), ProbeAnswer::Unsubscribed);
    assert_eq!(probe(&occupant, None), ProbeAnswer::Unsubscribed);
    assert_eq!(probe(&jid("room@muc.lit/Tybalt"), Some("a")), ProbeAnswer::Unsubscribed);
}

#[test]
fn a_blocked_prober_learns_nothing() {
    let roster = everybody();
    let answer =
        answer_probe(&roster, &blocking(&["both@b.lit"]), &jid("both@b.lit"), None, &[session("a", Some(0))]);
    assert_eq!(answer, ProbeAnswer::Nothing);
}

#[test]
fn priorities_read_as_the_rfc_says() {
    for (text, priority) in
        [(None, 0), (Some("5"), 5), (Some("-128"), -128), (Some("128"), 0), (Some("high"), 0)]
    {
        assert_eq!(resource::priority(text), priority, "{text:?}");
    }
}
