//! The next minor version of this tree, with one more step of the tables: for upgrades to be rehearsed with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Error, Outcome, capture, run};
use crate::workspace::{cargo, root, target_folder};

/// The folder for the changed copy of the tree, and for its program, below that of all builds.
const FOLDER: &str = "next-version";
/// The step that the next version adds. The version before goes on with what it leaves.
const STEP: &str = "9000_rehearsal.sql";
const STEP_SQL: &str = "-- A step that only a newer version knows.\n\
    CREATE TABLE rehearsal (number BIGINT NOT NULL PRIMARY KEY);\n\
    ALTER TABLE users ADD COLUMN rehearsal BIGINT NOT NULL DEFAULT 0;\n";

/// Builds it; the program of this version, if there was one, has to be built again.
pub(crate) fn build() -> Outcome<PathBuf> {
    let folder = target_folder().join(FOLDER);
    let tree = folder.join("tree");
    copy_tree(&tree)?;
    raise_version(&tree.join("Cargo.toml"))?;
    for kind in ["sqlite", "postgres"] {
        write(&tree.join("migrations").join(kind).join(STEP), STEP_SQL)?;
    }
    // The same folder for what is built, so that what both versions use is built once.
    let mut build = cargo();
    build.args(["build", "--release", "-p", "everpresent", "--bins"]).current_dir(&tree);
    run(build.arg("--target-dir").arg(target_folder()))?;
    let program = folder.join("everpresent");
    let built = target_folder().join("release/everpresent");
    // Removed first: one that runs cannot be overwritten.
    let _ = fs::remove_file(&program);
    fs::rename(&built, &program).map_err(|error| trouble("move", &built, &error))?;
    Ok(program)
}

/// The files that are kept in the repository, as they are now. Those that did not change keep their times, so that they
/// are not built again.
fn copy_tree(to: &Path) -> Outcome {
    let files = capture(Command::new("git").args(["ls-files"]).current_dir(root()))?;
    for file in files.lines() {
        let (from, to) = (root().join(file), to.join(file));
        // One that was removed and not yet recorded so.
        let Ok(new) = fs::read(&from) else { continue };
        if fs::read(&to).is_ok_and(|old| old == new) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(|error| trouble("create", folder, &error))?;
        }
        fs::write(&to, new).map_err(|error| trouble("write", &to, &error))?;
    }
    Ok(())
}

/// The first `version = "X.Y.Z"` of the workspace becomes the next minor one.
fn raise_version(manifest: &Path) -> Outcome {
    let text = fs::read_to_string(manifest).map_err(|error| trouble("read", manifest, &error))?;
    let raised =
        raised(&text).ok_or_else(|| Error::failed("the workspace has no version of three numbers"))?;
    write(manifest, &raised)
}

fn raised(manifest: &str) -> Option<String> {
    let (before, rest) = manifest.split_once("\nversion = \"")?;
    let (version, after) = rest.split_once('"')?;
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().ok());
    let (major, minor, _) = (numbers.next()??, numbers.next()??, numbers.next()??);
    Some(format!("{before}\nversion = \"{major}.{}.0\"{after}", minor + 1))
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| trouble("write", path, &error))
}

fn trouble(verb: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot {verb} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minor_number_is_raised_and_nothing_else_changes() {
        let manifest =
            "[workspace.package]\nedition = \"2024\"\nversion = \"1.9.3\"\n[x]\nversion = \"7.0.0\"\n";
        let next =
            "[workspace.package]\nedition = \"2024\"\nversion = \"1.10.0\"\n[x]\nversion = \"7.0.0\"\n";
        assert_eq!(raised(manifest).as_deref(), Some(next));
        assert_eq!(raised("[workspace]\n"), None);
    }
}
