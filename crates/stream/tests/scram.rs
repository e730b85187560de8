//! SCRAM against the examples of its specifications, and against clients that do not play by them.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic like the tests")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use everpresent_stream::scram::client::{ClientBinding, ClientExchange};
use everpresent_stream::scram::server::ClientFirst;
use everpresent_stream::scram::{
    Credentials, ITERATIONS, PasswordError, SALT_BYTES, ScramError, downgrade_hash, verify_password,
};
use everpresent_stream::{BindingKind, ChannelBindings, ScramHash};

fn pencil(salt: &str) -> Credentials {
    Credentials::derive("pencil", &STANDARD.decode(salt).unwrap(), 4096).unwrap()
}

/// Plays the messages of an example through both sides and gives back the client's final and the server's final.
fn example(hash: ScramHash, salt: &str, client_nonce: &str, server_nonce: &str) -> (String, String) {
    let (client, first) =
        ClientExchange::new(hash, "user", "pencil", &ClientBinding::Unsupported, client_nonce);
    let first = ClientFirst::parse(first.as_bytes()).unwrap();
    assert_eq!(first.user(), "user");
    let keys = pencil(salt).keys(hash).clone();
    let (server, challenge) = first.challenge(hash, keys, &[], server_nonce, None);
    let (last, proof) = client.respond(challenge.as_bytes(), None).unwrap();
    let signature = server.finish(last.as_bytes()).unwrap();
    proof.check(signature.as_bytes()).unwrap();
    (last, signature)
}

#[test]
fn the_example_of_rfc_5802() {
    let (last, signature) =
        example(ScramHash::Sha1, "QSXCR+Q6sek8bf92", "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j");
    assert!(last.ends_with(",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="), "{last}");
    assert_eq!(signature, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
}

#[test]
fn the_example_of_rfc_7677() {
    let (last, signature) = example(
        ScramHash::Sha256,
        "W22ZaJ0SNY7soEsUEjb6gQ==",
        "rOprNGfwEbeRWgbNEkqO",
        "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    );
    assert!(last.ends_with(",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), "{last}");
    assert_eq!(signature, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

#[test]
fn the_example_of_xep_0474() {
    let mechanisms = ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"];
    let bindings = ["tls-server-end-point", "tls-exporter"];
    let hash = downgrade_hash(ScramHash::Sha1, &mechanisms, Some(&bindings));
    assert_eq!(hash, "G6k/rBLDqgOhRRaCuuatSDFkJ08=");

    let first = b"p=tls-exporter,,n=user,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6";
    let first = ClientFirst::parse(first).unwrap();
    let offered =
        ChannelBindings { exporter: Some(b"THIS IS FAKE CB DATA".to_vec()), end_point: Some(vec![1]) };
    let binding = first.binding_data(true, Some(&offered)).unwrap();
    let keys = pencil("QSXCR+Q6sek8bf92").sha1;
    let nonce = "a09117a6-ac50-4f2f-93f1-93799c2bddf6";
    let (server, challenge) = first.challenge(ScramHash::Sha1, keys, binding, nonce, Some(&hash));
    assert!(challenge.ends_with(",i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08="), "{challenge}");
    let last = "c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB,\
                r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-93799c2bddf6,\
                x=19C6532F-1CF4-4A27-A18D-DC9CEA41BBB3,p=M/SIDjT+dfcxUh89jZEypRvFxB4=";
    assert_eq!(server.finish(last.as_bytes()).unwrap(), "v=MQrMPvv7yv4x4Cq4W4Ih25EqS2c=");
}

#[test]
fn the_list_of_bindings_counts_only_if_it_was_shown() {
    let hash = |bindings| downgrade_hash(ScramHash::Sha256, &["PLAIN"], bindings);
    assert_ne!(hash(None), hash(Some(&[])));
    assert_ne!(hash(Some(&["tls-exporter"])), hash(Some(&[])));
}

#[test]
fn a_stored_password_is_recognised_and_others_are_not() {
    let credentials = Credentials::derive("pass\u{ad}word", &[7; SALT_BYTES], 4096).unwrap();
    assert!(verify_password(&credentials, "password"), "SASLprep maps the soft hyphen to nothing");
    for wrong in ["", "Password", "password ", "pass\u{7}word"] {
        assert!(!verify_password(&credentials, wrong), "{wrong:?}");
    }
    assert_eq!(Credentials::derive("", &[7; SALT_BYTES], 1), Err(PasswordError::Empty));
    assert_eq!(Credentials::derive("\u{ad}", &[7; SALT_BYTES], 1), Err(PasswordError::Empty));
    assert_eq!(Credentials::derive("a\u{7}b", &[7; SALT_BYTES], 1), Err(PasswordError::Prohibited));
}

#[test]
fn users_who_do_not_exist_have_credentials_that_nothing_fits() {
    let fake = Credentials::fake(b"secret", "nobody@example.org");
    assert_eq!(fake, Credentials::fake(b"secret", "nobody@example.org"));
    assert_ne!(fake.sha1.salt, Credentials::fake(b"secret", "somebody@example.org").sha1.salt);
    assert_ne!(fake.sha1.salt, Credentials::fake(b"other", "nobody@example.org").sha1.salt);
    let real = Credentials::derive("pencil", &[7; SALT_BYTES], ITERATIONS).unwrap();
    for hash in ScramHash::ALL {
        let (fake, real) = (fake.keys(hash), real.keys(hash));
        assert_eq!(fake.salt.len(), real.salt.len());
        assert_eq!(fake.iterations, real.iterations);
        assert_eq!(fake.stored_key.len(), real.stored_key.len());
        assert_eq!(fake.server_key.len(), real.server_key.len());
    }
    assert_eq!(fake.sha1.salt, fake.sha512.salt, "as with accounts, one salt for all hashes");
    assert!(!verify_password(&fake, "pencil"));
}

#[test]
fn names_are_unescaped_and_escaped() {
    let first = ClientFirst::parse(b"n,a=a=3Db,n=x=2Cy=3D2C,r=abc").unwrap();
    assert_eq!((first.user(), first.authorization_identity()), ("x,y=2C", "a=b"));
    let (_, written) = ClientExchange::new(ScramHash::Sha1, "x,y=2C", "p", &ClientBinding::NotOffered, "abc");
    assert_eq!(written, "y,,n=x=2Cy=3D2C,r=abc");
}

#[test]
fn messages_that_break_the_grammar_are_refused() {
    let long_nonce = format!("n,,n=user,r={}", "x".repeat(300));
    for message in [
        "",
        "n",
        "n,",
        "n,,",
        "n,,n=user",
        "n,,n=user,r=",
        "n,,n=,r=abc",
        "n,,r=abc,n=user",
        "x,,n=user,r=abc",
        "p=,,n=user,r=abc",
        "n,b=x,n=user,r=abc",
        "n,a=,n=user,r=abc",
        "n,,m=x,n=user,r=abc",
        "n,,n=a=2,r=abc",
        "n,,n=a=2c,r=abc",
        "n,,n=a=,r=abc",
        "n,,n=a\0b,r=abc",
        "n,,n=user,r=a b",
        "n,,n=user,r=ä",
        &long_nonce,
    ] {
        assert_eq!(ClientFirst::parse(message.as_bytes()), Err(ScramError::Malformed), "{message:?}");
    }
    assert_eq!(ClientFirst::parse(b"n,,n=\xff,r=abc"), Err(ScramError::Malformed));
}

#[test]
fn flags_are_held_against_what_was_offered() {
    let offered = ChannelBindings { exporter: None, end_point: Some(vec![1, 2]) };
    let check = |first: &str, plus, offered: Option<&ChannelBindings>| {
        let first = ClientFirst::parse(format!("{first},,n=user,r=abc").as_bytes()).unwrap();
        first.binding_data(plus, offered).map(<[u8]>::to_vec)
    };
    assert_eq!(check("p=tls-server-end-point", true, Some(&offered)), Ok(vec![1, 2]));
    assert_eq!(check("p=tls-exporter", true, Some(&offered)), Err(ScramError::BindingNotOffered));
    assert_eq!(check("p=tls-unique", true, Some(&offered)), Err(ScramError::BindingNotOffered));
    assert_eq!(check("p=tls-server-end-point", true, None), Err(ScramError::BindingNotOffered));
    assert_eq!(check("p=tls-server-end-point", false, Some(&offered)), Err(ScramError::BindingFlag));
    assert_eq!(check("n", true, Some(&offered)), Err(ScramError::BindingFlag));
    assert_eq!(check("y", true, Some(&offered)), Err(ScramError::BindingFlag));
    assert_eq!(check("y", false, Some(&offered)), Err(ScramError::Downgraded));
    assert_eq!(check("y", false, None), Ok(vec![]));
    assert_eq!(check("y", false, Some(&ChannelBindings::default())), Ok(vec![]));
    assert_eq!(check("n", false, Some(&offered)), Ok(vec![]));
}

#[test]
fn finals_that_do_not_fit_are_refused() {
    let hash = ScramHash::Sha256;
    let credentials = pencil("QSXCR+Q6sek8bf92");
    let bound = ClientBinding::Bound(BindingKind::Exporter, vec![1; 32]);
    let (client, first) = ClientExchange::new(hash, "user", "pencil", &bound, "abc");
    let first = ClientFirst::parse(first.as_bytes()).unwrap();
    let keys = || credentials.sha256.clone();
    let (server, challenge) = first.challenge(hash, keys(), &[1; 32], "def", None);
    let (last, _) = client.respond(challenge.as_bytes(), None).unwrap();
    assert!(server.finish(last.as_bytes()).is_ok());

    let (elsewhere, _) = first.challenge(hash, keys(), &[2; 32], "def", None);
    assert_eq!(elsewhere.finish(last.as_bytes()), Err(ScramError::BindingDiffers));
    let (later, _) = first.challenge(hash, keys(), &[1; 32], "ghi", None);
    assert_eq!(later.finish(last.as_bytes()), Err(ScramError::Malformed), "a replay: the nonce differs");
    let (head, _) = last.split_once(",p=").unwrap();
    for proof in ["", "AAAA", &STANDARD.encode([0; 32]), &STANDARD.encode([0; 33])] {
        let forged = format!("{head},p={proof}");
        assert_eq!(server.finish(forged.as_bytes()), Err(ScramError::Proof), "{forged}");
    }
    for malformed in
        ["", ",p=", head, &format!("{head},p=!"), "r=abcdef,p=AAAA", &last.replacen("c=", "d=", 1)]
    {
        assert_eq!(server.finish(malformed.as_bytes()), Err(ScramError::Malformed), "{malformed}");
    }
}

#[test]
fn clients_do_not_trust_servers_either() {
    let start =
        || ClientExchange::new(ScramHash::Sha1, "user", "pencil", &ClientBinding::Unsupported, "abc").0;
    let respond = |challenge: &str, hash| start().respond(challenge.as_bytes(), hash).map(|_| ());
    let salt = "QSXCR+Q6sek8bf92";
    assert_eq!(respond(&format!("r=abcd,s={salt},i=1"), None), Ok(()));
    assert_eq!(respond(&format!("r=abc,s={salt},i=1"), None), Err(ScramError::Server), "no nonce of its own");
    assert_eq!(respond(&format!("r=xyz,s={salt},i=1"), None), Err(ScramError::Server));
    assert_eq!(respond(&format!("r=abcd,s={salt},i=0"), None), Err(ScramError::Server));
    assert_eq!(respond(&format!("r=abcd,s={salt},i=4000000000"), None), Err(ScramError::Server));
    assert_eq!(respond("m=x,r=abcd,s=AAAA,i=1", None), Err(ScramError::Malformed));
    assert_eq!(respond(&format!("r=abcd,s={salt},i=1,h=a"), Some("b")), Err(ScramError::Downgraded));
    assert_eq!(respond(&format!("r=abcd,s={salt},i=1"), Some("b")), Ok(()), "an older server shows none");
    let (_, proof) = start().respond(format!("r=abcd,s={salt},i=1").as_bytes(), None).unwrap();
    assert_eq!(proof.check(b"v=AAAA"), Err(ScramError::Server));
    assert_eq!(proof.check(b"e=other-error"), Err(ScramError::Malformed));
}
