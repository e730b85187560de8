//! Visits to an SFTP server: one that says anything, and one that is honest but gives little at a time.

use everpresent_bridges::sources::sftp::{LOG, Tail};
use everpresent_bridges::sources::{MAX_LINE_BYTES, Splitter};
use tokio::io::{join, sink};
use tokio::runtime::{Builder, Runtime};

use crate::driver::fuzz;

const VERSION: u8 = 2;
const STATUS: u8 = 101;
const HANDLE: u8 = 102;
const DATA: u8 = 103;
const ATTRS: u8 = 105;

const PIECES: [&[u8]; 14] = [
    b"\0\0\0\x05\x02\0\0\0\x03",
    b"\0\0\0\x0a\x66\0\0\0\x01\0\0\0\x01h",
    b"\0\0\0\x11\x69\0\0\0\x02\0\0\0\x01\0\0\0\0\0\0\0\x04",
    b"\0\0\0\x0d\x67\0\0\0\x03\0\0\0\x04one\n",
    b"\0\0\0\x11\x65\0\0\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0",
    b"\0\0\0\x02",
    b"\0\0\0\x00",
    b"\0\x01\0\0",
    b"\xff\xff\xff\xff",
    b"\0\0\0\x01",
    b"one\n",
    b"\r\n",
    b"\x1b[2J",
    b"line of a log that is as long as some are, with a stamp and a host and all that belongs to it\n",
];

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

fn packet(to: &mut Vec<u8>, kind: u8, fields: &[&[u8]]) {
    let body = fields.concat();
    to.extend(u32::try_from(body.len() + 1).unwrap().to_be_bytes());
    to.push(kind);
    to.extend(body);
}

/// Bytes with their length before them.
fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

/// What an honest server says in one visit that goes on at `from`, when it gives at most `piece` bytes at a time.
fn answers(log: &[u8], from: usize, piece: usize) -> Vec<u8> {
    let (mut said, mut id) = (Vec::new(), 0_u32);
    let mut next = || {
        id += 1;
        id.to_be_bytes()
    };
    packet(&mut said, VERSION, &[&3_u32.to_be_bytes()]);
    packet(&mut said, HANDLE, &[&next(), &string(b"h")]);
    packet(&mut said, ATTRS, &[&next(), &1_u32.to_be_bytes(), &(log.len() as u64).to_be_bytes()]);
    match log {
        [] => packet(&mut said, STATUS, &[&next(), &1_u32.to_be_bytes()]),
        _ => packet(&mut said, DATA, &[&next(), &string(&log[..log.len().min(256)])]),
    }
    for data in log[from..].chunks(piece) {
        packet(&mut said, DATA, &[&next(), &string(data)]);
    }
    packet(&mut said, STATUS, &[&next(), &0_u32.to_be_bytes(), &string(b"ok"), &string(b"")]);
    said
}

#[test]
fn sftp_answers() {
    let runtime = runtime();
    let (short, longer) = (answers(b"one\ntwo\nthree", 0, 4), answers(b"one\r\ntwo\nthree\n", 0, 100));
    fuzz(&[&short, &longer, &[short.clone(), longer.clone()].concat()], &PIECES, |input| {
        let (mut tail, mut taken, mut ends) = (Tail::new(), 0, Vec::new());
        let mut left = input;
        // The same log again and again, as the watch visits it.
        for _ in 0..3 {
            let mut each = |line: &[u8], _: bool| {
                assert!(!line.is_empty() && line.len() <= MAX_LINE_BYTES && !line.contains(&b'\n'));
                taken += line.len();
            };
            let visit = tail.visit(join(&mut left, sink()), LOG, &mut each);
            let end = runtime.block_on(visit).map_err(|error| error.to_string());
            if let Err(words) = &end {
                assert!(words.chars().count() < 400 && !words.contains(char::is_control), "{words:?}");
            }
            ends.push(end);
        }
        assert!(taken <= input.len(), "nothing is read twice");
        (ends, taken.min(5))
    });
}

#[test]
fn sftp_log() {
    let runtime = runtime();
    fuzz(&[b"one\ntwo\r\nthree", b"\n", b"x"], &PIECES, |log| {
        let mut expected = Vec::new();
        Splitter::default().feed(log, &mut |line, cut| expected.push((line.to_vec(), cut)));
        let (mut tail, mut lines, half) = (Tail::new(), Vec::new(), log.len() / 2);
        // In two visits: the log has grown by half between them.
        for (end, from, piece) in [(half, 0, log.len() % 7 + 1), (log.len(), half, 32 * 1024)] {
            let said = answers(&log[..end], from, piece);
            let mut each = |line: &[u8], cut: bool| lines.push((line.to_vec(), cut));
            let more = runtime.block_on(tail.visit(join(&said[..], sink()), LOG, &mut each));
            assert!(!more.unwrap(), "all was read");
        }
        assert!(lines == expected, "the lines of the log");
        lines.len().min(20)
    });
}
