//! Processor time and memory of this process and of the server, from `/proc`.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// Kernel time is given in hundredths of a second on every architecture that Debian runs on.
const TICKS_PER_SECOND: f64 = 100.0;
const PAGE_BYTES: u64 = 4096;

/// What processes have used so far.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub(crate) struct Usage {
    /// Processor time, user and system.
    pub(crate) processor: Duration,
    /// Memory in use now (resident set).
    pub(crate) resident_bytes: u64,
}

struct Stat {
    /// Dead, but nobody has looked at its end yet.
    dead: bool,
    parent: u32,
    processor: Duration,
}

/// Whether a process runs.
pub(crate) fn runs(pid: u32) -> bool {
    stat(&pid.to_string()).is_some_and(|found| !found.dead)
}

/// Usage of this process.
pub(crate) fn own() -> Usage {
    one(std::process::id(), stat("self"))
}

/// Usage of some processes and all their descendants together.
pub(crate) fn with_children(pids: &[u32]) -> Usage {
    let mut usage = Usage::default();
    if pids.is_empty() {
        return usage;
    }
    let all = all();
    for (&pid, found) in &all {
        if belongs(pid, pids, &all) {
            let Usage { processor, resident_bytes } = one(pid, Some(Stat { ..*found }));
            usage.processor += processor;
            usage.resident_bytes += resident_bytes;
        }
    }
    usage
}

fn belongs(pid: u32, roots: &[u32], all: &HashMap<u32, Stat>) -> bool {
    let parents = std::iter::successors(Some(pid), |pid| all.get(pid).map(|found| found.parent));
    // A chain of parents cannot be longer than there are processes.
    parents.take(all.len() + 1).any(|pid| roots.contains(&pid))
}

fn one(pid: u32, found: Option<Stat>) -> Usage {
    let pages = fs::read_to_string(format!("/proc/{pid}/statm")).ok();
    let pages = pages.and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    Usage {
        processor: found.map_or(Duration::ZERO, |found| found.processor),
        resident_bytes: pages.unwrap_or(0) * PAGE_BYTES,
    }
}

fn all() -> HashMap<u32, Stat> {
    let Ok(folders) = fs::read_dir("/proc") else { return HashMap::new() };
    let names = folders.flatten().filter_map(|folder| folder.file_name().into_string().ok());
    names.filter_map(|name| Some((name.parse().ok()?, stat(&name)?))).collect()
}

fn stat(pid: &str) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// `proc_pid_stat(5)`: the name in parentheses may hold anything, the numbers come after it.
fn parse_stat(text: &str) -> Option<Stat> {
    let numbers: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
    let ticks = |at: usize| numbers.get(at)?.parse::<f64>().ok();
    Some(Stat {
        dead: matches!(*numbers.first()?, "Z" | "X"),
        parent: numbers.get(1)?.parse().ok()?,
        processor: Duration::from_secs_f64((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_behind_a_nasty_name_are_found() {
        let text = "42 (a) b (c) S 7 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 100 1000 200";
        let found = parse_stat(text).unwrap();
        assert_eq!((found.parent, found.processor), (7, Duration::from_secs(3)));
        assert!(parse_stat("nonsense").is_none());
    }

    #[test]
    fn children_are_counted_with_their_parent() {
        let mut child =
            std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let (with_child, alone) = (with_children(&[std::process::id()]), own());
        assert!(runs(child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!runs(child.id()));
        assert!(alone.resident_bytes > 0);
        assert!(with_child.resident_bytes > alone.resident_bytes);
    }

    #[test]
    fn a_circle_of_parents_ends() {
        let loops = |parent| Stat { dead: false, parent, processor: Duration::ZERO };
        let all = HashMap::from([(1, loops(2)), (2, loops(1))]);
        assert!(!belongs(1, &[9], &all));
    }
}
