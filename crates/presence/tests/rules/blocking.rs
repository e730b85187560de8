//! Blocking (XEP-0191).

use everpresent_presence::blocking::StanzaClass::{Answer, Message, Presence, Request};
use everpresent_presence::blocking::Verdict::{Drop, Pass, Refuse};
use everpresent_presence::blocking::{BLOCKED_MAX, BlockChange, BlockError, BlockList, BlockRequest};
use everpresent_presence::{ResourceView, Roster};
use everpresent_session::row::Row;
use everpresent_session::row::Subscription::{Both, From, To};
use proptest::prelude::*;

use crate::world::{
    bare, blocking, condition, element, jid, juliet, nobody_blocked, payload, roster, session,
};

fn change(list: &mut BlockList, xml: &str, roster: &Roster) -> Result<BlockChange, BlockError> {
    list.change(BlockRequest::parse(&element(xml))?, roster, &[])
}

fn block(list: &mut BlockList, who: &str, roster: &Roster) -> BlockChange {
    change(list, &format!("<block xmlns='urn:xmpp:blocking'><item jid='{who}'/></block>"), roster).unwrap()
}

fn unblock(list: &mut BlockList, who: &str, roster: &Roster) -> BlockChange {
    change(list, &format!("<unblock xmlns='urn:xmpp:blocking'><item jid='{who}'/></unblock>"), roster)
        .unwrap()
}

#[test]
fn an_entry_covers_what_the_xep_says() {
    // XEP-0191 §5.
    let cases = [
        ("r@b.lit/x", &["r@b.lit/x"][..], &["r@b.lit", "r@b.lit/y", "b.lit"][..]),
        ("r@b.lit", &["r@b.lit", "r@b.lit/x"], &["s@b.lit", "b.lit", "b.lit/x", "ar@b.lit"]),
        ("b.lit/x", &["b.lit/x", "r@b.lit/x"], &["b.lit", "b.lit/y", "r@b.lit"]),
        ("b.lit", &["b.lit", "b.lit/x", "r@b.lit", "r@b.lit/x"], &["a.b.lit", "r@c.lit/b.lit"]),
    ];
    for (entry, covered, open) in cases {
        let list = blocking(&[entry]);
        assert!(covered.iter().all(|who| list.blocks(&jid(who))), "{entry}");
        assert!(!open.iter().any(|who| list.blocks(&jid(who))), "{entry}");
    }
}

#[test]
fn nobody_locks_oneself_out() {
    let list = blocking(&["capulet.lit", "juliet@capulet.lit"]);
    for own in ["juliet@capulet.lit", "juliet@capulet.lit/balcony", "capulet.lit"] {
        assert!(!list.blocks(&jid(own)), "{own}");
    }
    assert!(list.blocks(&jid("tybalt@capulet.lit")));
}

#[test]
fn the_blocked_see_somebody_who_is_offline() {
    // XEP-0191 §3.3.
    let list = blocking(&["tybalt@capulet.lit"]);
    let tybalt = jid("tybalt@capulet.lit/sword");
    for (class, inbound, outbound) in
        [(Message, Refuse, Refuse), (Request, Refuse, Refuse), (Presence, Drop, Refuse), (Answer, Drop, Drop)]
    {
        assert_eq!(list.inbound(&tybalt, class), inbound, "{class:?}");
        assert_eq!(list.outbound(&tybalt, class), outbound, "{class:?}");
        assert_eq!(list.inbound(&jid("romeo@montague.lit/orchard"), class), Pass);
    }
}

#[test]
fn a_blocked_friend_sees_juliet_leave_and_comes_back_to_her() {
    let friends = roster(&[("tybalt@capulet.lit", Both), ("nurse@capulet.lit", From)]);
    let mut list = nobody_blocked();
    let blocked = block(&mut list, "tybalt@capulet.lit", &friends);
    assert_eq!(blocked.unavailable, [jid("tybalt@capulet.lit")]);
    let row = Row::Blocked { user: juliet(), jid: jid("tybalt@capulet.lit") };
    assert_eq!(blocked.rows, [row]);
    let push = payload(&blocked.push.unwrap());
    assert!(push.is("block", "urn:xmpp:blocking"));
    assert_eq!(push.children().next().unwrap().attr("jid"), Some("tybalt@capulet.lit"));

    let unblocked = unblock(&mut list, "tybalt@capulet.lit", &friends);
    assert_eq!(unblocked.presence, [jid("tybalt@capulet.lit")]);
    assert_eq!(unblocked.probes, [bare("tybalt@capulet.lit")]);
    assert_eq!(list, nobody_blocked());
}

#[test]
fn only_those_who_may_see_juliet_are_told() {
    let friends = roster(&[("from@b.lit", From), ("to@b.lit", To)]);
    let mut list = nobody_blocked();
    assert_eq!(block(&mut list, "b.lit", &friends).unavailable, [jid("from@b.lit")]);
    // Blocked already, by the wider entry: nothing new to tell, and nothing to take back while that stands.
    assert!(block(&mut list, "from@b.lit", &friends).unavailable.is_empty());
    assert!(unblock(&mut list, "from@b.lit", &friends).presence.is_empty());
    let open = unblock(&mut list, "b.lit", &friends);
    assert_eq!((open.presence, open.probes), (vec![jid("from@b.lit")], vec![bare("to@b.lit")]));
}

#[test]
fn one_resource_of_a_friend_can_be_blocked() {
    let friends = roster(&[("nurse@capulet.lit", Both)]);
    let mut list = nobody_blocked();
    assert_eq!(
        block(&mut list, "nurse@capulet.lit/tablet", &friends).unavailable,
        [jid("nurse@capulet.lit/tablet")]
    );
    assert!(!list.blocks(&jid("nurse@capulet.lit")));
}

#[test]
fn a_blocked_room_sees_the_occupant_leave() {
    let known = [jid("room@muc.lit/Jule"), jid("other@muc.lit/Jule")];
    let resources = [session("a", Some(0)), ResourceView { directed: &known, ..session("b", Some(0)) }];
    let mut list = nobody_blocked();
    let request = BlockRequest::Block(vec![jid("room@muc.lit")]);
    let change = list.change(request, &roster(&[]), &resources).unwrap();
    assert_eq!(change.directed_unavailable, [(1, jid("room@muc.lit/Jule"))]);
}

#[test]
fn unblocking_everybody_is_pushed_as_such() {
    let friends = roster(&[("from@b.lit", From)]);
    let mut list = blocking(&["from@b.lit", "c.lit"]);
    let open = change(&mut list, "<unblock xmlns='urn:xmpp:blocking'/>", &friends).unwrap();
    assert_eq!(open.rows.len(), 2);
    assert_eq!(payload(&open.push.unwrap()).children().count(), 0);
    assert_eq!(open.presence, [jid("from@b.lit")]);
    assert!(list.jids().is_empty());
}

#[test]
fn bad_requests_are_refused() {
    let cases = [
        ("<block xmlns='urn:xmpp:blocking'/>", "bad-request"),
        ("<block xmlns='urn:xmpp:blocking'><item/></block>", "bad-request"),
        ("<block xmlns='urn:example'><item jid='a@b'/></block>", "bad-request"),
        ("<block xmlns='urn:xmpp:blocking'><item jid='a@'/></block>", "jid-malformed"),
    ];
    for (xml, expected) in cases {
        let refused = change(&mut nobody_blocked(), xml, &roster(&[])).unwrap_err();
        assert_eq!(condition(refused), expected, "{xml}");
    }
}

#[test]
fn a_block_list_has_an_end() {
    let full = (0..BLOCKED_MAX).map(|number| jid(&format!("u{number}@b.lit")));
    let mut list = BlockList::load(juliet(), full);
    let before = list.clone();
    let more = list.change(BlockRequest::Block(vec![jid("more@b.lit")]), &roster(&[]), &[]);
    assert_eq!(more, Err(BlockError::TooMany));
    assert_eq!(list, before);
    // Naming again what is blocked already needs no room.
    assert_eq!(block(&mut list, "u1@b.lit", &roster(&[])), BlockChange::default());
}

#[test]
fn the_list_is_shown_and_made_again_from_its_rows() {
    let mut list = nobody_blocked();
    let mut replica = nobody_blocked();
    for row in block(&mut list, "t@b.lit/d&apos;or", &roster(&[]))
        .rows
        .iter()
        .chain(&block(&mut list, "b.lit", &roster(&[])).rows)
    {
        replica.apply(row);
        replica.apply(row);
    }
    assert_eq!(replica, list);
    let shown = payload(&replica.payload());
    let jids: Vec<_> = shown.children().map(|item| item.attr("jid").unwrap().to_owned()).collect();
    assert_eq!(jids, ["b.lit", "t@b.lit/d'or"]);
    replica.apply(&Row::Unblocked { user: juliet(), jid: jid("b.lit") });
    assert!(!replica.blocks(&jid("b.lit")));
}

proptest! {
    /// Looking parts of an address up in the text finds what comparing addresses part by part finds.
    #[test]
    fn matching_is_that_of_the_parts(
        entries in prop::collection::vec("([ab]@)?[ab]\\.lit(/[ab@/]{1,2})?", 0..6),
        who in "([ab]@)?[ab]\\.lit(/[ab@/]{1,3})?",
    ) {
        let who = jid(&who);
        let covers = |entry: &everpresent_stanza::Jid| {
            entry.domain() == who.domain()
                && entry.node().is_none_or(|node| who.node() == Some(node))
                && entry.resource().is_none_or(|resource| who.resource() == Some(resource))
        };
        let entries: Vec<_> = entries.iter().map(|entry| jid(entry)).collect();
        let expected = entries.iter().any(covers);
        prop_assert_eq!(BlockList::load(juliet(), entries).blocks(&who), expected);
    }
}
