//! Fuzz target: logs in any pieces. Run for longer by `cargo xtask fuzz`.
#![allow(
    clippy::disallowed_methods,
    reason = "a fuzzer looks at the clock and at the environment; the crate under test does not"
)]

#[cfg(test)]
#[path = "../../stanza/tests/fuzz/driver.rs"]
mod driver;

#[cfg(test)]
mod targets {
    use everpresent_explain::{Explainer, Limits, Report};
    use jiff::civil::date;

    use crate::driver::fuzz;

    const LOGS: [&[u8]; 8] = [
        include_bytes!("cases/published.log"),
        include_bytes!("cases/critical-service-down.log"),
        include_bytes!("cases/peer-crash.log"),
        include_bytes!("cases/peer-reboot.log"),
        include_bytes!("cases/on-admin-request.log"),
        include_bytes!("cases/fallback-pending.log"),
        include_bytes!("cases/high-availability-not-enabled.log"),
        include_bytes!("cases/flapping.log"),
    ];

    const PIECES: [&[u8]; 30] = [
        b"2021-05-13 02:48:48,244 INFO[HS]rsrm.A - A: ",
        b"-9999-01-01 00:00:00,0 INFO [HS] a - ",
        b"9999-12-31 23:59:59,999999999 INFO [HS] a - ",
        b"0000-01-01 00:00:00,000 INFO [HS] a - ",
        b"peer down, time since last heartbeat[s]= ",
        b"18446744073709551615",
        b"peer up",
        b"peer rebooting",
        b"peer states vector changed to [",
        b"node state changed to [Running in Failed Mode], reason [Database Failure]",
        b"Running in Backup Mode",
        b"Failed Over",
        b",",
        b"]",
        b"critical service down, service= A, time since last up[s]= 92",
        b"failover requested, node= a, user= b",
        b"Feb 29 00:00:00 imp1 ",
        b"local7 4 : 12: imp1: Dec 31 9999 23:59:59.999 UTC : %UC_A-4-ServiceStopped: %[ServiceName=A][NodeID=b]: t",
        b"kernel: Linux version",
        b"shutdown: shutting down",
        b"02/29/2023 00:00:00 | root: Boot Start",
        b"name tkhaserverstate haenabled",
        b"==== =============== =========",
        b"imp1 7               f",
        b"\n",
        b"\r\n",
        b"\0",
        b"\xff\xfe",
        "\u{202e}\u{feff}é".as_bytes(),
        b"<script>&\"'",
    ];

    fn explain(input: &[u8], piece: usize) -> Report {
        let mut explainer = Explainer::new(Limits::default(), date(2021, 6, 1));
        explainer.begin("a.log");
        input.chunks(piece).for_each(|piece| explainer.feed(piece));
        explainer.finish()
    }

    /// Every line is counted once; pieces make no difference; what is shown steers no terminal and no page.
    #[test]
    fn logs() {
        fuzz(&LOGS, &PIECES, |input| {
            let report = explain(input, input.len().max(1));
            assert_eq!(report, explain(input, 7));
            let lines = report.lines;
            assert_eq!(lines.read, lines.understood + lines.unknown);
            assert_eq!(lines.unknown, report.unknown.iter().map(|kind| kind.lines).sum::<u64>());
            assert!(report.timeline.is_sorted_by(|a, b| a.at <= b.at), "the time line is in order");
            let text = report.text(false);
            assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
            let page = report.html();
            assert!(!page.contains("<script") && page.matches("<body>").count() == 1);
            let causes: Vec<_> = report.causes.iter().map(|finding| finding.cause).collect();
            (causes, report.timeline.len().min(8), report.unknown.len().min(4), report.nodes.len().min(3))
        });
    }
}
