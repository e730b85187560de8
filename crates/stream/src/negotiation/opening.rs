//! Stream headers and TLS (RFC 6120 §4, §5).

use everpresent_stanza::{Element, StreamCondition, StreamHeader, ns};

use super::state::State;
use super::{MAX_STREAM_HEADERS, Negotiation, Output};
use crate::binding::ChannelBindings;
use crate::features::{after_sign_in, before_sign_in, offers_tls};
use crate::header::{ResponseHeader, check};

impl Negotiation {
    /// The client's header. The server's own goes out in any case, since a stream error needs an open stream
    /// (RFC 6120 §4.9.1.2).
    pub(super) fn stream_opened(&mut self, state: &State, header: &StreamHeader) -> State {
        if !matches!(state, State::ExpectHeader) || self.headers >= MAX_STREAM_HEADERS {
            return self.close(Some(StreamCondition::PolicyViolation));
        }
        self.headers += 1;
        let offer = self.offer.clone();
        let (domain, claimed) = match check(header, &offer) {
            Ok((domain, _))
                if self.user.as_ref().is_some_and(|user| user.domain().as_str() != domain.as_str()) =>
            {
                return self.refuse_header(StreamCondition::HostUnknown);
            }
            Ok(checked) => checked,
            Err(condition) => return self.refuse_header(condition),
        };
        let header = ResponseHeader {
            from: domain.to_string(),
            to: claimed.as_ref().map(ToString::to_string),
            id: self.entropy.short_text(),
        };
        self.output(Output::OpenStream(header));
        self.domain = Some(domain.clone());
        self.claimed = claimed;
        if self.user.is_some() {
            self.send(after_sign_in(&offer));
            State::SignedIn
        } else {
            self.send(before_sign_in(&offer, &self.channel));
            State::Offered
        }
    }

    fn refuse_header(&mut self, condition: StreamCondition) -> State {
        let from = self.offer.domains.first().map(ToString::to_string).unwrap_or_default();
        let header = ResponseHeader { from, to: None, id: self.entropy.short_text() };
        self.output(Output::OpenStream(header));
        self.close(Some(condition))
    }

    /// `<starttls/>`.
    pub(super) fn start_tls(&mut self) -> State {
        if !offers_tls(&self.offer, &self.channel) {
            self.send(Element::bare("failure", ns::TLS));
            return self.close(None);
        }
        self.send(Element::bare("proceed", ns::TLS));
        self.output(Output::StartTls);
        State::StartingTls
    }

    /// TLS is there: what was said before does not count (RFC 6120 §5.4.3.3).
    pub(super) fn tls_started(&mut self, bindings: ChannelBindings) -> State {
        self.channel.tls = Some(bindings);
        self.domain = None;
        self.claimed = None;
        State::ExpectHeader
    }
}
