//! `e2e`: real chat clients against a real server, driven by pytest from the folder `e2e/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::install;
use crate::process::{Error, Outcome, run, run_keeping};
use crate::workspace::{cargo, root, target_folder};

/// Programs that the tests start, with the Debian packages that they come in.
const PROGRAMS: &[(&str, &str)] = &[
    ("python3", "python3"),
    ("profanity", "profanity"),
    ("tmux", "tmux"),
    ("openssl", "openssl"),
    ("janus", "janus"),
    ("sshd", "openssh-server"),
];

/// Options of `cargo xtask e2e`.
#[derive(Args)]
pub(crate) struct Options {
    /// The server to test: ours, or another one to try the tests themselves.
    #[arg(long, default_value = "everpresent", value_parser = ["everpresent", "prosody"])]
    server: String,
    /// Words for pytest, for example `-- -k profanity`.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds the server, then runs the tests.
pub(crate) fn run_with_build(options: &Options) -> Outcome<String> {
    if options.server == "everpresent" {
        run(cargo().args(["build", "-p", "everpresent"]))?;
    } else {
        install::debian(&[("prosody", "prosody")])?;
    }
    run_tests(&target_folder().join("debug/everpresent"), &options.server, &options.rest)
}

/// Runs the tests against a binary that is already built; the answer is pytest's own count.
pub(crate) fn run_tests(binary: &Path, server: &str, words: &[String]) -> Outcome<String> {
    install::debian(PROGRAMS)?;
    let python = environment()?;
    let mut command = Command::new(python);
    command
        .current_dir(root().join("e2e"))
        .args(["-m", "pytest"])
        .args(words)
        .env("EVERPRESENT_BIN", binary)
        .env("E2E_SERVER", server)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let (outcome, kept) = run_keeping(&mut command, |line| line.starts_with('=') && line.contains(" in "));
    outcome?;
    let count = kept.last().map(|line| line.trim_matches(['=', ' ']).to_owned()).unwrap_or_default();
    if count.contains("skipped") || !count.contains("passed") {
        return Err(Error::Failed(format!("end-to-end tests must run, all of them: {count}")));
    }
    Ok(count)
}

/// The Python of a virtual environment that holds exactly what `e2e/requirements.txt` pins.
pub(crate) fn environment() -> Outcome<PathBuf> {
    let requirements = root().join("e2e/requirements.txt");
    let wanted = fs::read_to_string(&requirements)
        .map_err(|error| Error::Failed(format!("cannot read {}: {error}", requirements.display())))?;
    let folder = target_folder().join("e2e-environment");
    let python = folder.join("bin/python");
    let stamp = folder.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|present| present == wanted) {
        return Ok(python);
    }
    println!("installing Python packages for the end-to-end tests into {}", folder.display());
    let make = || run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    if make().is_err() {
        install::debian_packages(&["python3-venv"])?;
        make()?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(pip).arg(&requirements))?;
    fs::write(&stamp, wanted)
        .map_err(|error| Error::Failed(format!("cannot write {}: {error}", stamp.display())))?;
    Ok(python)
}
