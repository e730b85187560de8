//! `everpresent bridges janus` without a Janus: what is wrong is said, with its exit code. With one: `e2e/test_janus.py`.

use std::os::unix::fs::PermissionsExt as _;

use crate::harness::{Outcome, Place};

/// Nobody listens on this port.
const NOBODY: &str = "http://127.0.0.1:9/admin";

fn place() -> Place {
    let place = Place::new();
    for (name, mode) in [("secret", 0o600), ("open-secret", 0o644)] {
        place.write(name, "hunter2\n");
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(place.path().join(name), mode).unwrap();
    }
    place.write(
        "bridges.toml",
        &format!(
            "[[server]]\nname = \"j1\"\nrole = \"janus\"\naddress = \"127.0.0.1\"\n[server.janus]\nadmin = \"{NOBODY}\"\n\
             secret_file = \"secret\"\n[[server]]\nname = \"w1\"\nrole = \"web bridge\"\naddress = \"127.0.0.2\"\n"
        ),
    );
    place
}

fn janus(place: &Place, line: &str) -> Outcome {
    place.run(&format!("bridges janus {line}"))
}

#[test]
fn which_janus_is_meant_must_be_said_and_only_once() {
    let place = place();
    for line in [
        "audit",
        "audit --url http://127.0.0.1:9/admin --server j1",
        "audit --server j1 --admin-secret-file secret",
        "audit --server j1 --grace 0s",
        "audit --url http://root:hunter2@127.0.0.1/admin",
        "end --server j1",
        "drain --url http://127.0.0.1:9/admin --restart",
    ] {
        let outcome = janus(&place, line);
        assert_eq!(outcome.code, 64, "{line}: {}", outcome.err);
    }
}

#[test]
fn a_janus_that_does_not_answer_is_69_and_a_wrong_setting_78() {
    let place = place();
    let code = |line: &str| janus(&place, line).code;
    assert_eq!(code(&format!("audit --url {NOBODY} --admin-secret-file secret")), 69);
    assert_eq!(code("end --leaked --server j1"), 69);
    assert_eq!(code("audit --url unix:/nowhere/admin"), 69);
    assert_eq!(code("audit --server w1"), 78);
    assert_eq!(code("audit --server j9"), 78);
    assert_eq!(code("drain --server j1 --restart"), 78, "no way to reach its machine");
    let open = janus(&place, &format!("audit --url {NOBODY} --admin-secret-file open-secret"));
    assert_eq!(open.code, 78);
    assert!(open.err.contains("chmod 600") && !open.err.contains("hunter2"), "{}", open.err);
}
