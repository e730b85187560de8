//! The framing of sign-ins: which mechanism, which message, success and failure.

use everpresent_stanza::{BareJid, Element, StreamCondition, ns};

use super::state::{Completion, Proved, SignIn, State, Step};
use super::{MAX_SIGN_IN_FAILURES, Negotiation, Output};
use crate::error::FailureReason;
use crate::mechanism::Mechanism;
use crate::sasl::{self, Profile, classic_initial, classic_success};
use crate::sasl2::Authenticate;

impl Negotiation {
    /// An element while features for sign-in are out.
    pub(super) fn first_element(&mut self, element: &Element) -> State {
        if element.is("starttls", ns::TLS) {
            return self.start_tls();
        }
        if element.is("auth", ns::SASL) {
            let initial = classic_initial(element);
            return self.begin(Profile::Classic, element, Ok(Authenticate::default()), initial);
        }
        if element.is("authenticate", ns::SASL2) && self.channel.is_secure() {
            let request = Authenticate::parse(element);
            return self.begin(Profile::Extended, element, request, Authenticate::initial(element));
        }
        // Anything else needs a sign-in first (RFC 6120 §4.9.3.12), a response without a request included.
        self.close(Some(StreamCondition::NotAuthorized))
    }

    fn begin(
        &mut self,
        profile: Profile,
        element: &Element,
        request: Result<Authenticate, FailureReason>,
        initial: Result<Option<Vec<u8>>, FailureReason>,
    ) -> State {
        let name = element.attr("mechanism").unwrap_or_default();
        let offered = self.mechanisms(profile).into_iter().find(|mechanism| mechanism.name() == name);
        let Some(mechanism) = offered else {
            return self.fail(profile, None, None, FailureReason::UnknownMechanism);
        };
        let (request, initial) = match (request, initial) {
            (Ok(request), Ok(initial)) => (request, initial),
            (Err(reason), _) | (_, Err(reason)) => return self.fail(profile, Some(mechanism), None, reason),
        };
        let sign_in = SignIn { profile, mechanism, request, user: None, exchange: None };
        match initial {
            Some(message) => self.message(sign_in, message),
            None => {
                self.send(profile.challenge(&[]));
                State::SigningIn(Box::new(sign_in))
            }
        }
    }

    /// What may be used: SASL2 has tokens too.
    fn mechanisms(&self, profile: Profile) -> Vec<Mechanism> {
        let mut mechanisms = Mechanism::for_passwords(&self.channel, self.offer.allow_plain_text);
        if profile == Profile::Extended {
            mechanisms.extend(Mechanism::for_tokens(&self.channel));
        }
        mechanisms
    }

    /// An element while a SASL message is awaited.
    pub(super) fn response(&mut self, sign_in: Box<SignIn>, element: &Element) -> State {
        let sign_in = *sign_in;
        if sign_in.profile.is(element, "abort") {
            return self.fail_sign_in(&sign_in, FailureReason::Aborted);
        }
        if !sign_in.profile.is(element, "response") {
            // Nothing else may be sent during a sign-in (XEP-0388 §2.4).
            return self.close(Some(StreamCondition::PolicyViolation));
        }
        match sasl::data(element) {
            Ok(message) => self.message(sign_in, message),
            Err(reason) => self.fail_sign_in(&sign_in, reason),
        }
    }

    /// The client proved who it is.
    pub(super) fn proved(&mut self, sign_in: SignIn, proved: Proved) -> State {
        self.user = Some(proved.user.clone());
        self.output(Output::SignedIn {
            user: proved.user.clone(),
            mechanism: sign_in.mechanism,
            user_agent: sign_in.request.user_agent.clone(),
        });
        match sign_in.profile {
            Profile::Classic => {
                self.send(classic_success(proved.data.as_deref()));
                self.output(Output::RestartStream);
                State::ExpectHeader
            }
            Profile::Extended => {
                let (changes, token) = self.token_changes(&sign_in.request, &proved);
                let completion = Completion {
                    request: sign_in.request,
                    user: proved.user,
                    data: proved.data,
                    token,
                    resume_failed: None,
                    step: Step::Tokens,
                };
                if changes.is_empty() {
                    return self.next_step(completion);
                }
                self.output(Output::StoreTokens(changes));
                State::Completing(Box::new(completion))
            }
        }
    }

    /// A sign-in failed.
    pub(super) fn fail_sign_in(&mut self, sign_in: &SignIn, reason: FailureReason) -> State {
        self.fail(sign_in.profile, Some(sign_in.mechanism), sign_in.user.clone(), reason)
    }

    fn fail(
        &mut self,
        profile: Profile,
        mechanism: Option<Mechanism>,
        user: Option<BareJid>,
        reason: FailureReason,
    ) -> State {
        self.send(profile.failure(reason));
        self.output(Output::SignInFailed { user, mechanism, reason });
        self.failures += 1;
        if self.failures >= MAX_SIGN_IN_FAILURES {
            return self.close(Some(StreamCondition::PolicyViolation));
        }
        State::Offered
    }
}
