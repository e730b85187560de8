//! Batches: whole, in order where it matters, and the same twice as once.

use bytes::Bytes;
use everpresent_session::row::{ArchivePreferences, RosterRow, Row, TokenSlot};
use everpresent_store::commit::{BATCH_MAX_ROWS, KEY_MAX_BYTES, check};
use everpresent_store::{CommitError, Filter, PageFrom, Paging, RowError};

use crate::backend::{Place, on_both};
use crate::rows::{
    alice, archived, head, id, item, jid, owned, route, spooled, token, unspooled, user, with_account,
};

on_both!(
    a_thousand_rows_of_all_kinds_arrive,
    the_same_batch_twice_is_the_same_as_once,
    the_last_word_on_a_key_counts,
    a_roster_version_never_falls,
    a_row_that_cannot_be_stored_is_refused_alone,
    binary_and_large_stanzas_come_back_unchanged,
    an_empty_batch_only_checks_the_fence,
);

fn all_kinds(count: u64) -> Vec<Row> {
    let of_one = |n: u64| {
        let user = user(&format!("user{}@example.org", n % 30));
        match n % 10 {
            0..=3 => archived(&user, n, "peer@example.net/phone"),
            4..=6 => spooled(&user, n),
            7 => Row::Roster(item(&user, &format!("contact{n}@example.net"), n)),
            8 => Row::Head(head(u128::from(n), &format!("{user}/{n}"), n as u32)),
            _ => Row::Blocked { user, jid: jid(&format!("spam{n}@example.net")) },
        }
    };
    (0..count).map(of_one).collect()
}

async fn a_thousand_rows_of_all_kinds_arrive(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let mut users = Vec::new();
    for n in 0..30 {
        users.push(with_account(&store, &format!("user{n}@example.org")).await);
    }
    store.commit(&fence, &all_kinds(1_000)).await.unwrap();
    assert_eq!(store.head_count(&fence.home).await.unwrap(), 100);
    let (mut spool, mut archive, mut roster, mut blocked) = (0, 0, 0, 0);
    for user in &users {
        let state = store.account_state(user).await.unwrap().unwrap();
        spool += state.spool.rows;
        roster += state.roster.len();
        blocked += state.blocked.len();
        let count = Paging { max: 0, from: PageFrom::First, flip: false };
        archive += store.archive_page(user, &Filter::default(), count).await.unwrap().count.unwrap();
    }
    assert_eq!((archive, spool, roster, blocked), (400, 300, 100, 100));
}

async fn the_same_batch_twice_is_the_same_as_once(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let alice = with_account(&store, "alice@example.org").await;
    let mut batch = vec![
        archived(&alice, 1, "bob@example.org"),
        spooled(&alice, 1),
        Row::Roster(item(&alice, "bob@example.org", 2)),
        Row::Blocked { user: alice.clone(), jid: jid("spam@example.net") },
        Row::ArchivePreferences { user: alice.clone(), preferences: ArchivePreferences::default() },
        token(&alice, TokenSlot::Current, b"secret"),
        Row::Head(head(1, "alice@example.org/x", 4)),
        Row::Route(route(1, "imp2")),
    ];
    batch.extend((2..40).map(|record| spooled(&alice, record)));
    store.commit(&fence, &batch).await.unwrap();
    let once = store.account_state(&alice).await.unwrap();
    store.commit(&fence, &batch).await.unwrap();
    assert_eq!(store.account_state(&alice).await.unwrap(), once);
    assert_eq!(store.heads(&fence.home).await.unwrap().len(), 1);
    assert_eq!(store.routes(&fence.home).await.unwrap(), [route(1, "imp2")]);
    let (first, last) = store.archive_ends(&alice).await.unwrap().unwrap();
    assert_eq!(first, last);

    let undo = [unspooled(&alice, 1), Row::Unblocked { user: alice.clone(), jid: jid("spam@example.net") }];
    store.commit(&fence, &undo).await.unwrap();
    store.commit(&fence, &undo).await.unwrap();
    let state = store.account_state(&alice).await.unwrap().unwrap();
    assert_eq!((state.spool.rows, state.blocked.len()), (38, 0));
}

async fn the_last_word_on_a_key_counts(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let alice = with_account(&store, "alice@example.org").await;
    let gone =
        |contact: &str, version| Row::RosterGone { user: alice.clone(), contact: user(contact), version };
    let spam = || jid("spam@example.net");
    let batch = [
        spooled(&alice, 1),
        unspooled(&alice, 1),
        Row::Roster(item(&alice, "bob@example.org", 1)),
        gone("bob@example.org", 2),
        Row::Roster(RosterRow { name: "first".into(), ..item(&alice, "carol@example.org", 3) }),
        gone("carol@example.org", 4),
        Row::Roster(RosterRow { name: "last".into(), ..item(&alice, "carol@example.org", 5) }),
        Row::Unblocked { user: alice.clone(), jid: spam() },
        Row::Blocked { user: alice.clone(), jid: spam() },
        Row::Head(head(1, "alice@example.org/x", 4)),
        Row::Head(head(1, "alice@example.org/x", 5)),
        Row::Route(route(1, "imp2")),
        Row::RouteGone { id: id(1) },
    ];
    store.commit(&fence, &batch).await.unwrap();
    let state = store.account_state(&alice).await.unwrap().unwrap();
    assert_eq!(state.spool.rows, 0);
    assert_eq!(state.roster.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["last"]);
    assert_eq!((state.roster_version, state.blocked), (5, vec![spam()]));
    assert_eq!(store.heads(&fence.home).await.unwrap()[0].handled, 5);
    assert_eq!(store.routes(&fence.home).await.unwrap(), []);
}

async fn a_roster_version_never_falls(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let alice = with_account(&store, "alice@example.org").await;
    store.commit(&fence, &[Row::Roster(item(&alice, "bob@example.org", 9))]).await.unwrap();
    let gone = Row::RosterGone { user: alice.clone(), contact: user("bob@example.org"), version: 10 };
    store.commit(&fence, &[gone, Row::Roster(item(&alice, "carol@example.org", 3))]).await.unwrap();
    assert_eq!(store.account_state(&alice).await.unwrap().unwrap().roster_version, 10);
    store.commit(&fence, &[Row::Roster(item(&alice, "carol@example.org", 4))]).await.unwrap();
    assert_eq!(store.account_state(&alice).await.unwrap().unwrap().roster_version, 10);
}

async fn a_row_that_cannot_be_stored_is_refused_alone(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    // The longest address that there is, without a resource and with ones that are just short enough and too long.
    let bare = format!("{}@{}example.org", "é".repeat(511), "a.".repeat(121));
    let block = |resource: &str| Row::Blocked { user: user(&bare), jid: jid(&format!("{bare}/{resource}")) };
    let longest = block(&"r".repeat(KEY_MAX_BYTES - 1 - bare.len()));
    let contact = Row::Roster(item(&user(&bare), &bare, 1));
    store.commit(&fence, &[longest, contact, archived(&user(&bare), 1, &bare)]).await.unwrap();

    let too_long = block(&"r".repeat(KEY_MAX_BYTES - bare.len()));
    assert_eq!(check(&too_long), Err(RowError::LongKey(KEY_MAX_BYTES + 1)));
    let refused = store.commit(&fence, &[spooled(&alice(), 1), too_long]).await;
    assert!(matches!(refused, Err(CommitError::Refused(RowError::LongKey(_)))));
    assert_eq!(store.spool_size(&alice()).await.unwrap().rows, 0, "the batch is whole or not at all");

    let nul = Row::Roster(RosterRow { name: "a\0b".into(), ..item(&alice(), "b@example.org", 1) });
    assert_eq!(check(&nul), Err(RowError::Nul));
    let beyond = Row::Roster(item(&alice(), "b@example.org", u64::MAX));
    assert_eq!(check(&beyond), Err(RowError::LargeNumber));
    let many = vec![spooled(&alice(), 1); BATCH_MAX_ROWS + 1];
    let refused = store.commit(&fence, &many).await;
    assert!(matches!(refused, Err(CommitError::Refused(RowError::TooMany(_)))));
}

async fn binary_and_large_stanzas_come_back_unchanged(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let stanzas =
        [Bytes::new(), Bytes::from((0..=255).collect::<Vec<u8>>()), Bytes::from(vec![b'<'; 1 << 20])];
    let rows: Vec<Row> = (1..)
        .zip(&stanzas)
        .map(|(record, stanza)| match spooled(&alice(), record) {
            Row::Spool(row) => {
                Row::Spool(everpresent_session::row::SpoolRow { stanza: stanza.clone(), ..row })
            }
            other => other,
        })
        .collect();
    store.commit(&fence, &rows).await.unwrap();
    let found: Vec<Bytes> =
        store.spool(&alice(), None, 9).await.unwrap().into_iter().map(|row| row.stanza).collect();
    assert_eq!(found, stanzas);
    assert_eq!(store.spool(&alice(), Some(id(1)), 1).await.unwrap()[0].stanza, stanzas[1]);
}

async fn an_empty_batch_only_checks_the_fence(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    store.commit(&fence, &[]).await.unwrap();
    store.release_homes(fence.incarnation).await.unwrap();
    assert!(matches!(store.commit(&fence, &[]).await, Err(CommitError::Fenced)));
}
