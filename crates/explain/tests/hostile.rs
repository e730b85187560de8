//! Input that means no good: binary, endless, far too much, dressed up.

use everpresent_explain::{Explainer, Limits, Report};
use jiff::civil::date;

fn explain(content: &[u8]) -> Report {
    let mut explainer = Explainer::new(Limits::default(), date(2021, 6, 1));
    explainer.begin("<b>srm</b>.log");
    for piece in content.chunks(8_192) {
        explainer.feed(piece);
    }
    explainer.finish()
}

const HEADER: &str = "2021-05-13 02:48:48,244 INFO [HS] rsrm.RsrmX - RsrmX: ";

#[test]
fn binary_and_ten_megabytes_without_a_line_end_are_counted_and_what_follows_is_read() {
    let mut content = vec![0xff; 10 * 1024 * 1024];
    content.extend_from_slice(b"\n\0\0\x01\n");
    content.extend_from_slice(format!("{HEADER}peer down, time since last heartbeat[s]= 62\n").as_bytes());
    let report = explain(&content);
    assert_eq!(report.causes.len(), 1);
    let kinds: Vec<(&str, u64)> =
        report.unknown.iter().map(|kind| (kind.kind.as_str(), kind.lines)).collect();
    assert_eq!(kinds, [("no text", 1), ("too long", 1)]);
}

#[test]
fn each_line_is_either_understood_or_unknown() {
    let lines = [
        "",
        "hello",
        "name tkhaserverstate",
        "==== ===============",
        "imp1 3",
        "====",
        "x",
        "admin:",
        "name  haenabled",
        "===== ==",
        "2021-05-13 02:48:48,244 INFO [HS] rsrm.RsrmX - RsrmX: new words",
    ];
    let lines = explain(lines.join("\n").as_bytes()).lines;
    assert_eq!((lines.read, lines.understood + lines.unknown), (11, 11));
}

#[test]
fn markup_in_names_is_escaped_in_the_page_and_control_characters_steer_no_terminal() {
    let user = "<script>alert(1)</script>\u{1b}[2J\u{202e}&\"'";
    let report = explain(format!("{HEADER}failover requested, node= <img src=x>, user= {user}\n").as_bytes());
    let page = report.html();
    for bad in ["<script", "<img", "<b>", "\u{1b}", "\u{202e}", "&\"'"] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    let text = report.text(false);
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
}

#[test]
fn of_too_many_events_the_newest_are_kept_and_the_rest_is_counted() {
    let mut log = String::new();
    for number in 0..30_000 {
        let (minute, second) = (number / 60 % 60, number % 60);
        let hour = number / 3_600;
        log.push_str(&format!(
            "2021-05-13 {hour:02}:{minute:02}:{second:02},000 INFO [HS] rsrm.H - H: peer down, time since last heartbeat[s]= 62\n"
        ));
    }
    let report = explain(log.as_bytes());
    assert_eq!(report.timeline.len(), 10_000);
    assert_eq!(report.timeline.last().map(|entry| entry.at.as_str()), Some("2021-05-13T08:19:59.000"));
    assert!(report.notes[0].starts_with("20000 older events"), "{:?}", report.notes);
}

#[test]
fn a_line_without_a_year_takes_that_of_its_surroundings() {
    let log = "Jan  1 00:10:00 imp1 kernel: Linux version 3\n\
               2022-01-01 00:04:00,000 INFO [HS] rsrm.H - H: peer down, time since last heartbeat[s]= 62\n\
               Dec 31 23:59:00 imp1 shutdown: shutting down for system halt\n\
               Feb 30 23:59:00 imp1 shutdown: shutting down for system halt\n";
    let report = explain(log.as_bytes());
    let at: Vec<&str> = report.timeline.iter().map(|entry| entry.at.as_str()).collect();
    assert_eq!(at, ["2021-12-31T23:59:00.000", "2022-01-01T00:04:00.000", "2022-01-01T00:10:00.000"]);
    assert_eq!(report.causes[0].title, "The peer was restarted");
    assert!(report.notes[0].starts_with("1 lines have a day"), "{:?}", report.notes);
}
