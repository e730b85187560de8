//! `test`: every check, one after the other, with a summary of what ran.
//!
//! A step that cannot run has failed. A step that fails does not keep the later ones from running, so that one call
//! shows everything that is wrong.

mod steps;
mod summary;

use clap::Args;

use crate::process::{Error, Outcome};
use crate::{deny, docs, end_to_end, tidy};
use steps::Storage;
use summary::Summary;

/// Options of `cargo xtask test`.
#[derive(Args)]
pub(crate) struct Options {
    /// Leave out PostgreSQL, chat clients and doc tests. For use between two edits, not before a commit.
    #[arg(long)]
    fast: bool,
}

/// Runs all steps; an error names those that failed.
pub(crate) fn run(options: &Options) -> Outcome {
    let mut summary = Summary::default();
    summary.step("format", steps::format);
    summary.step("tidy", tidy::run);
    summary.step("dependencies", deny::offline);
    summary.step("clippy", steps::clippy);
    summary.step("build", steps::build);
    summary.step("generated documents", || docs::check_with(&steps::binary()));
    if options.fast {
        summary.step("storage on SQLite", || steps::storage(&Storage::SqliteOnly));
        summary.step("tests", || steps::tests(&Storage::SqliteOnly));
        summary.left_out(&["storage on PostgreSQL", "end-to-end tests", "doc tests"], "--fast");
    } else {
        with_postgres(&mut summary);
        summary.step("end-to-end tests", || end_to_end::run_tests(&steps::binary(), "everpresent", &[]));
        summary.step("doc tests", steps::doc_tests);
    }
    print!("{summary}");
    match summary.failed() {
        failed if failed.is_empty() => Ok(()),
        failed => Err(Error::Failed(format!("failed: {}", failed.join(", ")))),
    }
}

/// The server lives as long as this function, whatever happens in it.
fn with_postgres(summary: &mut Summary) {
    let mut storage = None;
    summary.step("PostgreSQL", || {
        let started = Storage::with_postgres()?;
        let text = started.to_string();
        storage = Some(started);
        Ok(text)
    });
    // Without PostgreSQL the suites run all the same, and the step above has failed already.
    let storage = storage.unwrap_or(Storage::SqliteOnly);
    summary.step("storage on SQLite and PostgreSQL", || steps::storage(&storage));
    summary.step("tests", || steps::tests(&storage));
}
