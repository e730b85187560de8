//! Accounts, from their making to their removal.

use everpresent_session::row::{Row, TokenSlot};
use everpresent_session::time::Timestamp;
use everpresent_store::AccountError;

use crate::backend::{Place, on_both};
use crate::rows::{alice, archived, head, home, item, keys, owned, spooled, token, user, with_account};

on_both!(
    an_account_signs_in_with_the_keys_it_was_given,
    an_address_is_taken_once,
    a_disabled_account_says_so_and_keeps_its_keys,
    new_keys_replace_the_old_ones_and_end_one_time_tokens,
    a_removed_account_leaves_nothing_behind,
    accounts_are_listed_page_by_page,
    addresses_outside_ascii_are_as_good_as_others,
);

async fn an_account_signs_in_with_the_keys_it_was_given(place: Place) {
    let store = place.open().await;
    assert_eq!(store.credentials(&alice()).await.unwrap(), None);
    store.create_account(&alice(), &home(), &keys(7), Timestamp(1_234)).await.unwrap();

    let mut found = store.credentials(&alice()).await.unwrap().unwrap();
    found.keys.sort_by_key(|keys| keys.stored_key.len());
    assert_eq!(found.keys, keys(7));
    assert!(!found.disabled);
    let account = store.account(&alice()).await.unwrap().unwrap();
    assert_eq!((account.created, account.disabled), (Timestamp(1_234), false));
}

async fn an_address_is_taken_once(place: Place) {
    let store = place.open().await;
    store.create_account(&alice(), &home(), &keys(1), Timestamp(1)).await.unwrap();
    let again = store.create_account(&alice(), &home(), &keys(2), Timestamp(2)).await;
    assert!(matches!(again, Err(AccountError::Exists)));
    let kept = store.credentials(&alice()).await.unwrap().unwrap();
    assert!(kept.keys.iter().all(|kept| keys(1).contains(kept)), "the first owner's keys stay");
}

async fn a_disabled_account_says_so_and_keeps_its_keys(place: Place) {
    let store = place.open().await;
    let alice = with_account(&store, "alice@example.org").await;
    store.set_disabled(&alice, true).await.unwrap();
    let found = store.credentials(&alice).await.unwrap().unwrap();
    assert!(found.disabled);
    assert_eq!(found.keys.len(), 3);
    assert!(store.account_state(&alice).await.unwrap().unwrap().account.disabled);
    store.set_disabled(&alice, false).await.unwrap();
    assert!(!store.credentials(&alice).await.unwrap().unwrap().disabled);
    let nobody = store.set_disabled(&user("nobody@example.org"), true).await;
    assert!(matches!(nobody, Err(AccountError::Missing)));
}

async fn new_keys_replace_the_old_ones_and_end_one_time_tokens(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let alice = with_account(&store, "alice@example.org").await;
    let bob = with_account(&store, "bob@example.org").await;
    let tokens = [token(&alice, TokenSlot::Current, b"stolen"), token(&bob, TokenSlot::Current, b"his")];
    store.commit(&fence, &tokens).await.unwrap();

    store.set_keys(&alice, &keys(9)[1..2]).await.unwrap();

    assert_eq!(store.credentials(&alice).await.unwrap().unwrap().keys, keys(9)[1..2]);
    let agent = "d4565fa7-4d72-4749-b3d3-740edbf87770";
    assert_eq!(store.tokens(&alice, agent).await.unwrap(), []);
    assert_eq!(store.tokens(&bob, agent).await.unwrap().len(), 1, "other people's tokens stay");
    let nobody = store.set_keys(&user("nobody@example.org"), &keys(1)).await;
    assert!(matches!(nobody, Err(AccountError::Missing)));
}

async fn a_removed_account_leaves_nothing_behind(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let alice = with_account(&store, "alice@example.org").await;
    let bob = with_account(&store, "bob@example.org").await;
    let of_both = |record| [alice.clone(), bob.clone()].map(|user| archived(&user, record, "c@example.org"));
    let mut rows: Vec<Row> = (1..=700).flat_map(of_both).collect();
    rows.extend([
        spooled(&alice, 1),
        Row::Roster(item(&alice, "bob@example.org", 1)),
        Row::Blocked { user: alice.clone(), jid: bob.clone().into() },
        token(&alice, TokenSlot::New, b"t"),
        Row::Head(head(1, "alice@example.org/phone", 1)),
    ]);
    store.commit(&fence, &rows).await.unwrap();

    store.remove_account(&alice).await.unwrap();

    assert_eq!(store.account_state(&alice).await.unwrap(), None);
    assert_eq!(store.heads(&fence.home).await.unwrap(), []);
    assert!(matches!(store.remove_account(&alice).await, Err(AccountError::Missing)));
    store.create_account(&alice, &home(), &keys(2), Timestamp(9)).await.unwrap();
    let fresh = store.account_state(&alice).await.unwrap().unwrap();
    assert_eq!(
        (fresh.roster.len(), fresh.roster_version, fresh.blocked.len(), fresh.spool.rows),
        (0, 0, 0, 0)
    );
    assert_eq!(
        store.archive_ends(&alice).await.unwrap(),
        None,
        "the next owner of the address reads nothing"
    );
    let (_, last) = store.archive_ends(&bob).await.unwrap().unwrap();
    assert_eq!(last.at, Timestamp(700_000), "other people's archives stay");
}

async fn accounts_are_listed_page_by_page(place: Place) {
    let store = place.open().await;
    for name in ["carol", "alice", "bob", "Dave", "änne"] {
        with_account(&store, &format!("{name}@example.org")).await;
    }
    assert_eq!(store.account_count().await.unwrap(), 5);
    let mut names = Vec::new();
    loop {
        let page = store.accounts(names.last(), 2).await.unwrap();
        assert!(page.len() <= 2);
        if page.is_empty() {
            break;
        }
        names.extend(page.into_iter().map(|account| account.user));
    }
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    let all =
        ["alice@example.org", "bob@example.org", "carol@example.org", "dave@example.org", "änne@example.org"];
    assert_eq!(names, all);
}

async fn addresses_outside_ascii_are_as_good_as_others(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let user = with_account(&store, "дарья@пример.рф").await;
    let contact = "用户@例え.jp";
    let rows = [
        Row::Roster(item(&user, contact, 1)),
        archived(&user, 1, "用户@例え.jp/携帯/電話"),
        Row::Head(head(3, "дарья@пример.рф/дом", 2)),
    ];
    store.commit(&fence, &rows).await.unwrap();
    assert_eq!(store.account_state(&user).await.unwrap().unwrap().roster, [item(&user, contact, 1)]);
    let Row::Archive(row) = &rows[1] else { unreachable!() };
    assert_eq!(store.archive_message(&user, row.id).await.unwrap().as_ref(), Some(row));
    assert_eq!(store.heads(&fence.home).await.unwrap(), [head(3, "дарья@пример.рф/дом", 2)]);
}
