//! Requests of the Admin API (Janus documentation, "Admin/Monitor API").

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{JanusError, Transport};

/// Ids in one answer that are taken: sessions of a server, handles of a session.
const MAX_IDS: usize = 100_000;
/// Longest text of Janus that is shown, in characters.
const MAX_REASON_CHARACTERS: usize = 200;

/// A Janus server's Admin API. Each call waits for its answer.
pub struct Admin {
    transport: Transport,
    secret: Option<Zeroizing<String>>,
    requests: AtomicU64,
}

impl Admin {
    /// The Admin API behind a transport. Without `secret` only a server answers that has none set.
    pub fn new(transport: Transport, secret: Option<Zeroizing<String>>) -> Self {
        Self { transport, secret, requests: AtomicU64::new(0) }
    }

    /// Its address.
    pub fn place(&self) -> &str {
        self.transport.place()
    }

    /// The ids of all sessions.
    ///
    /// # Errors
    /// [`JanusError`], as with all requests.
    pub fn list_sessions(&self) -> Result<Vec<u64>, JanusError> {
        let answer = self.ask("list_sessions", json!({}))?;
        self.ids(&answer, "sessions")
    }

    /// The ids of the handles of a session.
    ///
    /// # Errors
    /// [`JanusError`]; one that [is gone](JanusError::is_gone) if there is no such session any more.
    pub fn list_handles(&self, session: u64) -> Result<Vec<u64>, JanusError> {
        let answer = self.ask("list_handles", json!({ "session_id": session }))?;
        self.ids(&answer, "handles")
    }

    /// What Janus knows of a handle: the object `info` of its answer.
    ///
    /// # Errors
    /// [`JanusError`]; one that [is gone](JanusError::is_gone) if there is no such handle any more.
    pub fn handle_info(&self, session: u64, handle: u64) -> Result<Value, JanusError> {
        let mut answer = self.ask("handle_info", json!({ "session_id": session, "handle_id": handle }))?;
        answer
            .remove("info")
            .filter(Value::is_object)
            .ok_or_else(|| self.strange("handle_info without an info"))
    }

    /// Ends a session, with all its handles and their PeerConnections.
    ///
    /// # Errors
    /// [`JanusError`]; one that [is gone](JanusError::is_gone) if it had ended before.
    pub fn destroy_session(&self, session: u64) -> Result<(), JanusError> {
        self.ask("destroy_session", json!({ "session_id": session })).map(|_| ())
    }

    /// Lets Janus take new sessions, or refuse them. Holds until the next order or its restart.
    ///
    /// # Errors
    /// [`JanusError`].
    pub fn accept_new_sessions(&self, accept: bool) -> Result<(), JanusError> {
        let answer = self.ask("accept_new_sessions", json!({ "accept": accept }))?;
        if answer.get("accept") == Some(&Value::Bool(accept)) {
            Ok(())
        } else {
            Err(self.strange("accept_new_sessions was not confirmed"))
        }
    }

    /// Whether Janus takes new sessions (`info`).
    ///
    /// # Errors
    /// [`JanusError`].
    pub fn accepts_new_sessions(&self) -> Result<bool, JanusError> {
        let answer = self.ask("info", json!({}))?;
        let accepts = answer.get("accepting-new-sessions").and_then(Value::as_bool);
        accepts.ok_or_else(|| self.strange("info does not say whether sessions are taken"))
    }

    fn ask(&self, request: &'static str, mut body: Value) -> Result<Map<String, Value>, JanusError> {
        let transaction = format!("everpresent-{}", self.requests.fetch_add(1, Ordering::Relaxed));
        body["janus"] = request.into();
        body["transaction"] = transaction.as_str().into();
        if let Some(secret) = &self.secret {
            body["admin_secret"] = secret.as_str().into();
        }
        let text = Zeroizing::new(body.to_string());
        let answer = self.transport.ask(&text)?;
        read_answer(self.place(), request, &transaction, &answer)
    }

    fn ids(&self, answer: &Map<String, Value>, name: &str) -> Result<Vec<u64>, JanusError> {
        let wrong = || self.strange(&format!("no list of numbers under {name}"));
        let list = answer.get(name).and_then(Value::as_array).ok_or_else(wrong)?;
        if list.len() > MAX_IDS {
            return Err(self.strange(&format!("more than {MAX_IDS} {name}")));
        }
        let mut ids: Vec<u64> = list.iter().map(Value::as_u64).collect::<Option<_>>().ok_or_else(wrong)?;
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    fn strange(&self, problem: &str) -> JanusError {
        strange(self.place(), problem)
    }
}

/// What an answer to `request` says, if it is one: its object, or the refusal. Apart from the way to Janus, so that it can be tried
/// with anything.
///
/// # Errors
/// [`JanusError::Refused`], and [`JanusError::Strange`] for what is no answer to this request.
pub fn read_answer(
    place: &str,
    request: &'static str,
    transaction: &str,
    answer: &[u8],
) -> Result<Map<String, Value>, JanusError> {
    let strange = |problem| strange(place, problem);
    let answer: Value = serde_json::from_slice(answer).map_err(|_| strange("the answer is no JSON"))?;
    let Value::Object(answer) = answer else { return Err(strange("the answer is no object")) };
    if answer.get("transaction").and_then(Value::as_str) != Some(transaction) {
        return Err(strange("the answer is to another request"));
    }
    match answer.get("janus").and_then(Value::as_str) {
        Some("success" | "server_info") => Ok(answer),
        Some("error") => {
            let error = answer.get("error");
            let field = |name: &str| error.and_then(|error| error.get(name));
            let words = field("reason").and_then(Value::as_str).unwrap_or("no reason given");
            let safe = |c: char| if c.is_control() { '\u{fffd}' } else { c };
            Err(JanusError::Refused {
                place: place.to_owned(),
                request,
                code: field("code").and_then(Value::as_i64).unwrap_or(-1),
                reason: words.chars().take(MAX_REASON_CHARACTERS).map(safe).collect(),
            })
        }
        _ => Err(strange("neither success nor error")),
    }
}

fn strange(place: &str, problem: &str) -> JanusError {
    JanusError::Strange { place: place.to_owned(), problem: problem.to_owned() }
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").field("transport", &self.transport).finish_non_exhaustive()
    }
}
