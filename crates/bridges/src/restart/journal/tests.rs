//! The journal in both forms, after crashes, and on a disk that is full.

use super::*;

fn at(second: i64) -> Timestamp {
    "2020-06-08T14:53:18.149915Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_secs(second)
}

fn result(server: &str, outcome: Outcome, reason: &str) -> Happening {
    let address = "192.0.2.194".to_owned();
    Happening::Result { server: server.into(), address, outcome, reason: reason.into() }
}

fn attempt(server: &str) -> Happening {
    Happening::Attempt { server: server.into(), address: "192.0.2.194".into() }
}

#[test]
fn both_forms_are_as_people_and_programs_know_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path(), "7").unwrap();
    journal.write(at(0), Happening::Begin { servers: vec!["webbridge1".into()], forced: false }).unwrap();
    journal.write(at(0), attempt("webbridge1")).unwrap();
    journal.write(at(0), result("webbridge1", Outcome::Restarted, "its count began anew")).unwrap();
    journal.write(at(1), result("webbridge1", Outcome::Failed, "no\nconnection")).unwrap();
    journal.write(at(2), result("webbridge1", Outcome::NotVerified, "no Stats line")).unwrap();
    journal.write(at(3), result("webbridge1", Outcome::Refused, "outside of its window")).unwrap();
    journal.write(at(3), Happening::End).unwrap();
    let script = std::fs::read_to_string(folder.path().join(SCRIPT_FILE)).unwrap();
    assert_eq!(
        script,
        "2020-06-08 14:53:18.149915+00:00 Webbridge on server: 192.0.2.194 restarted successfully\n\
         2020-06-08 14:53:19.149915+00:00 Failed to restart webbridge on server 192.0.2.194. Error:\nno connection\n\
         2020-06-08 14:53:20.149915+00:00 Webbridge on server: 192.0.2.194 restarted, not verified:\nno Stats line\n"
    );
    let json = std::fs::read_to_string(folder.path().join(JSON_FILE)).unwrap();
    let third: serde_json::Value = serde_json::from_str(json.lines().nth(2).unwrap()).unwrap();
    assert_eq!(
        third,
        serde_json::json!({"at": "2020-06-08T14:53:18.149915Z", "run": "7", "event": "result", "server": "webbridge1",
            "address": "192.0.2.194", "outcome": "restarted", "reason": "its count began anew"})
    );
    assert_eq!(json.lines().count(), 7);
}

#[test]
fn an_attempt_without_a_result_is_unfinished_until_somebody_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path(), "1").unwrap();
    journal.write(at(0), attempt("webbridge1")).unwrap();
    drop(journal);
    // What a crash in the middle of a write leaves.
    let mut json = OpenOptions::new().append(true).open(folder.path().join(JSON_FILE)).unwrap();
    json.write_all(b"{\"at\":\"2020-06").unwrap();
    let past = Journal::past(folder.path()).unwrap();
    assert_eq!(past.unfinished.keys().collect::<Vec<_>>(), ["webbridge1"]);
    assert_eq!((past.damaged, past.restarts.len()), (1, 0));
    let mut journal = Journal::open(folder.path(), "2").unwrap();
    journal.write(at(9), result("webbridge1", Outcome::Unknown, "the run was cut off")).unwrap();
    let past = Journal::past(folder.path()).unwrap();
    assert!(past.unfinished.is_empty() && past.damaged == 1, "half a line spoils no other");
    assert_eq!(past.of("webbridge1").collect::<Vec<_>>(), [at(9)], "it may have been one");
}

#[test]
fn the_rest_of_a_line_that_is_too_long_ends_no_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let entry =
        |happening| serde_json::to_string(&Entry { at: at(0), run: "1".to_owned(), happening }).unwrap();
    let (begun, ended) = (entry(attempt("webbridge1")), entry(result("webbridge1", Outcome::Failed, "")));
    let damage = "x".repeat(64 << 10);
    std::fs::write(folder.path().join(JSON_FILE), format!("{begun}\n{damage}{ended}\n{ended}")).unwrap();
    let past = Journal::past(folder.path()).unwrap();
    assert_eq!((past.damaged, past.unfinished.len()), (1, 0), "the last line is whole");
    std::fs::write(folder.path().join(JSON_FILE), format!("{begun}\n{damage}{ended}\n")).unwrap();
    let past = Journal::past(folder.path()).unwrap();
    assert_eq!((past.damaged, past.unfinished.len()), (1, 1));
}

#[test]
fn refusals_and_failures_use_up_no_budget() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(folder.path(), "1").unwrap();
    for outcome in [Outcome::Refused, Outcome::Failed, Outcome::NotVerified, Outcome::Restarted] {
        journal.write(at(0), result("webbridge1", outcome, "")).unwrap();
    }
    assert_eq!(Journal::past(folder.path()).unwrap().restarts.len(), 2);
}

#[test]
fn a_journal_that_cannot_be_written_is_an_error_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(JSON_FILE)).unwrap();
    let error = Journal::open(folder.path(), "1").unwrap_err().to_string();
    assert!(error.contains("nothing is restarted without it"), "{error}");
}

/// `/dev/full` is a disk that is always full (null(4)).
#[test]
fn a_full_disk_is_an_error_of_the_very_first_entry() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.path().join(JSON_FILE)).unwrap();
    let mut journal = Journal::open(folder.path(), "1").unwrap();
    let error = journal.write(at(0), Happening::Begin { servers: Vec::new(), forced: false }).unwrap_err();
    assert!(error.to_string().contains("No space left on device"), "{error}");
}
