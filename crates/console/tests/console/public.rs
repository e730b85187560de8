//! Health, metrics and host-meta.

use crate::fake::{console, console_of, settings};
use crate::http::{connect, raw, request};

#[tokio::test]
async fn a_node_that_lives_but_is_not_ready_says_why() {
    let (fake, console) = console();
    assert_eq!(request(&console, "192.0.2.1", "GET /health/ready", "", "").await.json()["ready"], true);
    *fake.not_ready.lock().unwrap() = vec!["the database does not answer".into()];
    let answer = request(&console, "192.0.2.1", "GET /health/ready", "", "").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["reasons"][0], "the database does not answer");
    assert_eq!(request(&console, "192.0.2.1", "GET /health/live", "", "").await.json()["live"], true);
}

#[tokio::test]
async fn metrics_are_for_this_machine_unless_so_set() {
    let (fake, console) = console();
    let answer = request(&console, "127.0.0.1", "GET /metrics", "", "").await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("text/plain; version=0.0.4"), "{}", answer.head);
    assert_eq!(request(&console, "192.0.2.1", "GET /metrics", "", "").await.refusal(), "403 forbidden");
    let mut open = settings();
    open.metrics_allow_remote = true;
    let console = console_of(fake, open);
    assert_eq!(request(&console, "192.0.2.1", "GET /metrics", "", "").await.status, 200);
}

#[tokio::test]
async fn host_meta_tells_clients_where_the_websocket_is() {
    let (fake, console) = console();
    let json = request(&console, "192.0.2.1", "GET /.well-known/host-meta.json", "", "").await;
    assert_eq!(json.json()["links"][0]["rel"], "urn:xmpp:alt-connections:websocket");
    assert_eq!(json.json()["links"][0]["href"], "ws://chat.example.org/xmpp-websocket");
    assert!(json.head.contains("access-control-allow-origin: *"), "{}", json.head);
    let proxied = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n";
    let xml = request(&console, "127.0.0.1", "GET /.well-known/host-meta", proxied, "").await;
    assert!(xml.body.contains("href='wss://chat.example.org/xmpp-websocket'"), "{}", xml.body);
    assert!(xml.head.contains("application/xrd+xml"), "{}", xml.head);

    let mut fixed = settings();
    fixed.websocket_url = Some("wss://xmpp.example.org/ws?a=1&b='2'".into());
    let console = console_of(fake, fixed);
    let xml = request(&console, "192.0.2.1", "GET /.well-known/host-meta", "", "").await;
    assert!(xml.body.contains("href='wss://xmpp.example.org/ws?a=1&amp;b=&apos;2&apos;'"), "{}", xml.body);
}

#[tokio::test]
async fn clients_of_any_origin_are_told_when_and_where_to_come_back() {
    let (_, console) = console();
    let answer = request(&console, "192.0.2.1", "GET /client-profile.json", "", "").await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("access-control-allow-origin: *"), "{}", answer.head);
    assert!(answer.head.contains("cache-control: max-age=60"), "{}", answer.head);
    let expected = serde_json::json!({
        "relogin": { "lower_seconds": 120, "upper_seconds": 537, "computed": false },
        "nodes": [{ "host": "imp1.example.org", "direct_tls_port": 5223 }],
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(request(&console, "192.0.2.1", "POST /client-profile.json", "", "").await.status, 405);
}

#[tokio::test]
async fn a_host_header_cannot_break_out_of_the_document() {
    let (_, console) = console();
    let text = "GET /.well-known/host-meta HTTP/1.1\r\nHost: x'/><evil\r\nConnection: close\r\n\r\n";
    let answer = raw(connect(&console, "192.0.2.1", true), text.as_bytes()).await;
    assert_eq!(answer.refusal(), "400 invalid");
}
