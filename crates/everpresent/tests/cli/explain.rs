//! `everpresent ha explain`: files of all kinds, and how it ends.

use std::io::Write as _;

use crate::harness::Place;

const PUBLISHED: &str = include_str!("../../../explain/tests/cases/published.log");
const PENDING: &str = include_str!("../../../explain/tests/cases/fallback-pending.log");

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

#[test]
fn the_published_lines_are_explained_from_a_file_a_packed_one_and_standard_input() {
    let place = Place::new();
    place.write("srm.log", PUBLISHED);
    std::fs::write(place.path().join("srm.gz"), gzip(PUBLISHED)).unwrap();
    for (line, name) in [("srm.log", "srm.log"), ("srm.gz", "srm.gz"), ("-", "-")] {
        let said = place.run_with(&format!("ha explain {line}"), PUBLISHED).ok();
        assert!(said.contains("was lost for 62 s; the limit is 60 s"), "{said}");
        assert!(said.contains(&format!("seen in {name}:1, {name}:2")), "{said}");
        assert!(!said.contains('\u{1b}'), "no colours without a terminal");
    }
    let said = place.run("ha explain srm.log --keep-alive-timeout 30").ok();
    assert!(said.contains("the limit is 30 s"), "{said}");
}

#[test]
fn json_and_page_say_the_same() {
    let place = Place::new();
    place.write("mixture.txt", PENDING);
    let report = place.run("ha explain mixture.txt --json --html report.html").json();
    assert_eq!(report["causes"][1]["cause"], "fallback-pending");
    assert_eq!(report["nodes"][0]["state"], "Failed Over");
    assert_eq!(report["lines"]["unknown"], 1);
    let page = std::fs::read_to_string(place.path().join("report.html")).unwrap();
    assert!(page.contains("The fallback is pending") && page.contains("840 s after the last line"), "{page}");
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"), "{page}");
}

#[test]
fn how_it_ends_says_what_went_wrong() {
    let place = Place::new();
    place.write("poem.txt", "Shall I compare thee\n");
    place.write("srm.log", PUBLISHED);
    let nothing = place.run("ha explain poem.txt");
    assert_eq!(nothing.code, 2);
    assert!(nothing.out.contains("1 of no known shape") && nothing.err.contains("nothing in these files"));
    let missing = place.run("ha explain srm.log missing.log");
    assert_eq!((missing.code, missing.out.as_str()), (1, ""));
    assert!(missing.err.contains("missing.log is not readable"), "{}", missing.err);
    let torn = gzip(PUBLISHED);
    std::fs::write(place.path().join("torn.gz"), &torn[..torn.len() / 2]).unwrap();
    assert_eq!(place.run("ha explain torn.gz").code, 1);
    assert_eq!(place.run("ha explain .").code, 1);
    assert_eq!(place.run("ha explain").code, 64);
    let over = place.run("ha explain srm.log --html srm.log");
    assert_eq!(over.code, 64);
    assert_eq!(std::fs::read_to_string(place.path().join("srm.log")).unwrap(), PUBLISHED);
}
