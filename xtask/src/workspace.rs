//! The workspace as cargo describes it, and the files in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::process::{Error, Outcome, capture, run};

/// What holds nothing written by hand.
const SKIPPED: &[&str] = &["target", ".git", "node_modules", "__pycache__", "everpresent-demo", "corpus"];

/// The folder of the root manifest.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// `cargo`, started in the root folder.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Builds the server and the load generator as they ship. Always both: each alone would have other features of their
/// common dependencies, and building one would undo half of building the other.
pub(crate) fn build_release() -> Outcome {
    let packages = ["-p", "everpresent", "-p", "everpresent-load"];
    run(cargo().args(["build", "--release", "--bins"]).args(packages))
}

/// The folder where cargo puts what it builds.
pub(crate) fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The part of `cargo metadata` that the tasks read.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    /// All packages, of the workspace and from outside.
    pub(crate) packages: Vec<Package>,
    /// Ids of the packages of the workspace.
    pub(crate) workspace_members: Vec<String>,
}

/// One package.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) targets: Vec<Target>,
}

/// One line of a dependency table.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for normal dependencies, else `dev` or `build`.
    pub(crate) kind: Option<String>,
}

/// One thing that a package builds.
#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

impl Metadata {
    /// Asks cargo.
    pub(crate) fn load() -> Outcome<Self> {
        let text = capture(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
        serde_json::from_str(&text)
            .map_err(|error| Error::Failed(format!("cannot read cargo metadata: {error}")))
    }

    /// The packages of the workspace.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }
}

impl Package {
    /// The name that design and folders use: `session` for `everpresent-session`.
    pub(crate) fn short_name(&self) -> &str {
        short_name(&self.name)
    }

    /// The folder of the manifest.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }
}

/// Drops the `everpresent-` of a package name.
pub(crate) fn short_name(package: &str) -> &str {
    package.strip_prefix("everpresent-").unwrap_or(package)
}

/// One text file of the tree.
pub(crate) struct SourceFile {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl SourceFile {
    /// Whether the name ends in `.extension`.
    pub(crate) fn is(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }
}

/// Reads every text file below the root that is not generated, in order of path.
pub(crate) fn files() -> Outcome<Vec<SourceFile>> {
    let root = root();
    let mut paths = Vec::new();
    collect(&root, &mut paths)?;
    paths.sort();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        if let Ok(text) = String::from_utf8(bytes) {
            let path = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push(SourceFile { path, text });
        }
    }
    Ok(files)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
        // In a second work tree of git, `.git` is a file.
        if SKIPPED.iter().any(|skipped| entry.file_name() == *skipped) {
            continue;
        }
        if kind.is_file() {
            paths.push(path);
        } else if kind.is_dir() {
            collect(&path, paths)?;
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::Failed(format!("cannot read {}: {error}", path.display()))
}
