//! Where stanzas to Juliet go (RFC 6121 §8.5), and who gets carbons (XEP-0280).

use everpresent_presence::delivery::{
    IqTarget, PresenceTarget, Targets, Undelivered, deliver, iq_target, message_targets, presence_target,
    sent_copies,
};
use everpresent_presence::subscription::SubscriptionType::{Subscribe, Subscribed};
use everpresent_presence::{MessageFacts, ResourceView};
use everpresent_session::row::Subscription::{From, To};
use everpresent_stanza::MessageType::{self, Chat, Error, Groupchat, Headline, Normal};
use everpresent_stanza::{IqType, PresenceType};

use crate::world::{jid, message, roster, session};

/// A cell of RFC 6121 §8.5.4, table 1, with the choice made where it leaves one.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell {
    /// D: to the resource that was named.
    Named,
    /// A: to all of non-negative priority, or to the only one.
    All,
    /// O: stored offline.
    Stored,
    /// E: an error to the sender.
    Bounced,
    /// S: silence.
    Silence,
}
use Cell::{All, Bounced, Named, Silence, Stored};

const TYPES: [MessageType; 4] = [Normal, Chat, Groupchat, Headline];

/// Where the sender wrote to.
#[derive(Debug, Clone, Copy)]
enum Address {
    Bare,
    Match,
    NoMatch,
}
use Address::{Bare, Match, NoMatch};

/// Condition, priorities of the resources, address, and a cell per type.
type Line = (&'static str, &'static [Option<i8>], Address, [Cell; 4]);

/// RFC 6121 §8.5.4, table 1, for accounts that exist.
const TABLE: [Line; 14] = [
    ("no resources", &[], Bare, [Stored, Stored, Bounced, Silence]),
    ("no resources", &[], NoMatch, [Bounced, Stored, Bounced, Silence]),
    ("connected only", &[None], Bare, [Stored, Stored, Bounced, Silence]),
    ("connected only", &[None], Match, [Named, Named, Named, Named]),
    ("negative only", &[Some(-1)], Bare, [Stored, Stored, Bounced, Silence]),
    ("negative only", &[Some(-1)], Match, [Named, Named, Named, Named]),
    ("negative only", &[Some(-1)], NoMatch, [Bounced, Stored, Bounced, Silence]),
    ("one", &[Some(0)], Bare, [All, All, Bounced, All]),
    ("one", &[Some(0)], Match, [Named, Named, Named, Named]),
    ("one", &[Some(0)], NoMatch, [Bounced, All, Bounced, Silence]),
    ("several", &[Some(5), Some(0), Some(-1)], Bare, [All, All, Bounced, All]),
    ("several", &[Some(5), Some(0), Some(-1)], Match, [Named, Named, Named, Named]),
    ("several", &[Some(5), Some(0), Some(-1)], NoMatch, [Bounced, All, Bounced, Silence]),
    ("negative first", &[Some(-1), Some(3)], Bare, [All, All, Bounced, All]),
];

fn resources(priorities: &[Option<i8>]) -> Vec<ResourceView<'static>> {
    let names = ["a", "b", "c"];
    names.into_iter().zip(priorities).map(|(name, priority)| session(name, *priority)).collect()
}

#[test]
fn messages_follow_table_1() {
    for (condition, priorities, to, cells) in TABLE {
        let resources = resources(priorities);
        let to_resource = match to {
            Bare => None,
            Match => Some("a"),
            NoMatch => Some("gone"),
        };
        for (kind, cell) in TYPES.into_iter().zip(cells) {
            let non_negative = |place: &usize| priorities[*place].is_some_and(|priority| priority >= 0);
            let expected = match cell {
                Named => Targets::Deliver(vec![0]),
                All => Targets::Deliver((0..priorities.len()).filter(non_negative).collect()),
                Stored => Targets::Nobody(Undelivered::Store),
                Bounced => Targets::Nobody(Undelivered::Refuse),
                Silence => Targets::Nobody(Undelivered::Ignore),
            };
            assert_eq!(
                message_targets(kind, to_resource, &resources),
                expected,
                "{condition}, {to:?}, {kind:?}"
            );
        }
    }
}

#[test]
fn errors_reach_whom_they_name_and_are_never_answered() {
    // RFC 6121 §8.5.2.1.1, §8.5.2.2.1, §8.5.3.
    let there = resources(&[Some(0)]);
    assert_eq!(message_targets(Error, Some("a"), &there), Targets::Deliver(vec![0]));
    for to in [None, Some("gone")] {
        assert_eq!(message_targets(Error, to, &there), Targets::Nobody(Undelivered::Ignore));
    }
}

const BODY: &str = "<body>hi</body>";
const STATE: &str = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";

fn with_carbons<'a>(resource: &'a str, priority: Option<i8>) -> ResourceView<'a> {
    ResourceView { carbons: true, ..session(resource, priority) }
}

#[test]
fn a_message_to_one_client_is_copied_to_the_others_that_want_it() {
    let resources = [
        session("desk", Some(0)),
        with_carbons("phone", Some(-1)),
        with_carbons("asleep", None),
        session("tv", Some(0)),
    ];
    let chat = message("chat", BODY);
    let delivery = deliver(&chat, Some("desk"), &resources);
    assert_eq!((delivery.targets, delivery.copies), (Targets::Deliver(vec![0]), vec![1]));
    let delivery = deliver(&chat, None, &resources);
    assert_eq!((delivery.targets, delivery.copies), (Targets::Deliver(vec![0, 3]), vec![1]));
    assert_eq!(sent_copies(&chat, 1, &resources), Vec::<usize>::new());
    assert_eq!(sent_copies(&chat, 0, &resources), [1]);
}

#[test]
fn nobody_gets_a_message_and_its_copy() {
    let resources = [with_carbons("desk", Some(0)), with_carbons("phone", Some(0))];
    assert!(deliver(&message("chat", BODY), None, &resources).copies.is_empty());
}

#[test]
fn private_and_refused_messages_are_not_copied() {
    let resources = [session("desk", Some(0)), with_carbons("phone", Some(0))];
    for secret in ["<private xmlns='urn:xmpp:carbons:2'/>", "<no-copy xmlns='urn:xmpp:hints'/>"] {
        let facts = message("chat", &format!("{BODY}{secret}"));
        assert!(deliver(&facts, Some("desk"), &resources).copies.is_empty());
        assert!(sent_copies(&facts, 0, &resources).is_empty());
    }
    let refused = deliver(&message("", BODY), Some("gone"), &resources);
    assert!(!refused.is_accepted() && refused.copies.is_empty());
}

#[test]
fn what_nobody_would_miss_is_not_stored() {
    let stored =
        |facts: &MessageFacts| deliver(facts, None, &[]).targets == Targets::Nobody(Undelivered::Store);
    assert!(stored(&message("chat", &format!("{BODY}{STATE}"))));
    assert!(!stored(&message("chat", &format!("{STATE}<thread>t</thread>"))));
    assert!(!stored(&message("chat", &format!("{BODY}<no-store xmlns='urn:xmpp:hints'/>"))));
    assert!(!deliver(&message("chat", STATE), None, &[]).is_accepted());
}

#[test]
fn a_rooms_private_message_is_for_the_client_in_the_room() {
    let resources = [session("desk", Some(0)), with_carbons("phone", Some(0))];
    let whisper = message("chat", &format!("{BODY}<x xmlns='http://jabber.org/protocol/muc#user'/>"));
    let delivery = deliver(&whisper, Some("desk"), &resources);
    assert_eq!((delivery.targets, delivery.copies), (Targets::Deliver(vec![0]), vec![]));
    let delivery = deliver(&whisper, Some("left"), &resources);
    assert_eq!(delivery.targets, Targets::Nobody(Undelivered::Refuse));
    // What Juliet whispers, her phone sees.
    assert_eq!(sent_copies(&whisper, 0, &resources), [1]);
}

#[test]
fn requests_reach_only_those_who_show_themselves() {
    // RFC 6121 §8.5.3.1.
    let roster = roster(&[("from@b.lit", From), ("to@b.lit", To)]);
    let known = [jid("room@muc.lit/Jule")];
    let resources = [session("a", Some(0)), ResourceView { directed: &known, ..session("b", Some(0)) }];
    let ask = |from: &str, to| iq_target(IqType::Get, &jid(from), to, &roster, &resources);
    for trusted in ["from@b.lit/x", "juliet@capulet.lit/phone", "capulet.lit"] {
        assert_eq!(ask(trusted, Some("a")), IqTarget::Deliver(0), "{trusted}");
    }
    for stranger in ["to@b.lit/x", "stranger@b.lit/x", "b.lit"] {
        assert_eq!(ask(stranger, Some("a")), IqTarget::Refuse, "{stranger}");
        // Whether the resource is there makes no difference to see.
        assert_eq!(ask(stranger, Some("gone")), IqTarget::Refuse, "{stranger}");
    }
    assert_eq!(ask("room@muc.lit/Tybalt", Some("b")), IqTarget::Deliver(1));
    assert_eq!(ask("room@muc.lit/Tybalt", Some("a")), IqTarget::Refuse);
    assert_eq!(ask("stranger@b.lit/x", None), IqTarget::Server);
}

#[test]
fn answers_reach_who_asked_and_are_never_answered() {
    let roster = roster(&[]);
    let resources = [session("a", None)];
    let answer = |to| iq_target(IqType::Result, &jid("stranger@b.lit"), to, &roster, &resources);
    assert_eq!(answer(Some("a")), IqTarget::Deliver(0));
    assert_eq!(answer(Some("gone")), IqTarget::Ignore);
    assert_eq!(answer(None), IqTarget::Ignore);
}

#[test]
fn presence_goes_to_available_clients_or_to_the_one_named() {
    // RFC 6121 §8.5.2.1.2, §8.5.3.1, §8.5.3.2.2.
    let resources = [session("a", Some(-1)), session("b", None), session("c", Some(1))];
    let target = |kind, to| presence_target(kind, to, &resources);
    for kind in [PresenceType::Available, PresenceType::Unavailable, PresenceType::Error] {
        assert_eq!(target(kind, None), PresenceTarget::Deliver(vec![0, 2]));
        assert_eq!(target(kind, Some("b")), PresenceTarget::Deliver(vec![1]));
        assert_eq!(target(kind, Some("gone")), PresenceTarget::Deliver(vec![]));
    }
    for to in [None, Some("a"), Some("gone")] {
        assert_eq!(target(PresenceType::Subscribe, to), PresenceTarget::Subscription(Subscribe));
        assert_eq!(target(PresenceType::Probe, to), PresenceTarget::Probe);
    }
    assert_eq!(target(PresenceType::Subscribed, None), PresenceTarget::Subscription(Subscribed));
    assert_eq!(target(PresenceType::Subscribed, Some("gone")), PresenceTarget::Deliver(vec![]));
}
