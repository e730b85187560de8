//! `bench --audit`: how fast `everpresent bridges audit` reads a large log, against `grep -c` on the same file.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::machine;
use super::server::{SERVER_CORE, trouble};
use crate::process::{Error, Outcome, run};
use crate::workspace::{cargo, target_folder};

/// Lines of the log; the same four times over shows that memory does not grow.
const LINES: u64 = 2_000_000;
/// One line in so many matters.
const ONE_IN: u64 = 500;
/// Runs of each program unless told otherwise; the median counts.
const RUNS: usize = 5;
/// The audit may take so many times what grep takes.
const MOST_TIMES: f64 = 3.0;
/// How often memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Builds, writes the log, measures, prints; an error if the audit is too slow.
pub(super) fn measure(runs: Option<usize>) -> Outcome {
    run(cargo().args(["build", "--release", "-p", "everpresent"]))?;
    let binary = target_folder().join("release/everpresent");
    let folder = target_folder().join("bench-audit");
    fs::create_dir_all(&folder).map_err(|error| trouble(&folder, &error))?;
    let (log, long) = (folder.join("meetings.log"), folder.join("meetings-long.log"));
    let bytes = write_log(&log, LINES)?;
    write_log(&long, 4 * LINES)?;
    let runs = runs.unwrap_or(RUNS).max(1);
    let (mut greps, mut audits) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        greps.push(timed(&mut grep(&log))?);
        audits.push(timed(&mut audit(&binary, &log))?);
    }
    let (grep, audit_time) = (median(&mut greps), median(&mut audits));
    let ratio = audit_time / grep;
    println!("{}", machine::description());
    println!(
        "{LINES} lines, {} MB, one in {ONE_IN} matters; medians of {runs} runs on one core, in turn",
        bytes / 1_000_000
    );
    println!(
        "grep -c Stats            {:6.0} ms  {:5.1} million lines/s",
        grep * 1e3,
        LINES as f64 / grep / 1e6
    );
    println!(
        "everpresent bridges audit {:5.0} ms  {:5.1} million lines/s",
        audit_time * 1e3,
        LINES as f64 / audit_time / 1e6
    );
    println!("ratio {ratio:.2}, {MOST_TIMES} is the most");
    let (peak, peak_of_long) = (peak_memory(&binary, &log)?, peak_memory(&binary, &long)?);
    println!("memory at most {peak} kB; with four times the log {peak_of_long} kB");
    let _ = fs::remove_dir_all(&folder);
    if ratio > MOST_TIMES {
        return Err(Error::Failed(format!("the audit takes {ratio:.2} times what grep takes")));
    }
    Ok(())
}

fn grep(log: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.env("LC_ALL", "C").args(["--cpu-list", SERVER_CORE, "grep", "-c", "Stats"]).arg(log);
    command
}

fn audit(binary: &Path, log: &Path) -> Command {
    let mut command = Command::new("taskset");
    command
        .args(["--cpu-list", SERVER_CORE])
        .arg(binary)
        .args(["bridges", "audit", "--year", "2026"])
        .arg(log);
    command
}

/// Seconds until the program ended. Which exit code it gives is another matter: what it finds is not what is measured. Its
/// output is read: grep that writes into /dev/null stops at the first line.
fn timed(command: &mut Command) -> Outcome<f64> {
    let begin = Instant::now();
    let output = command.stderr(Stdio::inherit()).output();
    let status = output.map_err(|error| Error::Failed(format!("cannot start {command:?}: {error}")))?.status;
    match status.code() {
        Some(0..=2) => Ok(begin.elapsed().as_secs_f64()),
        _ => Err(Error::Failed(format!("{command:?} failed: {status}"))),
    }
}

/// The most memory that the audit had, in kilobytes, as the kernel counted.
fn peak_memory(binary: &Path, log: &Path) -> Outcome<u64> {
    let mut command = Command::new(binary);
    command.args(["bridges", "audit", "--year", "2026"]).arg(log).stdout(Stdio::null());
    let mut child =
        command.spawn().map_err(|error| Error::Failed(format!("cannot start {command:?}: {error}")))?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    while child.try_wait().map_err(|error| Error::Failed(error.to_string()))?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0));
        thread::sleep(LOOK_EVERY);
    }
    Ok(peak)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Writes a log of so many lines and gives its length in bytes.
fn write_log(path: &Path, lines: u64) -> Outcome<u64> {
    let file = File::create(path).map_err(|error| trouble(path, &error))?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let mut length = 0;
    for number in 0..lines {
        let line = line(number);
        length += line.len() as u64 + 1;
        writeln!(out, "{line}").map_err(|error| trouble(path, &error))?;
    }
    out.flush().map_err(|error| trouble(path, &error))?;
    Ok(length)
}

/// A line of a deployment with four Web Bridges and four Call Bridges; 67 a second.
fn line(number: u64) -> String {
    let second = number / 67;
    let (day, second) = (1 + second / 86_400, second % 86_400);
    let stamp = format!(
        "Nov {day:2} {:02}:{:02}:{:02}.{:03}",
        second / 3_600,
        second / 60 % 60,
        second % 60,
        number % 1_000
    );
    let (count, server) = (number / ONE_IN, number / ONE_IN % 4 + 1);
    if number.is_multiple_of(ONE_IN) {
        return if count / 4 % 2 == 0 {
            let sessions = 20 + second / 3_600;
            format!(
                "{stamp} user.info webbridge{server} \"webbridge\": INFO : [DEBUG] Stats {sessions}, c:{number}, d:{number}"
            )
        } else {
            format!(
                "{stamp} user.info core{server} host:server:  INFO : STATS: {{\"callLegsPS\": 1, \"callLegs\": \"20/24\", \
                 \"CMA\": \"4/5\", \"sip\": {{\"std\": \"10/12\", \"peer\": \"6/7\"}}}}"
            )
        };
    }
    match number % 5 {
        0 => format!(
            "{stamp} user.info core{server} host:server:  INFO : API trace {number}: GET for \"/api/v1/system/status\" (from 192.0.2.26)"
        ),
        1 => format!(
            "{stamp} user.info core{server} host:server:  INFO : call {number}: new video presentation request from user \"guest{number}\""
        ),
        2 => format!(
            "{stamp} user.info webbridge{server} \"webbridge\": INFO : [DEBUG] client {number} joined from 198.51.100.{}",
            number % 250
        ),
        3 => format!(
            "{stamp} local0.err core{server} postgres[{}]: [7-1] FATAL: connection to client lost",
            number % 60_000
        ),
        _ => format!(
            "{stamp} user.info core{server} host:server:  INFO : SIP trace: connection {number}: outgoing SIP TCP data to 203.0.113.9:5060, size {}",
            number % 1_400
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_in_five_hundred_matters_and_the_others_do_not_look_like_it() {
        let matters = |number: &u64| line(*number).contains("Stats ") || line(*number).contains("STATS: {");
        let found: Vec<u64> = (0..4_000).filter(matters).collect();
        assert_eq!(found, [0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500]);
        assert!(line(0).starts_with("Nov  1 00:00:00.000 user.info webbridge1"));
    }
}
