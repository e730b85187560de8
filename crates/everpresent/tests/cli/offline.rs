//! `everpresent user` while the server does not run.

use crate::harness::Place;

fn stopped() -> Place {
    let place = Place::new();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    place.write("everpresent.toml", &format!("[listen]\nhttp = [\"127.0.0.1:{port}\"]\n"));
    place
}

#[test]
fn accounts_can_be_made_before_the_first_start() {
    let place = stopped();
    let added = place.run_with("user add alice", "wonderland\n");
    assert_eq!((added.code, added.out.as_str()), (0, "alice@localhost added.\n"), "{}", added.err);
    assert!(added.err.contains("the server does not run; working on its database sqlite:"), "{}", added.err);
    place.run_with("user import -", "jid,password\nbob,x\ncarol,y\n").ok();
    let page = place.run("user list --limit 2 --json").json();
    assert_eq!((&page["users"][1]["jid"], &page["next"]), (&"bob@localhost".into(), &"bob@localhost".into()));
    assert_eq!(page["total"], 3);
    assert!(page["users"][0]["sessions"].is_null(), "nobody knows");
}

#[test]
fn accounts_are_changed_and_removed() {
    let place = stopped();
    place.run_with("user add alice", "wonderland\n").ok();
    place.run_with("user password alice", "looking glass\n").ok();
    place.run("user disable alice").ok();
    assert_eq!(place.run("user list --json").json()["users"][0]["enabled"], false);
    place.run("user enable alice").ok();
    assert_eq!(place.run("user list --json").json()["users"][0]["enabled"], true);
    place.run("user remove alice").ok();
    assert_eq!(place.run("user list --json").json()["total"], 0);
}

#[test]
fn the_same_is_refused_as_by_a_running_server() {
    let place = stopped();
    place.run_with("user add alice", "x\n").ok();
    for (line, input) in [
        ("user add alice", "x\n"),
        ("user add alice@elsewhere.example", "x\n"),
        ("user password bob", "x\n"),
        ("user disable bob", ""),
        ("user remove bob", ""),
        // U+0007 is prohibited in passwords (RFC 4013 §2.3).
        ("user add carol", "bell\u{7}\n"),
    ] {
        let outcome = place.run_with(line, input);
        assert_eq!(outcome.code, 2, "{line}: {}", outcome.err);
    }
    assert_eq!(place.run("user list --json").json()["total"], 1);
}

#[test]
fn a_database_that_cannot_be_opened_is_named() {
    let place = stopped();
    place.write("blocked", "");
    let config = std::fs::read_to_string(place.path().join("everpresent.toml")).unwrap();
    place.write("everpresent.toml", &format!("{config}[node]\ndata_dir = \"blocked\"\n"));
    let outcome = place.run("user list");
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("`data_dir` in [node]"), "{}", outcome.err);
}
