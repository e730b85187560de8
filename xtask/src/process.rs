//! Running other programs, and the one error type of the tasks.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;

/// Exit code of a task whose subject is not in the tree yet.
const EXIT_NOT_THERE_YET: u8 = 2;

/// Why a task failed, in words for the person who ran it.
#[derive(Debug)]
pub(crate) enum Error {
    /// Something was checked and did not hold, or a program failed.
    Failed(String),
    /// The thing that the task works on has not been written yet.
    NotThereYet(String),
}

/// What a task comes to.
pub(crate) type Outcome<T = ()> = Result<T, Error>;

impl Error {
    /// An error from a finished sentence.
    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    /// The exit code of the process: 2 when the subject of the task is not in the tree yet, else 1.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::NotThereYet(_) => EXIT_NOT_THERE_YET,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(text) | Self::NotThereYet(text) => out.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(text: String) -> Self {
        Self::Failed(text)
    }
}

/// The command as one would type it, for headers and error texts.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Runs with our terminal; an error unless it exits with 0.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Failed(format!("`{}` failed: {status}", shown(command))))
    }
}

/// Runs silently and returns standard output; the error carries standard error.
pub(crate) fn capture(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(Error::Failed(format!("`{}` failed: {}\n{complaint}", shown(command), output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs with its output shown as it comes, and returns the lines that `keep` wants, without colours.
///
/// The lines come back also when the program fails, inside the second part of the pair.
pub(crate) fn run_keeping(command: &mut Command, keep: fn(&str) -> bool) -> (Outcome, Vec<String>) {
    let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => return (Err(cannot_start(command, &error)), Vec::new()),
    };
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let kept = thread::scope(|scope| {
        let first = scope.spawn(move || stdout.map_or_else(Vec::new, |pipe| show_lines(pipe, keep)));
        let mut kept = stderr.map_or_else(Vec::new, |pipe| show_lines(pipe, keep));
        kept.extend(first.join().unwrap_or_default());
        kept
    });
    let outcome = match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::Failed(format!("`{}` failed: {status}", shown(command)))),
        Err(error) => Err(cannot_start(command, &error)),
    };
    (outcome, kept)
}

/// Whether a program of this name can be started.
pub(crate) fn exists(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Error {
    Error::Failed(format!("cannot start `{}`: {error}", shown(command)))
}

fn show_lines(pipe: impl Read, keep: fn(&str) -> bool) -> Vec<String> {
    let mut kept = Vec::new();
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        let plain = without_colours(&line);
        if keep(&plain) {
            kept.push(plain);
        }
    }
    kept
}

/// Drops terminal escape sequences of the form `ESC [ … letter`.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        if character == '\u{1b}' {
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_dropped_and_text_is_kept() {
        assert_eq!(without_colours("\u{1b}[32;1m 12 passed\u{1b}[0m, 0 failed"), " 12 passed, 0 failed");
    }

    #[test]
    fn a_failing_program_still_gives_its_lines() {
        let (outcome, lines) =
            run_keeping(Command::new("sh").args(["-c", "echo one; echo two >&2; exit 3"]), |_| true);
        assert!(outcome.is_err());
        assert_eq!(lines, ["two", "one"]);
    }
}
