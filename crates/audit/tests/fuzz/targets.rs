//! What is fuzzed, and what must hold whatever comes.

use everpresent_audit::audit::Discovery;
use everpresent_audit::line::{MAX_COUNT, MAX_LINE_BYTES};
use everpresent_audit::{Dating, Event, Header, Line, Reader, Reading, Scanner, Settings, line};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::driver::fuzz;

const LINES: [&[u8]; 12] = [
    b"Jun  8 14:53:18 user.info webbridge1 \"webbridge\": INFO : [DEBUGGING] Stats 149, c:3477, d:3170",
    b"Jun  8 14:53:20 user.info core1 host:server:  INFO : STATS: {\"callLegsPS\": 1, \"callLegs\": \"20/24\", \"CMA\": \"14/17\", \"sip\": {\"std\": \"0/1\", \"peer\": \"6/6\"}}",
    b"2024-03-06T09:34:45.395 local0.info cms01 cli: User admin from 192.0.2.233:63290 issued command < webbridge restart>: permission granted",
    b"2016-06-07 03:18:14  User.Info  cms  Jun  7 10:18:20 cms host:server:  INFO : STATS : {\"CMA\": \"1/2\"}",
    b"2024-03-06  12:36:05.737  Info     STATS: {\"CMA\": \"0/0\"}",
    b"<14>1 2020-06-08T14:53:18.149+02:00 webbridge1 webbridge 7 - [x@1 y=\"\\\"]\"] \xef\xbb\xbfINFO : [DEBUG] Stats 1, c:2, d:3",
    b"<14>Dec 31 23:59:59 w \xc2\xab webbridge \xc2\xbb : INFO : [D\xc3\x89BOGAGE] Stats 149, c:3477, d:3170\r\n",
    b"Feb 29 00:00:00 user.info w webbridge[1]: INFO : [DEBUG] Stats 0, c:0, d:0",
    b"Jun  8 14:53:18 user.info core1 host:server:  INFO : guest \"Stats 149, c:1, d:0\" joined",
    b"\"webbridge\": INFO : [DEBUGGING] Stats 149, c:3477, d:3170",
    b"host:server: INFO : STATS: {\"CMA\": \"14/17\"",
    b"postgres[1]: \xff\xfe\x00 Stats 9",
];

const PIECES: [&[u8]; 34] = [
    b"Stats ",
    b"STATS: {",
    b"issued command <",
    b">: permission granted",
    b"webbridge: ",
    b"\"webbridge\": ",
    b"host:server: ",
    b"cli: ",
    b"INFO : ",
    b"[DEBUG] ",
    b", c:",
    b", d:",
    b"\"CMA\": ",
    b"\"14/17\"",
    b"/",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b"\n",
    b"\r\n",
    b"<14>",
    b"<14>1 ",
    b"Jun  8 14:53:18 ",
    b"2020-06-08T14:53:18Z ",
    b"user.info ",
    b"\xc2\xab",
    b"\xc2\xbb",
    b"\xef\xbb\xbf",
    b"99999999999999999999",
    b" from ",
    b"User ",
];

fn received() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn reader() -> Reader {
    Reader::new(Dating::new(TimeZone::UTC, None))
}

/// Whether a figure is one that a line can hold.
fn is_sane(event: &Event) -> bool {
    match event {
        Event::WebBridge(stats) => stats.sessions <= MAX_COUNT,
        Event::CallBridge(stats) => stats.cma.now <= stats.cma.peak && stats.cma.peak <= MAX_COUNT,
        Event::Command(_) => true,
    }
}

#[test]
fn header() {
    fuzz(&LINES, &PIECES, |input| {
        let text = String::from_utf8_lossy(input);
        let (header, message) = Header::split(&text);
        assert!(text.contains(message), "a message is part of its line");
        assert!(header.host.is_none_or(|host| !host.is_empty() && text.contains(host)));
        assert!(header.tag.is_none_or(|tag| text.contains(tag)));
        (
            header.stamp.map(|stamp| stamp.month),
            header.host.is_some(),
            header.tag.map(str::len),
            message.len().min(9),
        )
    });
}

#[test]
fn message() {
    fuzz(&LINES, &PIECES, |input| {
        let text = String::from_utf8_lossy(input);
        let (header, message) = Header::split(&text);
        let read = line::read(&header, message);
        if let Line::Event(event) = &read {
            assert!(is_sane(event), "{event:?}");
            // A count is made of a whole line: what is cut off does not count, or not as something else.
            if let Event::WebBridge(_) = event {
                assert!(header.tag.is_some_and(|tag| tag.eq_ignore_ascii_case("webbridge")));
                let longer = line::read(&header, &format!("{message} and more"));
                assert!(matches!(longer, Line::Almost(_)), "{longer:?}");
            }
        }
        format!("{read:?}").chars().filter(|c| !c.is_ascii_digit()).take(40).collect::<String>()
    });
}

#[test]
fn whole_log() {
    let log = LINES.join(&b'\n');
    fuzz(&[&log, LINES[0], LINES[1]], &PIECES, |input| {
        let read = |pieces: usize| {
            let (mut scanner, mut reader) = (Scanner::new(), reader());
            let mut readings: Vec<Reading> = Vec::new();
            let mut take = |line: &[u8]| {
                assert!(line.len() <= MAX_LINE_BYTES && !line.contains(&b'\n'));
                readings.push(reader.read(line, received()));
            };
            for piece in input.chunks(pieces) {
                scanner.push(piece, &mut take);
            }
            scanner.finish(&mut take);
            (readings, scanner.totals())
        };
        let whole = read(input.len().max(1));
        assert_eq!(whole, read(input.len() % 13 + 1), "the same lines however the bytes come");
        let line_by_line = input.split(|byte| *byte == b'\n');
        let mut every = reader();
        let counted = line_by_line.filter(|line| matches!(every.read(line, received()), Reading::Record(_)));
        let records = whole.0.iter().filter(|reading| matches!(reading, Reading::Record(_)));
        // The search passes over lines that tell of a header only, so it may take one more without a header for a count.
        assert!(records.clone().count() >= counted.count());
        records.count()
    });
}

#[test]
fn audit_of_a_log() {
    let log = LINES.join(&b'\n');
    fuzz(&[&log, LINES[0], LINES[1]], &PIECES, |input| {
        let mut discovery = Discovery::new();
        let mut reader = reader();
        for line in input.split(|byte| *byte == b'\n') {
            if let Reading::Record(record) = reader.read(line, received()) {
                discovery.observe(record.host.as_deref().unwrap_or("nameless"), record.at, &record.event);
            }
        }
        let Ok(auditor) = discovery.into_auditor(149, false, Settings::default()) else {
            return "nothing".to_owned();
        };
        let report = auditor.report(auditor.newest().unwrap());
        let bounds = report.finding.round.bounds();
        format!("{:?} {}", report.finding.verdict, bounds.is_some_and(|bounds| bounds.least > 0))
    });
}

#[test]
fn date() {
    fuzz(&LINES, &PIECES, |input| {
        let text = String::from_utf8_lossy(input);
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let mut dating = Dating::new(zone, None);
        let dates: Vec<Option<i16>> = text
            .lines()
            .filter_map(|line| Header::split(line).0.stamp)
            .map(|stamp| {
                let at = dating.date(&stamp, received())?;
                let year = TimeZone::UTC.to_datetime(at).year();
                assert!((2000..=2100).contains(&year));
                Some(year % 5)
            })
            .collect();
        dates.into_iter().take(6).collect::<Vec<_>>()
    });
}
