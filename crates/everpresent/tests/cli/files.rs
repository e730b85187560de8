//! Commands that need no server.

use std::os::unix::fs::PermissionsExt as _;

use crate::harness::Place;

#[test]
fn a_new_folder_gets_a_valid_commented_configuration() {
    let place = Place::new();
    let out = place.run("init etc --domain Chat.Example.org").ok();
    assert!(out.contains("user add alice@chat.example.org"), "{out}");
    let file = place.path().join("etc/everpresent.toml");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o007,
        0,
        "a password may come into it"
    );
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("domains = [\"chat.example.org\"]"), "{text}");
    assert!(text.contains("\n# resume_seconds = 900\n"), "{text}");
    let checked = place.run("config check etc/everpresent.toml").ok();
    assert!(checked.contains("is valid") && checked.contains("c2s 0.0.0.0:5222"), "{checked}");
    assert_eq!(place.run("--json --config etc/everpresent.toml config check").json()["valid"], true);
}

#[test]
fn an_existing_configuration_is_not_overwritten_unasked() {
    let place = Place::new();
    place.write("everpresent.toml", "# mine\n");
    let refused = place.run("init .");
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("exists already") && refused.err.contains("--force"), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(place.path().join("everpresent.toml")).unwrap(), "# mine\n");
    place.run("init . --force").ok();
    assert_eq!(place.run("init x --domain a@b").code, 64);
}

#[test]
fn a_wrong_configuration_ends_every_command_with_78_and_its_places() {
    let place = Place::new();
    place.write("everpresent.toml", "[listen]\nc2s_tsl = []\n[log]\nlevel = \"loud\"\n");
    for command in ["config check", "serve", "user list", "sessions list"] {
        let outcome = place.run(command);
        assert_eq!(outcome.code, 78, "{command}");
        assert!(outcome.err.contains("everpresent.toml:2:1: unknown key `c2s_tsl`"), "{}", outcome.err);
        assert!(outcome.err.contains("did you mean `c2s_tls`?"), "{}", outcome.err);
        assert!(outcome.err.contains("everpresent.toml:4:9: `level`"), "{}", outcome.err);
        assert!(!outcome.err.contains('\u{1b}'), "no colours without a terminal: {}", outcome.err);
    }
    let missing = place.run("config check nowhere.toml");
    assert_eq!(missing.code, 78);
    assert!(missing.err.contains("nowhere.toml: cannot be opened"), "{}", missing.err);
}

#[test]
fn the_reference_names_every_section() {
    let text = Place::new().run("config reference").ok();
    for section in
        ["node", "database", "listen", "tls", "limits", "session", "signin", "archive", "log", "admin"]
    {
        assert!(text.contains(&format!("\n## [{section}]\n")), "{section}");
    }
}

#[test]
fn completions_and_manual_pages_come_from_the_same_definitions() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let text = place.run(&format!("completions {shell}")).ok();
        assert!(text.contains("sessions") && text.contains("password-file"), "{shell}");
    }
    assert!(place.run("man").ok().contains(".TH everpresent 1"));
    place.run("man pages").ok();
    let pages = std::fs::read_dir(place.path().join("pages")).unwrap();
    let names: Vec<String> = pages.map(|page| page.unwrap().file_name().into_string().unwrap()).collect();
    for name in ["everpresent.1", "everpresent-serve.1", "everpresent-user-add.1"] {
        assert!(names.iter().any(|page| page == name), "{name} is not among {names:?}");
    }
}

#[test]
fn wrong_use_ends_with_64_and_help_with_0() {
    let place = Place::new();
    for line in [
        "",
        "fly",
        "user add",
        "user list --limit 0",
        "user add a@b --password secret",
        "completions cmd.exe",
    ] {
        let outcome = place.run(line);
        assert_eq!(outcome.code, 64, "{line:?}");
        assert!(outcome.out.is_empty() && !outcome.err.is_empty(), "{line:?}");
    }
    assert!(place.run("--version").ok().starts_with("everpresent 0."));
    assert!(place.run("--help").ok().contains("Exit codes:"));
    assert!(place.run("user import --help").ok().contains("alice@example.org,wonderland"));
}
