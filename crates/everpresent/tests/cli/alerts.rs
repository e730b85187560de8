//! `everpresent alerts`, beside a webhook and a mail relay of this machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};

use crate::harness::Place;

/// Takes connections one after another; what is made of each comes out. Its port too.
fn listen(answer: impl Fn(BufReader<TcpStream>) -> String + Send + 'static) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = sync_channel(16);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = tell.send(answer(BufReader::new(stream.unwrap())));
        }
    });
    (port, told)
}

/// A webhook that answers so; what it was sent comes out.
fn webhook(status: &'static str) -> (u16, Receiver<String>) {
    listen(move |mut stream| {
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        write!(stream.get_mut(), "HTTP/1.1 {status}\r\nconnection: close\r\n\r\n").unwrap();
        String::from_utf8(body).unwrap()
    })
}

/// A mail relay that knows one recipient; all that was said to it comes out.
fn relay() -> (u16, Receiver<String>) {
    listen(|mut stream| {
        let mut said = String::new();
        stream.get_mut().write_all(b"220 relay\r\n").unwrap();
        let mut in_message = false;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            said.push_str(&line);
            let answer = match line.trim_end() {
                "." => "250 taken",
                _ if in_message => continue,
                "DATA" => "354 go on",
                "" | "QUIT" => return said,
                line if line.starts_with("RCPT") && !line.contains("ops@") => "550 no such user",
                _ => "250 ok",
            };
            in_message = answer == "354 go on";
            write!(stream.get_mut(), "{answer}\r\n").unwrap();
        }
    })
}

fn configured(alerts: &str) -> Place {
    let place = Place::new();
    place.write("everpresent.toml", &format!("[node]\nname = \"imp1\"\n[alerts]\n{alerts}"));
    place
}

fn mail(port: u16, to: &str) -> String {
    format!("smtp = \"127.0.0.1:{port}\"\nsmtp_security = \"none\"\nfrom = \"ep@example.org\"\nto = [{to}]\n")
}

#[test]
fn a_test_notice_goes_everywhere_and_secrets_are_not_shown() {
    let ((hook, posted), (port, said)) = (webhook("204 Fine"), relay());
    let hook = format!("webhook = \"http://127.0.0.1:{hook}/s3cret\"\n");
    let place = configured(&format!("{hook}{}", mail(port, "\"ops@example.org\"")));
    let shown = place.run("alerts test").ok();
    assert!(shown.starts_with("CHANNEL\tTARGET\tARRIVED\tWHY\nwebhook\thttp://127.0.0.1:"), "{shown}");
    assert!(
        shown.contains("/…\tyes\t-\nmail\t127.0.0.1:") && shown.contains(" for ops@example.org\tyes\t-\n"),
        "{shown}"
    );
    assert!(!shown.contains("s3cret"));
    assert!(posted.recv().unwrap().contains(r#""node":"imp1","name":"Test","state":"raised""#));
    assert!(said.recv().unwrap().contains("Subject: [everpresent] imp1: Test\r\n"));
}

#[test]
fn what_does_not_arrive_is_named_with_the_reason_and_the_rest_arrives_all_the_same() {
    let ((hook, _posted), (port, said)) = (webhook("503 Busy"), relay());
    let hook = format!("webhook = \"http://127.0.0.1:{hook}/\"\n");
    let place = configured(&format!("{hook}{}", mail(port, "\"gone@example.org\", \"ops@example.org\"")));
    let tried = place.run("alerts test --json");
    assert_eq!(tried.code, 1);
    assert!(tried.err.contains("did not arrive by 2 of 2 ways"), "{}", tried.err);
    let report: serde_json::Value = serde_json::from_str(&tried.out).unwrap();
    let why = |index: usize| report["channels"][index]["why"].as_str().unwrap().to_owned();
    assert!(why(0).contains("503"), "{}", why(0));
    assert!(
        why(1).contains("gone@example.org does not get it") && why(1).contains("no such user"),
        "{}",
        why(1)
    );
    said.recv().unwrap();
    assert!(said.recv().unwrap().contains("RCPT TO:<ops@example.org>"));
}

#[test]
fn without_ways_nothing_is_tested() {
    let tried = configured("").run("alerts test");
    assert_eq!(tried.code, 1);
    assert!(tried.err.contains("nothing is set in [alerts]"), "{}", tried.err);
    let place = configured("webhook = \"https://alerts.example.org/\"\nwebhook_token_file = \"none\"\n");
    assert_eq!(place.run("alerts test").code, 78);
}
