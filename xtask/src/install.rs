//! Installing what a task needs and the machine lacks. Each installation is announced.

use std::process::Command;

use crate::process::{Error, Outcome, capture, exists, run};
use crate::workspace::cargo;

/// The test runner: its version, so that a clean machine behaves like the last one.
const NEXTEST_VERSION: &str = "0.9.143";
/// The dependency checker.
const DENY_VERSION: &str = "0.20.2";

/// Makes sure that each `(program, package)` can be started, by installing the Debian packages of those that cannot.
pub(crate) fn debian(wanted: &[(&str, &str)]) -> Outcome {
    let missing: Vec<&str> =
        wanted.iter().filter(|(program, _)| !exists(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() { Ok(()) } else { debian_packages(&missing) }
}

/// Installs Debian packages, whether or not something of them is there already.
pub(crate) fn debian_packages(packages: &[&str]) -> Outcome {
    println!("installing Debian packages: {}", packages.join(" "));
    if !exists("apt-get") {
        return Err(Error::Failed(format!(
            "this machine has no apt-get; install by hand: {}",
            packages.join(" ")
        )));
    }
    run(as_root("apt-get")?.args(["update", "--quiet"]))?;
    run(as_root("apt-get")?.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages))
}

/// Makes sure that `cargo nextest` is there.
pub(crate) fn nextest() -> Outcome {
    cargo_tool("cargo-nextest", NEXTEST_VERSION)
}

/// Makes sure that `cargo deny` is there.
pub(crate) fn deny() -> Outcome {
    cargo_tool("cargo-deny", DENY_VERSION)
}

/// Whether this process runs as the super-user.
pub(crate) fn is_root() -> Outcome<bool> {
    Ok(capture(Command::new("id").arg("-u"))?.trim() == "0")
}

/// The tools are started, not shipped: an unoptimised build of them installs in half the time.
fn cargo_tool(program: &str, version: &str) -> Outcome {
    if exists(program) {
        return Ok(());
    }
    println!("installing {program} {version} with cargo, once; this takes some minutes");
    run(cargo().args(["install", "--locked", "--debug", program, "--version", version]))
}

fn as_root(program: &str) -> Outcome<Command> {
    let mut command = if is_root()? {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg(program);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}
