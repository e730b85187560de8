//! `everpresent group`, with a real server.

use crate::harness::running;
use crate::served::Served;

#[test]
fn groups_are_made_filled_and_removed() {
    let served = Served::start("");
    let place = &served.place;
    let listed = place.run("group list").ok();
    assert_eq!(listed.lines().nth(1), Some("DefaultCUPSubCluster\tnot enabled\tbalanced\timp1\t0\tyes"));
    place.run("group create branch --assignment active-standby").ok();
    for (line, code) in [
        ("group create branch", 2),
        ("group create no/name", 2),
        ("group create no.name", 2),
        ("group add nowhere imp2", 2),
        ("group add branch imp1", 2),
        ("group remove DefaultCUPSubCluster imp1", 2),
        ("group remove DefaultCUPSubCluster", 2),
        ("group create x --assignment anyhow", 64),
        ("group assign", 64),
        ("group assign alice", 64),
        ("group assign --balanced --mode by-hand", 64),
    ] {
        assert_eq!(place.run(line).code, code, "{line}");
    }
    let refused = place.run("group remove DefaultCUPSubCluster imp1").err;
    assert!(refused.contains("node imp1 runs"), "{refused}");

    let added = place.run("group add branch imp4").ok();
    assert!(added.contains("`group = \"branch\"` in [node]"), "{added}");
    let groups = place.run("group list --json").json();
    let branch = &groups["groups"][1];
    assert_eq!((&branch["name"], &branch["assignment"]), (&"branch".into(), &"active-standby".into()));
    assert_eq!(
        (&branch["nodes"][0]["name"], &branch["nodes"][0]["started"]),
        (&"imp4".into(), &false.into())
    );
    place.run("group remove branch imp4").ok();
    place.run("group remove branch").ok();
    assert_eq!(place.run("group list").ok().lines().count(), 2);
    assert!(served.log().contains("act=\"create_group\" subject=\"branch\""), "{}", served.log());
}

#[test]
fn new_users_go_where_the_group_says_and_to_no_node_that_never_started() {
    let served = Served::start("");
    let place = &served.place;
    place.run("group add DefaultCUPSubCluster imp2").ok();
    let users = || {
        let groups = place.run("group list --json").json();
        [0, 1].map(|node| groups["groups"][0]["nodes"][node]["users"].as_u64().unwrap())
    };
    place.run_with("user add a", "x\n").ok();
    assert_eq!(users(), [1, 0]);
    let refused = place.run("group assign a --to imp2");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("node imp2 has never started"), "{}", refused.err);

    served.second_node_starts();
    place.run_with("user import -", "jid,password\nb,x\nc,x\nd,x\n").ok();
    assert_eq!(users(), [2, 2], "balanced");
    place.run("group assign --mode active-standby").ok();
    place.run_with("user import -", "jid,password\ne,x\nf,x\n").ok();
    assert_eq!(users(), [4, 2], "all to the first");

    assert_eq!(place.run("group assign --balanced").ok(), "1 user moved.\n");
    assert_eq!(users(), [3, 3]);
    assert_eq!(place.run("group assign --balanced --json").json()["moved"], 0);
    let outcome = place.run("group assign a c nobody --to imp2");
    assert_eq!(outcome.code, 2);
    assert!(outcome.out.contains("nobody@localhost\tthere is no account"), "{}", outcome.out);

    // What is served elsewhere is moved from there.
    let back = place.run("group assign b --to imp1");
    assert!(back.out.contains("nobody serves the users of imp2"), "{}", back.out);
}

#[test]
fn while_a_node_is_failed_over_nobody_comes_goes_or_moves() {
    let served = Served::start("");
    let place = &served.place;
    served.second_node_starts();
    place.run_with("user add a", "x\n").ok();
    served.is_said_to_be("imp2", 4);
    for line in ["user add b", "user remove a", "group assign a --to imp2", "group assign --balanced"] {
        let outcome = place.run_with(line, "x\n");
        assert_eq!(outcome.code, 2, "{line}");
        let said = outcome.err + &outcome.out;
        assert!(said.contains("imp2 is Running in Backup Mode"), "{line}: {said}");
    }
    served.is_said_to_be("imp2", 3);
    place.run("user remove a").ok();
}

#[test]
fn what_the_server_refuses_is_shown() {
    let (place, _server) = running();
    assert_eq!(place.run("group assign alice bob --to imp2").ok(), "2 users moved.\n");
    let refused = place.run("group assign --balanced");
    assert_eq!((refused.code, refused.err.as_str()), (2, "error: imp1 is failed over\n"));
    assert_eq!(place.run("group list").code, 69);
}
