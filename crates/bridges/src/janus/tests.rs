//! Stories with a Janus that answers as it is told to. A real one is asked in `e2e/test_janus.py`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::*;

const GRACE: Duration = Duration::from_secs(300);
/// Of servers that never answer: short, since the test waits for it.
const IMPATIENT: Duration = Duration::from_millis(200);

type Answer = Box<dyn FnMut(&Value) -> Vec<u8> + Send>;

/// A server that answers each request by a function, and the Admin API behind it.
fn janus(answer: impl FnMut(&Value) -> Vec<u8> + Send + 'static) -> Admin {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/admin", listener.local_addr().unwrap());
    let mut answer: Answer = Box::new(answer);
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            serve(connection.unwrap(), &mut answer);
        }
    });
    let transport = Transport::with_deadline(&url, Duration::from_secs(5)).unwrap();
    Admin::new(transport, Some(Zeroizing::new("hunter2".to_owned())))
}

fn serve(mut connection: TcpStream, answer: &mut Answer) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = answer(&serde_json::from_slice(&body).unwrap_or(Value::Null));
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    // The client may have given up.
    let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(&body));
}

/// A good answer to a request.
fn success(request: &Value, mut fields: Value) -> Vec<u8> {
    fields["janus"] = "success".into();
    fields["transaction"] = request["transaction"].clone();
    fields.to_string().into_bytes()
}

/// A handle that was made so many seconds ago and not asked for since.
fn info(seconds: u64, live: bool) -> Value {
    let mut info = json!({
        "created": 0, "session_last_activity": 0, "current_time": seconds * 1_000_000, "plugin": "janus.plugin.echotest",
        "flags": { "ready": live, "alert": false },
    });
    if live {
        info["webrtc"] = json!({ "ice": { "state": "ready" }, "dtls": { "dtls-state": "connected" } });
    }
    info
}

/// A Janus with sessions of one abandoned handle each, where `live` says whether one lives at the n-th look at it.
fn abandoned(
    sessions: &[u64],
    live: impl Fn(u64, usize) -> bool + Send + 'static,
) -> (Admin, Arc<Mutex<Vec<u64>>>) {
    let ended = Arc::new(Mutex::new(Vec::new()));
    let (all, told) = (sessions.to_vec(), Arc::clone(&ended));
    let mut looks = std::collections::BTreeMap::new();
    let admin = janus(move |request| {
        let session = request["session_id"].as_u64().unwrap_or_default();
        let mut ended = told.lock().unwrap();
        if ended.contains(&session) {
            let error = json!({ "code": 458, "reason": "No such session" });
            return json!({ "janus": "error", "transaction": request["transaction"], "error": error })
                .to_string()
                .into();
        }
        match request["janus"].as_str().unwrap() {
            "list_sessions" => success(request, json!({ "sessions": all })),
            "list_handles" => success(request, json!({ "handles": [7] })),
            "handle_info" => {
                let look = looks.entry(session).or_insert(0);
                *look += 1;
                success(request, json!({ "info": info(900, live(session, *look)) }))
            }
            "destroy_session" => {
                ended.push(session);
                success(request, json!({}))
            }
            other => panic!("{other}"),
        }
    });
    (admin, ended)
}

fn audited(admin: &Admin) -> (Audit, Memory) {
    let (look, now) = (look(admin).unwrap(), Instant::now());
    let mut memory = Memory::default();
    memory.take(&look, now);
    (audit(&look, &memory, GRACE, now), memory)
}

#[test]
fn a_session_that_comes_to_life_after_the_audit_is_not_ended() {
    let (admin, destroyed) = abandoned(&[1, 2, 3], |session, look| session == 2 && look > 1);
    let (audit, memory) = audited(&admin);
    assert_eq!(audit.count(Verdict::Leaked), 3);
    let mut told = Vec::new();
    let ended = end_leaked(&admin, &audit, &memory, GRACE, false, |ended| told.push(ended.clone())).unwrap();
    assert_eq!(
        ended.iter().map(|ended| ended.end).collect::<Vec<_>>(),
        [End::Ended, End::Revived, End::Ended]
    );
    assert_eq!(told, ended, "each was told");
    assert_eq!(*destroyed.lock().unwrap(), [1, 3]);
}

#[test]
fn a_dry_run_ends_nothing_and_one_that_ended_by_itself_is_no_failure() {
    let (admin, destroyed) = abandoned(&[1, 2], |_, _| false);
    let (audit, memory) = audited(&admin);
    let ends = |dry_run| {
        let ended = end_leaked(&admin, &audit, &memory, GRACE, dry_run, |_| {}).unwrap();
        ended.iter().map(|ended| ended.end).collect::<Vec<_>>()
    };
    assert_eq!(ends(true), [End::WouldEnd, End::WouldEnd]);
    assert!(destroyed.lock().unwrap().is_empty());
    destroyed.lock().unwrap().push(1);
    assert_eq!(ends(false), [End::Gone, End::Ended]);
}

#[test]
fn an_error_in_the_middle_of_ending_stops_it() {
    let (admin, _) = abandoned(&[1, 2], |_, _| false);
    let (audit, memory) = audited(&admin);
    let refusing = janus(|request| {
        let error = json!({ "code": 403, "reason": "No\u{1b}[2J" });
        json!({ "janus": "error", "transaction": request["transaction"], "error": error }).to_string().into()
    });
    let error =
        end_leaked(&refusing, &audit, &memory, GRACE, false, |_| panic!("nothing was done")).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("admin_secret") && !text.contains('\u{1b}') && !text.contains("hunter2"), "{text}");
}

#[test]
fn what_is_no_admin_api_is_told_apart_from_one_that_is_not_there() {
    let answers: [fn(&Value) -> Vec<u8>; 7] = [
        |_| b"<html>".to_vec(),
        |_| b"[]".to_vec(),
        |_| b"\xff\0".to_vec(),
        |_| json!({ "janus": "success", "transaction": "another", "sessions": [] }).to_string().into(),
        |request| success(request, json!({ "sessions": [1, -1] })),
        |request| success(request, json!({ "sessions": "all" })),
        |request| success(request, json!({ "sessions": vec![1; 100_001] })),
    ];
    for answer in answers {
        let error = janus(answer).list_sessions().unwrap_err();
        assert!(matches!(error, JanusError::Strange { .. }), "{error}");
    }
    let nobody = Admin::new(Transport::new("http://127.0.0.1:9/admin").unwrap(), None);
    assert!(matches!(nobody.list_sessions(), Err(JanusError::Unreachable { .. })));
}

#[test]
fn an_answer_without_end_is_not_read_to_it() {
    let error = janus(|_| vec![b' '; 5 * 1024 * 1024]).list_sessions().unwrap_err();
    assert!(error.to_string().contains("does not answer"), "{error}");
}

#[test]
fn a_socket_that_nobody_reads_is_given_up_at_the_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("admin");
    let _silent = UnixDatagram::bind(&path).unwrap();
    let url = format!("unix-dgram:{}", path.display());
    let admin = Admin::new(Transport::with_deadline(&url, IMPATIENT).unwrap(), None);
    let began = Instant::now();
    let error = admin.list_sessions().unwrap_err().to_string();
    assert!(error.contains("no answer within") && began.elapsed() < Duration::from_secs(5), "{error}");
}

#[test]
fn janus_is_opened_again_when_it_cannot_be_looked_at_during_a_drain() {
    let accepted = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&accepted);
    let admin = janus(move |request| match request["janus"].as_str().unwrap() {
        "accept_new_sessions" => {
            told.lock().unwrap().push(request["accept"].as_bool().unwrap());
            success(request, json!({ "accept": request["accept"] }))
        }
        _ => b"out of order".to_vec(),
    });
    let drained = drain(&admin, Duration::from_secs(60), |_| std::ops::ControlFlow::Continue(()));
    assert!(matches!(drained, Err(JanusError::Strange { .. })), "{drained:?}");
    assert_eq!(*accepted.lock().unwrap(), [false, true]);
}
