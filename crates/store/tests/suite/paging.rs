//! Pages of an archive (XEP-0313 with XEP-0059): in both directions, at the edges, and flipped.

use everpresent_session::row::Row;
use everpresent_store::archive::ARCHIVE_PAGE_MAX_ROWS;
use everpresent_store::{ArchiveError, Database, Filter, Page, PageFrom, Paging};

use crate::backend::{Place, on_both};
use crate::rows::{alice, archived, id, owned, user};

on_both!(
    forwards_every_message_comes_once_and_the_last_page_says_so,
    backwards_every_message_comes_once_and_the_first_page_says_so,
    a_flipped_page_holds_the_same_messages_newest_first,
    pages_at_the_edges_are_empty_and_complete,
    an_exactly_full_page_is_complete,
    a_count_is_given_when_asked_for_or_free,
    an_anchor_that_is_not_in_the_archive_is_not_found,
    a_page_is_bounded_whatever_is_asked_for,
);

/// Alice's archive with messages 1 to `count`.
async fn archive(place: &Place, count: u64) -> Database {
    let store = place.open().await;
    let fence = owned(&store).await;
    let of_both = |n| {
        [archived(&alice(), n, "bob@example.org/x"), archived(&user("eve@example.org"), n, "e@example.org")]
    };
    let rows: Vec<Row> = (1..=count).flat_map(of_both).collect();
    store.commit(&fence, &rows).await.unwrap();
    store
}

async fn page(store: &Database, max: u32, from: PageFrom, flip: bool) -> Page {
    store.archive_page(&alice(), &Filter::default(), Paging { max, from, flip }).await.unwrap()
}

fn numbers(page: &Page) -> Vec<u64> {
    page.rows.iter().map(|row| row.id.record.0).collect()
}

async fn forwards_every_message_comes_once_and_the_last_page_says_so(place: Place) {
    let store = archive(&place, 25).await;
    let mut all = Vec::new();
    let mut from = PageFrom::First;
    for complete in [false, false, true] {
        let page = page(&store, 10, from, false).await;
        assert_eq!(page.complete, complete, "after {}", all.len());
        all.extend(numbers(&page));
        from = PageFrom::After(page.rows.last().unwrap().id);
    }
    assert_eq!(all, (1..=25).collect::<Vec<_>>());
}

async fn backwards_every_message_comes_once_and_the_first_page_says_so(place: Place) {
    let store = archive(&place, 25).await;
    let mut all: Vec<u64> = Vec::new();
    let mut from = PageFrom::Last;
    for complete in [false, false, true] {
        let page = page(&store, 10, from, false).await;
        assert_eq!(page.complete, complete);
        assert!(page.rows.is_sorted_by_key(|row| row.id), "oldest first within the page");
        all.splice(0..0, numbers(&page));
        from = PageFrom::Before(page.rows[0].id);
    }
    assert_eq!(all, (1..=25).collect::<Vec<_>>());
}

async fn a_flipped_page_holds_the_same_messages_newest_first(place: Place) {
    let store = archive(&place, 9).await;
    for from in [PageFrom::First, PageFrom::After(id(4)), PageFrom::Last, PageFrom::Before(id(4))] {
        let straight = page(&store, 3, from, false).await;
        let mut flipped = page(&store, 3, from, true).await;
        assert_eq!(numbers(&flipped)[0], *numbers(&straight).last().unwrap());
        flipped.rows.reverse();
        assert_eq!(flipped, straight);
    }
    assert_eq!(numbers(&page(&store, 3, PageFrom::Last, true).await), [9, 8, 7]);
}

async fn pages_at_the_edges_are_empty_and_complete(place: Place) {
    let store = archive(&place, 3).await;
    for from in [PageFrom::After(id(3)), PageFrom::Before(id(1))] {
        let page = page(&store, 10, from, false).await;
        assert_eq!((numbers(&page), page.complete), (vec![], true), "{from:?}");
    }
    let paging = Paging { max: 10, from: PageFrom::Last, flip: false };
    let nobody = store.archive_page(&user("nobody@example.org"), &Filter::default(), paging).await.unwrap();
    assert_eq!((nobody.rows.len(), nobody.complete, nobody.count), (0, true, Some(0)));
}

async fn an_exactly_full_page_is_complete(place: Place) {
    let store = archive(&place, 5).await;
    for from in [PageFrom::First, PageFrom::Last] {
        let whole = page(&store, 5, from, false).await;
        assert_eq!(
            (whole.rows.len(), whole.complete, whole.count, whole.first_index),
            (5, true, Some(5), Some(0))
        );
        let part = page(&store, 4, from, false).await;
        assert_eq!((part.rows.len(), part.complete, part.count), (4, false, None));
    }
    let rest = page(&store, 3, PageFrom::After(id(2)), false).await;
    assert_eq!((numbers(&rest), rest.complete, rest.count), (vec![3, 4, 5], true, None));
    let start = page(&store, 2, PageFrom::Before(id(3)), false).await;
    assert_eq!((numbers(&start), start.complete, start.first_index), (vec![1, 2], true, Some(0)));
}

async fn a_count_is_given_when_asked_for_or_free(place: Place) {
    let store = archive(&place, 12).await;
    let count = page(&store, 0, PageFrom::First, false).await;
    assert_eq!((count.rows.len(), count.count, count.complete), (0, Some(12), false));
    let part = Filter { after_id: Some(id(10)), ..Filter::default() };
    let paging = Paging { max: 0, from: PageFrom::First, flip: false };
    assert_eq!(store.archive_page(&alice(), &part, paging).await.unwrap().count, Some(2));
}

async fn an_anchor_that_is_not_in_the_archive_is_not_found(place: Place) {
    let store = archive(&place, 3).await;
    for from in [PageFrom::After(id(99)), PageFrom::Before(id(99))] {
        let paging = Paging { max: 10, from, flip: false };
        let answer = store.archive_page(&alice(), &Filter::default(), paging).await;
        assert!(matches!(answer, Err(ArchiveError::NotFound(missing)) if missing == id(99)));
    }
}

async fn a_page_is_bounded_whatever_is_asked_for(place: Place) {
    let store = archive(&place, 300).await;
    let huge = page(&store, u32::MAX, PageFrom::First, false).await;
    assert_eq!((huge.rows.len(), huge.complete), (ARCHIVE_PAGE_MAX_ROWS as usize, false));
    let rest = page(&store, u32::MAX, PageFrom::After(huge.rows.last().unwrap().id), false).await;
    assert_eq!((rest.rows.len(), rest.complete), (50, true));
}
