//! Users and their homes.

use everpresent_session::ids::{Epoch, HomeName, RecordNumber, RowId};
use everpresent_session::time::Timestamp;
use everpresent_store::{AccountError, UserHome};

use crate::backend::{Place, on_both};
use crate::rows::{alice, archived, home, keys, owned, user, with_account};

on_both!(
    a_new_account_belongs_where_it_was_made,
    users_are_counted_and_listed_by_home,
    users_from_before_are_adopted_once,
    what_a_user_has_stored_tells_its_newest_epoch,
);

fn elsewhere() -> HomeName {
    HomeName::new("imp2")
}

async fn a_new_account_belongs_where_it_was_made(place: Place) {
    let store = place.open().await;
    assert_eq!(store.user_home(&alice()).await.unwrap(), UserHome::NoAccount);
    store.create_account(&alice(), &home(), &keys(1), Timestamp(1)).await.unwrap();
    assert_eq!(store.user_home(&alice()).await.unwrap(), UserHome::At(home()));

    store.assign_home(&alice(), &elsewhere()).await.unwrap();
    assert_eq!(store.user_home(&alice()).await.unwrap(), UserHome::At(elsewhere()));
    assert_eq!(store.account(&alice()).await.unwrap().unwrap().home, Some(elsewhere()));
    let state = store.account_state(&alice()).await.unwrap().unwrap();
    assert_eq!(state.account.home, Some(elsewhere()));

    let stranger = store.assign_home(&user("bob@example.org"), &home()).await;
    assert!(matches!(stranger, Err(AccountError::Missing)));
    store.remove_account(&alice()).await.unwrap();
    assert_eq!(store.user_home(&alice()).await.unwrap(), UserHome::NoAccount);
}

async fn users_are_counted_and_listed_by_home(place: Place) {
    let store = place.open().await;
    assert_eq!(store.users_per_home().await.unwrap(), []);
    for n in 0..5 {
        let user = with_account(&store, &format!("user{n}@example.org")).await;
        if n > 2 {
            store.assign_home(&user, &elsewhere()).await.unwrap();
        }
    }
    place.ask("UPDATE users SET home = '' WHERE account = 'user0@example.org'").await;
    assert_eq!(store.users_per_home().await.unwrap(), [(home(), 2), (elsewhere(), 2)]);
    let asked: Vec<_> = (0..300).map(|n| user(&format!("user{n}@example.org"))).collect();
    let mut homes = store.user_homes(&asked).await.unwrap();
    homes.sort();
    let of = |n: u32, home| (user(&format!("user{n}@example.org")), home);
    assert_eq!(homes, [of(1, home()), of(2, home()), of(3, elsewhere()), of(4, elsewhere())]);
    assert_eq!(store.user_homes(&[]).await.unwrap(), []);
    let page = store.users_of_home(&home(), None, 1).await.unwrap();
    assert_eq!(page, [user("user1@example.org")]);
    let rest = store.users_of_home(&home(), page.last(), 9).await.unwrap();
    assert_eq!(rest, [user("user2@example.org")]);
}

async fn users_from_before_are_adopted_once(place: Place) {
    let store = place.open().await;
    let bob = with_account(&store, "bob@example.org").await;
    store.assign_home(&bob, &elsewhere()).await.unwrap();
    let values: Vec<String> = (0..4_500).map(|n| format!("('user{n}@example.org', 0, 1)")).collect();
    let insert = format!("INSERT INTO users (account, disabled, created_ms) VALUES {}", values.join(", "));
    place.ask(&insert).await;
    assert_eq!(store.user_home(&user("user7@example.org")).await.unwrap(), UserHome::NotAssigned);

    assert_eq!(store.adopt_unassigned(&home()).await.unwrap(), 4_500);
    assert_eq!(store.adopt_unassigned(&elsewhere()).await.unwrap(), 0);
    assert_eq!(store.users_per_home().await.unwrap(), [(home(), 4_500), (elsewhere(), 1)]);
}

async fn what_a_user_has_stored_tells_its_newest_epoch(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    with_account(&store, alice().as_str()).await;
    assert_eq!(store.newest_epoch(&alice()).await.unwrap(), None);
    store.commit(&fence, &[archived(&alice(), 3, "bob@example.org")]).await.unwrap();
    assert_eq!(store.newest_epoch(&alice()).await.unwrap(), Some(Epoch(1)));
    let later = RowId { epoch: Epoch(12), record: RecordNumber(1), index: 0 };
    let insert = "INSERT INTO spool (account, id, at_ms, archived, stanza) VALUES ('alice@example.org'";
    place.ask(&format!("{insert}, '{later}', 1, 0, '')")).await;
    assert_eq!(store.newest_epoch(&alice()).await.unwrap(), Some(Epoch(12)));
}
