//! Where an archive begins and ends (XEP-0313 §5).

use bytes::Bytes;
use everpresent_stanza::{build, ns};
use everpresent_store::ArchiveEnd;

use super::super::request::{Request, Stop};

/// Tells id and time of the first and the last message.
pub(super) async fn answer(request: &Request<'_>) -> Result<(), Stop> {
    let turn = request.turn;
    super::written(turn.home).await?;
    let ends = turn.node().store.archive_ends(turn.user).await;
    request.result(&payload(ends.map_err(|error| super::store_error(&error))?))
}

fn payload(ends: Option<(ArchiveEnd, ArchiveEnd)>) -> Bytes {
    let mut content = Vec::new();
    if let Some((first, last)) = ends {
        for (name, end) in [("start", first), ("end", last)] {
            let (id, at) = (end.id.to_string(), build::timestamp(end.at.0));
            let attributes = [("id", Some(id.as_str())), ("timestamp", Some(at.as_str()))];
            content.extend_from_slice(&build::stanza(name, &attributes, b""));
        }
    }
    build::wrapped("metadata", ns::MAM, &[], &content)
}

#[cfg(test)]
mod tests {
    use everpresent_session::ids::{Epoch, RecordNumber, RowId};
    use everpresent_session::time::Timestamp;

    use super::*;

    #[test]
    fn both_ends_are_told_and_an_empty_archive_has_none() {
        let end = |record, at| ArchiveEnd {
            id: RowId { epoch: Epoch(1), record: RecordNumber(record), index: 0 },
            at: Timestamp(at),
        };
        assert_eq!(
            payload(Some((end(1, 0), end(2, 1_000)))),
            "<metadata xmlns='urn:xmpp:mam:2'>\
             <start id='00000001-000000000001-0000' timestamp='1970-01-01T00:00:00.000Z'/>\
             <end id='00000001-000000000002-0000' timestamp='1970-01-01T00:00:01.000Z'/></metadata>"
        );
        assert_eq!(payload(None), "<metadata xmlns='urn:xmpp:mam:2'/>");
    }
}
