//! `coverage`: which lines of the decision code no test runs.
//!
//! Decision code is what decides without I/O whether something leaked, what happened, and whether a server may be restarted.
//! Lines of tests do not count, neither in the share nor in the sum. It is built apart, because it is instrumented.

mod lcov;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::process::{Error, Outcome, capture, run};
use crate::workspace::{cargo, root, target_folder};
use tools::Tools;

/// Where the decision code is: the package whose tests run it, which of them, and the beginnings of its files' paths.
const DECISIONS: &[(&str, &[&str], &[&str])] = &[
    ("everpresent-audit", &[], &["crates/audit/src/"]),
    ("everpresent-explain", &[], &["crates/explain/src/"]),
    (
        "everpresent-bridges",
        &["restart::", "janus::verdict"],
        &[
            "crates/bridges/src/restart/decision.rs",
            "crates/bridges/src/restart/verification.rs",
            "crates/bridges/src/janus/verdict.rs",
        ],
    ),
];

/// Options of `cargo xtask coverage`.
#[derive(Args)]
pub(crate) struct Options {
    /// Fail under this share of lines, in hundredths.
    #[arg(long, default_value_t = 95.0, value_name = "PERCENT")]
    least: f64,
    /// Name the lines that no test runs.
    #[arg(long)]
    lines: bool,
}

/// Builds, tests, counts, prints; an error if too little is covered.
pub(crate) fn measure(options: &Options) -> Outcome {
    let tools = Tools::find()?;
    let folder = target_folder().join("coverage");
    let mut files = Vec::new();
    for (package, tests, beginnings) in DECISIONS {
        let report = report(&tools, &folder, package, tests)?;
        for beginning in *beginnings {
            files.extend(lcov::read(&report, beginning)?);
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let (mut covered, mut all) = (0, 0);
    for file in &files {
        covered += file.covered;
        all += file.covered + file.missed.len();
        println!("{:6.1} %  {:4} lines  {}", file.percent(), file.covered + file.missed.len(), file.path);
        if options.lines && !file.missed.is_empty() {
            println!("          not run: {}", lcov::ranges(&file.missed));
        }
    }
    let percent = lcov::percent(covered, all);
    println!("{percent:6.1} %  {all:4} lines  in all");
    if percent < options.least {
        let text = format!(
            "tests run {percent:.1} % of the lines of the decision code; {} % is the least",
            options.least
        );
        return Err(Error::Failed(text));
    }
    Ok(())
}

/// Runs the tests of a package and gives what they ran, in the format of lcov.
fn report(tools: &Tools, folder: &Path, package: &str, tests: &[&str]) -> Outcome<String> {
    let profiles = folder.join("profiles");
    // Profiles of an earlier build cannot be merged with those of this one.
    let _ = fs::remove_dir_all(&profiles);
    fs::create_dir_all(&profiles)
        .map_err(|error| Error::Failed(format!("{}: {error}", profiles.display())))?;
    let instrumented = |command: &mut Command| {
        command
            .args(["--package", package, "--target-dir"])
            .arg(folder)
            .env("RUSTFLAGS", "-C instrument-coverage")
            .env("LLVM_PROFILE_FILE", profiles.join("%p-%m.profraw"));
    };
    let mut build = cargo();
    build.args(["test", "--no-run", "--message-format", "json"]);
    instrumented(&mut build);
    let binaries = binaries(&capture(&mut build)?);
    let mut test = cargo();
    test.arg("test");
    instrumented(&mut test);
    run(test.args(["--quiet", "--"]).args(tests))?;
    let merged = folder.join("merged.profdata");
    let raw = profile_files(&profiles)?;
    run(Command::new(&tools.profdata).args(["merge", "--sparse", "--output"]).arg(&merged).args(raw))?;
    let mut export = Command::new(&tools.cov);
    export.args(["export", "--format", "lcov", "--instr-profile"]).arg(&merged);
    for binary in binaries {
        export.arg("--object").arg(binary);
    }
    capture(export.current_dir(root()))
}

/// The test programs that cargo built.
fn binaries(messages: &str) -> Vec<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    messages.filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from)).collect()
}

fn profile_files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).map_err(|error| Error::Failed(format!("{}: {error}", folder.display())))?;
    Ok(entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
}
