//! Roster versions (RFC 6121 §2.6, XEP-0237).

use everpresent_presence::Roster;
use everpresent_presence::roster::{REMOVALS_REMEMBERED_MAX, RosterResult};
use everpresent_presence::subscription::SubscriptionType::{Subscribe, Subscribed, Unsubscribed};
use everpresent_session::row::Subscription;

use crate::world::{juliet_sends, payload, romeo_sends, roster, set};

/// Version, contact and subscription of each interim push; `None` for the whole roster.
fn caught_up(roster: &Roster, known: &str) -> Option<Vec<(String, String, String)>> {
    let RosterResult::Changes(pushes) = roster.result(Some(known)) else { return None };
    let read = pushes.iter().map(|push| {
        let query = payload(&push.payload);
        let item = query.children().next().unwrap();
        let attribute = |name: &str| item.attr(name).unwrap().to_owned();
        (query.attr("ver").unwrap().to_owned(), attribute("jid"), attribute("subscription"))
    });
    Some(read.collect())
}

fn push(version: &str, contact: &str, subscription: &str) -> (String, String, String) {
    (version.to_owned(), contact.to_owned(), subscription.to_owned())
}

#[test]
fn who_is_up_to_date_gets_nothing() {
    let roster = roster(&[("nurse@capulet.lit", Subscription::To)]);
    assert_eq!(caught_up(&roster, "1"), Some(Vec::new()));
}

#[test]
fn who_missed_something_gets_the_last_word_on_each_contact_in_order() {
    let mut roster =
        roster(&[("nurse@capulet.lit", Subscription::To), ("tybalt@capulet.lit", Subscription::Both)]);
    set(&mut roster, "<item jid='paris@verona.lit'/>").unwrap();
    set(&mut roster, "<item jid='tybalt@capulet.lit' subscription='remove'/>").unwrap();
    set(&mut roster, "<item jid='paris@verona.lit' name='Count'/>").unwrap();
    let missed = vec![push("3", "tybalt@capulet.lit", "remove"), push("4", "paris@verona.lit", "none")];
    assert_eq!(caught_up(&roster, "1"), Some(missed.clone()));
    assert_eq!(caught_up(&roster, "3"), Some(missed[1..].to_vec()));
    set(&mut roster, "<item jid='tybalt@capulet.lit'/>").unwrap();
    let last = vec![push("4", "paris@verona.lit", "none"), push("5", "tybalt@capulet.lit", "none")];
    assert_eq!(caught_up(&roster, "1"), Some(last));
}

#[test]
fn a_version_that_tells_nothing_gets_the_whole_roster() {
    let mut roster = roster(&[("nurse@capulet.lit", Subscription::To)]);
    set(&mut roster, "<item jid='paris@verona.lit'/>").unwrap();
    // Nothing cached, not ours, from before what is remembered, from after a restored backup.
    for known in ["", "ver14", "-1", "0", "99"] {
        assert_eq!(caught_up(&roster, known), None, "{known}");
    }
}

#[test]
fn a_client_does_not_keep_contacts_whose_removal_is_forgotten() {
    let names: Vec<String> = (0..200).map(|number| format!("c{number}@b.lit")).collect();
    let contacts: Vec<_> = names.iter().map(|name| (name.as_str(), Subscription::To)).collect();
    let mut roster = roster(&contacts);
    for name in &names[..=REMOVALS_REMEMBERED_MAX] {
        set(&mut roster, &format!("<item jid='{name}' subscription='remove'/>")).unwrap();
    }
    assert_eq!(caught_up(&roster, "1"), None);
    assert_eq!(caught_up(&roster, "2").unwrap().len(), REMOVALS_REMEMBERED_MAX);
}

#[test]
fn a_whole_roster_is_not_spelled_out_push_by_push() {
    let mut roster = roster(&[("nurse@capulet.lit", Subscription::To)]);
    for name in ["a", "b", "c"] {
        set(&mut roster, &format!("<item jid='nurse@capulet.lit' name='{name}'/>")).unwrap();
        set(&mut roster, "<item jid='paris@verona.lit'/>").unwrap();
        set(&mut roster, "<item jid='paris@verona.lit' subscription='remove'/>").unwrap();
    }
    assert_eq!(caught_up(&roster, "1"), None);
}

#[test]
fn what_no_client_sees_makes_no_version() {
    let mut roster = roster(&[]);
    romeo_sends(&mut roster, Subscribe);
    assert_eq!(roster.version(), 1);
    juliet_sends(&mut roster, Unsubscribed);
    assert_eq!((roster.version(), roster.requests().count()), (1, 0));
    romeo_sends(&mut roster, Subscribe);
    juliet_sends(&mut roster, Subscribed);
    assert_eq!(caught_up(&roster, "1"), Some(vec![push("2", "romeo@montague.lit", "from")]));
}
