//! The journal of restarts: damage is passed over, and an attempt that stands whole in it is never lost.

use std::collections::BTreeMap;
use std::fs;

use everpresent_bridges::restart::Journal;
use everpresent_bridges::restart::journal::{Entry, Happening, JSON_FILE, Outcome, Past, PastRestart};

use crate::driver::fuzz;

/// Longest line of a journal.
const MAX_LINE_BYTES: usize = 64 * 1024;

const LINES: [&[u8]; 6] = [
    br#"{"at":"2020-06-08T14:53:18.149915Z","run":"7","event":"begin","servers":["w1","w2"],"forced":false}"#,
    br#"{"at":"2020-06-08T14:53:18.149915Z","run":"7","event":"attempt","server":"w1","address":"192.0.2.1"}"#,
    br#"{"at":"2020-06-08T14:53:19Z","run":"7","event":"result","server":"w1","address":"192.0.2.1","outcome":"restarted","reason":"\u00e9"}"#,
    br#"{"at":"2020-06-08T14:53:19Z","run":"7","event":"result","server":"w1","address":"a","outcome":"refused","reason":""}"#,
    br#"{"at":"2020-06-08T14:53:19Z","run":"7","event":"end"}"#,
    b"{\"at\":\"2020-06",
];

const PIECES: [&[u8]; 20] = [
    b"\n",
    b"\r\n",
    b"\0",
    b"{",
    b"}",
    b"[",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b",\"at\":\"2020-06-08T14:53:18Z\"",
    b"\"outcome\":\"not_verified\"",
    b"\"outcome\":\"failed\"",
    b"\"outcome\":\"unknown\"",
    b"\"event\":\"attempt\"",
    b"\"event\":\"result\"",
    b"\"server\":\"w2\"",
    b"1e999",
    b"\xff",
    LINES[1],
    LINES[2],
];

/// The past, read the simple way.
fn simply(journal: &[u8]) -> Past {
    let mut past = Past::default();
    for line in journal.split_inclusive(|byte| *byte == b'\n') {
        let entry = match serde_json::from_slice::<Entry>(line) {
            Ok(entry) if line.len() <= MAX_LINE_BYTES => entry,
            _ => {
                past.damaged += 1;
                continue;
            }
        };
        match entry.happening {
            Happening::Attempt { server, address } => {
                past.unfinished.insert(server, (address, entry.at));
            }
            Happening::Result { server, outcome, .. } => {
                if outcome != Outcome::Refused {
                    past.unfinished.remove(&server);
                }
                if outcome.counts() {
                    past.restarts.push(PastRestart { server, at: entry.at, outcome });
                }
            }
            Happening::Begin { .. } | Happening::End => {}
        }
    }
    past
}

#[test]
fn past_of_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(JSON_FILE);
    let log = LINES.join(&b'\n');
    let own = LINES[1].escape_ascii().to_string().replace("\\\"", "\"").replace("w1", "our own server");
    fuzz(&[&log, LINES[1], LINES[2]], &PIECES, |input| {
        // Some are longer than a line may be.
        let damage = if input.len() > 20_000 { input.repeat(3 + input.len() % 2) } else { input.to_vec() };
        fs::write(&path, &damage).unwrap();
        let past = Journal::past(folder.path()).expect("a file is read whatever is in it");
        assert!(past == simply(&damage), "{past:?}");
        let before = past.unfinished.get("our own server").cloned();
        for file in
            [[&damage, "\n".as_bytes(), own.as_bytes()].concat(), [own.as_bytes(), b"\n", &damage].concat()]
        {
            fs::write(&path, file).unwrap();
            let unfinished = Journal::past(folder.path()).unwrap().unfinished;
            assert!(before.is_some() || unfinished.contains_key("our own server"), "an attempt was lost");
        }
        let counts: BTreeMap<&str, usize> =
            past.restarts.iter().map(|restart| (restart.outcome.as_str(), 1)).collect();
        (counts.len(), past.unfinished.len().min(3), past.damaged.min(4), past.restarts.len().min(4))
    });
}

#[test]
fn journal_after_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(JSON_FILE);
    let at = "2020-06-08T14:53:18Z".parse().unwrap();
    fuzz(&LINES, &PIECES, |input| {
        fs::write(&path, input).unwrap();
        let mut journal = Journal::open(folder.path(), "8").unwrap();
        let (server, address) = ("our own server".to_owned(), "\n\"".to_owned());
        journal.write(at, Happening::Attempt { server, address }).unwrap();
        let past = Journal::past(folder.path()).unwrap();
        let own = past.unfinished.get("our own server");
        assert_eq!(own, Some(&("\n\"".to_owned(), at)), "what is written after damage is read");
        (past.damaged.min(3), past.unfinished.len().min(4))
    });
}
