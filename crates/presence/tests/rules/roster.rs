//! Asking for and editing the roster (RFC 6121 §2).

use everpresent_presence::Roster;
use everpresent_presence::roster::{
    GROUP_BYTES_MAX, GROUPS_MAX, NAME_BYTES_MAX, RosterError, RosterResult, Step,
};
use everpresent_presence::subscription::SubscriptionType::{Subscribe, Unsubscribe, Unsubscribed};
use everpresent_session::row::{Row, Subscription};

use crate::world::{
    LIMITS, bare, condition, jid, juliet, juliet_sends, payload, pushed, romeo, romeo_sends, roster, set,
    steps,
};

#[test]
fn a_new_contact_is_stored_and_pushed() {
    let mut roster = roster(&[]);
    let change =
        set(&mut roster, "<item jid='nurse@capulet.lit' name='Nurse'><group>Servants</group></item>")
            .unwrap();
    let item = pushed(&change);
    assert_eq!((item.attr("name"), item.attr("subscription")), (Some("Nurse"), Some("none")));
    assert_eq!(item.children().next().unwrap().text(), "Servants");
    assert!(matches!(&change.rows[..], [Row::Roster(row)] if row.groups == ["Servants"] && row.version == 2));
}

#[test]
fn a_name_comes_back_as_it_was_written() {
    let mut roster = roster(&[]);
    let name = "&lt;Nurse&gt; &amp; &apos;friends&apos;&#10;&quot;";
    let change = set(&mut roster, &format!("<item jid='nurse@capulet.lit' name='{name}'/>")).unwrap();
    assert_eq!(pushed(&change).attr("name"), Some("<Nurse> & 'friends'\n\""));
}

#[test]
fn an_edit_replaces_name_and_groups_and_nothing_else() {
    let mut roster = roster(&[("nurse@capulet.lit", Subscription::Both)]);
    set(&mut roster, "<item jid='nurse@capulet.lit' name='Nurse'><group>Servants</group></item>").unwrap();
    let edit = "<item jid='nurse@capulet.lit' subscription='none' ask='subscribe' approved='true'/>";
    let item = pushed(&set(&mut roster, edit).unwrap());
    assert_eq!(
        (item.attr("name"), item.attr("subscription"), item.children().count()),
        (None, Some("both"), 0)
    );
    assert_eq!((item.attr("ask"), item.attr("approved")), (None, None));
}

#[test]
fn removing_a_friend_ends_both_directions() {
    let mut roster = roster(&[("nurse@capulet.lit", Subscription::Both)]);
    let change = set(&mut roster, "<item jid='nurse@capulet.lit' subscription='remove'/>").unwrap();
    assert_eq!(pushed(&change).attr("subscription"), Some("remove"));
    let farewell = [Step::Send(Unsubscribe), Step::SendUnavailable, Step::Send(Unsubscribed)];
    assert_eq!(&change.steps[1..], farewell);
    assert!(matches!(&change.rows[..], [Row::RosterGone { version: 2, .. }]));
    assert!(!roster.may_see_user(&jid("nurse@capulet.lit/kitchen")));
}

#[test]
fn removing_a_contact_takes_back_what_was_asked_of_it() {
    let mut roster = roster(&[]);
    juliet_sends(&mut roster, Subscribe);
    romeo_sends(&mut roster, Subscribe);
    let change = set(&mut roster, "<item jid='romeo@montague.lit' subscription='remove'/>").unwrap();
    assert_eq!(steps(&change), ["Push", "Send(Unsubscribe)", "Send(Unsubscribed)"]);
    assert_eq!(roster.requests().count(), 0);
}

#[test]
fn what_is_not_in_the_roster_cannot_be_removed() {
    let mut roster = roster(&[]);
    romeo_sends(&mut roster, Subscribe);
    for jid in ["nurse@capulet.lit", "romeo@montague.lit"] {
        let removed = set(&mut roster, &format!("<item jid='{jid}' subscription='remove'/>"));
        assert_eq!(removed, Err(RosterError::NotInRoster));
    }
    assert_eq!(roster.requests().count(), 1);
}

#[test]
fn bad_roster_sets_are_refused_with_the_condition_of_the_rfc() {
    // RFC 6121 §2.3.3, and our own bounds.
    let long = |bytes: usize| "x".repeat(bytes + 1);
    let groups: String = (0..=GROUPS_MAX).map(|group| format!("<group>{group}</group>")).collect();
    let cases = [
        (String::new(), "bad-request"),
        ("<item jid='a@b'/><item jid='c@b'/>".to_owned(), "bad-request"),
        ("<item name='nobody'/>".to_owned(), "bad-request"),
        ("<item jid='a@b'><group>x</group><group>x</group></item>".to_owned(), "bad-request"),
        ("<item jid='@'/>".to_owned(), "jid-malformed"),
        ("<item jid='juliet@capulet.lit/balcony'/>".to_owned(), "not-allowed"),
        (format!("<item jid='a@b' name='{}'/>", long(NAME_BYTES_MAX)), "not-acceptable"),
        ("<item jid='a@b'><group/></item>".to_owned(), "not-acceptable"),
        (format!("<item jid='a@b'><group>{}</group></item>", long(GROUP_BYTES_MAX)), "not-acceptable"),
        (format!("<item jid='a@b'>{groups}</item>"), "not-acceptable"),
    ];
    for (item, expected) in cases {
        let mut roster = roster(&[]);
        assert_eq!(condition(set(&mut roster, &item).unwrap_err()), expected, "{item}");
        assert_eq!((roster.version(), roster.listed().count()), (1, 0), "{item}");
    }
}

#[test]
fn a_full_roster_takes_no_new_contact_but_any_edit() {
    let mut roster = roster(&[]);
    for number in 0..LIMITS.items {
        set(&mut roster, &format!("<item jid='c{number}@b'/>")).unwrap();
    }
    assert_eq!(set(&mut roster, "<item jid='more@b'/>"), Err(RosterError::RosterFull));
    assert_eq!(roster.outbound(&romeo(), Subscribe, &LIMITS), Err(RosterError::RosterFull));
    assert!(set(&mut roster, "<item jid='c0@b' name='renamed'/>").is_ok());
    set(&mut roster, "<item jid='c0@b' subscription='remove'/>").unwrap();
    assert!(set(&mut roster, "<item jid='more@b'/>").is_ok());
}

#[test]
fn the_roster_shows_contacts_and_not_those_who_only_asked() {
    let mut roster = roster(&[("nurse@capulet.lit", Subscription::To)]);
    romeo_sends(&mut roster, Subscribe);
    let RosterResult::Complete(whole) = roster.result(None) else { panic!("no roster") };
    let shown = payload(&whole);
    assert_eq!(shown.attr("ver"), Some("1"));
    let items: Vec<_> = shown.children().map(|item| (item.attr("jid"), item.attr("subscription"))).collect();
    assert_eq!(items, [(Some("nurse@capulet.lit"), Some("to"))]);
}

#[test]
fn a_roster_made_again_from_its_rows_is_the_same() {
    let mut original = roster(&[("nurse@capulet.lit", Subscription::Both)]);
    let mut replica = roster(&[("nurse@capulet.lit", Subscription::Both)]);
    let changes = [
        juliet_sends(&mut original, Subscribe),
        romeo_sends(&mut original, Subscribe),
        set(&mut original, "<item jid='romeo@montague.lit' name='Romeo'/>").unwrap(),
        set(&mut original, "<item jid='nurse@capulet.lit' subscription='remove'/>").unwrap(),
    ];
    for row in changes.iter().flat_map(|change| &change.rows) {
        replica.apply(row);
        replica.apply(row);
    }
    assert_eq!(replica.result(None), original.result(None));
    assert_eq!(replica.requests().collect::<Vec<_>>(), original.requests().collect::<Vec<_>>());
}

#[test]
fn rows_of_others_do_not_get_into_a_roster() {
    let mut strangers = crate::world::row(&bare("nurse@capulet.lit"), Subscription::From);
    strangers.user = romeo();
    let mut roster = Roster::load(juliet(), 0, [strangers.clone()]);
    roster.apply(&Row::Roster(strangers));
    assert_eq!(roster.listed().count(), 0);
}
