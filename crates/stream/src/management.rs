//! The elements of stream management (XEP-0198). Counters and queues are the session's.

use everpresent_stanza::{Element, ErrorCondition, ns};

use crate::compose::{Compose, boolean};

/// Longest stream-management id that is looked at, in bytes; ours have 32.
pub const MAX_ID_BYTES: usize = 128;

/// `<enable/>`: the client asks for acknowledgements (XEP-0198 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Enable {
    /// Whether it wants to be able to resume.
    pub resume: bool,
    /// For how many seconds it would like to, if it said.
    pub max_seconds: Option<u32>,
}

/// `<resume/>`: the client wants its session back (XEP-0198 §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The id that `<enabled/>` gave it, as it was sent.
    pub id: String,
    /// How many of the server's stanzas it has handled.
    pub handled: u32,
}

/// A stream-management element of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Management {
    /// `<enable/>`.
    Enable(Enable),
    /// `<resume/>`.
    Resume(Resume),
    /// `<r/>`: the client asks how much was handled.
    Request,
    /// `<a/>`: so many of the server's stanzas were handled, modulo 2³².
    Answer(u32),
}

/// A stream-management element that cannot be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stream-management element is malformed")]
pub struct MalformedManagement;

impl Management {
    /// Reads an element. `None` if it is not in the namespace of stream management.
    pub fn parse(element: &Element) -> Option<Result<Self, MalformedManagement>> {
        element.has_ns(ns::SM).then(|| match element.name() {
            "enable" => Enable::parse(element).map(Self::Enable),
            "resume" => Resume::parse(element).map(Self::Resume),
            "r" => Ok(Self::Request),
            "a" => count(element).map(Self::Answer),
            _ => Err(MalformedManagement),
        })
    }
}

impl Enable {
    /// Reads an `<enable/>` element. A `max` that is no number is a wish that cannot be met, not an error.
    pub fn parse(element: &Element) -> Result<Self, MalformedManagement> {
        let resume = element.attr("resume").map_or(Some(false), boolean).ok_or(MalformedManagement)?;
        Ok(Self { resume, max_seconds: element.attr("max").and_then(|max| max.parse().ok()) })
    }
}

impl Resume {
    /// Reads a `<resume/>` element.
    pub fn parse(element: &Element) -> Result<Self, MalformedManagement> {
        let id = element.attr("previd").filter(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES);
        Ok(Self { id: id.ok_or(MalformedManagement)?.to_owned(), handled: count(element)? })
    }
}

/// `<enabled/>`: acknowledgements are on. There is no `location`: any node takes any client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enabled {
    /// The id to resume by, if the session can be resumed.
    pub id: Option<String>,
    /// For how many seconds after a lost connection it can be.
    pub max_seconds: Option<u32>,
}

impl Enabled {
    /// The element.
    pub fn element(&self) -> Element {
        let mut element = Element::bare("enabled", ns::SM);
        if let Some(id) = &self.id {
            element = element.attribute("id", id.clone()).attribute("resume", "true");
            if let Some(max) = self.max_seconds {
                element = element.attribute("max", max.to_string());
            }
        }
        element
    }
}

/// `<resumed/>`: the session goes on; `handled` of the client's stanzas were handled.
pub fn resumed(id: &str, handled: u32) -> Element {
    Element::bare("resumed", ns::SM).attribute("previd", id).attribute("h", handled.to_string())
}

/// `<failed/>` with a stanza error condition, and for a session that is gone how many of the
/// client's stanzas were handled, if that is known (XEP-0198 §5, §6).
pub fn failed(condition: ErrorCondition, handled: Option<u32>) -> Element {
    let element = Element::bare("failed", ns::SM).child(Element::bare(condition.name(), ns::STANZAS));
    match handled {
        Some(handled) => element.attribute("h", handled.to_string()),
        None => element,
    }
}

/// `<a/>`: so many of the client's stanzas were handled.
pub fn answer(handled: u32) -> Element {
    Element::bare("a", ns::SM).attribute("h", handled.to_string())
}

/// `<r/>`: the server asks how much was handled.
pub fn request() -> Element {
    Element::bare("r", ns::SM)
}

/// `<handled-count-too-high/>`, the application-specific part of the stream error for an `h` above what was sent
/// (XEP-0198 §6).
pub fn handled_count_too_high(handled: u32, sent: u32) -> Element {
    Element::bare("handled-count-too-high", ns::SM)
        .attribute("h", handled.to_string())
        .attribute("send-count", sent.to_string())
}

fn count(element: &Element) -> Result<u32, MalformedManagement> {
    let count = element.attr("h").and_then(|h| h.parse().ok());
    count.ok_or(MalformedManagement)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Option<Result<Management, MalformedManagement>> {
        Management::parse(&xml.parse().unwrap())
    }

    #[test]
    fn elements_of_clients_are_read() {
        let enable = Enable { resume: true, max_seconds: Some(60) };
        assert_eq!(
            read("<enable xmlns='urn:xmpp:sm:3' resume='1' max='60'/>"),
            Some(Ok(Management::Enable(enable)))
        );
        assert_eq!(read("<a xmlns='urn:xmpp:sm:3' h='4294967295'/>"), Some(Ok(Management::Answer(u32::MAX))));
        assert_eq!(read("<r xmlns='urn:xmpp:sm:3'/>"), Some(Ok(Management::Request)));
        let resume = Resume { id: "x".into(), handled: 7 };
        let element = "<resume xmlns='urn:xmpp:sm:3' previd='x' h='7'/>";
        assert_eq!(read(element), Some(Ok(Management::Resume(resume))));
    }

    #[test]
    fn nonsense_is_refused_and_other_namespaces_are_left_alone() {
        let long = "x".repeat(MAX_ID_BYTES + 1);
        for xml in [
            "<a xmlns='urn:xmpp:sm:3'/>".to_owned(),
            "<a xmlns='urn:xmpp:sm:3' h='4294967296'/>".to_owned(),
            "<a xmlns='urn:xmpp:sm:3' h='-1'/>".to_owned(),
            "<enable xmlns='urn:xmpp:sm:3' resume='yes'/>".to_owned(),
            "<resume xmlns='urn:xmpp:sm:3' h='1'/>".to_owned(),
            format!("<resume xmlns='urn:xmpp:sm:3' h='1' previd='{long}'/>"),
            "<unknown xmlns='urn:xmpp:sm:3'/>".to_owned(),
        ] {
            assert_eq!(read(&xml), Some(Err(MalformedManagement)), "{xml}");
        }
        assert_eq!(read("<a xmlns='urn:xmpp:sm:2' h='1'/>"), None);
    }

    #[test]
    fn answers_read_as_the_specification_shows_them() {
        let enabled = Enabled { id: Some("x".into()), max_seconds: Some(900) };
        let shown = "<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true' max='900'/>";
        assert_eq!(enabled.element(), shown.parse::<Element>().unwrap());
        let shown = "<failed xmlns='urn:xmpp:sm:3' h='3'>\
                     <item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>";
        assert_eq!(failed(ErrorCondition::ItemNotFound, Some(3)), shown.parse::<Element>().unwrap());
    }
}
