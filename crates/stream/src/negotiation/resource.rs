//! After sign-in, outside SASL2: bind or resume (RFC 6120 §7, XEP-0198 §5).

use everpresent_stanza::{Element, ErrorCondition, StreamCondition, ns};

use super::state::State;
use super::{Input, Negotiation, Output};
use crate::bind::{BindRequest, bad_resource, classic_error, classic_request, classic_result};
use crate::management::{self, Management, Resume};
use crate::sasl2::UserAgent;

impl Negotiation {
    /// An element of a client that has signed in and has no session yet.
    pub(super) fn signed_in_element(&mut self, element: &Element) -> State {
        let Some(user) = self.user.clone() else {
            return self.close(Some(StreamCondition::InternalServerError));
        };
        if let Some(request) = Management::parse(element) {
            let condition = match request {
                Ok(Management::Resume(resume)) => return self.resume(user, resume),
                Ok(_) => ErrorCondition::UnexpectedRequest,
                Err(_) => ErrorCondition::BadRequest,
            };
            self.send(management::failed(condition, None));
            return State::SignedIn;
        }
        if element.has_ns(ns::SASL) || element.has_ns(ns::SASL2) {
            // One identity per stream (RFC 6120 §6.3.5, XEP-0388 §4.9).
            return self.close(Some(StreamCondition::PolicyViolation));
        }
        let Some((id, resource)) = classic_request(element) else {
            // Nothing else before a resource is bound (RFC 6120 §7.1).
            return self.close(Some(StreamCondition::NotAuthorized));
        };
        let chosen_by_client = resource.is_some();
        let resource = resource.unwrap_or_else(|| self.entropy.short_text());
        let Ok(jid) = user.with_resource_str(&resource) else {
            self.send(bad_resource(&id));
            return State::SignedIn;
        };
        self.output(Output::Bind(BindRequest {
            jid,
            chosen_by_client,
            user_agent: UserAgent::default(),
            inline: false,
            enable: None,
            carbons: false,
            inactive: false,
        }));
        State::Binding(id)
    }

    /// The server's answer to a bind.
    pub(super) fn classic_bound(&mut self, id: &str, answer: Input) -> State {
        match answer {
            Input::Bound(bound) => {
                self.send(classic_result(id, &bound.jid));
                self.establish(false)
            }
            Input::BindFailed(error) => {
                self.send(classic_error(id, error));
                State::SignedIn
            }
            _ => self.close(Some(StreamCondition::InternalServerError)),
        }
    }

    /// The server's answer to a resume. After a failed one the client may bind.
    pub(super) fn classic_resumed(&mut self, resume: &Resume, answer: &Input) -> State {
        match answer {
            Input::Resumed(resumed) => {
                self.send(management::resumed(&resume.id, resumed.handled));
                self.establish(true)
            }
            Input::ResumeFailed { handled } => {
                self.send(management::failed(ErrorCondition::ItemNotFound, *handled));
                State::SignedIn
            }
            _ => self.close(Some(StreamCondition::InternalServerError)),
        }
    }
}
