//! A look at a Janus server: all its sessions, with what their handles tell.

use std::time::Duration;

use serde_json::Value;

use super::{Admin, JanusError};

/// Handles of one session that are asked for. A session with more is looked at as far as this, and counts as live.
const MAX_HANDLES: usize = 64;

/// What one look shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// All sessions, by id.
    pub sessions: Vec<SessionFacts>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFacts {
    /// Its id.
    pub id: u64,
    /// Its handles. None at all if nobody attached to a plugin.
    pub handles: Vec<HandleFacts>,
    /// Whether it has more handles than were asked for.
    pub more_handles: bool,
}

/// A handle: what `handle_info` tells. Times are as long ago; Janus has them on its own clock, which is asked with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandleFacts {
    /// Its id.
    pub id: u64,
    /// The plugin that it is attached to.
    pub plugin: String,
    /// What its PeerConnection does.
    pub connection: Connection,
    /// Since when it is there.
    pub created: Option<Duration>,
    /// When its session was last asked for something: a message, a keep-alive.
    pub active: Option<Duration>,
}

/// What a PeerConnection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// It is up.
    Live,
    /// It is being made.
    Starting,
    /// There was one, and it is gone since nobody knows when.
    Gone,
    /// There never was one.
    Never,
    /// Janus says something that is not known here. Counts as live.
    Unclear,
}

impl Connection {
    /// Whether its session must be left alone.
    pub fn holds(self) -> bool {
        matches!(self, Self::Live | Self::Starting | Self::Unclear)
    }
}

impl HandleFacts {
    /// Reads what `handle_info` tells of a handle, whatever is in it.
    pub fn read(id: u64, info: &Value) -> Self {
        // Microseconds on the monotonic clock of Janus.
        let number = |name: &str| info.get(name).and_then(Value::as_u64);
        let now = number("current_time");
        let ago = |name: &str| Some(Duration::from_micros(now?.checked_sub(number(name)?)?));
        let plugin = info.get("plugin").and_then(Value::as_str).unwrap_or("none");
        Self {
            id,
            plugin: plugin.chars().take(64).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect(),
            connection: connection(info),
            created: ago("created"),
            active: ago("session_last_activity"),
        }
    }
}

/// Looks at all sessions. Those that end meanwhile are left out.
///
/// # Errors
/// [`JanusError`] if Janus cannot be asked.
pub fn look(admin: &Admin) -> Result<Look, JanusError> {
    let mut sessions = Vec::new();
    for id in admin.list_sessions()? {
        sessions.extend(look_at(admin, id)?);
    }
    Ok(Look { sessions })
}

/// Looks at one session. `None` if it is gone.
///
/// # Errors
/// [`JanusError`] if Janus cannot be asked.
pub fn look_at(admin: &Admin, session: u64) -> Result<Option<SessionFacts>, JanusError> {
    let ids = match admin.list_handles(session) {
        Ok(ids) => ids,
        Err(error) if error.is_gone() => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut handles = Vec::new();
    for id in ids.iter().take(MAX_HANDLES) {
        match admin.handle_info(session, *id) {
            Ok(info) => handles.push(HandleFacts::read(*id, &info)),
            Err(error) if error.is_gone() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(SessionFacts { id: session, handles, more_handles: ids.len() > MAX_HANDLES }))
}

/// `webrtc` is there while there is a PeerConnection; `alert` is set when one has ended.
fn connection(info: &Value) -> Connection {
    let Some(flags) = info.get("flags").and_then(Value::as_object) else { return Connection::Unclear };
    let flag = |name: &str| flags.get(name).and_then(Value::as_bool);
    let (Some(ready), Some(alert)) = (flag("ready"), flag("alert")) else { return Connection::Unclear };
    let making = ["got-offer", "got-answer", "negotiated", "processing-offer", "starting"];
    let state = |of: &str, name: &str| info.pointer(&format!("/webrtc/{of}/{name}")).and_then(Value::as_str);
    if info.get("webrtc").is_some_and(|webrtc| !webrtc.is_null()) {
        // A connection that has failed is not up, whatever else is set; Janus takes it away by itself in a moment.
        return match (state("ice", "state"), state("dtls", "dtls-state")) {
            (Some("failed"), _) | (_, Some("failed")) => Connection::Gone,
            _ if ready => Connection::Live,
            _ => Connection::Starting,
        };
    }
    match alert {
        true => Connection::Gone,
        false if ready || making.iter().any(|name| flag(name) == Some(true)) => Connection::Starting,
        false if info.get("agent-created").is_some() => Connection::Starting,
        false => Connection::Never,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn info(flags: &[&str], rest: &Value) -> Value {
        let mut info = json!({
            "created": 14_357_853_972_u64, "session_last_activity": 14_357_853_914_u64, "current_time": 14_360_853_972_u64,
            "plugin": "janus.plugin.echotest",
            "flags": { "got-offer": false, "negotiated": false, "processing-offer": false, "starting": false,
                       "ready": false, "alert": false },
        });
        for flag in flags {
            info["flags"][*flag] = true.into();
        }
        for (name, value) in rest.as_object().unwrap() {
            info[name] = value.clone();
        }
        info
    }

    fn state(flags: &[&str], rest: &Value) -> Connection {
        HandleFacts::read(1, &info(flags, rest)).connection
    }

    #[test]
    fn what_janus_1_1_2_answers_is_understood() {
        let webrtc = |ice: &str, dtls: &str| json!({ "webrtc": { "ice": { "state": ice }, "dtls": { "dtls-state": dtls } } });
        let ready = ["got-offer", "negotiated", "ready"];
        assert_eq!(state(&[], &json!({})), Connection::Never);
        assert_eq!(state(&ready, &webrtc("ready", "connected")), Connection::Live);
        assert_eq!(state(&ready, &webrtc("failed", "connected")), Connection::Gone);
        assert_eq!(state(&["got-offer"], &webrtc("connecting", "created")), Connection::Starting);
        assert_eq!(state(&["processing-offer"], &json!({})), Connection::Starting);
        assert_eq!(state(&["alert"], &json!({})), Connection::Gone);
        let created = HandleFacts::read(1, &info(&[], &json!({}))).created;
        assert_eq!(created, Some(Duration::from_secs(3)));
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        for info in
            [json!({}), json!({ "flags": [] }), json!({ "flags": { "ready": "yes", "alert": false } })]
        {
            assert!(HandleFacts::read(1, &info).connection.holds(), "{info}");
        }
        let backwards = HandleFacts::read(1, &info(&[], &json!({ "current_time": 1 })));
        assert_eq!((backwards.created, backwards.active), (None, None));
    }
}
