//! Answers of Janus: what is not understood is left alone.

use everpresent_bridges::janus::{Connection, HandleFacts, JanusError, read_answer};
use serde_json::Value;

use crate::driver::fuzz;

const INFOS: [&[u8]; 4] = [
    br#"{"created":14357853972,"session_last_activity":14357853914,"current_time":14360853972,"plugin":"janus.plugin.echotest","flags":{"got-offer":false,"negotiated":false,"ready":false,"alert":false}}"#,
    br#"{"flags":{"got-offer":true,"ready":true,"alert":false},"webrtc":{"ice":{"state":"ready"},"dtls":{"dtls-state":"connected"}}}"#,
    br#"{"flags":{"ready":false,"alert":true},"webrtc":{"ice":{"state":"failed"}}}"#,
    br#"{"agent-created":1,"flags":{"ready":false,"alert":false,"starting":true},"webrtc":null}"#,
];

const ANSWERS: [&[u8]; 4] = [
    br#"{"janus":"success","transaction":"everpresent-7","sessions":[1,2,18446744073709551615]}"#,
    br#"{"janus":"error","transaction":"everpresent-7","error":{"code":458,"reason":"No such\u0007 session"}}"#,
    br#"{"janus":"server_info","transaction":"everpresent-7","accepting-new-sessions":true}"#,
    b"{\"janus\":\"success\",\"transaction\":\"everpresent-8\"}\n",
];

const PIECES: [&[u8]; 26] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\"",
    b"null",
    b"true",
    b"false",
    b"-1",
    b"1e400",
    b"18446744073709551616",
    b"\\u001b",
    b"\\ud800",
    b"\"flags\":",
    b"\"ready\":true",
    b"\"alert\":true",
    b"\"alert\":false",
    b"\"webrtc\":{}",
    b"\"current_time\":0",
    b"\"janus\":\"error\"",
    b"\"error\":",
    b"\"reason\":\"",
    b"\"transaction\":\"everpresent-7\"",
    b"\xff",
];

#[test]
fn janus_handle() {
    fuzz(&INFOS, &PIECES, |input| {
        let Ok(info) = serde_json::from_slice::<Value>(input) else { return None };
        let facts = HandleFacts::read(1, &info);
        assert!(facts.plugin.chars().count() <= 64 && !facts.plugin.contains(char::is_control));
        let flag = |name: &str| info["flags"][name].as_bool();
        let failed = |of: &str, name: &str| info["webrtc"][of][name] == "failed";
        let is_failed = failed("ice", "state") || failed("dtls", "dtls-state");
        let has_connection = !info["webrtc"].is_null();
        if flag("ready").is_none() || flag("alert").is_none() || (has_connection && !is_failed) {
            assert!(facts.connection.holds(), "what may be live is left alone: {info}");
        }
        if facts.connection == Connection::Live {
            assert!(flag("ready") == Some(true) && has_connection);
        }
        let now = info["current_time"].as_u64();
        for ago in [facts.created, facts.active].into_iter().flatten() {
            assert!(now.is_some_and(|now| ago.as_micros() <= u128::from(now)));
        }
        Some((format!("{:?}", facts.connection), facts.created.is_some(), facts.active.is_some()))
    });
}

#[test]
fn janus_answer() {
    fuzz(&ANSWERS, &PIECES, |input| {
        match read_answer("http://127.0.0.1/admin", "info", "everpresent-7", input) {
            Ok(answer) => {
                assert_eq!(answer["transaction"], "everpresent-7");
                assert!(answer["janus"] == "success" || answer["janus"] == "server_info");
                format!("{} keys", answer.len().min(6))
            }
            Err(JanusError::Refused { reason, code, .. }) => {
                assert!(reason.chars().count() <= 200 && !reason.contains(char::is_control), "{reason:?}");
                format!("refused {}", code == -1)
            }
            Err(other) => {
                assert!(!other.is_gone(), "only Janus itself says that something is gone");
                other.to_string()
            }
        }
    });
}
