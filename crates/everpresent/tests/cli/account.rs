//! `everpresent user` with a running server.

use crate::harness::running;

#[test]
fn an_account_lives_from_add_to_remove() {
    let (place, server) = running();
    let user = || server.users.lock().unwrap().get("alice@example.org").cloned();
    assert_eq!(
        place.run_with("user add alice@example.org", "wonder land\n").ok(),
        "alice@example.org added.\n"
    );
    assert_eq!(user(), Some(("wonder land".into(), true)));
    place.write("new.txt", "looking glass\nignored\n");
    place.run("user password alice --password-file new.txt").ok();
    assert_eq!(user(), Some(("looking glass".into(), true)), "the only domain is understood");
    place.run("user disable alice").ok();
    assert_eq!(user(), Some(("looking glass".into(), false)));
    let listed = place.run("user list").ok();
    assert_eq!(listed.lines().nth(1), Some("alice@example.org\tdisabled\t1\t1970-01-01T00:00:00.000Z"));
    place.run("user enable alice").ok();
    assert_eq!(place.run("user remove alice --json").json()["jid"], "alice@example.org");
    assert_eq!(user(), None);
}

#[test]
fn what_the_server_refuses_ends_with_2_and_its_reason() {
    let (place, _server) = running();
    place.run_with("user add alice", "x\n").ok();
    let again = place.run_with("user add alice", "x\n");
    assert_eq!((again.code, again.err.as_str()), (2, "error: alice@example.org exists already\n"));
    for line in ["user remove bob", "user disable bob", "user enable bob"] {
        let outcome = place.run(line);
        assert_eq!(outcome.code, 2, "{line}");
        assert!(outcome.err.contains("there is no user bob@example.org"), "{}", outcome.err);
    }
    assert_eq!(place.run_with("user password bob", "x\n").code, 2);
}

#[test]
fn mistakes_are_seen_before_the_server_is_asked() {
    let (place, server) = running();
    for (line, input) in
        [("user add alice", ""), ("user add alice", "\n"), ("user add @", "x"), ("user add a@b/c", "x")]
    {
        assert_eq!(place.run_with(line, input).code, 64, "{line} {input:?}");
    }
    assert_eq!(place.run("user add alice --password-file nowhere.txt").code, 1);
    assert!(server.users.lock().unwrap().is_empty());
}

#[test]
fn users_are_listed_page_by_page_and_as_json() {
    let (place, _server) = running();
    for name in ["a", "b", "c"] {
        place.run_with(&format!("user add {name}"), "x").ok();
    }
    let first = place.run("user list --limit 2").ok();
    assert!(first.ends_with("2 of 3 shown; go on with --after b@example.org\n"), "{first}");
    let rest = place.run("user list --after b@example.org --json").json();
    assert_eq!(rest["users"].as_array().unwrap().len(), 1);
    assert_eq!(rest["users"][0]["jid"], "c@example.org");
}

#[test]
fn a_csv_file_becomes_accounts_and_failures_are_named() {
    let (place, server) = running();
    let rows: String = (0..450).map(|number| format!("user{number}@example.org,secret{number}\n")).collect();
    place.write("users.csv", &format!("jid,password\n{rows}"));
    assert_eq!(place.run("user import users.csv").ok(), "450 accounts made.\n");
    assert_eq!(server.users.lock().unwrap()["user449@example.org"].0, "secret449");
    let outcome = place.run_with("user import -", "jid,password\nnew@example.org,x\nuser7@example.org,x\n");
    assert_eq!(outcome.code, 2);
    assert!(outcome.out.contains("1 account made."), "{}", outcome.out);
    assert!(
        outcome.out.contains("2\tuser7@example.org\tuser7@example.org exists already"),
        "{}",
        outcome.out
    );
    assert_eq!(place.run_with("user import -", "nothing,of\nthe,kind\n").code, 64);
}

#[test]
fn a_token_that_is_not_the_servers_is_explained() {
    let (place, _server) = running();
    place.write("data/admin.token", "ffffffffffffffffffffffffffffffffffffffff\n");
    let outcome = place.run("user list");
    assert_eq!(outcome.code, 2);
    assert!(outcome.err.contains("does this configuration belong to the server"), "{}", outcome.err);
    std::fs::remove_file(place.path().join("data/admin.token")).unwrap();
    let outcome = place.run("user list");
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("admin.token"), "{}", outcome.err);
}
