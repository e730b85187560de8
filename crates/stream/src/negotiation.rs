//! The state machine from a new connection to an established session.

mod exchange;
mod inline;
mod input;
mod opening;
mod output;
mod resource;
mod sign_in;
mod state;

pub use input::{Input, Resumed};
pub use output::{Output, ResumeRequest};

use std::collections::VecDeque;
use std::sync::Arc;

use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, Element, StreamCondition};
use jid::DomainPart;

use crate::binding::Channel;
use crate::entropy::{Entropy, SEED_BYTES};
use crate::offer::Offer;
use state::State;

/// How many sign-ins may fail on one stream (RFC 6120 §6.4.5: 2 to 5 retries). A client with a wrong password tries
/// one mechanism after the other before it asks its user, so fewer would look like a broken connection.
pub const MAX_SIGN_IN_FAILURES: u8 = 5;
/// How many elements a client may send before its session is established.
pub const MAX_NEGOTIATION_ELEMENTS: u8 = 32;
/// How many stream headers a client may send before its session is established: before TLS, after it, after sign-in.
pub const MAX_STREAM_HEADERS: u8 = 4;

/// The negotiation of one connection.
///
/// Feed it with [`Negotiation::handle`], then carry out everything that [`Negotiation::poll_output`] gives, in order.
/// While [`Negotiation::is_waiting`], it waits for an answer from the server: do not feed elements of the client then,
/// leave them unread.
pub struct Negotiation {
    offer: Arc<Offer>,
    channel: Channel,
    entropy: Entropy,
    state: State,
    outputs: VecDeque<Output>,
    /// The domain that the client asked for.
    domain: Option<DomainPart>,
    /// Who the client claims to be in its header.
    claimed: Option<BareJid>,
    /// Who it has proved to be.
    user: Option<BareJid>,
    /// When the input that is being handled came in.
    now: Timestamp,
    failures: u8,
    elements: u8,
    headers: u8,
}

impl Negotiation {
    /// A negotiation for a connection that was just accepted; for direct TLS and WebSockets, after their handshakes.
    /// `seed` is fresh random bytes.
    pub fn new(offer: Arc<Offer>, channel: Channel, seed: [u8; SEED_BYTES]) -> Self {
        Self {
            offer,
            channel,
            entropy: Entropy::new(seed),
            state: State::ExpectHeader,
            outputs: VecDeque::new(),
            domain: None,
            claimed: None,
            user: None,
            now: Timestamp::default(),
            failures: 0,
            elements: 0,
            headers: 0,
        }
    }

    /// Takes one input. `now` is used for the lifetime of tokens only.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        self.now = now;
        let state = std::mem::replace(&mut self.state, State::Closed);
        self.state = match (state, input) {
            // Answers to questions from before the end are late, not wrong.
            (State::Closed, _) => State::Closed,
            (_, Input::StreamClosed) => self.close(None),
            (state, Input::StreamOpened(header)) => self.stream_opened(&state, &header),
            (state, Input::Element(element)) => self.element(state, &element),
            (state, answer) => self.answer(state, answer),
        };
    }

    /// The next thing to do, if there is one.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Whether it waits for an answer from the server around it, and the client has to wait too.
    pub fn is_waiting(&self) -> bool {
        self.state.is_waiting()
    }

    /// Who has signed in, if anybody has.
    pub fn user(&self) -> Option<&BareJid> {
        self.user.as_ref()
    }

    /// An element of the client.
    fn element(&mut self, state: State, element: &Element) -> State {
        if self.elements >= MAX_NEGOTIATION_ELEMENTS {
            return self.close(Some(StreamCondition::PolicyViolation));
        }
        self.elements += 1;
        match state {
            State::Offered => self.first_element(element),
            State::SigningIn(sign_in) => self.response(sign_in, element),
            State::SignedIn => self.signed_in_element(element),
            State::ExpectHeader => self.close(Some(StreamCondition::NotAuthorized)),
            _ => self.close(Some(StreamCondition::PolicyViolation)),
        }
    }

    /// An answer of the server around it. One that was not asked for ends the stream: it must never open a session.
    fn answer(&mut self, state: State, answer: Input) -> State {
        match (state, answer) {
            (State::StartingTls, Input::TlsStarted(bindings)) => self.tls_started(bindings),
            (State::Checking(sign_in, check), answer) => self.checked(*sign_in, *check, answer),
            (State::Completing(completion), answer) => self.completed(*completion, answer),
            (State::Binding(id), answer) => self.classic_bound(&id, answer),
            (State::Resuming(resume), answer) => self.classic_resumed(&resume, &answer),
            _ => self.close(Some(StreamCondition::InternalServerError)),
        }
    }

    /// Asks for something to be done.
    fn output(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    /// Sends an element.
    fn send(&mut self, element: Element) {
        self.output(Output::Send(element));
    }

    /// Ends the stream.
    fn close(&mut self, condition: Option<StreamCondition>) -> State {
        self.output(Output::Close(condition));
        State::Closed
    }
}

/// Passwords, tokens and proofs pass through here and stay out of logs.
impl std::fmt::Debug for Negotiation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Negotiation")
            .field("failures", &self.failures)
            .field("signed_in", &self.user.is_some())
            .field("waiting", &self.is_waiting())
            .finish_non_exhaustive()
    }
}
