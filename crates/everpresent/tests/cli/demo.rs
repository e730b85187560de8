//! `everpresent demo`: the whole story with a real server.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::harness::Place;

/// The objects that a run prints, one per line.
fn told(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn steps(told: &[Value]) -> Vec<&str> {
    told.iter().filter_map(|line| line["step"].as_str()).collect()
}

/// One test, not three: two demos at once would take the usual ports from each other.
#[test]
fn the_story_holds_twice_in_one_folder_and_breaks_with_a_wrong_password() {
    let place = Place::new();
    the_story_holds(&place);
    it_holds_again_with_the_same_passwords(&place);
    a_step_that_does_not_hold_says_what_was_expected(&place);
}

fn the_story_holds(place: &Place) {
    let first = place.run("--json demo --once --sessions 20 --dir stage");
    assert_eq!(first.code, 0, "{}{}", first.out, first.err);
    let lines = told(&first.out);
    let wanted = [
        "pair",
        "sign-in-alice",
        "contacts",
        "alice-to-carol",
        "resume",
        "steady-presence",
        "kill",
        "takeover",
        "exactly-once",
        "unnoticed",
        "archive",
        "failed-over",
        "fallback",
        "audit",
        "crowd",
        "stop",
    ];
    assert!(wanted.iter().all(|step| steps(&lines).contains(step)), "{}", first.out);
    assert!(lines.iter().filter(|line| line["step"].is_string()).all(|line| line["held"] == true));
    assert_eq!(lines.last().unwrap()["summary"]["failed"], 0, "{}", first.out);
    a_crowd_notices_nothing(&lines);
    let accounts = place.path().join("stage/accounts.csv");
    assert_eq!(std::fs::metadata(&accounts).unwrap().permissions().mode() & 0o777, 0o600);
}

fn a_crowd_notices_nothing(lines: &[Value]) {
    let figures: Vec<&Value> = lines.iter().filter(|line| line["figures"].is_string()).collect();
    assert_eq!(figures.len(), 2, "the server killed, then its guardian too");
    for act in figures {
        assert_eq!(act["resumed"], 20);
        assert!(["lost", "doubled", "unavailable"].iter().all(|figure| act[figure] == 0), "{act}");
        assert!(act["acknowledged"].as_u64().unwrap() > 100, "they wrote all the time: {act}");
    }
}

fn it_holds_again_with_the_same_passwords(place: &Place) {
    let accounts = place.path().join("stage/accounts.csv");
    let passwords = std::fs::read_to_string(&accounts).unwrap();
    let second = place.run("demo --once --dir stage").ok();
    assert!(second.contains("are contacts already"), "{second}");
    assert!(second.lines().last().unwrap().starts_with("All "), "{second}");
    assert!(!second.contains('\u{1b}'), "colours without a terminal: {second}");
    assert_eq!(std::fs::read_to_string(&accounts).unwrap(), passwords);
}

fn a_step_that_does_not_hold_says_what_was_expected(place: &Place) {
    // What somebody might do: write another password where the demo keeps its own.
    let path = place.path().join("stage/accounts.csv");
    let accounts = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, accounts.replace("alice@localhost,", "alice@localhost,not")).unwrap();
    let outcome = place.run("--json demo --once --dir stage");
    assert_eq!(outcome.code, 1, "{}", outcome.out);
    let lines = told(&outcome.out);
    let failed = lines.iter().find(|line| line["held"] == false).unwrap();
    assert_eq!(failed["step"], "sign-in-alice");
    assert!(failed["seen"].as_str().unwrap().contains("not-authorized"), "{failed}");
    assert!(failed["log"].as_str().unwrap().ends_with("server.log"));
    assert_eq!(lines.last().unwrap()["summary"]["failed"], 1);
}

#[test]
fn a_folder_of_something_else_is_refused() {
    let place = Place::new();
    place.write("letter.txt", "Dear");
    let outcome = place.run("demo --once --dir .");
    assert_eq!(outcome.code, 64);
    assert!(outcome.err.contains("--dir"), "{}", outcome.err);
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
}
