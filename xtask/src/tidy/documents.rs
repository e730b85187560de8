//! Documents: those that must exist do, and their links lead somewhere.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::Complaint;
use crate::workspace::{SourceFile, root};

/// Documents that the house has, with a text that must be in them.
const REQUIRED: &[(&str, &str)] = &[
    ("README.md", "cargo run --release -- demo"),
    ("ARCHITECTURE.md", "## The way of a message"),
    ("STYLE.md", "GOOD"),
    ("CONTRIBUTING.md", "cargo xtask test"),
    ("CHANGELOG.md", "## [Unreleased]"),
    ("LICENSE-APACHE", "Apache License"),
    ("LICENSE-MIT", "Permission is hereby granted"),
    ("docs/README.md", "adr/"),
    ("docs/adr/0001-record-architecture.md", "## Decision"),
];

/// Checks documents and links; the answer is the number of links within the tree.
pub(crate) fn check(files: &[SourceFile], complaints: &mut Vec<Complaint>) -> usize {
    let by_path: BTreeMap<&str, &SourceFile> = files.iter().map(|file| (file.path.as_str(), file)).collect();
    for (path, text) in REQUIRED {
        match by_path.get(path) {
            None => complaints.push(Complaint::new(*path, "is missing")),
            Some(file) if !file.text.contains(text) => {
                complaints.push(Complaint::new(*path, format!("does not contain `{text}`")));
            }
            Some(_) => {}
        }
    }
    let mut links = 0;
    for file in files.iter().filter(|file| file.is("md")) {
        for (index, link) in links_of(&file.text) {
            links += 1;
            if let Some(text) = broken(&file.path, link, &by_path) {
                complaints.push(Complaint::at(&file.path, index, text));
            }
        }
    }
    links
}

/// Links of the form `](target)` outside code, without those that leave the tree; with the index of their line.
fn links_of(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|_| !in_code) {
            if !target.contains("://") && !target.starts_with("mailto:") && !target.starts_with("xmpp:") {
                links.push((index, target));
            }
        }
    }
    links
}

fn broken(from: &str, link: &str, files: &BTreeMap<&str, &SourceFile>) -> Option<String> {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target = if path.is_empty() { from.to_owned() } else { resolved(from, path)? };
    let Some(file) = files.get(target.as_str()) else {
        return if root().join(&target).is_dir() {
            None
        } else {
            Some(format!("links to {link}, which does not exist"))
        };
    };
    let wanted = anchor.filter(|_| file.is("md"))?;
    let found = file.text.lines().any(|line| line.starts_with('#') && slug(line) == wanted);
    if found { None } else { Some(format!("links to {link}, but {target} has no such heading")) }
}

/// The path of a link, relative to the root. `None` when it is the root itself.
fn resolved(from: &str, link: &str) -> Option<String> {
    let mut path = PathBuf::from(from);
    path.pop();
    for component in Path::new(link).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    let text = path.to_string_lossy().into_owned();
    if text.is_empty() { None } else { Some(text) }
}

/// The anchor that code hosts make of a heading.
fn slug(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    kept.chars()
        .filter(|character| character.is_alphanumeric() || " -_".contains(*character))
        .map(|character| if character == ' ' { '-' } else { character })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_to_files_and_headings() {
        let read_me = SourceFile { path: "docs/README.md".into(), text: "# Index\n## Two words\n".into() };
        let files = BTreeMap::from([("docs/README.md", &read_me)]);
        assert_eq!(broken("docs/adr/0001.md", "../README.md#two-words", &files), None);
        assert!(broken("docs/adr/0001.md", "../README.md#three", &files).is_some());
        assert!(broken("docs/adr/0001.md", "README.md", &files).is_some());
    }

    #[test]
    fn code_and_links_to_the_world_are_left_alone() {
        let text = "[a](https://example.org) [b](b.md)\n```\n[c](c.md)\n```\n";
        assert_eq!(links_of(text), [(0, "b.md")]);
    }
}
