//! Keys that are known, changed, revoked, and files that cannot be understood.

use super::*;

const HOST: &str = "192.0.2.7";

/// A key of this type whose content is this text.
fn key(kind: &str, content: &str) -> HostKey {
    let mut blob = u32::try_from(kind.len()).unwrap().to_be_bytes().to_vec();
    blob.extend_from_slice(kind.as_bytes());
    blob.extend_from_slice(content.as_bytes());
    HostKey { kind: kind.to_owned(), blob, fingerprint: format!("SHA256:{content}") }
}

fn written(key: &HostKey) -> String {
    use base64::Engine as _;
    format!("{} {}", key.kind, base64::engine::general_purpose::STANDARD.encode(&key.blob))
}

fn verdict(file: &str, shown: &HostKey) -> Verdict {
    KnownHosts::parse(file.as_bytes()).unwrap().check(HOST, 22, shown)
}

#[test]
fn a_key_is_known_by_name_list_pattern_and_with_any_blanks() {
    let shown = key("ssh-ed25519", "one");
    for hosts in ["192.0.2.7", "a,192.0.2.7", "192.0.2.*"] {
        for blank in [" ", "\t", " \t "] {
            let line = format!("{hosts}{blank}{} a comment\r\n", written(&shown).replace(' ', blank));
            assert_eq!(verdict(&line, &shown), Verdict::Known, "{line:?}");
        }
    }
    assert_eq!(verdict("", &shown), Verdict::Unknown);
    assert_eq!(
        verdict(&format!("192.0.2.8 {}\n", written(&shown)), &shown),
        Verdict::Unknown,
        "another host"
    );
}

#[test]
fn a_hashed_name_is_found() {
    use base64::Engine as _;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let shown = key("ssh-ed25519", "one");
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let hash =
        Hmac::<sha1::Sha1>::new_from_slice(b"salt").unwrap().chain_update(HOST).finalize().into_bytes();
    let line = format!("|1|{}|{} {}\n", encode(b"salt"), encode(&hash), written(&shown));
    assert_eq!(verdict(&line, &shown), Verdict::Known);
    assert_eq!(verdict(&line, &key("ssh-ed25519", "two")), Verdict::Changed { line: 1 });
}

#[test]
fn another_key_is_a_changed_one_also_when_it_is_of_another_type() {
    let known = key("ssh-ed25519", "one");
    let file = format!("# ours\n\n192.0.2.7 {}\n", written(&known));
    assert_eq!(verdict(&file, &key("ssh-ed25519", "two")), Verdict::Changed { line: 3 });
    assert_eq!(verdict(&file, &key("ssh-rsa", "three")), Verdict::Changed { line: 3 });
    let two = format!("{file}192.0.2.7 {}\n", written(&key("ssh-rsa", "three")));
    assert_eq!(verdict(&two, &key("ssh-rsa", "three")), Verdict::Known, "a host may have several");
}

#[test]
fn a_revoked_key_is_refused_wherever_it_stands() {
    let shown = key("ssh-ed25519", "one");
    let known = format!("192.0.2.7 {}\n", written(&shown));
    for hosts in ["*", "192.0.2.7", "192.0.2.*,!192.0.2.9"] {
        let revoked = format!("@revoked {hosts} {}\n", written(&shown));
        assert_eq!(verdict(&format!("{known}{revoked}"), &shown), Verdict::Revoked { line: 2 });
        assert_eq!(verdict(&format!("{revoked}{known}"), &shown), Verdict::Revoked { line: 1 });
    }
    let file = KnownHosts::parse(format!("@revoked\t192.0.2.7\t{}\n", written(&shown)).as_bytes()).unwrap();
    assert_eq!(file.check(HOST, 2222, &shown), Verdict::Revoked { line: 1 }, "on its other ports too");
}

#[test]
fn another_port_is_another_host() {
    let shown = key("ssh-ed25519", "one");
    let file = KnownHosts::parse(format!("[192.0.2.7]:2222 {}\n", written(&shown)).as_bytes()).unwrap();
    assert_eq!(file.check(HOST, 2222, &shown), Verdict::Known);
    assert_eq!(file.check(HOST, 22, &shown), Verdict::Unknown);
    assert_eq!(file.kinds(HOST, 2222), ["ssh-ed25519"]);
}

#[test]
fn a_line_that_cannot_be_understood_is_an_error_with_its_number() {
    let good = format!("192.0.2.7 {}\n", written(&key("ssh-ed25519", "one")));
    for bad in [
        "192.0.2.7",
        "192.0.2.7 ssh-ed25519",
        "192.0.2.7 ssh-ed25519 ???",
        "192.0.2.7 ssh-rsa AAAAC3NzaC1lZDI1NTE5",
        "@revoked",
        "@revokd * ssh-ed25519 AAAA",
        "|1|c2FsdA== ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
        "|1|?|? ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
    ] {
        let (line, problem) = KnownHosts::parse(format!("{good}{bad}\n").as_bytes()).unwrap_err();
        assert!(line == 2 && !problem.is_empty(), "{bad}: {problem}");
    }
    assert_eq!(KnownHosts::parse(b"\xff\xfe\n").unwrap_err(), (1, "it is no text"));
    let passed_over = "@cert-authority *.example.org ssh-ed25519 AAAA\n192.0.2.7 1024 35 1234567\n";
    assert!(KnownHosts::parse(passed_over.as_bytes()).is_ok());
}

#[test]
fn a_file_that_cannot_be_read_is_no_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(KnownHosts::load(folder.path()), Err(KnownHostsError::Read { .. })), "a folder");
    let path = folder.path().join("known_hosts");
    assert_eq!(KnownHosts::load(&path).unwrap().check(HOST, 22, &key("ssh-rsa", "a")), Verdict::Unknown);
    std::fs::write(&path, "192.0.2.7 nonsense\n").unwrap();
    let error = KnownHosts::load(&path).unwrap_err().to_string();
    assert!(error.contains("line 1 of") && error.contains("correct or remove it"), "{error}");
}
