//! Lengths, schedules and windows: what is read can be written and read again, and time goes forward.

use everpresent_bridges::schedule::{Job, Scheduler};
use everpresent_bridges::timing::{Length, Opening, Window};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::driver::fuzz;

const WINDOWS: [&[u8]; 9] = [
    b"Sat 02:00 Europe/Brussels for 2h",
    b"Mon-Fri,Sunday 23:59 UTC for 7d",
    b"daily 02:30 Europe/London for 90s",
    b"0 2 * * 6 Europe/Brussels for 30m",
    b"*/15 1-3 1,15 * SAT#2 America/St_Johns",
    b"30 2 L 2 * Australia/Lord_Howe for 1d",
    b"0 0 29 2 * Asia/Kathmandu for 1s",
    b"59 23 15W 1-12/3 MON-FRI Pacific/Apia",
    b"@daily UTC",
];

const PIECES: [&[u8]; 33] = [
    b" for ",
    b"2h",
    b"90s",
    b"366d",
    b"0",
    b"*",
    b"*/",
    b"/",
    b"-",
    b",",
    b"#",
    b"#5",
    b"L",
    b"W",
    b"?",
    b"+",
    b" ",
    b"daily ",
    b"Sat",
    b"Mon-Fri",
    b"SUN",
    b"JAN-DEC",
    b"02:30",
    b"24:00",
    b"UTC",
    b"europe/brussels",
    b"Europe/Brussels",
    b"../",
    b"* * * * * ",
    b"29 2",
    b"31 4",
    b"18446744073709551616",
    b"\xc3\xa9",
];

/// Around both changes of the clock, a leap day, and the ends of what can be said.
const MOMENTS: [&str; 6] = [
    "2026-03-29T00:59:59Z",
    "2026-10-25T00:30:00Z",
    "2028-02-29T12:00:00Z",
    "2026-12-31T23:59:59.999999999Z",
    "-009999-01-02T01:59:59Z",
    "9999-12-30T22:00:00Z",
];

const SCHEDULERS: [Scheduler; 3] = [Scheduler::Systemd, Scheduler::Cron, Scheduler::WindowsTask];

fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

/// What an error says behind the text that it repeats.
fn words(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let behind = text.rsplit('"').next().unwrap_or_default();
    behind.chars().filter(|c| c.is_ascii_lowercase()).take(25).collect()
}

/// Which signs a schedule is made of.
fn form(opening: &Opening) -> String {
    match opening.cron() {
        Some(cron) => "*/-,#LW?+".chars().filter(|c| cron.contains(*c)).collect(),
        None => format!("{} days", opening.weekly().map_or(0, |(days, _)| days.len())),
    }
}

#[test]
fn length() {
    fuzz(&[b"90s", b"10m", b"6h", b"7d", b"366d"], &PIECES, |input| {
        let read = text(input).parse::<Length>();
        if let Ok(length) = read {
            assert_eq!(length.to_string().parse(), Ok(length));
            assert!((1..=366 * 86_400).contains(&length.duration().as_secs()));
        }
        read.is_ok()
    });
}

#[test]
fn schedule() {
    let simple = Job {
        opening: "Sat 02:00 UTC".parse().unwrap(),
        wait: "2h".parse().unwrap(),
        program: "/usr/bin/everpresent".into(),
        inventory: "/etc/bridges.toml".into(),
    };
    fuzz(&WINDOWS, &PIECES, |input| {
        let opening = match text(input).parse::<Opening>() {
            Ok(opening) => opening,
            Err(error) => return (words(&error), Vec::new()),
        };
        assert_eq!(opening.to_string().parse().as_ref(), Ok(&opening), "{opening}");
        let zone = TimeZone::get(opening.zone()).unwrap();
        assert!(zone.iana_name().is_none_or(|name| name == opening.zone()), "{opening}: another spelling");
        for moment in MOMENTS {
            let now: Timestamp = moment.parse().unwrap();
            assert!(opening.next_after(now).is_none_or(|next| next > now), "{opening} after {now}");
        }
        // Over both changes of the clock it goes on.
        for moment in &MOMENTS[..2] {
            let mut now: Timestamp = moment.parse().unwrap();
            for _ in 0..8 {
                let next = opening.next_after(now);
                now = next.filter(|next| *next > now).unwrap_or_else(|| panic!("{opening} ends at {now}"));
            }
        }
        // Whatever the schedule is, it is one value in one place.
        let job = Job { opening, ..simple.clone() };
        let taken = SCHEDULERS.map(|scheduler| {
            let exported = job.export(scheduler);
            let lines = |text: &str| text.lines().count();
            let expected = lines(&simple.export(scheduler).unwrap());
            assert!(exported.as_ref().map_or(true, |text| lines(text) == expected), "{exported:?}");
            exported.is_ok()
        });
        (form(&job.opening), taken.to_vec())
    });
}

#[test]
fn window() {
    fuzz(&WINDOWS, &PIECES, |input| {
        let window = match text(input).parse::<Window>() {
            Ok(window) => window,
            Err(error) => return (words(&error), Vec::new()),
        };
        assert_eq!(window.to_string().parse().as_ref(), Ok(&window), "{window}");
        assert!(window.length().signed() <= SignedDuration::from_hours(7 * 24));
        let states = MOMENTS.map(|moment| {
            let now: Timestamp = moment.parse().unwrap();
            let closes = window.closes(now);
            assert_eq!(window.contains(now), closes.is_some());
            if let Some(closes) = closes {
                assert!(closes > now && closes.duration_since(now) <= window.length().signed());
                assert!(window.closes(closes).is_none_or(|later| later > closes));
            }
            let next = window.next_opening(now);
            if let Some(next) = next {
                assert!(next > now && window.contains(next), "{window}: open when it opens, {next}");
                let last = next.checked_add(window.length().signed() - SignedDuration::from_nanos(1));
                assert!(
                    !last.is_ok_and(|last| !window.contains(last)),
                    "{window}: open to its end from {next}"
                );
            }
            (closes.is_some(), next.is_some())
        });
        (form(window.opening()), states.to_vec())
    });
}
