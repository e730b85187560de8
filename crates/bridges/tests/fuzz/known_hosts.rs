//! Lines of known hosts: none makes a key known that does not stand there, and none takes a revocation away.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use everpresent_bridges::ssh::known_hosts::{HostKey, KnownHosts, Verdict};

use crate::driver::fuzz;

const HOST: &str = "192.0.2.7";
const KEY: &str = "AAAAC3NzaC1lZDI1NTE5b25l";

const LINES: [&[u8]; 7] = [
    b"192.0.2.7 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5b25l a comment\r\n",
    b"# ours\n\nweb1,192.0.2.* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5dHdv\n",
    b"[192.0.2.7]:2222,!192.0.2.8 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5b25l",
    b"@revoked 192.0.2.9,*.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5b25l\n",
    b"@cert-authority *.example.org ssh-ed25519 AAAA\n192.0.2.7 1024 35 1234567\n",
    b"|1|c2FsdHNhbHRzYWx0c2FsdHNhbHQ=|c2FsdHNhbHRzYWx0c2FsdHNhbHQ= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5b25l\n",
    b"192.0.2.7\tssh-rsa  AAAAB3NzaC1yc2FvbmU=\n",
];

const PIECES: [&[u8]; 24] = [
    b"192.0.2.7",
    b"192.0.2.*",
    b"*",
    b"?",
    b"!",
    b",",
    b"|1|",
    b"|",
    b"@revoked ",
    b"@cert-authority ",
    b"@",
    b"#",
    b" ",
    b"\t",
    b"\r",
    b"\n",
    b"\x0b",
    b"\xc2\xa0",
    b"\xef\xbb\xbf",
    b"ssh-ed25519 ",
    b"ssh-rsa ",
    b"AAAAC3NzaC1lZDI1NTE5b25l",
    b"AAAA",
    b"=",
];

fn key() -> HostKey {
    let blob = STANDARD.decode(KEY).unwrap();
    HostKey { kind: "ssh-ed25519".to_owned(), blob, fingerprint: String::new() }
}

#[test]
fn known_hosts() {
    let shown = key();
    fuzz(&LINES, &PIECES, |input| {
        let read = KnownHosts::parse(input);
        let checked = read.as_ref().map(|hosts| hosts.check(HOST, 22, &shown));
        if checked == Ok(Verdict::Known) {
            let text = String::from_utf8_lossy(input);
            let stands = |line: &str| {
                let fields: Vec<&str> = line.split_ascii_whitespace().collect();
                !line.starts_with(['@', '#']) && fields.get(2) == Some(&KEY)
            };
            assert!(text.lines().any(|line| stands(line.trim())), "a known key stands in the file");
        }
        if let Ok(Verdict::Changed { line } | Verdict::Revoked { line }) = checked {
            assert!((1..=input.split(|byte| *byte == b'\n').count()).contains(&line));
        }
        if let Ok(hosts) = &read {
            assert!(hosts.kinds(HOST, 22).iter().all(|kind| !kind.is_empty()));
        }
        read.map(|hosts| (hosts.check(HOST, 22, &shown), hosts.check("web1", 2222, &shown)))
            .map(|(one, two)| (std::mem::discriminant(&one), std::mem::discriminant(&two)))
            .map_err(|(_, problem)| problem)
    });
}

#[test]
fn revoked_host_key() {
    let shown = key();
    fuzz(&LINES, &PIECES, |input| {
        let mut refusals = Vec::new();
        for hosts in ["*", HOST, "192.0.2.?,!192.0.2.8"] {
            let revoked = format!("@revoked {hosts} ssh-ed25519 {KEY}");
            for file in [
                [input, b"\n", revoked.as_bytes()].concat(),
                [revoked.as_bytes(), b"\n", input].concat(),
                [input, b"\n", revoked.as_bytes(), b"\n", input].concat(),
            ] {
                let checked = KnownHosts::parse(&file).map(|hosts| hosts.check(HOST, 22, &shown));
                assert!(!matches!(checked, Ok(verdict) if !matches!(verdict, Verdict::Revoked { .. })));
                refusals.push(checked.map(drop).map_err(|(_, problem)| problem));
            }
        }
        refusals
    });
}

#[test]
fn excepted_host() {
    let shown = key();
    fuzz(&[b"192.0.2.*", b"*", b"a,192.0.2.7", b"?*?*?,*.7", b"!*,*"], &PIECES, |input| {
        let hosts = String::from_utf8_lossy(input).replace(|c: char| c.is_whitespace(), "");
        let verdict = |hosts: &str| {
            let read = KnownHosts::parse(format!("{hosts} ssh-ed25519 {KEY}\n").as_bytes());
            read.map(|read| read.check(HOST, 22, &shown)).map_err(|(_, problem)| problem)
        };
        let plain = verdict(&hosts);
        for excepted in [format!("{hosts},!{HOST}"), format!("{hosts},!192.0.2.*")] {
            assert_ne!(verdict(&excepted), Ok(Verdict::Known), "an exception is one: {excepted}");
        }
        // A name alone is that name and no other.
        if plain == Ok(Verdict::Known) && !hosts.contains(['*', '?', '|']) {
            assert!(hosts.split(',').any(|name| name.eq_ignore_ascii_case(HOST)));
        }
        plain.map(|verdict| verdict == Verdict::Known)
    });
}
