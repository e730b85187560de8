//! Pure crates: no runtime, no clock, no randomness of their own, nowhere in their dependency tree.

use std::fs;

use super::Complaint;
use super::direction::PURE;
use crate::process::{Outcome, capture};
use crate::workspace::{Metadata, Package, cargo};

/// What may not be below a pure crate, and what it would bring.
const BANNED: &[(&str, &str)] = &[
    ("async-std", "a runtime"),
    ("axum", "HTTP"),
    ("fastrand", "a hidden random generator"),
    ("getrandom", "randomness of the operating system"),
    ("hyper", "HTTP"),
    ("mio", "sockets"),
    ("polling", "sockets"),
    ("rand", "the random generator of the thread"),
    ("reqwest", "HTTP"),
    ("rustls", "transport"),
    ("smol", "a runtime"),
    ("socket2", "sockets"),
    ("sqlx", "a database"),
    ("tokio", "a runtime"),
    ("ureq", "HTTP"),
];

/// Asks cargo for the tree of each pure crate, with the features that it has when built alone.
pub(crate) fn check(metadata: &Metadata, complaints: &mut Vec<Complaint>) -> Outcome {
    let mut pattern = None;
    for package in metadata.members().filter(|package| PURE.contains(&package.short_name())) {
        let arguments =
            ["tree", "-p", &package.name, "-e", "normal", "--prefix", "none", "--format", "{p}", "--locked"];
        complain_about(&package.name, &capture(cargo().args(arguments))?, complaints);
        check_clippy_bans(package, &mut pattern, complaints);
    }
    Ok(())
}

fn complain_about(package: &str, tree: &str, complaints: &mut Vec<Complaint>) {
    for (banned, brings) in BANNED {
        if tree.lines().any(|line| line.split(' ').next() == Some(banned)) {
            let text = format!(
                "is pure and may not bring in `{banned}` ({brings}): cargo tree -p {package} -e normal -i {banned}"
            );
            complaints.push(Complaint::new(package, text));
        }
    }
}

/// Clippy reads one file only, so each pure crate has its own copy of the bans on clocks, files and sockets.
fn check_clippy_bans(package: &Package, pattern: &mut Option<String>, complaints: &mut Vec<Complaint>) {
    let text = fs::read_to_string(package.folder().join("clippy.toml")).unwrap_or_default();
    if !text.contains("std::time::Instant::now") {
        complaints.push(Complaint::new(
            &package.name,
            "is pure and needs the clippy.toml of the other pure crates",
        ));
    } else if *pattern.get_or_insert_with(|| text.clone()) != text {
        complaints.push(Complaint::new(
            &package.name,
            "has a clippy.toml that differs from the other pure crates'",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_deep_in_the_tree_is_found_and_a_name_that_only_begins_alike_is_not() {
        let mut complaints = Vec::new();
        complain_about(
            "everpresent-session",
            "everpresent-session v0.1.0 (/x)\nrand_core v0.9.0\n",
            &mut complaints,
        );
        assert!(complaints.is_empty());
        complain_about(
            "everpresent-session",
            "everpresent-session v0.1.0 (/x)\nbytes v1\ntokio v1.54.0\n",
            &mut complaints,
        );
        assert!(complaints[0].text.contains("tokio"));
    }
}
