//! Files that hold what the first release wrote: a later one reads them, and writes the same.
//!
//! `EVERPRESENT_WRITE_GOLDEN=1 cargo test -p everpresent-link golden` writes those that are missing. One that exists is
//! never written again: other nodes have been sent such bytes.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::samples::all;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1")
}

#[test]
fn golden_files_are_read_and_written_as_ever() {
    let write = std::env::var_os("EVERPRESENT_WRITE_GOLDEN").is_some();
    let mut names = BTreeSet::new();
    for sample in all() {
        let path = folder().join(&sample.name).with_added_extension("bin");
        if write && !path.exists() {
            fs::write(&path, &sample.bytes).unwrap();
        }
        let golden = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!((sample.is_read_from)(&golden), "{} is read as something else", sample.name);
        assert_eq!(golden, sample.bytes, "{} is written in another way", sample.name);
        names.insert(path);
    }
    for file in fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        assert!(names.contains(&path), "{} has no sample any more", path.display());
    }
}
