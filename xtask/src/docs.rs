//! `docs`: what is generated from the code and kept in the tree: configuration reference, man pages, completions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::process::{Error, Outcome, capture, run};
use crate::workspace::{cargo, root, target_folder};

/// Shells that completions are kept for.
const SHELLS: &[&str] = &["bash", "fish", "zsh"];

/// Options of `cargo xtask docs`.
#[derive(Args)]
pub(crate) struct Options {
    /// Change nothing; fail when something in the tree is stale.
    #[arg(long)]
    check: bool,
}

/// One generated file.
struct Generated {
    path: PathBuf,
    text: String,
}

/// Builds the binary, then writes or compares.
pub(crate) fn run_with_build(options: &Options) -> Outcome<String> {
    run(cargo().args(["build", "-p", "everpresent"]))?;
    let files = generate(&target_folder().join("debug/everpresent"))?;
    if options.check { check(&files) } else { write(&files) }
}

/// Compares with what the binary that is already built would write.
pub(crate) fn check_with(binary: &Path) -> Outcome<String> {
    check(&generate(binary)?)
}

fn generate(binary: &Path) -> Outcome<Vec<Generated>> {
    let docs = root().join("docs");
    let reference = capture(Command::new(binary).args(["config", "reference"]))?;
    let mut files = vec![Generated { path: docs.join("config.md"), text: reference }];
    let specifications = capture(Command::new(binary).arg("specifications"))?;
    files.push(Generated { path: docs.join("xeps.md"), text: specifications });
    let states = capture(Command::new(binary).args(["ha", "states"]))?;
    files.push(Generated { path: docs.join("states.md"), text: states });
    for shell in SHELLS {
        let text = capture(Command::new(binary).args(["completions", shell]))?;
        files.push(Generated { path: docs.join(format!("completions/everpresent.{shell}")), text });
    }
    let folder = std::env::temp_dir().join(format!("everpresent-man-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| trouble("create", &folder, &error))?;
    let written = capture(Command::new(binary).arg("man").arg(&folder)).and_then(|_| read_folder(&folder));
    // The folder is ours alone and temporary: failing to remove it changes nothing.
    let _ = fs::remove_dir_all(&folder);
    let pages = written?;
    if pages.is_empty() {
        return Err(Error::failed("`everpresent man DIR` wrote no page"));
    }
    files.extend(pages.into_iter().map(|(name, text)| Generated { path: docs.join("man").join(name), text }));
    Ok(files)
}

fn read_folder(folder: &Path) -> Outcome<Vec<(String, String)>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| trouble("read", folder, &error))? {
        let path = entry.map_err(|error| trouble("read", folder, &error))?.path();
        let text = fs::read_to_string(&path).map_err(|error| trouble("read", &path, &error))?;
        pages.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
    }
    pages.sort();
    Ok(pages)
}

fn write(files: &[Generated]) -> Outcome<String> {
    for file in files {
        if let Some(folder) = file.path.parent() {
            fs::create_dir_all(folder).map_err(|error| trouble("create", folder, &error))?;
        }
        fs::write(&file.path, &file.text).map_err(|error| trouble("write", &file.path, &error))?;
    }
    for stale in leftovers(files) {
        fs::remove_file(&stale).map_err(|error| trouble("remove", &stale, &error))?;
    }
    Ok(format!("{} files written", files.len()))
}

fn check(files: &[Generated]) -> Outcome<String> {
    let differs = |file: &&Generated| fs::read_to_string(&file.path).ok().as_deref() != Some(&file.text);
    let mut stale: Vec<PathBuf> = files.iter().filter(differs).map(|file| file.path.clone()).collect();
    stale.extend(leftovers(files));
    if stale.is_empty() {
        return Ok(format!("{} files are fresh", files.len()));
    }
    let names: Vec<String> = stale.iter().map(|path| path.display().to_string()).collect();
    Err(Error::Failed(format!("stale, run `cargo xtask docs`: {}", names.join(", "))))
}

/// Man pages and completions in the tree that nothing generates any more.
fn leftovers(files: &[Generated]) -> Vec<PathBuf> {
    let folders = ["man", "completions"].map(|name| root().join("docs").join(name));
    let present = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let paths = present.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    paths.filter(|path| files.iter().all(|file| &file.path != path)).collect()
}

fn trouble(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::Failed(format!("cannot {what} {}: {error}", path.display()))
}
