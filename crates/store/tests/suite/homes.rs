//! The witness row: of several who try, one succeeds, and who is no longer owner writes nothing.

use everpresent_session::ids::{Epoch, Incarnation};
use everpresent_store::{CommitError, Fence, HomeRow};

use crate::backend::{Place, on_both};
use crate::rows::{alice, fence, home_row, owned, spooled};

on_both!(
    a_home_is_made_once,
    each_change_needs_the_row_as_it_is,
    of_many_who_claim_one_wins,
    a_released_home_has_no_owner_and_keeps_its_epoch,
    a_former_owner_writes_nothing,
    a_claim_waits_for_a_running_commit_and_no_commit_slips_past_it,
);

async fn a_home_is_made_once(place: Place) {
    let store = place.open().await;
    assert_eq!(store.read_home(&home_row().home).await.unwrap(), None);
    assert!(store.insert_home(&home_row()).await.unwrap());
    let late = HomeRow { owner: "imp2".into(), ..home_row() };
    assert!(!store.insert_home(&late).await.unwrap());
    assert_eq!(store.read_home(&late.home).await.unwrap(), Some(home_row()));
    assert_eq!(store.homes().await.unwrap(), [home_row()]);
}

async fn each_change_needs_the_row_as_it_is(place: Place) {
    let store = place.open().await;
    owned(&store).await;
    let seen = home_row();
    let renewed = store.renew_home(&seen).await.unwrap().unwrap();
    assert_eq!(renewed, HomeRow { beat: 2, ..seen.clone() });
    assert_eq!(store.renew_home(&seen).await.unwrap(), None, "the old beat");
    assert_eq!(store.set_replica(&seen, Some(Incarnation(9))).await.unwrap(), None);
    let protected = store.set_replica(&renewed, Some(Incarnation(9))).await.unwrap().unwrap();
    let granted = store.set_grant_seconds(&protected, 90).await.unwrap().unwrap();
    assert_eq!(store.read_home(&seen.home).await.unwrap(), Some(granted.clone()));
    assert_eq!((granted.replica, granted.grant_seconds, granted.beat), (Some(Incarnation(9)), 90, 4));

    let claimed = store.claim_home(&granted, "imp2", Incarnation(9), Epoch(2)).await.unwrap().unwrap();
    assert_eq!((claimed.replica, claimed.owner.as_str()), (None, "imp2"), "a claim clears the replica");
    assert_eq!(store.renew_home(&granted).await.unwrap(), None, "the former owner");
    assert!(store.claim_home(&claimed, "imp2", Incarnation(10), Epoch(2)).await.is_err(), "no new epoch");
}

async fn of_many_who_claim_one_wins(place: Place) {
    let store = place.open().await;
    owned(&store).await;
    let claims = (1..=8).map(|claimant| {
        let store = store.clone();
        tokio::spawn(async move {
            let claim = store.claim_home(&home_row(), "imp2", Incarnation(claimant), Epoch(2)).await;
            claim.unwrap().is_some()
        })
    });
    let mut won = 0;
    for claim in claims.collect::<Vec<_>>() {
        won += u32::from(claim.await.unwrap());
    }
    assert_eq!(won, 1);
}

async fn a_released_home_has_no_owner_and_keeps_its_epoch(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    assert_eq!(store.release_homes(Incarnation(0xdead)).await.unwrap(), 0);
    assert_eq!(store.release_homes(fence.incarnation).await.unwrap(), 1);
    assert_eq!(store.release_homes(fence.incarnation).await.unwrap(), 0, "once is enough");
    let row = store.read_home(&fence.home).await.unwrap().unwrap();
    assert_eq!((row.incarnation, row.epoch, row.beat), (None, Epoch(1), 2));
    let late = store.commit(&fence, &[spooled(&alice(), 1)]).await;
    assert!(matches!(late, Err(CommitError::Fenced)));
}

async fn a_former_owner_writes_nothing(place: Place) {
    let store = place.open().await;
    let old = owned(&store).await;
    store.commit(&old, &[spooled(&alice(), 1)]).await.unwrap();
    let claimed = store.claim_home(&home_row(), "imp2", Incarnation(2), Epoch(2)).await.unwrap().unwrap();

    let late = store.commit(&old, &[spooled(&alice(), 2)]).await;

    assert!(matches!(late, Err(CommitError::Fenced)));
    let same_process = Fence { epoch: Epoch(1), ..fence(&claimed) };
    assert!(matches!(store.commit(&same_process, &[]).await, Err(CommitError::Fenced)), "an old epoch");
    let same_epoch = Fence { incarnation: Incarnation(3), ..fence(&claimed) };
    assert!(matches!(store.commit(&same_epoch, &[]).await, Err(CommitError::Fenced)), "another process");
    store.commit(&fence(&claimed), &[spooled(&alice(), 3)]).await.unwrap();
    let records: Vec<u64> =
        store.spool(&alice(), None, 9).await.unwrap().iter().map(|row| row.id.record.0).collect();
    assert_eq!(records, [1, 3]);
}

/// An owner commits as fast as it can while another takes the home: all that it was told was written is there when the
/// claim has succeeded, and nothing more comes.
async fn a_claim_waits_for_a_running_commit_and_no_commit_slips_past_it(place: Place) {
    let (old, new) = (place.open().await, place.open().await);
    let old_fence = owned(&old).await;
    let (started, wait) = tokio::sync::oneshot::channel();
    let owner = tokio::spawn(async move {
        let mut started = Some(started);
        for record in 1.. {
            match old.commit(&old_fence, &[spooled(&alice(), record)]).await {
                Ok(()) => {}
                Err(CommitError::Fenced) => return record - 1,
                Err(error) => panic!("{error}"),
            }
            if record == 20 {
                started.take().unwrap().send(()).unwrap();
            }
        }
        0
    });
    wait.await.unwrap();
    new.claim_home(&home_row(), "imp2", Incarnation(2), Epoch(2)).await.unwrap().unwrap();
    let at_claim = new.spool_size(&alice()).await.unwrap().rows;
    let written = owner.await.unwrap();
    assert!(written >= 20);
    assert_eq!(at_claim, written, "written after the claim, or lost");
    assert_eq!(new.spool_size(&alice()).await.unwrap().rows, written);
}
