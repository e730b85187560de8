//! Tests that wait by the clock hide races; tests that are switched off hide everything.

use super::Complaint;
use crate::workspace::SourceFile;

/// The rules themselves have to spell out what they look for.
const EXEMPT_FOLDER: &str = "xtask/src/tidy";

/// Ways to wait by the clock.
const SLEEPS: &[&str] = &["thread::sleep(", "time::sleep(", " sleep(", "time.sleep("];

/// The comment that excuses one: what is waited for, and why nothing can be waited on instead.
const EXCUSE: &str = "waits:";

/// Checks all tests, in Rust and Python.
pub(crate) fn check(files: &[SourceFile], complaints: &mut Vec<Complaint>) {
    for file in files.iter().filter(|file| file.is("rs") || file.is("py")) {
        if !file.path.starts_with(EXEMPT_FOLDER) {
            check_file(file, complaints);
        }
    }
}

fn check_file(file: &SourceFile, complaints: &mut Vec<Complaint>) {
    let mut in_tests = is_test_file(&file.path);
    let mut before = "";
    for (index, line) in file.text.lines().enumerate() {
        in_tests |= line.trim_start().starts_with("#[cfg(test)]");
        if ["#[ignore", "pytest.mark.skip", "pytest.mark.flaky"]
            .iter()
            .any(|switched_off| line.contains(switched_off))
        {
            complaints.push(Complaint::at(&file.path, index, "switches a test off; mend it or delete it"));
        }
        let sleeps = SLEEPS.iter().any(|sleep| line.contains(sleep)) && !line.trim_start().starts_with("//");
        if in_tests && sleeps && !line.contains(EXCUSE) && !before.contains(EXCUSE) {
            let text = "sleeps in a test; wait for the event, use virtual time, or say `waits:` and why in a comment";
            complaints.push(Complaint::at(&file.path, index, text));
        }
        before = line;
    }
}

fn is_test_file(path: &str) -> bool {
    path.starts_with("e2e/")
        || path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || path.ends_with("_tests.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> usize {
        let mut complaints = Vec::new();
        check(&[SourceFile { path: path.into(), text: text.into() }], &mut complaints);
        complaints.len()
    }

    #[test]
    fn a_sleep_in_a_test_needs_its_excuse() {
        let sleep = "    std::thread::sleep(Duration::from_millis(5));\n";
        assert_eq!(complaints("crates/x/tests/story.rs", sleep), 1);
        assert_eq!(complaints("crates/x/src/lib.rs", sleep), 0);
        assert_eq!(complaints("crates/x/src/lib.rs", &format!("#[cfg(test)]\nmod tests {{\n{sleep}}}\n")), 1);
        assert_eq!(
            complaints("crates/x/tests/story.rs", &format!("// waits: the kernel tells nobody\n{sleep}")),
            0
        );
    }

    #[test]
    fn a_test_that_is_switched_off_is_found() {
        assert_eq!(complaints("crates/x/tests/story.rs", "#[ignore = \"slow\"]\n"), 1);
    }
}
