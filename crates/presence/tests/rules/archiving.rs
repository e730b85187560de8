//! What is kept of a message (XEP-0313, XEP-0160, XEP-0334, XEP-0441) and what carbons copy (XEP-0280).

use everpresent_presence::MessageFacts;
use everpresent_presence::archiving::Direction::{Received, Sent};
use everpresent_presence::archiving::preferences::{PREFERENCES_LIST_MAX, parse, payload};
use everpresent_presence::archiving::{is_copied, should_archive, stores_offline};
use everpresent_session::row::{ArchiveDefault, ArchivePreferences, Subscription};

use crate::world::{self, condition, element, jid, message, roster};

fn archived(facts: &MessageFacts) -> bool {
    let everything = ArchivePreferences::default();
    should_archive(facts, &everything, &jid("romeo@montague.lit/orchard"), &roster(&[]))
}

/// Type, content, whether it is archived, stored offline, and copied when received.
type Case = (&'static str, &'static str, [bool; 3]);

const CASES: [Case; 23] = [
    ("chat", "<body>hi</body>", [true, true, true]),
    ("normal", "<body>hi</body>", [true, true, true]),
    ("", "<body>hi</body>", [true, true, true]),
    ("chat", "<body>hi</body><active xmlns='http://jabber.org/protocol/chatstates'/>", [true, true, true]),
    ("chat", "<composing xmlns='http://jabber.org/protocol/chatstates'/>", [false, false, true]),
    ("", "<gone xmlns='http://jabber.org/protocol/chatstates'/><thread>t</thread>", [false, false, true]),
    ("", "<received xmlns='urn:xmpp:receipts' id='1'/>", [true, true, true]),
    ("chat", "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>", [true, true, true]),
    ("", "<event xmlns='http://jabber.org/protocol/pubsub#event'/>", [false, true, false]),
    ("chat", "<encrypted xmlns='eu.siacs.conversations.axolotl'/>", [true, true, true]),
    ("chat", "<reactions xmlns='urn:xmpp:reactions:0'/><store xmlns='urn:xmpp:hints'/>", [true, true, true]),
    ("headline", "<news xmlns='urn:example'/><store xmlns='urn:xmpp:hints'/>", [true, false, false]),
    ("chat", "<body>hi</body><no-store xmlns='urn:xmpp:hints'/>", [false, false, true]),
    ("chat", "<body>hi</body><no-permanent-store xmlns='urn:xmpp:hints'/>", [false, true, true]),
    ("chat", "<body>hi</body><no-copy xmlns='urn:xmpp:hints'/>", [true, true, false]),
    ("chat", "<body>hi</body><private xmlns='urn:xmpp:carbons:2'/>", [true, true, false]),
    ("", "<x xmlns='jabber:x:conference' jid='room@muc.lit'/>", [true, true, true]),
    ("groupchat", "<body>hi</body>", [false, false, false]),
    ("headline", "<body>hi</body>", [false, false, false]),
    ("error", "<body>hi</body><error/><store xmlns='urn:xmpp:hints'/>", [false, false, true]),
    ("error", "<error/>", [false, false, false]),
    ("", "", [false, false, false]),
    ("", "<body xmlns='http://www.w3.org/1999/xhtml'>hi</body>", [false, true, false]),
];

#[test]
fn content_type_and_hints_decide() {
    for (kind, content, expected) in CASES {
        let facts = message(kind, content);
        let found = [archived(&facts), stores_offline(&facts), is_copied(&facts, Received)];
        assert_eq!(found, expected, "{kind} {content}");
    }
}

#[test]
fn an_invitation_through_a_room_is_no_whisper() {
    let whisper = message("chat", "<body>psst</body><x xmlns='http://jabber.org/protocol/muc#user'/>");
    assert!(!is_copied(&whisper, Received) && is_copied(&whisper, Sent));
    let invitation =
        "<x xmlns='http://jabber.org/protocol/muc#user'><invite from='crone1@shakespeare.lit'/></x>";
    let invitation = message("", invitation);
    assert!(is_copied(&invitation, Received) && archived(&invitation));
}

#[test]
fn preferences_are_heeded() {
    // XEP-0441 §2.1, §2.3.
    let message = message("chat", "<body>hi</body>");
    let friends = roster(&[("nurse@capulet.lit", Subscription::None)]);
    let list = |jids: &[&str]| jids.iter().map(|text| jid(text)).collect::<Vec<_>>();
    let with = |default, always: &[&str], never: &[&str], who: &str| {
        let preferences = ArchivePreferences { default, always: list(always), never: list(never) };
        should_archive(&message, &preferences, &jid(who), &friends)
    };
    assert!(with(ArchiveDefault::Always, &[], &[], "r@b/x"));
    assert!(!with(ArchiveDefault::Never, &[], &[], "r@b/x"));
    assert!(with(ArchiveDefault::Roster, &[], &[], "nurse@capulet.lit/x"));
    assert!(!with(ArchiveDefault::Roster, &[], &[], "r@b/x"));
    assert!(with(ArchiveDefault::Never, &["r@b"], &[], "r@b/x"));
    assert!(!with(ArchiveDefault::Always, &[], &["r@b"], "r@b/x"));
    assert!(!with(ArchiveDefault::Always, &[], &["r@b/x"], "r@b/x"));
    assert!(with(ArchiveDefault::Always, &[], &["r@b/x"], "r@b/y"));
    assert!(!with(ArchiveDefault::Always, &["r@b"], &["r@b"], "r@b"));
}

#[test]
fn preferences_are_read_and_shown() {
    let prefs = "<prefs xmlns='urn:xmpp:mam:2' default='roster'><always><jid>romeo@montague.lit</jid></always>\
                 <never><jid>montague@montague.lit</jid><jid>o@b.lit/d'or</jid></never></prefs>";
    let read = parse(&element(prefs)).unwrap();
    assert_eq!(read.default, ArchiveDefault::Roster);
    assert_eq!(read.always, [jid("romeo@montague.lit")]);
    assert_eq!(read.never, [jid("montague@montague.lit"), jid("o@b.lit/d'or")]);
    assert_eq!(parse(&world::payload(&payload(&read))), Ok(read));
}

#[test]
fn bad_preferences_are_refused() {
    let many = format!("<always>{}</always>", "<jid>a@b</jid>".repeat(PREFERENCES_LIST_MAX + 1));
    let cases = [
        ("sometimes", String::new(), "bad-request"),
        ("always", "<never><jid>a@</jid></never>".to_owned(), "jid-malformed"),
        ("always", many, "policy-violation"),
    ];
    for (default, lists, expected) in cases {
        let prefs = format!("<prefs xmlns='urn:xmpp:mam:2' default='{default}'>{lists}</prefs>");
        assert_eq!(condition(parse(&element(&prefs)).unwrap_err()), expected, "{default}");
    }
}
