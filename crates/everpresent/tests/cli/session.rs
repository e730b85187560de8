//! `everpresent sessions`

use std::io::{Read as _, Write as _};

use crate::harness::{Place, running};

#[test]
fn sessions_are_listed_and_ended() {
    let (place, server) = running();
    *server.sessions.lock().unwrap() =
        ["a@example.org/1", "a@example.org/2", "b@example.org/x y"].map(str::to_owned).to_vec();
    let listed = place.run("sessions list --user a@example.org").ok();
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.contains("a@example.org/1\tdetached\t1970-01-01T00:01:00.000Z\t-\t-\t2"), "{listed}");
    assert_eq!(place.run("sessions list --state detached --json").json()["total"], 3);
    assert_eq!(place.run("sessions end a@example.org/2").ok(), "1 session of a@example.org/2 ended.\n");
    assert_eq!(place.run("sessions end a@example.org --json").json()["ended"], 1);
    assert_eq!(place.run("sessions end a@example.org").code, 2);
    assert_eq!(place.run("sessions end @").code, 64);
}

#[test]
fn an_audit_that_finds_a_difference_names_it_and_ends_with_1() {
    let (place, server) = running();
    let clean = place.run("sessions audit").ok();
    assert!(clean.contains("transports\t0\topen sessions\t0\tagree"), "{clean}");
    assert!(clean.contains("closed, logout: 3") && clean.contains("No difference."), "{clean}");
    *server.leaked.lock().unwrap() = Some("ghost@example.org/phone".into());
    let outcome = place.run("sessions audit");
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains("DIFFER"), "{}", outcome.out);
    assert!(outcome.out.contains("session-without-transport\tghost@example.org/phone"), "{}", outcome.out);
}

#[test]
fn without_a_server_there_are_no_sessions_to_speak_of() {
    let place = Place::new();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    place.write("everpresent.toml", &format!("[listen]\nhttp = [\"127.0.0.1:{port}\"]\n"));
    let outcome = place.run("sessions list");
    assert_eq!(outcome.code, 69);
    assert!(outcome.err.contains("the server does not run"), "{}", outcome.err);
}

#[test]
fn something_else_on_the_servers_port_is_recognised() {
    let place = Place::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let _ = socket.read(&mut [0; 4096]);
            let _ = socket.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello");
        }
    });
    place.write("everpresent.toml", &format!("[listen]\nhttp = [\"{address}\"]\n"));
    std::fs::create_dir(place.path().join("data")).unwrap();
    everpresent_console::AdminToken::load_or_create(&place.path().join("data/admin.token")).unwrap();
    let outcome = place.run("sessions list");
    assert_eq!(outcome.code, 69);
    assert!(outcome.err.contains("is no Everpresent server"), "{}", outcome.err);
}
