//! What Profanity's own log says that went over the wire. It writes that when it is asked to log all.

use super::super::log::read_marker;

/// Something that its log shows.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Seen {
    /// It sent the message with this number.
    Sent(u64),
    /// It received a message.
    Received { from: String, number: u64, stored: bool },
    /// It has a new session with this full address.
    Bound(String),
    /// It has its session back.
    Resumed,
    /// The server refused to resume its session.
    NotResumed(String),
    /// Its connection is gone.
    Lost,
}

/// What a line shows; nothing for the many that do not matter.
pub(super) fn seen(line: &str) -> Option<Seen> {
    if let Some((_, sent)) = line.split_once(" SENT: ") {
        return numbered(sent).map(|(_, number)| Seen::Sent(number));
    }
    let Some((_, received)) = line.split_once(" RECV: ") else {
        return line.contains("XMPP_CONN_DISCONNECT").then_some(Seen::Lost);
    };
    if let Some((from, number)) = numbered(received) {
        return Some(Seen::Received { from, number, stored: received.contains("urn:xmpp:delay") });
    }
    if received.starts_with("<resumed ") {
        return Some(Seen::Resumed);
    }
    if received.starts_with("<failed ") && received.contains("urn:xmpp:sm:") {
        return Some(Seen::NotResumed(received.trim().to_owned()));
    }
    let bound = between(received, "<jid>", "</jid>").filter(|_| received.starts_with("<iq "));
    bound.map(|jid| Seen::Bound(jid.to_owned()))
}

/// Sender and number of a message in a stanza.
fn numbered(stanza: &str) -> Option<(String, u64)> {
    let body = between(stanza, "<body>", "</body>").filter(|_| stanza.starts_with("<message "))?;
    read_marker(body).map(|(from, number)| (from.to_owned(), number))
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    text.split_once(begin)?.1.split_once(end).map(|(found, _)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_over_the_wire_is_read() {
        let lines = [
            (
                "conn: DBG: SENT: <message id=\"x\" to=\"r@x/1\"><body>pair-profanity-3</body></message>",
                Seen::Sent(3),
            ),
            (
                "xmpp: DBG: RECV: <message from=\"r@x/1\"><body>pair-r-7</body></message>",
                Seen::Received { from: "r".to_owned(), number: 7, stored: false },
            ),
            ("xmpp: DBG: RECV: <iq><bind/><jid>l@x/2</jid></iq>", Seen::Bound("l@x/2".to_owned())),
            ("xmpp: DBG: RECV: <resumed h=\"1\" xmlns=\"urn:xmpp:sm:3\"/>", Seen::Resumed),
            ("prof: DBG: Connection handler: XMPP_CONN_DISCONNECT", Seen::Lost),
        ];
        for (line, expected) in lines {
            let line = line.replace("<iq>", "<iq type=\"result\">");
            assert_eq!(seen(&format!("2026-01-01T00:00:00Z: {line}\n")), Some(expected));
        }
        assert_eq!(seen("prof: DBG: Input received: /msg r@x pair-profanity-3"), None);
    }
}
