//! Too large, too many, too slow.

use std::sync::Arc;

use everpresent_console::Console;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::fake::{Fake, TOKEN, console, console_of, settings};
use crate::http::{admin, connect, raw, request};

#[tokio::test]
async fn a_body_or_header_above_its_limit_is_refused() {
    let (_, console) = console();
    let big = format!(r#"{{"jid": "a@x", "password": "{}"}}"#, "x".repeat(70_000));
    assert_eq!(admin(&console, "POST /api/v1/users", &big).await.refusal(), "413 too-large");
    let long = format!(r#"{{"jid": "a@x", "password": "{}"}}"#, "x".repeat(2_000));
    assert_eq!(admin(&console, "POST /api/v1/users", &long).await.refusal(), "400 invalid");
    let headers = format!("X-Filler: {}\r\n", "x".repeat(20_000));
    assert_eq!(request(&console, "192.0.2.1", "GET /health/live", &headers, "").await.status, 431);
    let many = "X-Filler: x\r\n".repeat(100);
    assert_eq!(request(&console, "192.0.2.1", "GET /health/live", &many, "").await.status, 431);
}

#[tokio::test]
async fn requests_beyond_the_places_are_told_to_come_back() {
    let fake = Arc::new(Fake { gate: Some(Semaphore::new(0)), ..Fake::default() });
    let console = console_of(fake.clone(), settings());
    let mut waiting = Vec::new();
    for _ in 0..64 {
        let console = console.clone();
        waiting.push(tokio::spawn(async move { admin(&console, "GET /api/v1/users", "").await.status }));
        fake.arrived.notified().await;
    }
    let answer = request(&console, "192.0.2.1", "GET /health/live", "", "").await;
    assert_eq!(answer.refusal(), "503 unavailable");
    assert_eq!(answer.json()["error"]["retry"], true);
    fake.gate.as_ref().unwrap().add_permits(64);
    for request in waiting {
        assert_eq!(request.await.unwrap(), 200);
    }
    assert_eq!(request(&console, "192.0.2.1", "GET /health/live", "", "").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_is_given_up() {
    let fake = Arc::new(Fake { gate: Some(Semaphore::new(0)), ..Fake::default() });
    let console = console_of(fake, settings());
    let answer = admin(&console, "GET /api/v1/users", "").await;
    assert_eq!(answer.refusal(), "504 timeout");
    assert_eq!(answer.json()["error"]["retry"], true);
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_trickles_its_header_is_cut_off() {
    let (_, console) = console();
    let slow =
        raw(connect(&console, "192.0.2.1", false), b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
    assert!(slow.status == 408 || slow.status == 0, "no request is answered: {}", slow.status);
}

async fn listening(
    console: Console,
) -> (std::net::SocketAddr, tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move {
        console.listen(listener, async { stopped.await.unwrap_or(()) }).await.unwrap();
    });
    (address, stop, task)
}

#[tokio::test]
async fn a_stop_answers_the_request_in_hand_and_takes_no_other() {
    let fake = Arc::new(Fake { gate: Some(Semaphore::new(0)), ..Fake::default() });
    let (address, stop, task) = listening(console_of(fake.clone(), settings())).await;
    let idle = TcpStream::connect(address).await.unwrap();
    let mut busy = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /api/v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    busy.write_all(request.as_bytes()).await.unwrap();
    fake.arrived.notified().await;
    stop.send(()).unwrap();
    fake.gate.as_ref().unwrap().add_permits(1);
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    task.await.unwrap();
    drop(idle);
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
