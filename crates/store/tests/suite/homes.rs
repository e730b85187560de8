//! The witness row: of several who try, one succeeds, and who is no longer owner writes nothing.

use everpresent_session::ids::{Epoch, HomeName, Incarnation};
use everpresent_store::{CommitError, Database, Fence, HomeRow};

use crate::backend::{Place, on_both};
use crate::rows::{alice, claimed, fence, home_row, owned, renewed, spooled};

on_both!(
    a_home_is_made_once,
    each_change_needs_the_row_as_it_is,
    a_change_that_no_rule_allows_is_refused,
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
    let first = renewed(&seen);
    assert!(store.swap_home(&seen, &first).await.unwrap());
    assert!(!store.swap_home(&seen, &first).await.unwrap(), "the old beat");
    let protected = HomeRow { replica: Some(Incarnation(9)), grant_seconds: 90, ..renewed(&first) };
    let late = HomeRow { beat: 2, ..protected.clone() };
    assert!(!store.swap_home(&seen, &late).await.unwrap(), "the old beat");
    assert!(store.swap_home(&first, &protected).await.unwrap());
    assert_eq!(store.read_home(&seen.home).await.unwrap(), Some(protected.clone()));

    let other_process = HomeRow { incarnation: Some(Incarnation(8)), ..protected.clone() };
    assert!(!store.swap_home(&other_process, &renewed(&other_process)).await.unwrap());
    let other_epoch = HomeRow { epoch: Epoch(2), ..protected.clone() };
    assert!(!store.swap_home(&other_epoch, &renewed(&other_epoch)).await.unwrap());
    let claim = claimed(&protected, 9);
    assert!(store.swap_home(&protected, &claim).await.unwrap());
    assert_eq!(store.read_home(&seen.home).await.unwrap(), Some(claim));
    assert!(!store.swap_home(&protected, &renewed(&protected)).await.unwrap(), "the former owner");
}

async fn a_change_that_no_rule_allows_is_refused(place: Place) {
    let store = place.open().await;
    owned(&store).await;
    let seen = home_row();
    let released = HomeRow { incarnation: None, ..renewed(&seen) };
    assert!(store.swap_home(&seen, &released).await.unwrap());
    let changes = [
        (&seen, HomeRow { beat: 1, ..seen.clone() }, "the same beat"),
        (&seen, HomeRow { beat: 3, ..seen.clone() }, "a beat left out"),
        (&seen, HomeRow { epoch: Epoch(0), ..renewed(&seen) }, "a lower epoch"),
        (
            &seen,
            HomeRow { incarnation: Some(Incarnation(2)), ..renewed(&seen) },
            "a claim without a new epoch",
        ),
        (&seen, HomeRow { home: HomeName::new("imp2"), ..renewed(&seen) }, "another home"),
        (
            &released,
            HomeRow { incarnation: seen.incarnation, ..renewed(&released) },
            "a renewal that un-releases",
        ),
    ];
    for (seen, after, what) in changes {
        let refused = store.swap_home(seen, &after).await;
        assert!(matches!(&refused, Err(error) if !error.retry_helps()), "{what}: {refused:?}");
    }
    assert_eq!(store.homes().await.unwrap(), [released]);
}

async fn of_many_who_claim_one_wins(place: Place) {
    let store = place.open().await;
    owned(&store).await;
    let claims = (1..=8).map(|claimant| {
        let store = store.clone();
        tokio::spawn(
            async move { store.swap_home(&home_row(), &claimed(&home_row(), claimant)).await.unwrap() },
        )
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
    let claimed = claimed(&home_row(), 2);
    assert!(store.swap_home(&home_row(), &claimed).await.unwrap());

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

/// A change of the witness row by somebody who tries until it is answered.
async fn swapped(store: &Database, seen: &HomeRow, after: &HomeRow) {
    loop {
        match store.swap_home(seen, after).await {
            Ok(true) => return,
            Ok(false) => {
                assert_eq!(store.read_home(&seen.home).await.unwrap().as_ref(), Some(after), "somebody else");
                return;
            }
            Err(error) => assert!(error.retry_helps(), "{error}"),
        }
    }
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
    swapped(&new, &home_row(), &claimed(&home_row(), 2)).await;
    let at_claim = new.spool_size(&alice()).await.unwrap().rows;
    let written = owner.await.unwrap();
    assert!(written >= 20);
    assert_eq!(at_claim, written, "written after the claim, or lost");
    assert_eq!(new.spool_size(&alice()).await.unwrap().rows, written);
}
