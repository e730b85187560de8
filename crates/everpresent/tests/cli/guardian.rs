//! `everpresent serve`: two processes, and what each does when something ends.

use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;

use crate::served::{Served, runs, signal};

#[test]
fn a_server_that_dies_is_replaced_by_another_with_the_same_data() {
    let served = Served::start("");
    served.place.run_with("user add alice", "wonderland\n").ok();
    let (first, before) = (served.server(), served.row());
    signal(first, Signal::KILL);
    let second = served.server_after(first);
    assert_ne!(second, served.main_process());
    let after = served.row();
    assert_ne!(after.incarnation, before.incarnation);
    assert!(after.incarnation.is_some());
    assert!(after.epoch > before.epoch);
    // Released once, claimed once: the claim found the row released.
    assert!(served.log().contains("homes of the dead server released homes=1"), "{}", served.log());
    assert_eq!(served.place.run("user list --json").json()["users"][0]["jid"], "alice@localhost");
}

#[test]
fn a_server_that_dies_again_and_again_waits_for_an_order() {
    let mut served = Served::start("");
    let mut server = served.server();
    for _ in 0..2 {
        signal(server, Signal::KILL);
        server = served.server_after(server);
    }
    signal(server, Signal::KILL);
    served.until_logged("order a start with SIGHUP");
    assert_eq!(served.row().incarnation, None, "its partner may have it");
    assert_eq!(std::fs::read_to_string(served.pid_file()).unwrap(), "", "nobody serves");
    signal(served.main_process(), Signal::HUP);
    let ordered = served.server_after(server);
    // An order begins a new count.
    signal(ordered, Signal::KILL);
    served.server_after(ordered);
    signal(served.main_process(), Signal::TERM);
    assert_eq!(served.ended(), Some(0));
}

#[test]
fn it_can_be_stopped_while_it_waits_for_an_order() {
    let mut served = Served::start("");
    for _ in 0..2 {
        let server = served.server();
        signal(server, Signal::KILL);
        served.server_after(server);
    }
    signal(served.server(), Signal::KILL);
    served.until_logged("order a start with SIGHUP");
    signal(served.main_process(), Signal::TERM);
    assert_eq!(served.ended(), Some(0));
    assert!(!served.pid_file().exists());
}

#[test]
fn the_server_dies_with_its_guardian() {
    let mut served = Served::start("");
    let server = served.server();
    assert!(runs(server));
    signal(served.main_process(), Signal::KILL);
    assert_eq!(served.ended(), None, "killed");
    served.until("the server is dead", || (!runs(server)).then_some(()));
}

#[test]
fn a_stop_is_clean_and_final() {
    for order in [Signal::TERM, Signal::INT] {
        let mut served = Served::start("");
        let server = served.server();
        let mode = std::fs::metadata(served.pid_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
        signal(served.main_process(), order);
        assert_eq!(served.ended(), Some(0), "{}", served.log());
        assert!(!runs(server));
        assert!(!served.pid_file().exists());
        assert_eq!(served.row().incarnation, None);
        assert_eq!(served.log().matches("the server starts").count(), 1);
    }
}

#[test]
fn a_stop_that_was_told_to_the_server_itself_is_final_too() {
    let mut served = Served::start("");
    signal(served.server(), Signal::TERM);
    assert_eq!(served.ended(), Some(0), "{}", served.log());
    assert_eq!(served.row().incarnation, None);
}

#[test]
fn a_reload_reaches_the_server() {
    let served = Served::start("");
    let server = served.server();
    signal(served.main_process(), Signal::HUP);
    served.until_logged("read again");
    assert_eq!(served.server(), server);
}

#[test]
fn a_wrong_configuration_is_refused_once() {
    let mut served = Served::start("");
    signal(served.main_process(), Signal::TERM);
    served.ended();
    served.place.write("everpresent.toml", "[node]\nnam = \"imp1\"\n");
    let outcome = served.place.run("serve");
    assert_eq!(outcome.code, 78);
    assert_eq!(outcome.err.matches("the configuration is refused").count(), 1, "{}", outcome.err);
}

#[test]
fn a_configuration_that_became_wrong_ends_it_when_the_server_dies() {
    let mut served = Served::start("");
    served.place.write("everpresent.toml", "[node]\nnam = \"imp1\"\n");
    signal(served.server(), Signal::KILL);
    assert_eq!(served.ended(), Some(78), "{}", served.log());
    assert_eq!(served.log().matches("the configuration is refused").count(), 1, "{}", served.log());
}

#[test]
fn a_server_that_cannot_start_is_not_started_again() {
    let running = Served::start("");
    let config = std::fs::read_to_string(running.place.path().join("everpresent.toml")).unwrap();
    let place = crate::harness::Place::new();
    place.write("everpresent.toml", &config);
    let outcome = place.run("serve");
    assert_eq!(outcome.code, 1);
    assert_eq!(outcome.err.matches("cannot be listened on").count(), 1, "{}", outcome.err);
    assert!(!place.path().join("data/server.pid").exists());
}

#[test]
fn a_second_one_in_the_same_folder_is_refused() {
    let served = Served::start("");
    let server = served.server();
    assert_eq!(served.another().code(), Some(1));
    let refusal = format!("(its server is process {server})");
    assert!(served.log().contains(&refusal), "{}", served.log());
    assert_eq!(served.server(), server);
}

#[test]
fn without_a_guardian_there_is_one_process() {
    let mut served = Served::start("--no-guardian");
    assert!(!served.pid_file().exists());
    signal(served.main_process(), Signal::TERM);
    assert_eq!(served.ended(), Some(0));
    assert_eq!(served.row().incarnation, None);
}

#[test]
fn a_server_whose_guardian_is_not_its_parent_refuses_to_serve() {
    let served = Served::start("");
    let stranger = served.main_process();
    let line = format!("serve --child {} --guardian {stranger}", "0".repeat(31) + "1");
    let outcome = served.place.run(&line);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("is not the parent"), "{}", outcome.err);
}

#[test]
fn neither_process_can_leave_a_core_dump() {
    let served = Served::start("");
    for process in [served.main_process(), served.server()] {
        let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        let values: Vec<&str> = line.split_whitespace().skip(4).take(2).collect();
        assert_eq!(values, ["0", "0"], "process {process}");
    }
}
