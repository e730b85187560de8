//! What time it is at the server (XEP-0202).

use bytes::Bytes;
use everpresent_session::time::Timestamp;
use everpresent_stanza::{IqType, build, ns};

use super::request::{Request, Stop};

/// Tells the server's time, in UTC.
pub(super) fn answer(request: &Request<'_>) -> Result<(), Stop> {
    request.only(IqType::Get)?;
    request.result(&payload(request.turn.node().clock.now().wall))
}

fn payload(now: Timestamp) -> Bytes {
    let utc = build::timestamp(now.0);
    build::wrapped("time", ns::TIME, &[], format!("<tzo>+00:00</tzo><utc>{utc}</utc>").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_told_in_utc() {
        assert_eq!(
            payload(Timestamp(1_166_551_115_000)),
            "<time xmlns='urn:xmpp:time'><tzo>+00:00</tzo><utc>2006-12-19T17:58:35.000Z</utc></time>"
        );
    }
}
