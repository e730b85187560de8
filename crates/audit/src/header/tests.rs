//! Each shape of header that was seen in the field, and what must not be taken for one.

use jiff::tz::Offset;

use super::*;

/// Month, day, time, host, tag and message as one text.
fn shown(line: &str) -> String {
    let (header, message) = Header::split(line);
    let stamp = header.stamp.map_or_else(
        || "-".to_owned(),
        |stamp| {
            let year = match stamp.clock {
                Clock::NoYear => "????".to_owned(),
                Clock::Local { year } => year.to_string(),
                Clock::Absolute { year, offset } => format!("{year}({offset})"),
            };
            format!("{year}-{:02}-{:02} {}", stamp.month, stamp.day, stamp.time)
        },
    );
    format!("{stamp} | {} | {} | {message}", header.host.unwrap_or("-"), header.tag.unwrap_or("-"))
}

#[test]
fn headers_of_the_field_are_read() {
    let table = include_str!("../../tests/fixtures/headers.txt");
    let mut lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut count = 0;
    while let (Some(line), Some(expected)) = (lines.next(), lines.next()) {
        assert_eq!(shown(line), expected.strip_prefix("    ").unwrap(), "{line}");
        count += 1;
    }
    assert_eq!(count, 24, "pairs of a line and what it means");
}

#[test]
fn a_collector_keeps_the_stamp_of_the_server() {
    let line = "2016-06-07 03:18:14  User.Info  acanosrv03  Jun  7 10:18:20 acanosrv03 host:server:  INFO : SIP trace";
    let header = Header::split(line).0;
    let original = header.original_stamp.unwrap();
    assert_eq!((original.month, original.day, original.time.to_string()), (6, 7, "10:18:20".to_owned()));
    assert_eq!(header.host, Some("acanosrv03"));
}

#[test]
fn offsets_of_both_signs_and_both_spellings_are_read() {
    let clock = |text: &str| Header::split(text).0.stamp.map(|stamp| stamp.clock);
    let with = |hours, minutes: i32| {
        let offset = Offset::from_seconds(hours * 3_600 + minutes * 60).unwrap();
        Some(Clock::Absolute { year: 2024, offset })
    };
    assert_eq!(clock("2024-03-05T16:50:25Z cms x"), with(0, 0));
    assert_eq!(clock("2024-03-05T16:50:25.1+05:30 cms x"), with(5, 30));
    assert_eq!(clock("2024-03-05T16:50:25-0700 cms x"), with(-7, 0));
    assert_eq!(clock("2024-03-05T16:50:25+25:00 cms x"), None);
}

#[test]
fn what_is_no_stamp_is_message() {
    for line in [
        "Jun 31 14:53:18 cms x",
        "Jun  8 24:00:00 cms x",
        "Jun  8 14:53 cms x",
        "Jun  8 14:53:18x cms x",
        "Juni 8 14:53:18 cms x",
        "2024-02-30T00:00:00 cms x",
        "2023-02-29 00:00:00 cms x",
        "2024-03-05-06 00:00:00 cms x",
        "2024-03-05T16:50:25+2 cms x",
        "<192>Jun  8 14:53:18 cms x",
        "<1 4>1 - - x",
        "",
        "\u{0}",
    ] {
        let (header, _) = Header::split(line);
        assert_eq!((header.stamp, header.host), (None, None), "{line}");
    }
}

#[test]
fn a_leap_day_is_read_and_only_leap_years_have_it() {
    let stamp = Header::split("Feb 29 12:00:00 cms x").0.stamp.unwrap();
    assert!(stamp.in_year(2024).is_some());
    assert_eq!(stamp.in_year(2023), None);
}
