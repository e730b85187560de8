//! What of an archive a query finds, and what pruning leaves.

use bytes::Bytes;
use everpresent_session::ids::RowId;
use everpresent_session::row::{ArchiveRow, Row};
use everpresent_session::time::Timestamp;
use everpresent_store::archive::{ARCHIVE_IDS_MAX, ARCHIVE_PAGE_MAX_BYTES};
use everpresent_store::{ArchiveError, Database, Filter, PageFrom, Paging};

use crate::backend::{Place, on_both};
use crate::rows::{alice, archived, id, jid, owned, user};

on_both!(
    a_bare_address_finds_all_resources_and_a_full_one_its_own,
    times_include_both_ends,
    ids_cut_out_a_range,
    single_messages_are_found_by_id_and_missing_ones_named,
    filters_work_together,
    metadata_names_both_ends,
    a_page_of_huge_stanzas_ends_early,
    pruning_removes_what_is_old_and_nothing_else,
);

const WITH: [&str; 4] =
    ["bob@example.org/phone", "bob@example.org/desk", "bob@example.org", "room@muc.example.org/bob"];

/// Alice's archive with messages 1 to 12, with the four addresses in turn.
async fn archive(place: &Place) -> Database {
    let store = place.open().await;
    let fence = owned(&store).await;
    let rows: Vec<Row> = (1..=12).map(|n| archived(&alice(), n, WITH[n as usize % 4])).collect();
    store.commit(&fence, &rows).await.unwrap();
    store
}

async fn found(store: &Database, filter: Filter) -> Vec<u64> {
    let paging = Paging { max: 50, from: PageFrom::First, flip: false };
    let page = store.archive_page(&alice(), &filter, paging).await.unwrap();
    page.rows.iter().map(|row| row.id.record.0).collect()
}

async fn a_bare_address_finds_all_resources_and_a_full_one_its_own(place: Place) {
    let store = archive(&place).await;
    let with = |text| Filter { with: Some(jid(text)), ..Filter::default() };
    assert_eq!(found(&store, with("bob@example.org")).await, [1, 2, 4, 5, 6, 8, 9, 10, 12]);
    assert_eq!(found(&store, with("bob@example.org/desk")).await, [1, 5, 9]);
    assert_eq!(found(&store, with("room@muc.example.org")).await, [3, 7, 11]);
    assert_eq!(found(&store, with("example.org")).await, Vec::<u64>::new());
    let message = store.archive_message(&alice(), id(3)).await.unwrap().unwrap();
    assert_eq!(message.with, jid("room@muc.example.org/bob"));
}

async fn times_include_both_ends(place: Place) {
    let store = archive(&place).await;
    let at = |seconds: i64| Some(Timestamp(seconds * 1_000));
    assert_eq!(found(&store, Filter { start: at(10), ..Filter::default() }).await, [10, 11, 12]);
    assert_eq!(found(&store, Filter { end: at(3), ..Filter::default() }).await, [1, 2, 3]);
    assert_eq!(found(&store, Filter { start: at(5), end: at(6), ..Filter::default() }).await, [5, 6]);
    assert_eq!(
        found(&store, Filter { start: at(6), end: at(5), ..Filter::default() }).await,
        Vec::<u64>::new()
    );
}

async fn ids_cut_out_a_range(place: Place) {
    let store = archive(&place).await;
    let range = Filter { after_id: Some(id(4)), before_id: Some(id(8)), ..Filter::default() };
    assert_eq!(found(&store, range.clone()).await, [5, 6, 7]);
    let paging = Paging { max: 2, from: PageFrom::Last, flip: false };
    let page = store.archive_page(&alice(), &range, paging).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [id(6), id(7)]);
    let missing = Filter { after_id: Some(id(77)), ..Filter::default() };
    let answer = store.archive_page(&alice(), &missing, paging).await;
    assert!(matches!(answer, Err(ArchiveError::NotFound(missing)) if missing == id(77)));
}

async fn single_messages_are_found_by_id_and_missing_ones_named(place: Place) {
    let store = archive(&place).await;
    let these = |ids: &[u64]| Filter { ids: ids.iter().map(|n| id(*n)).collect(), ..Filter::default() };
    assert_eq!(found(&store, these(&[9, 2, 2])).await, [2, 9]);
    let paging = Paging { max: 50, from: PageFrom::First, flip: false };
    let answer = store.archive_page(&alice(), &these(&[2, 40]), paging).await;
    assert!(matches!(answer, Err(ArchiveError::NotFound(missing)) if missing == id(40)));
    let others = store.archive_page(&user("eve@example.org"), &these(&[2]), paging).await;
    assert!(matches!(others, Err(ArchiveError::NotFound(_))), "nobody reads another's archive by id");
    assert_eq!(store.archive_message(&user("eve@example.org"), id(2)).await.unwrap(), None);
    let many: Vec<RowId> = (0..=ARCHIVE_IDS_MAX as u64).map(id).collect();
    let answer = store.archive_page(&alice(), &Filter { ids: many, ..Filter::default() }, paging).await;
    assert!(matches!(answer, Err(ArchiveError::TooManyIds)));
}

async fn filters_work_together(place: Place) {
    let store = archive(&place).await;
    let filter = Filter {
        with: Some(jid("bob@example.org")),
        start: Some(Timestamp(4_000)),
        end: Some(Timestamp(10_000)),
        after_id: Some(id(5)),
        before_id: Some(id(12)),
        ids: Vec::new(),
    };
    assert_eq!(found(&store, filter.clone()).await, [6, 8, 9, 10]);
    let paging = Paging { max: 2, from: PageFrom::Before(id(10)), flip: true };
    let page = store.archive_page(&alice(), &filter, paging).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [id(9), id(8)]);
    assert!(!page.complete);
}

async fn metadata_names_both_ends(place: Place) {
    let store = archive(&place).await;
    let (first, last) = store.archive_ends(&alice()).await.unwrap().unwrap();
    assert_eq!((first.id, first.at, last.id, last.at), (id(1), Timestamp(1_000), id(12), Timestamp(12_000)));
    assert_eq!(store.archive_ends(&user("nobody@example.org")).await.unwrap(), None);
}

async fn a_page_of_huge_stanzas_ends_early(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let huge = Bytes::from(vec![b'x'; ARCHIVE_PAGE_MAX_BYTES / 2 - 1]);
    let row = |n, stanza: &Bytes| match archived(&alice(), n, "bob@example.org") {
        Row::Archive(row) => Row::Archive(ArchiveRow { stanza: stanza.clone(), ..row }),
        other => other,
    };
    let giant = Bytes::from(vec![b'x'; ARCHIVE_PAGE_MAX_BYTES + 1]);
    let rows = [row(1, &huge), row(2, &huge), row(3, &huge), row(4, &giant)];
    store.commit(&fence, &rows).await.unwrap();
    let mut sizes = Vec::new();
    let mut from = PageFrom::First;
    loop {
        let paging = Paging { max: 50, from, flip: false };
        let page = store.archive_page(&alice(), &Filter::default(), paging).await.unwrap();
        sizes.push(page.rows.len());
        if page.complete {
            break;
        }
        from = PageFrom::After(page.rows.last().unwrap().id);
    }
    assert_eq!(sizes, [2, 1, 1]);
    let last = Paging { max: 50, from: PageFrom::Last, flip: false };
    let page = store.archive_page(&alice(), &Filter::default(), last).await.unwrap();
    assert_eq!((page.rows[0].id, page.rows.len(), page.complete), (id(4), 1, false));
}

async fn pruning_removes_what_is_old_and_nothing_else(place: Place) {
    let store = place.open().await;
    let fence = owned(&store).await;
    let names = ["alice@example.org", "bob@example.org", "zoë@example.org"].map(user);
    for user in &names {
        let rows: Vec<Row> = (1..=1_300).map(|n| archived(user, n, "c@example.org")).collect();
        store.commit(&fence, &rows).await.unwrap();
    }
    let young = user("young@example.org");
    store.commit(&fence, &[archived(&young, 1_299, "c@example.org")]).await.unwrap();

    assert_eq!(store.prune_archives(Timestamp(1_201_000)).await.unwrap(), 3 * 1_200);

    for user in names.iter().chain([&young]) {
        let (first, last) = store.archive_ends(user).await.unwrap().unwrap();
        assert!(first.at >= Timestamp(1_201_000));
        assert!(last.id >= id(1_299));
    }
    assert_eq!(store.prune_archives(Timestamp(1_201_000)).await.unwrap(), 0);
}
