//! What the ledger reads of an account, its tokens and its sessions.

use bytes::Bytes;
use everpresent_session::ids::{Epoch, HomeName, Incarnation, SessionId};
use everpresent_session::row::{ArchiveDefault, ArchivePreferences, RosterRow, Row, Subscription, TokenSlot};
use everpresent_store::{HomeRow, SpoolSize};

use crate::backend::{Place, on_both};
use crate::rows::{
    alice, fence, head, home_row, id, item, jid, owned, route, spooled, token, unspooled, user, with_account,
};

on_both!(
    one_read_gives_all_that_a_sign_in_needs,
    a_stranger_has_no_state,
    many_accounts_are_read_at_once,
    the_spool_is_read_oldest_first_and_shrinks_with_acknowledgements,
    both_tokens_of_a_rotation_are_kept_apart,
    heads_belong_to_their_home,
    what_waits_for_other_homes_is_read_in_the_order_of_its_channel,
    settings_are_agreed_on_once,
);

async fn one_read_gives_all_that_a_sign_in_needs(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let alice = with_account(&store, "alice@example.org").await;
    let bob = with_account(&store, "bob@example.org").await;
    let asking = RosterRow {
        name: String::new(),
        groups: Vec::new(),
        subscription: Subscription::None,
        pending_out: true,
        pending_in: Some(Bytes::from_static(b"<presence type='subscribe'/>")),
        approved: false,
        listed: false,
        ..item(&alice, "zoe@example.net", 4)
    };
    let preferences = ArchivePreferences {
        default: ArchiveDefault::Roster,
        always: vec![jid("bob@example.org"), jid("room@muc.example.org/nick")],
        never: vec![jid("example.com")],
    };
    let rows = [
        Row::Roster(item(&alice, "bob@example.org", 3)),
        Row::Roster(asking.clone()),
        Row::Roster(item(&bob, "alice@example.org", 77)),
        Row::Blocked { user: alice.clone(), jid: jid("spam@example.net/x") },
        Row::Blocked { user: alice.clone(), jid: jid("example.biz") },
        Row::ArchivePreferences { user: alice.clone(), preferences: preferences.clone() },
        spooled(&alice, 1),
        spooled(&alice, 2),
    ];
    store.commit(&fence, &rows).await.unwrap();

    let state = store.account_state(&alice).await.unwrap().unwrap();
    assert_eq!(state.account.user, alice);
    assert_eq!(state.roster, [item(&alice, "bob@example.org", 3), asking]);
    assert_eq!(state.roster_version, 4);
    assert_eq!(state.blocked, [jid("example.biz"), jid("spam@example.net/x")]);
    assert_eq!(state.archive_preferences, preferences);
    assert_eq!(state.spool, SpoolSize { rows: 2, bytes: 200 });
}

async fn a_stranger_has_no_state(place: Place) {
    let store = place.open().await;
    assert_eq!(store.account_state(&alice()).await.unwrap(), None);
    let fresh = with_account(&store, "fresh@example.org").await;
    let state = store.account_state(&fresh).await.unwrap().unwrap();
    assert_eq!((state.roster_version, state.spool), (0, SpoolSize::default()));
    assert_eq!(state.archive_preferences, ArchivePreferences::default());
}

/// More than one question's worth, of every kind of row, with strangers in between and one who is asked for twice.
async fn many_accounts_are_read_at_once(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let mut asked = Vec::new();
    for n in 0..300 {
        asked.push(with_account(&store, &format!("user{n}@example.org")).await);
        if n % 50 == 0 {
            asked.push(user(&format!("stranger{n}@example.org")));
            asked.push(user("user0@example.org"));
        }
    }
    let rows_of = |n: usize| {
        let user = user(&format!("user{n}@example.org"));
        let contacts = (0..n % 4).map(|c| Row::Roster(item(&asked[0], &format!("c{c}@example.net"), 1)));
        let mut rows: Vec<Row> = contacts.collect();
        for row in &mut rows {
            if let Row::Roster(row) = row {
                row.user = user.clone();
            }
        }
        rows.extend((0..n % 3).map(|record| spooled(&user, record as u64)));
        if n.is_multiple_of(5) {
            rows.push(Row::Blocked { user: user.clone(), jid: jid("spam@example.net") });
            let preferences =
                ArchivePreferences { default: ArchiveDefault::Never, ..ArchivePreferences::default() };
            rows.push(Row::ArchivePreferences { user, preferences });
        }
        rows
    };
    store.commit(&fence, &(0..300).flat_map(rows_of).collect::<Vec<_>>()).await.unwrap();

    let states = store.account_states(&asked).await.unwrap();

    let names: Vec<String> = states.iter().map(|(user, _)| user.to_string()).collect();
    assert_eq!(names, (0..300).map(|n| format!("user{n}@example.org")).collect::<Vec<_>>());
    for (n, (user, state)) in states.iter().enumerate() {
        assert_eq!((&state.account.user, state.roster.len(), state.spool.rows), (user, n % 4, n as u64 % 3));
        let expected = if n % 5 == 0 { ArchiveDefault::Never } else { ArchiveDefault::Always };
        assert_eq!(state.archive_preferences.default, expected);
        assert_eq!(state.blocked.len(), usize::from(n % 5 == 0));
        assert!(state.roster.iter().all(|item| item.user == *user));
        if n % 37 == 0 {
            assert_eq!(store.account_state(user).await.unwrap().as_ref(), Some(state));
        }
    }
    assert_eq!(store.account_states(&[]).await.unwrap(), []);
}

async fn the_spool_is_read_oldest_first_and_shrinks_with_acknowledgements(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let rows: Vec<Row> = [5, 300, 2, 17, 256].map(|record| spooled(&alice(), record)).into();
    store.commit(&fence, &rows).await.unwrap();
    let records = |rows: Vec<everpresent_session::row::SpoolRow>| {
        rows.into_iter().map(|row| row.id.record.0).collect::<Vec<_>>()
    };
    assert_eq!(records(store.spool(&alice(), None, 3).await.unwrap()), [2, 5, 17]);
    assert_eq!(records(store.spool(&alice(), Some(id(17)), 3).await.unwrap()), [256, 300]);
    let Row::Spool(two) = spooled(&alice(), 2) else { unreachable!() };
    assert_eq!(store.spool(&alice(), None, 1).await.unwrap(), [two]);

    store.commit(&fence, &[unspooled(&alice(), 2), unspooled(&alice(), 256)]).await.unwrap();

    assert_eq!(records(store.spool(&alice(), None, 9).await.unwrap()), [5, 17, 300]);
    assert_eq!(store.spool_size(&alice()).await.unwrap(), SpoolSize { rows: 3, bytes: 300 });
    assert_eq!(store.spool(&user("bob@example.org"), None, 9).await.unwrap(), []);
}

async fn both_tokens_of_a_rotation_are_kept_apart(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let agent = "d4565fa7-4d72-4749-b3d3-740edbf87770";
    let (old, new) =
        (token(&alice(), TokenSlot::Current, b"old"), token(&alice(), TokenSlot::New, &[0, 255, 10]));
    store.commit(&fence, &[old, new]).await.unwrap();
    let found = store.tokens(&alice(), agent).await.unwrap();
    let slots: Vec<_> = found.iter().map(|token| (token.slot, token.secret.as_ref())).collect();
    assert_eq!(slots, [(TokenSlot::Current, &b"old"[..]), (TokenSlot::New, &[0, 255, 10][..])]);

    let gone = Row::TokenGone { user: alice(), user_agent: agent.into(), slot: TokenSlot::New };
    store.commit(&fence, &[gone, token(&alice(), TokenSlot::Current, b"newer")]).await.unwrap();
    let found = store.tokens(&alice(), agent).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].secret.as_ref(), found[0].count), (&b"newer"[..], 3));
    assert_eq!(store.tokens(&alice(), "another").await.unwrap(), []);
}

async fn heads_belong_to_their_home(place: Place) {
    let store = place.open().await;
    let first = owned(&store).await;
    let other = HomeRow {
        home: HomeName::new("imp2"),
        epoch: Epoch(4),
        incarnation: Some(Incarnation(2)),
        ..home_row()
    };
    store.insert_home(&other).await.unwrap();
    let many: Vec<Row> =
        (0..2_500).map(|n| Row::Head(head(n, &format!("alice@example.org/{n}"), 0))).collect();
    store.commit(&first, &many).await.unwrap();
    store.commit(&fence(&other), &[Row::Head(head(1, "bob@example.org/x", 5))]).await.unwrap();

    assert_eq!(store.head_count(&first.home).await.unwrap(), 2_500);
    assert_eq!(store.heads(&other.home).await.unwrap(), [head(1, "bob@example.org/x", 5)]);
    let changed = [
        Row::Head(head(1, "alice@example.org/1", 41)),
        Row::HeadGone { session: SessionId(0) },
        Row::HeadGone { session: SessionId(2) },
    ];
    store.commit(&first, &changed).await.unwrap();
    let heads = store.heads(&first.home).await.unwrap();
    assert_eq!(heads.len(), 2_498);
    assert!(heads.contains(&head(1, "alice@example.org/1", 41)));
    assert_eq!(store.head_count(&other.home).await.unwrap(), 1);
}

async fn what_waits_for_other_homes_is_read_in_the_order_of_its_channel(place: Place) {
    let store = place.open().await;
    let first = owned(&store).await;
    let other = HomeRow { home: HomeName::new("imp2"), incarnation: Some(Incarnation(2)), ..home_row() };
    store.insert_home(&other).await.unwrap();
    let waiting = |record| route(record, if record % 2 == 0 { "imp2" } else { "imp3" });
    let backwards: Vec<Row> = (0..1_500).rev().map(|record| Row::Route(waiting(record))).collect();
    store.commit(&first, &backwards).await.unwrap();
    store.commit(&fence(&other), &[Row::Route(route(7, "imp1"))]).await.unwrap();

    assert_eq!(store.routes(&first.home).await.unwrap(), (0..1_500).map(waiting).collect::<Vec<_>>());
    let taken: Vec<Row> = (0..1_499).map(|record| Row::RouteGone { id: id(record) }).collect();
    store.commit(&first, &taken).await.unwrap();
    assert_eq!(store.routes(&first.home).await.unwrap(), [waiting(1_499)]);
    assert_eq!(store.routes(&other.home).await.unwrap(), [route(7, "imp1")]);
}

async fn settings_are_agreed_on_once(place: Place) {
    let store = place.open().await;
    assert_eq!(store.setting("relogin.lower").await.unwrap(), None);
    store.set_setting("relogin.lower", "120").await.unwrap();
    store.set_setting("relogin.lower", "130").await.unwrap();
    assert_eq!(store.setting("relogin.lower").await.unwrap().as_deref(), Some("130"));
    assert_eq!(store.setting_or_insert("salt", "mine").await.unwrap(), "mine");
    assert_eq!(store.setting_or_insert("salt", "yours").await.unwrap(), "mine");
    store.set_setting("old", "1").await.unwrap();
    store.remove_setting("old").await.unwrap();
    store.remove_setting("never").await.unwrap();
    let all = store.settings().await.unwrap();
    assert_eq!(all.keys().collect::<Vec<_>>(), ["relogin.lower", "salt"]);
}
