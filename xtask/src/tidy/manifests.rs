//! Manifests: no features that change the product, shared lints, shared versions.

use super::Complaint;
use super::direction::DEVELOPMENT_ONLY;
use crate::workspace::{Metadata, SourceFile};

/// Checks every manifest of the workspace.
pub(crate) fn check(metadata: &Metadata, files: &[SourceFile], complaints: &mut Vec<Complaint>) {
    for package in metadata.members() {
        if !package.features.is_empty() && !DEVELOPMENT_ONLY.contains(&package.short_name()) {
            let names: Vec<&str> = package.features.keys().map(String::as_str).collect();
            let text = format!(
                "has cargo features ({}); fakes and options come in through constructors",
                names.join(", ")
            );
            complaints.push(Complaint::new(&package.name, text));
        }
    }
    for file in files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        check_manifest(file, complaints);
    }
}

fn check_manifest(file: &SourceFile, complaints: &mut Vec<Complaint>) {
    let Ok(manifest) = file.text.parse::<toml::Table>() else {
        complaints.push(Complaint::new(&file.path, "is not readable as TOML"));
        return;
    };
    // The fuzzing package is a workspace of its own when it needs another toolchain.
    if manifest.contains_key("workspace") {
        return;
    }
    let shares_lints = manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"))
        .and_then(toml::Value::as_bool)
        .unwrap_or(false);
    if !shares_lints {
        complaints.push(Complaint::new(&file.path, "needs `[lints] workspace = true`"));
    }
    for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(toml::Value::Table(dependencies)) = manifest.get(table) else { continue };
        for (name, value) in dependencies {
            if value.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                let text =
                    format!("takes `{name}` with a version of its own; versions are in the root manifest");
                complaints.push(Complaint::new(&file.path, text));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_versions_and_missing_lints_are_named() {
        let text = "[package]\nname = 'x'\n[dependencies]\nbytes = '1'\nserde.workspace = true\n".to_owned();
        let mut complaints = Vec::new();
        check_manifest(&SourceFile { path: "crates/x/Cargo.toml".into(), text }, &mut complaints);
        let texts: Vec<&str> = complaints.iter().map(|complaint| complaint.text.as_str()).collect();
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert!(texts[1].contains("`bytes`"));
    }
}
