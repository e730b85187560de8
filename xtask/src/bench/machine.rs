//! The machine that measurements are made on.

use std::fs;
use std::thread;

use crate::process::{Error, Outcome};

/// One core for the server, one for the generator.
const CORES: usize = 2;
/// The generator has one connection per session, and some files of its own.
const OPEN_FILES: usize = 11_000;

/// Whether measuring here makes sense.
pub(super) fn check() -> Outcome {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    if cores < CORES {
        return Err(Error::Failed(format!("measuring needs {CORES} cores, there is {cores}")));
    }
    match open_files() {
        Some(files) if files < OPEN_FILES => Err(Error::Failed(format!(
            "a process may open {files} files here, measuring needs {OPEN_FILES}: raise the hard limit (ulimit -Hn)"
        ))),
        _ => Ok(()),
    }
}

/// In one line: processor, cores, kernel.
pub(super) fn description() -> String {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let cores = processors.lines().filter(|line| line.starts_with("processor")).count();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{model}, {cores} cores, Linux {}", kernel.trim())
}

/// The hard limit on open files; `None` if there is none or it cannot be read.
fn open_files() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
