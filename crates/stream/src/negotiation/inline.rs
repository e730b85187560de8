//! What is asked for inside SASL2: tokens, resume, bind; then one `<success/>` that answers it all.

use everpresent_session::row::Row;
use everpresent_stanza::{BareJid, Element, ErrorCondition, FullJid, StreamCondition};

use super::state::{Completion, Proved, State, Step};
use super::{Input, Negotiation, Output, ResumeRequest};
use crate::bind::{BindRequest, Bound};
use crate::fast::{is_due, mint, token_element};
use crate::features::{after_bind, after_sign_in};
use crate::management::{self, Resume};
use crate::mechanism::Mechanism;
use crate::sasl2::{Authenticate, InlineBind, bound, success};

impl Negotiation {
    /// What a sign-in changes in the stored tokens, and the new token for the client, if there is one: because it asked,
    /// or because the one it used is getting old (XEP-0484 §3.3, §3.5).
    pub(super) fn token_changes(
        &mut self,
        request: &Authenticate,
        proved: &Proved,
    ) -> (Vec<Row>, Option<Element>) {
        let mut changes = proved.token.as_ref().map(|token| token.changes.clone()).unwrap_or_default();
        let Some(user_agent) = &request.user_agent.id else {
            return (changes, None);
        };
        let offered = Mechanism::for_tokens(&self.channel);
        let named = |name: &str| offered.iter().copied().find(|mechanism| mechanism.name() == name);
        let lifetime = self.offer.token_lifetime;
        let invalidate = request.token.is_some_and(|token| token.invalidate);
        let due = proved.token.as_ref().filter(|token| !invalidate && is_due(&token.row, lifetime, self.now));
        let wanted = request.request_token.as_deref().and_then(named);
        let Some(mechanism) = wanted.or_else(|| due.and_then(|token| named(&token.row.mechanism))) else {
            return (changes, None);
        };
        let row = mint(&proved.user, user_agent, mechanism, self.entropy.text(), lifetime, self.now);
        let element = token_element(&row);
        // The last word on the slot: a use of the token that was in it has just emptied it.
        changes.push(Row::Token(row));
        (changes, Some(element))
    }

    /// Goes on with the next thing that was asked for: resume first, then bind, then success.
    pub(super) fn next_step(&mut self, mut completion: Completion) -> State {
        match completion.request.resume.take() {
            Some(Ok(resume)) => {
                self.output(Output::Resume(ResumeRequest {
                    user: completion.user.clone(),
                    resume: resume.clone(),
                    user_agent: completion.request.user_agent.clone(),
                }));
                completion.step = Step::Resume(resume);
                return State::Completing(Box::new(completion));
            }
            Some(Err(_)) => {
                completion.resume_failed = Some(management::failed(ErrorCondition::BadRequest, None));
            }
            None => {}
        }
        let Some(bind) = &completion.request.bind else {
            let address = completion.user.to_string();
            self.succeed(completion, &address, None);
            self.send(after_sign_in(&self.offer.clone()));
            return State::SignedIn;
        };
        let jid = self.inline_address(
            &completion.user,
            completion.request.user_agent.id.as_deref(),
            bind.tag.as_deref(),
        );
        let Some(jid) = jid else {
            return self.close(Some(StreamCondition::InternalServerError));
        };
        self.output(Output::Bind(BindRequest {
            jid,
            chosen_by_client: false,
            user_agent: completion.request.user_agent.clone(),
            inline: true,
            enable: bind.enable,
            carbons: bind.carbons,
            inactive: bind.inactive,
        }));
        completion.step = Step::Bind;
        State::Completing(Box::new(completion))
    }

    /// The address for Bind 2: `tag/` and a part that is stable for a client installation, or random
    /// (XEP-0386 §3.2.1).
    fn inline_address(
        &mut self,
        user: &BareJid,
        user_agent: Option<&str>,
        tag: Option<&str>,
    ) -> Option<FullJid> {
        let stable = user_agent.map(|id| self.offer.stable_resource(user, id, tag.unwrap_or_default()));
        let own = match stable {
            Some(bytes) => crate::entropy::short_text_of(&bytes),
            None => self.entropy.short_text(),
        };
        let tagged = tag.and_then(|tag| user.with_resource_str(&format!("{tag}/{own}")).ok());
        tagged.or_else(|| user.with_resource_str(&own).ok())
    }

    /// The server's answer to what was asked for inline.
    pub(super) fn completed(&mut self, mut completion: Completion, answer: Input) -> State {
        match (&completion.step, answer) {
            (Step::Tokens, Input::TokensStored) => self.next_step(completion),
            (Step::Resume(resume), Input::Resumed(resumed)) => {
                let element = management::resumed(&resume.id, resumed.handled);
                completion.resume_failed = None;
                self.succeed(completion, resumed.jid.as_str(), Some(element));
                // No features: the stream is the old one again (XEP-0198 §9.2).
                self.establish(true)
            }
            (Step::Resume(_), Input::ResumeFailed { handled }) => {
                completion.resume_failed = Some(management::failed(ErrorCondition::ItemNotFound, handled));
                self.next_step(completion)
            }
            (Step::Bind, Input::Bound(answer)) => {
                let element = bound_element(completion.request.bind.as_ref(), &answer);
                self.succeed(completion, answer.jid.as_str(), Some(element));
                self.send(after_bind(&self.offer.clone()));
                self.establish(false)
            }
            (Step::Bind, Input::BindFailed(error)) => self.close(Some(error.stream_condition())),
            _ => self.close(Some(StreamCondition::InternalServerError)),
        }
    }

    fn succeed(&mut self, completion: Completion, address: &str, session: Option<Element>) {
        let inline = completion.resume_failed.into_iter().chain(session).chain(completion.token);
        self.send(success(completion.data.as_deref(), address, inline));
    }

    /// The session is there.
    pub(super) fn establish(&mut self, resumed: bool) -> State {
        self.output(Output::Established { resumed });
        State::Established
    }

    /// Resumes outside SASL2.
    pub(super) fn resume(&mut self, user: BareJid, resume: Resume) -> State {
        self.output(Output::Resume(ResumeRequest {
            user,
            resume: resume.clone(),
            user_agent: Default::default(),
        }));
        State::Resuming(resume)
    }
}

/// `<bound/>`: the answer to `<enable/>`, and what the server adds.
fn bound_element(request: Option<&InlineBind>, answer: &Bound) -> Element {
    let asked = request.is_some_and(|request| request.enable.is_some());
    let enabled = asked.then(|| match &answer.enabled {
        Some(enabled) => enabled.element(),
        None => management::failed(ErrorCondition::InternalServerError, None),
    });
    bound(enabled.into_iter().chain(answer.inline.iter().cloned()))
}
