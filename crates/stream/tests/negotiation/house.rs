//! A server around the state machine: accounts, tokens and sessions in memory, honest answers at once.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use everpresent_session::row::{Row, TokenRow};
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, Element, FullJid, Namespace, StreamCondition, StreamHeader};
use everpresent_stream::bind::{BindError, BindRequest, Bound};
use everpresent_stream::management::Enabled;
use everpresent_stream::negotiation::Resumed;
use everpresent_stream::scram::client::{ClientBinding, ClientExchange, ServerProof};
use everpresent_stream::scram::{ITERATIONS, SALT_BYTES, verify_password};
use everpresent_stream::{
    BindingKind, Channel, ChannelBindings, Credentials, FailureReason, Input, Mechanism, Negotiation, Offer,
    Output, ResponseHeader, ScramHash,
};

pub(crate) const SESSION: &str = "00000000000000000000000000000001";

/// Channel bindings of "the" TLS connection of a test.
pub(crate) fn bindings() -> ChannelBindings {
    ChannelBindings { exporter: Some(vec![0xe; 32]), end_point: Some(vec![0xd; 32]) }
}

/// A header as clients send it.
pub(crate) fn header_to(domain: &str) -> StreamHeader {
    StreamHeader {
        to: Some(domain.to_owned()),
        from: None,
        id: None,
        version: Some("1.0".to_owned()),
        lang: None,
        default_namespace: Namespace::CLIENT,
    }
}

pub(crate) fn tls() -> Channel {
    Channel::direct_tls(bindings())
}

pub(crate) fn bound_to_exporter() -> ClientBinding {
    ClientBinding::Bound(BindingKind::Exporter, vec![0xe; 32])
}

pub(crate) fn xml(text: &str) -> Element {
    text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn credentials_of(password: &str) -> Credentials {
    Credentials::derive(password, &[7; SALT_BYTES], ITERATIONS).unwrap()
}

/// Accounts `alice` (password `pencil`) and `bob` (`wonderland`) at `example.org`, and one session of alice's.
pub(crate) struct House {
    pub(crate) offer: Arc<Offer>,
    pub(crate) accounts: BTreeMap<BareJid, Credentials>,
    pub(crate) tokens: Vec<TokenRow>,
    /// Id, address, and how many of the client's stanzas were handled.
    pub(crate) sessions: Vec<(String, FullJid, u32)>,
    /// Sessions that have ended, and what they had handled.
    pub(crate) ended: Vec<(String, u32)>,
    pub(crate) bind_error: Option<BindError>,
    /// Credentials and tokens cannot be looked up.
    pub(crate) unavailable: bool,
    /// Do not confirm anything yet.
    pub(crate) holds: bool,
    pub(crate) now: Timestamp,
    visits: u8,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Offer)) -> Self {
        static ACCOUNTS: OnceLock<[Credentials; 2]> = OnceLock::new();
        let [alice, bob] = ACCOUNTS.get_or_init(|| [credentials_of("pencil"), credentials_of("wonderland")]);
        let mut offer = Offer::new(vec!["example.org".parse().unwrap()], [5; 32]);
        change(&mut offer);
        let jid = |text: &str| BareJid::new(text).unwrap();
        Self {
            offer: Arc::new(offer),
            accounts: [(jid("alice@example.org"), alice.clone()), (jid("bob@example.org"), bob.clone())]
                .into(),
            tokens: Vec::new(),
            sessions: vec![(SESSION.into(), FullJid::new("alice@example.org/old").unwrap(), 17)],
            ended: Vec::new(),
            bind_error: None,
            unavailable: false,
            holds: false,
            now: Timestamp(1_000_000),
            visits: 0,
        }
    }

    /// A connection on which nothing was said yet.
    pub(crate) fn connection(&mut self, channel: Channel) -> Visit<'_> {
        self.visits += 1;
        let negotiation = Negotiation::new(self.offer.clone(), channel, [self.visits; 32]);
        Visit {
            house: self,
            negotiation,
            sent: VecDeque::new(),
            headers: Vec::new(),
            events: Vec::new(),
            binds: Vec::new(),
            failures: Vec::new(),
            closed: None,
        }
    }

    /// A connection with its stream open; the first features are still to be taken.
    pub(crate) fn visit(&mut self, channel: Channel) -> Visit<'_> {
        let mut visit = self.connection(channel);
        visit.open();
        visit
    }

    fn store(&mut self, row: Row) {
        match row {
            Row::Token(token) => {
                self.tokens.retain(|held| held.slot != token.slot || held.user_agent != token.user_agent);
                self.tokens.push(token);
            }
            Row::TokenGone { user, user_agent, slot } => self
                .tokens
                .retain(|held| (&held.user, &held.user_agent, held.slot) != (&user, &user_agent, slot)),
            other => panic!("not a token: {other:?}"),
        }
    }
}

/// What happened besides elements, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    StartTls,
    Restart,
    SignedIn(BareJid, Mechanism),
    Established { resumed: bool },
    Held,
}

pub(crate) struct Visit<'h> {
    pub(crate) house: &'h mut House,
    pub(crate) negotiation: Negotiation,
    /// What the client was sent and has not taken yet.
    pub(crate) sent: VecDeque<Element>,
    pub(crate) headers: Vec<ResponseHeader>,
    pub(crate) events: Vec<Event>,
    pub(crate) binds: Vec<BindRequest>,
    pub(crate) failures: Vec<(Option<BareJid>, FailureReason)>,
    pub(crate) closed: Option<Option<StreamCondition>>,
}

impl Visit<'_> {
    pub(crate) fn open(&mut self) {
        self.tell(Input::StreamOpened(header_to("example.org")));
    }

    pub(crate) fn open_from(&mut self, from: &str) {
        let header = header_to("example.org");
        self.tell(Input::StreamOpened(StreamHeader { from: Some(from.into()), ..header }));
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.tell(Input::Element(xml(text)));
    }

    pub(crate) fn tell(&mut self, input: Input) {
        self.negotiation.handle(self.house.now, input);
        while let Some(output) = self.negotiation.poll_output() {
            assert_eq!(self.closed, None, "something came after the end: {output:?}");
            if let Some(answer) = self.carry_out(output) {
                self.negotiation.handle(self.house.now, answer);
            }
        }
    }

    /// The next element that the client was sent.
    pub(crate) fn take(&mut self) -> Element {
        self.sent.pop_front().expect("the client was sent something")
    }

    pub(crate) fn established(&self) -> Option<bool> {
        self.events.iter().find_map(|event| match event {
            Event::Established { resumed } => Some(*resumed),
            _ => None,
        })
    }

    fn carry_out(&mut self, output: Output) -> Option<Input> {
        let unavailable = self.house.unavailable.then_some(Input::Unavailable);
        match output {
            Output::OpenStream(header) => self.headers.push(header),
            Output::Send(element) => self.sent.push_back(element),
            Output::StartTls => {
                self.events.push(Event::StartTls);
                return Some(Input::TlsStarted(bindings()));
            }
            Output::RestartStream => self.events.push(Event::Restart),
            Output::LoadCredentials { user, .. } => {
                let found = self.house.accounts.get(&user).cloned().map(Box::new);
                return Some(unavailable.unwrap_or(Input::Credentials(found)));
            }
            Output::VerifyPassword { credentials, password } => {
                return Some(Input::PasswordVerified(verify_password(&credentials, password.as_str())));
            }
            Output::LoadTokens { user, user_agent, .. } => {
                let held = |token: &&TokenRow| token.user == user && token.user_agent == user_agent;
                let tokens = self.house.tokens.iter().filter(held).cloned().collect();
                return Some(unavailable.unwrap_or(Input::Tokens(tokens)));
            }
            Output::SignInFailed { user, reason, .. } => self.failures.push((user, reason)),
            Output::SignedIn { user, mechanism, .. } => self.events.push(Event::SignedIn(user, mechanism)),
            Output::Established { resumed } => self.events.push(Event::Established { resumed }),
            Output::Close(condition) => self.closed = Some(condition),
            Output::StoreTokens(_) | Output::Bind(_) | Output::Resume(_) if self.house.holds => {
                self.events.push(Event::Held);
            }
            Output::StoreTokens(rows) => {
                rows.into_iter().for_each(|row| self.house.store(row));
                return Some(Input::TokensStored);
            }
            Output::Bind(request) => return Some(self.bind(request)),
            Output::Resume(request) => {
                let id = &request.resume.id;
                let found = self
                    .house
                    .sessions
                    .iter()
                    .find(|(held, jid, _)| held == id && jid.to_bare() == request.user);
                let ended = self.house.ended.iter().find(|(held, _)| held == id);
                return Some(match found {
                    Some((_, jid, handled)) => {
                        Input::Resumed(Resumed { jid: jid.clone(), handled: *handled })
                    }
                    None => Input::ResumeFailed { handled: ended.map(|(_, handled)| *handled) },
                });
            }
        }
        None
    }

    fn bind(&mut self, request: BindRequest) -> Input {
        self.binds.push(request.clone());
        if let Some(error) = self.house.bind_error {
            return Input::BindFailed(error);
        }
        let enabled = request.enable.filter(|enable| enable.resume);
        Input::Bound(Box::new(Bound {
            jid: request.jid,
            enabled: enabled.map(|_| Enabled { id: Some(SESSION.into()), max_seconds: Some(900) }),
            inline: request.inline.then(|| xml("<metadata xmlns='urn:xmpp:mam:2'/>")).into_iter().collect(),
        }))
    }
}

/// A client that signs in with a password.
#[derive(Clone)]
pub(crate) struct Password<'a> {
    pub(crate) mechanism: &'a str,
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    pub(crate) binding: ClientBinding,
}

/// Alice with her right password and no channel binding.
pub(crate) fn alice() -> Password<'static> {
    Password {
        mechanism: "SCRAM-SHA-256",
        user: "alice",
        password: "pencil",
        binding: ClientBinding::Unsupported,
    }
}

impl Password<'_> {
    /// With classic SASL: the last element of the exchange.
    pub(crate) fn classic(&self, visit: &mut Visit<'_>) -> Element {
        self.play(visit, "urn:ietf:params:xml:ns:xmpp-sasl", |mechanism, data| {
            format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{mechanism}'>{data}</auth>")
        })
    }

    /// With SASL2 and other elements inside: the last element of the exchange.
    pub(crate) fn inline(&self, visit: &mut Visit<'_>, inline: &str) -> Element {
        self.play(visit, "urn:xmpp:sasl:2", |mechanism, data| authenticate(mechanism, data, inline))
    }

    fn play(&self, visit: &mut Visit<'_>, namespace: &str, first: impl Fn(&str, &str) -> String) -> Element {
        if self.mechanism == "PLAIN" {
            let message = STANDARD.encode(format!("\0{}\0{}", self.user, self.password));
            visit.say(&first("PLAIN", &message));
            return visit.take();
        }
        let hash = match self.mechanism.trim_end_matches("-PLUS") {
            "SCRAM-SHA-1" => ScramHash::Sha1,
            "SCRAM-SHA-512" => ScramHash::Sha512,
            _ => ScramHash::Sha256,
        };
        let (client, message) =
            ClientExchange::new(hash, self.user, self.password, &self.binding, "client-nonce");
        visit.say(&first(self.mechanism, &STANDARD.encode(message)));
        let challenge = visit.take();
        if challenge.name() != "challenge" {
            return challenge;
        }
        let challenge = STANDARD.decode(challenge.text()).unwrap();
        let (response, proof) = client.respond(&challenge, None).unwrap();
        visit.say(&format!("<response xmlns='{namespace}'>{}</response>", STANDARD.encode(response)));
        if visit.sent.is_empty() {
            return xml("<nothing xmlns='urn:test'/>");
        }
        let last = visit.take();
        if last.name() == "success" {
            check_server(&last, &proof);
        }
        last
    }
}

pub(crate) fn authenticate(mechanism: &str, data: &str, inline: &str) -> String {
    format!(
        "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='{mechanism}'>\
         <initial-response>{data}</initial-response>{inline}</authenticate>"
    )
}

/// The server has to prove itself too.
fn check_server(success: &Element, proof: &ServerProof) {
    let data = success.get_child("additional-data", "urn:xmpp:sasl:2").unwrap_or(success).text();
    proof.check(&STANDARD.decode(data).unwrap()).unwrap();
}

/// The condition inside a SASL failure.
pub(crate) fn condition(failure: &Element) -> String {
    assert_eq!(failure.name(), "failure", "{}", String::from(failure));
    failure.children().next().unwrap().name().to_owned()
}
