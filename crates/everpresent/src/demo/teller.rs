//! Tells the story: one line, or one JSON object, for each step.

use std::future::Future;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;

/// Why a step did not hold.
#[derive(Debug)]
pub(super) struct Trouble {
    /// What should have happened.
    pub(super) expected: String,
    /// What happened instead.
    pub(super) seen: String,
}

impl Trouble {
    pub(super) fn new(expected: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { expected: expected.into(), seen: seen.into() }
    }
}

/// A step did not hold, which has been told: the story ends.
#[derive(Debug)]
pub(super) struct Broken;

/// What a step is called before it is known how it goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Title {
    /// For programs; never changes.
    pub(super) name: &'static str,
    /// For people, if it fails.
    pub(super) text: &'static str,
}

/// Speaks on standard output.
pub(super) struct Teller {
    json: bool,
    started: Instant,
    held: usize,
    failed: usize,
    log: PathBuf,
}

impl Teller {
    pub(super) fn new(json: bool) -> Self {
        Self { json, started: Instant::now(), held: 0, failed: 0, log: PathBuf::new() }
    }

    /// Says where the server's log is, for steps that fail.
    pub(super) fn point_to_log(&mut self, log: PathBuf) {
        self.log = log;
    }

    /// Does one step and tells how it went. It comes to a value and the sentence to tell.
    pub(super) async fn step<T>(
        &mut self,
        title: Title,
        step: impl Future<Output = Result<(T, String), Trouble>>,
    ) -> Result<T, Broken> {
        let begun = Instant::now();
        match step.await {
            Ok((value, text)) => {
                self.hold(title.name, &text, begun.elapsed());
                Ok(value)
            }
            Err(trouble) => {
                self.fail(title, &trouble, begun.elapsed());
                Err(Broken)
            }
        }
    }

    fn hold(&mut self, name: &str, text: &str, took: Duration) {
        self.held += 1;
        if self.json {
            say(&json!({ "step": name, "held": true, "milliseconds": milliseconds(took), "text": text })
                .to_string());
        } else {
            say(&format!("\u{1b}[32m✓\u{1b}[0m \u{1b}[2m{:>8}\u{1b}[0m  {text}", readable(took)));
        }
    }

    fn fail(&mut self, title: Title, trouble: &Trouble, took: Duration) {
        self.failed += 1;
        let Title { name, text } = title;
        let Trouble { expected, seen } = trouble;
        let log = self.log.display().to_string();
        if self.json {
            let milliseconds = milliseconds(took);
            let told = json!({ "step": name, "held": false, "milliseconds": milliseconds, "text": text,
                "expected": expected, "seen": seen, "log": log });
            say(&told.to_string());
        } else {
            let indent = " ".repeat(12);
            say(&format!("\u{1b}[1;31m✗\u{1b}[0m \u{1b}[2m{:>8}\u{1b}[0m  {text}", readable(took)));
            say(&format!("{indent}expected  {expected}\n{indent}seen      {seen}\n{indent}log       {log}"));
        }
    }

    /// Opens a chapter: a line for people only.
    pub(super) fn chapter(&self, text: &str) {
        if !self.json {
            say(&format!("\n\u{1b}[1m{text}\u{1b}[0m"));
        }
    }

    /// Says something that is no step.
    pub(super) fn remark(&self, name: &str, text: &str) {
        if self.json {
            say(&json!({ "note": name, "text": text }).to_string());
        } else {
            say(&format!("            {text}"));
        }
    }

    /// Hands out facts: as JSON for programs, as text for people.
    pub(super) fn present(&self, facts: &serde_json::Value, text: &str) {
        say(&if self.json { facts.to_string() } else { text.to_owned() });
    }

    /// Hands out figures to programs; people have read them in the text.
    pub(super) fn figures(&self, figures: &serde_json::Value) {
        if self.json {
            say(&figures.to_string());
        }
    }

    /// The last line of the story.
    pub(super) fn summary(&self) {
        let took = self.started.elapsed();
        if self.json {
            let milliseconds = milliseconds(took);
            let summary = json!({ "held": self.held, "failed": self.failed, "milliseconds": milliseconds });
            say(&json!({ "summary": summary }).to_string());
        } else if self.failed == 0 {
            let (steps, took) = (self.held, readable(took));
            say(&format!("\n\u{1b}[1;32mAll {steps} steps held\u{1b}[0m in {took}."));
        } else {
            let (steps, took) = (self.held, readable(took));
            say(&format!("\n\u{1b}[1;31mThe story broke\u{1b}[0m after {steps} steps that held, in {took}."));
        }
    }
}

/// Prints a line, in colours on terminals only. A reader who has seen enough is no trouble.
fn say(line: &str) {
    let mut out = anstream::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e4).round() / 10.0
}

/// A time with as many digits as one wants to read.
pub(super) fn readable(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    match milliseconds {
        ..10.0 => format!("{milliseconds:.1} ms"),
        ..1000.0 => format!("{milliseconds:.0} ms"),
        _ => format!("{:.2} s", milliseconds / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let said = [120, 9_940, 12_345, 999_000, 1_234_567].map(|us| readable(Duration::from_micros(us)));
        assert_eq!(said, ["0.1 ms", "9.9 ms", "12 ms", "999 ms", "1.23 s"]);
    }

    #[tokio::test]
    async fn a_step_that_does_not_hold_ends_the_story_and_counts() {
        let mut teller = Teller::new(true);
        let title = Title { name: "test", text: "something happens" };
        assert_eq!(teller.step(title, async { Ok((7, "it happened".to_owned())) }).await.unwrap(), 7);
        let broken = teller.step::<()>(title, async { Err(Trouble::new("this", "that")) }).await;
        assert!(broken.is_err());
        assert_eq!((teller.held, teller.failed), (1, 1));
    }
}
