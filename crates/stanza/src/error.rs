//! Error conditions of stanzas and streams, and how they are written.

mod conditions;
mod reply;

use bytes::Bytes;
use jid::Jid;

use crate::build::Writer;
use crate::framer::FrameError;
use crate::ns;

pub use self::conditions::{ErrorCondition, ErrorType, StreamCondition};

/// A stanza error (RFC 6120 §8.3): what is told to the sender of a stanza that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", condition.name(), text.as_deref().unwrap_or("no details"))]
pub struct StanzaError {
    /// Whether and how to try again.
    pub error_type: ErrorType,
    /// What was wrong.
    pub condition: ErrorCondition,
    /// Details for people, in English.
    pub text: Option<String>,
    /// Who refused, where it is not the addressee.
    pub by: Option<Jid>,
    /// An application-specific condition (RFC 6120 §8.3.4): one element in TCP form.
    pub application: Option<Bytes>,
}

impl StanzaError {
    /// An error of this condition with its usual type.
    pub fn new(condition: ErrorCondition) -> Self {
        Self { error_type: condition.default_type(), condition, text: None, by: None, application: None }
    }

    /// With details for people.
    #[must_use]
    pub fn with_text(self, text: &str) -> Self {
        Self { text: Some(text.to_owned()), ..self }
    }

    /// With another type than the usual one.
    #[must_use]
    pub fn with_type(self, error_type: ErrorType) -> Self {
        Self { error_type, ..self }
    }

    /// With the address that refused.
    #[must_use]
    pub fn with_by(self, by: Jid) -> Self {
        Self { by: Some(by), ..self }
    }

    /// With an application-specific condition: one element in TCP form.
    #[must_use]
    pub fn with_application(self, element: Bytes) -> Self {
        Self { application: Some(element), ..self }
    }

    /// The `<error/>` element in TCP form.
    pub fn to_bytes(&self) -> Bytes {
        let by = self.by.as_ref().map(Jid::as_str);
        let attributes = [("", "type", Some(self.error_type.name())), ("", "by", by)];
        let attributes = attributes.into_iter().filter_map(|(ns, name, value)| Some((ns, name, value?)));
        let mut writer = Writer::for_stream();
        writer.start(ns::CLIENT, "error", attributes);
        write_details(
            &mut writer,
            ns::STANZAS,
            self.condition.name(),
            self.text.as_deref(),
            self.application.as_ref(),
        );
        writer.end();
        Bytes::from(writer.finish())
    }
}

/// A malformed address is told as `jid-malformed` (RFC 6120 §8.3.3.8).
impl From<jid::Error> for StanzaError {
    fn from(error: jid::Error) -> Self {
        Self::new(ErrorCondition::JidMalformed).with_text(&error.to_string())
    }
}

/// A stream error (RFC 6120 §4.9): the last thing said on a stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", condition.name(), text.as_deref().unwrap_or("no details"))]
pub struct StreamError {
    /// What was wrong.
    pub condition: StreamCondition,
    /// Details for people, in English.
    pub text: Option<String>,
    /// An application-specific condition (RFC 6120 §4.9.4): one element in TCP form.
    pub application: Option<Bytes>,
}

impl StreamError {
    /// An error of this condition.
    pub fn new(condition: StreamCondition) -> Self {
        Self { condition, text: None, application: None }
    }

    /// With details for people.
    #[must_use]
    pub fn with_text(self, text: &str) -> Self {
        Self { text: Some(text.to_owned()), ..self }
    }

    /// With an application-specific condition: one element in TCP form.
    #[must_use]
    pub fn with_application(self, element: Bytes) -> Self {
        Self { application: Some(element), ..self }
    }

    /// The `<stream:error/>` element in TCP form, to be followed by [`crate::build::STREAM_CLOSE`].
    pub fn to_bytes(&self) -> Bytes {
        let mut writer = Writer::for_stream();
        writer.start(ns::STREAM, "error", std::iter::empty());
        write_details(
            &mut writer,
            ns::STREAMS,
            self.condition.name(),
            self.text.as_deref(),
            self.application.as_ref(),
        );
        writer.end();
        Bytes::from(writer.finish())
    }

    /// The same as a WebSocket message, to be followed by [`crate::build::WEBSOCKET_CLOSE`].
    pub fn to_websocket_bytes(&self) -> Bytes {
        crate::build::with_client_namespace(&self.to_bytes())
    }
}

/// What a peer sent is told by its condition, and what exactly was wrong as text.
impl From<FrameError> for StreamError {
    fn from(error: FrameError) -> Self {
        Self::new(error.condition()).with_text(&error.to_string())
    }
}

fn write_details(
    writer: &mut Writer,
    namespace: &str,
    condition: &str,
    text: Option<&str>,
    application: Option<&Bytes>,
) {
    writer.start(namespace, condition, std::iter::empty());
    writer.end();
    if let Some(text) = text {
        writer.start(namespace, "text", [(rxml::XMLNS_XML, "lang", "en")].into_iter());
        writer.text(text);
        writer.end();
    }
    if let Some(element) = application {
        writer.raw(element);
    }
}
