//! `everpresent bridges init`, `check`, `trust`, `restart`, `schedule`, `rehearse`: what they refuse, and how they end.

use crate::harness::Place;

#[test]
fn init_writes_an_inventory_once() {
    let place = Place::new();
    let said = place.run("bridges init").ok();
    assert!(said.contains("bridges trust NAME --inventory bridges.toml"), "{said}");
    let again = place.run("bridges init");
    assert_eq!(again.code, 1);
    assert!(again.err.contains("exists already"), "{}", again.err);
    assert_eq!(place.run("bridges init --force").code, 0);
}

#[test]
fn a_wrong_inventory_is_refused_with_its_place_by_each_command() {
    let place = Place::new();
    place.write("bridges.toml", "[[server]]\nname = \"a\"\nrole = \"web bridge\"\ncolour = \"red\"\n");
    for line in ["bridges check", "bridges trust a", "bridges restart a", "bridges schedule --cron"] {
        let refused = place.run(line);
        assert_eq!(refused.code, 78, "{line}");
        assert!(refused.err.contains("bridges.toml:4:1: unknown field `colour`"), "{}", refused.err);
    }
    let missing = place.run("bridges check --inventory none.toml");
    assert_eq!(missing.code, 78);
    assert!(missing.err.contains("bridges init"), "{}", missing.err);
}

#[test]
fn names_that_are_not_there_and_orders_that_make_no_sense_are_wrong_use() {
    let place = Place::new();
    place.run("bridges init").ok();
    for line in [
        "bridges restart",
        "bridges restart webbridge1 --leaking",
        "bridges restart nobody",
        "bridges restart webbridge1 --wait soon",
        "bridges trust nobody",
        "bridges schedule",
        "bridges schedule --cron --systemd",
    ] {
        assert_eq!(place.run(line).code, 64, "{line}");
    }
}

#[test]
fn without_counts_nothing_is_restarted() {
    let place = Place::new();
    place.run("bridges init").ok();
    let leaking = place.run("bridges restart --leaking");
    assert_eq!(leaking.code, 2);
    assert!(leaking.err.contains("the audit cannot say whether sessions leaked"), "{}", leaking.err);
    let named = place.run("bridges restart webbridge1 --now --dry-run");
    assert_eq!(named.code, 2);
    assert!(
        named.out.contains("nobody knows how many calls are live: core1 never counted calls"),
        "{}",
        named.out
    );
    assert!(!place.path().join("journal").exists(), "a dry run writes nothing");
}

#[test]
fn a_schedule_is_printed_for_each_scheduler_and_without_one_there_is_nothing_to_print() {
    let place = Place::new();
    place.run("bridges init").ok();
    let none = place.run("bridges schedule --cron");
    assert_eq!(none.code, 78);
    assert!(none.err.contains("add `schedule ="), "{}", none.err);
    let text = std::fs::read_to_string(place.path().join("bridges.toml")).unwrap();
    place.write("bridges.toml", &text.replace("#schedule", "schedule"));
    let cron = place.run("bridges schedule --cron").ok();
    assert!(cron.contains("\nCRON_TZ=Europe/Brussels\n0 2 * * 6 "), "{cron}");
    let systemd = place.run("bridges schedule --systemd").ok();
    assert!(systemd.contains("OnCalendar=Sat *-*-* 02:00:00 Europe/Brussels\n"), "{systemd}");
    let windows = place.run("bridges schedule --windows-task").ok();
    assert!(windows.contains("<DaysOfWeek><Saturday /></DaysOfWeek>"), "{windows}");
}

#[test]
fn the_rehearsal_tells_its_story_and_every_step_holds() {
    let place = Place::new();
    let told = place.run("bridges rehearse --once --json").ok();
    let steps: Vec<serde_json::Value> =
        told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(steps.len() >= 12 && steps.iter().all(|step| step["held"] == true), "{told}");
    // A folder of one's own is not overwritten.
    std::fs::create_dir(place.path().join("mine")).unwrap();
    place.write("mine/bridges.toml", "# mine\n");
    place.write("mine/known_hosts", "");
    for line in ["bridges rehearse --once --dir mine", "bridges rehearse --dir mine"] {
        let refused = place.run(line);
        assert_eq!(refused.code, 1);
        assert!(refused.err.contains("is not of a rehearsal"), "{}", refused.err);
    }
    assert!(place.path().join("mine/known_hosts").exists());
}
