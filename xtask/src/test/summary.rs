//! The headers between the steps and the table at the end.

use std::fmt;
use std::time::{Duration, Instant};

use crate::process::Outcome;

/// What ran, how long, and what came of it.
#[derive(Default)]
pub(crate) struct Summary {
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    took: Duration,
    result: Result,
}

enum Result {
    Passed(String),
    Failed(String),
    LeftOut(&'static str),
}

impl Summary {
    /// Prints a header, runs the step and remembers the result.
    pub(crate) fn step(&mut self, name: &'static str, run: impl FnOnce() -> Outcome<String>) {
        println!("\n━━━ {name} ━━━");
        let begun = Instant::now();
        let result = match run() {
            Ok(text) => Result::Passed(text),
            Err(error) => {
                let text = error.to_string();
                println!("{name} failed: {text}");
                Result::Failed(text.lines().next().unwrap_or_default().to_owned())
            }
        };
        let took = begun.elapsed();
        println!("━━━ {name}: {:.1} s", took.as_secs_f64());
        self.rows.push(Row { name, took, result });
    }

    /// Notes steps that this call does not have, and why.
    pub(crate) fn left_out(&mut self, names: &[&'static str], why: &'static str) {
        let rows = names.iter().map(|name| Row { name, took: Duration::ZERO, result: Result::LeftOut(why) });
        self.rows.extend(rows);
    }

    /// Names of the steps that failed.
    pub(crate) fn failed(&self) -> Vec<&'static str> {
        self.rows.iter().filter(|row| matches!(row.result, Result::Failed(_))).map(|row| row.name).collect()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n━━━ what ran ━━━")?;
        for row in &self.rows {
            let (mark, text) = match &row.result {
                Result::Passed(text) => ("ok    ", text.as_str()),
                Result::Failed(text) => ("FAILED", text.as_str()),
                Result::LeftOut(why) => ("not run", *why),
            };
            writeln!(out, "{mark:<8}{:<34}{:>7.1} s  {text}", row.name, row.took.as_secs_f64())?;
        }
        let total: Duration = self.rows.iter().map(|row| row.took).sum();
        writeln!(out, "{:<42}{:>7.1} s", "together", total.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Error;

    #[test]
    fn a_failed_step_is_named_and_the_next_one_still_runs() {
        let mut summary = Summary::default();
        summary.step("first", || Err(Error::failed("broken\nin two lines")));
        summary.step("second", || Ok("7 tests".to_owned()));
        summary.left_out(&["third"], "--fast");
        let shown = summary.to_string();
        assert_eq!(summary.failed(), ["first"]);
        assert!(
            shown.contains("FAILED  first") && shown.contains("broken") && !shown.contains("in two lines")
        );
        assert!(shown.contains("7 tests") && shown.contains("not run third"), "{shown}");
    }
}
