//! The messages of the mechanisms, and the look-ups between them.

use everpresent_session::row::TokenRow;
use everpresent_stanza::{BareJid, StreamCondition};

use super::state::{Check, Proved, SignIn, State};
use super::{Input, Negotiation, Output};
use crate::error::FailureReason;
use crate::fast::{self, HashedToken, TokenUse};
use crate::mechanism::Mechanism;
use crate::sasl::PlainMessage;
use crate::scram::server::ClientFirst;
use crate::scram::{Credentials, ScramHash, downgrade_hash};

impl Negotiation {
    /// A SASL message of the client.
    pub(super) fn message(&mut self, mut sign_in: SignIn, message: Vec<u8>) -> State {
        if let Some(exchange) = sign_in.exchange.take() {
            let user = sign_in.user.clone();
            return match (exchange.finish(&message), user) {
                (Ok(signature), Some(user)) => {
                    let data = Some(signature.into_bytes());
                    self.proved(sign_in, Proved { user, data, token: None })
                }
                (Ok(_), None) => self.close(Some(StreamCondition::InternalServerError)),
                (Err(error), _) => self.fail_sign_in(&sign_in, error.into()),
            };
        }
        let check = match sign_in.mechanism {
            Mechanism::Scram { plus, .. } => self.scram_first(&message, plus),
            Mechanism::Plain => self.plain(message),
            Mechanism::HashedToken(_) => self.hashed_token(&sign_in, &message),
        };
        let check = match check {
            Ok(check) => check,
            Err(reason) => return self.fail_sign_in(&sign_in, reason),
        };
        let user = check.user().clone();
        sign_in.user = Some(user.clone());
        let resume = match &sign_in.request.resume {
            Some(Ok(resume)) => Some(resume.id.clone()),
            _ => None,
        };
        self.output(match (&check, &sign_in.request.user_agent.id) {
            (Check::Token(..), Some(user_agent)) => {
                Output::LoadTokens { user, user_agent: user_agent.clone(), resume }
            }
            _ => Output::LoadCredentials { user, resume },
        });
        State::Checking(Box::new(sign_in), Box::new(check))
    }

    fn scram_first(&self, message: &[u8], plus: bool) -> Result<Check, FailureReason> {
        let first = ClientFirst::parse(message)?;
        first.binding_data(plus, self.channel.tls.as_ref())?;
        let user = self.user_named(first.user(), first.authorization_identity())?;
        Ok(Check::Scram(user, first))
    }

    fn plain(&self, message: Vec<u8>) -> Result<Check, FailureReason> {
        let message = PlainMessage::parse(message)?;
        let user = self.user_named(&message.user, &message.authorization_identity)?;
        Ok(Check::Plain(user, message.password))
    }

    fn hashed_token(&self, sign_in: &SignIn, message: &[u8]) -> Result<Check, FailureReason> {
        if sign_in.request.token.is_none() || sign_in.request.user_agent.id.is_none() {
            return Err(FailureReason::Malformed);
        }
        let message = HashedToken::parse(message)?;
        Ok(Check::Token(self.user_named(&message.user, "")?, message))
    }

    /// The address of a user name in the stream's domain. Acting as somebody else is refused (RFC 6120 §6.3.8), and
    /// with SASL2's rule so is a header that named somebody else (XEP-0388 §2.3).
    fn user_named(&self, name: &str, authorization_identity: &str) -> Result<BareJid, FailureReason> {
        let domain = self.domain.as_ref().ok_or(FailureReason::Malformed)?;
        // A name that cannot be an address is as good as one that nobody has.
        let user = domain.with_node_str(name).map_err(|_| FailureReason::Credentials)?;
        if !authorization_identity.is_empty() {
            let identity = BareJid::new(authorization_identity).map_err(|_| FailureReason::OtherIdentity)?;
            if identity != user || self.claimed.as_ref().is_some_and(|claimed| *claimed != user) {
                return Err(FailureReason::OtherIdentity);
            }
        }
        Ok(user)
    }

    /// The server's answer to a look-up.
    pub(super) fn checked(&mut self, sign_in: SignIn, check: Check, answer: Input) -> State {
        match (check, answer) {
            (_, Input::Unavailable) => self.fail_sign_in(&sign_in, FailureReason::Unavailable),
            (Check::Scram(user, first), Input::Credentials(found)) => {
                let (credentials, _) = self.found_or_fake(&user, found);
                self.challenge(sign_in, &first, &credentials)
            }
            (Check::Plain(user, password), Input::Credentials(found)) => {
                let (credentials, known) = self.found_or_fake(&user, found);
                self.output(Output::VerifyPassword { credentials, password });
                State::Checking(Box::new(sign_in), Box::new(Check::Password { user, known }))
            }
            (Check::Password { user, known }, Input::PasswordVerified(fits)) => {
                if !(fits && known) {
                    return self.fail_sign_in(&sign_in, FailureReason::Credentials);
                }
                self.proved(sign_in, Proved { user, data: None, token: None })
            }
            (Check::Token(user, message), Input::Tokens(rows)) => self.tokens(sign_in, user, &message, &rows),
            _ => self.close(Some(StreamCondition::InternalServerError)),
        }
    }

    /// The credentials that were found, or some that no password fits. Those are made in any case: the time that it
    /// takes says nothing.
    fn found_or_fake(&self, user: &BareJid, found: Option<Box<Credentials>>) -> (Box<Credentials>, bool) {
        let fake = Credentials::fake(&self.offer.fake_secret(), user.as_str());
        let known = found.is_some();
        (found.unwrap_or_else(|| Box::new(fake)), known)
    }

    fn challenge(&mut self, mut sign_in: SignIn, first: &ClientFirst, credentials: &Credentials) -> State {
        let Mechanism::Scram { hash, plus } = sign_in.mechanism else {
            return self.close(Some(StreamCondition::InternalServerError));
        };
        let nonce = self.entropy.text();
        let advertised = self.advertised(hash);
        let binding = match first.binding_data(plus, self.channel.tls.as_ref()) {
            Ok(binding) => binding,
            Err(error) => return self.fail_sign_in(&sign_in, error.into()),
        };
        let keys = credentials.keys(hash).clone();
        let (exchange, challenge) = first.challenge(hash, keys, binding, &nonce, Some(&advertised));
        self.send(sign_in.profile.challenge(challenge.as_bytes()));
        sign_in.exchange = Some(exchange);
        State::SigningIn(Box::new(sign_in))
    }

    /// The hash over what the features showed (XEP-0474 §5.1): the same list for both profiles, since tokens are shown
    /// elsewhere.
    fn advertised(&self, hash: ScramHash) -> String {
        let mechanisms = Mechanism::for_passwords(&self.channel, self.offer.allow_plain_text);
        let mechanisms: Vec<&str> = mechanisms.into_iter().map(Mechanism::name).collect();
        let bindings = self.channel.tls.as_ref().filter(|bindings| !bindings.is_empty());
        let bindings: Option<Vec<&str>> =
            bindings.map(|bindings| bindings.kinds().map(|kind| kind.name()).collect());
        downgrade_hash(hash, &mechanisms, bindings.as_deref())
    }

    fn tokens(&mut self, sign_in: SignIn, user: BareJid, message: &HashedToken, rows: &[TokenRow]) -> State {
        let (Mechanism::HashedToken(kind), Some(inline)) = (sign_in.mechanism, sign_in.request.token) else {
            return self.close(Some(StreamCondition::InternalServerError));
        };
        let binding = self.channel.tls.as_ref().and_then(|bindings| bindings.data(kind));
        let attempt = TokenUse {
            user: &user,
            user_agent: sign_in.request.user_agent.id.as_deref().unwrap_or_default(),
            kind,
            binding: binding.unwrap_or_default(),
            hash: &message.hash,
            count: inline.count,
        };
        match fast::check(rows, &attempt, inline.invalidate, self.now) {
            Ok(token) => {
                let data = Some(token.proof.clone());
                self.proved(sign_in, Proved { user, data, token: Some(token) })
            }
            Err(reason) => self.fail_sign_in(&sign_in, reason),
        }
    }
}

impl Check {
    fn user(&self) -> &BareJid {
        match self {
            Self::Scram(user, _)
            | Self::Plain(user, _)
            | Self::Token(user, _)
            | Self::Password { user, .. } => user,
        }
    }
}
