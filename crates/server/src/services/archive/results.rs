//! Writing the answer to a query: the messages, and what ends them (XEP-0313 §4.2, §4.3).

use bytes::Bytes;
use everpresent_session::row::ArchiveRow;
use everpresent_stanza::{BareJid, FullJid, build, ns};
use everpresent_store::Page;

/// One archived message for the client that asked. It comes from the account, as the client must check (§8.2).
pub(super) fn message(user: &BareJid, to: &FullJid, query_id: Option<&str>, row: &ArchiveRow) -> Bytes {
    let delay = build::delay(row.at.0, None);
    let forwarded = build::forwarded(&row.stanza, Some(&delay));
    let id = row.id.to_string();
    let attributes = [("queryid", query_id), ("id", Some(id.as_str()))];
    let result = build::wrapped("result", ns::MAM, &attributes, &forwarded);
    build::message(user.as_str(), to.as_str(), None, None, &result)
}

/// The end of a page. First and last are those of the page by age, flipped or not: flipping changes the order of
/// sending only (§4.3.4).
pub(super) fn fin(page: &Page) -> Bytes {
    let first = page.rows.iter().map(|row| row.id).min();
    let last = page.rows.iter().map(|row| row.id).max();
    let index = page.first_index.map(|index| index.to_string());
    let mut set = Vec::new();
    if let (Some(first), Some(last)) = (first, last) {
        let (first, last) = (first.to_string(), last.to_string());
        set.extend_from_slice(&build::stanza("first", &[("index", index.as_deref())], first.as_bytes()));
        set.extend_from_slice(&build::stanza("last", &[], last.as_bytes()));
    }
    if let Some(count) = page.count {
        set.extend_from_slice(&build::stanza("count", &[], count.to_string().as_bytes()));
    }
    let set = build::wrapped("set", ns::RSM, &[], &set);
    let complete = page.complete.then_some("true");
    build::wrapped("fin", ns::MAM, &[("complete", complete)], &set)
}

#[cfg(test)]
mod tests {
    use everpresent_session::ids::{Epoch, RecordNumber, RowId};
    use everpresent_session::time::Timestamp;
    use everpresent_stanza::{Element, Jid, with_client_namespace};

    use super::*;

    fn row(record: u64) -> ArchiveRow {
        ArchiveRow {
            user: BareJid::new("alice@example.org").unwrap(),
            id: RowId { epoch: Epoch(1), record: RecordNumber(record), index: 0 },
            at: Timestamp(1_000),
            with: Jid::new("bob@example.org/x").unwrap(),
            stanza_id: String::new(),
            stanza: with_client_namespace(&Bytes::from_static(
                b"<message from='bob@example.org/x'><body>hi</body></message>",
            )),
        }
    }

    fn page(records: &[u64]) -> Page {
        let rows = records.iter().map(|record| row(*record)).collect();
        Page { rows, complete: false, count: None, first_index: None }
    }

    fn parsed(bytes: &Bytes) -> Element {
        Element::from_reader_with_prefixes(bytes.as_ref(), ns::CLIENT.to_owned()).unwrap()
    }

    #[test]
    fn a_message_comes_forwarded_with_its_id_and_time() {
        let to = FullJid::new("alice@example.org/phone").unwrap();
        let message = parsed(&message(&row(1).user, &to, Some("q'1"), &row(1)));
        assert_eq!(
            (message.attr("from"), message.attr("to")),
            (Some("alice@example.org"), Some(to.as_str()))
        );
        let result = message.get_child("result", ns::MAM).unwrap();
        assert_eq!(result.attr("queryid"), Some("q'1"));
        assert_eq!(result.attr("id"), Some("00000001-000000000001-0000"));
        let forwarded = result.get_child("forwarded", ns::FORWARD).unwrap();
        let delay = forwarded.get_child("delay", ns::DELAY).unwrap();
        assert_eq!(delay.attr("stamp"), Some("1970-01-01T00:00:01.000Z"));
        let archived = forwarded.get_child("message", ns::CLIENT).unwrap();
        assert_eq!(archived.get_child("body", ns::CLIENT).unwrap().text(), "hi");
    }

    #[test]
    fn the_end_names_oldest_and_newest_even_of_a_flipped_page() {
        let expected = "<fin xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'>\
                        <first>00000001-000000000001-0000</first><last>00000001-000000000003-0000</last></set></fin>";
        assert_eq!(fin(&page(&[1, 2, 3])), expected);
        assert_eq!(fin(&page(&[3, 2, 1])), expected);
    }

    #[test]
    fn the_last_page_says_so_and_tells_what_is_known() {
        let last = Page { complete: true, count: Some(1), first_index: Some(0), ..page(&[1]) };
        let fin = parsed(&fin(&last));
        assert_eq!(fin.attr("complete"), Some("true"));
        let set = fin.get_child("set", ns::RSM).unwrap();
        assert_eq!(set.get_child("first", ns::RSM).unwrap().attr("index"), Some("0"));
        assert_eq!(set.get_child("count", ns::RSM).unwrap().text(), "1");
    }

    #[test]
    fn an_empty_page_names_no_message() {
        let empty = Page { complete: true, count: Some(0), ..page(&[]) };
        assert_eq!(
            fin(&empty),
            "<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'>\
             <count>0</count></set></fin>"
        );
    }
}
