//! What the command says of logs.

use std::fs;
use std::io::Write as _;

use clap::Parser as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::*;
use crate::cli::{BridgesCommand, Command};

const SESSIONS: &str =
    "Jun  8 14:53:18 user.info webbridge1 \"webbridge\": INFO : [DEBUGGING] Stats 149, c:3477, d:3170\n";
const CALLS: &str = "Jun  8 14:53:20 user.info core1 host:server:  INFO : STATS: {\"callLegsPS\": 1, \"callLegs\": \
                     \"20/24\", \"CMA\": \"14/17\", \"sip\": {\"std\": \"0/1\", \"peer\": \"6/6\"}}\n";

const INVENTORY: &str = r#"
[[server]]
name = "webbridge1"
role = "web bridge"
address = "webbridge1.example.org"

[[server]]
name = "core1"
role = "call bridge"
address = "core1.example.org"

[[server]]
name = "core2"
role = "call bridge"
address = "core2.example.org"
"#;

/// A folder with logs.
struct Logs(TempDir);

impl Logs {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.0.path().join(name), content).unwrap();
        self
    }

    /// What the command comes to: its exit code, and its outputs.
    fn audit(&self, arguments: &[&str]) -> Result<Said, Failure> {
        let words =
            ["everpresent", "bridges", "audit", "--year", "2020"].iter().map(|word| (*word).to_owned());
        let in_folder = |word: &&str| match word.strip_prefix('@') {
            Some(name) => self.0.path().join(name).display().to_string(),
            None => (*word).to_owned(),
        };
        let cli = Cli::try_parse_from(words.chain(arguments.iter().map(in_folder))).unwrap();
        let Command::Bridges(BridgesCommand::Audit(arguments)) = &cli.command else { panic!() };
        let (audited, notes) = audited(arguments)?;
        Ok(match audited {
            Some((auditor, report)) => Said {
                exit: exit_number(report.finding.verdict),
                text: text::report(&auditor, &report, &notes),
                json: json::report(&auditor, &report, &notes),
            },
            None => Said { exit: 2, text: text::nothing(&notes), json: json::nothing(&notes) },
        })
    }
}

#[derive(Debug)]
struct Said {
    exit: u8,
    text: String,
    json: serde_json::Value,
}

fn is_the_published_case(said: &Said) {
    assert_eq!((said.exit, &said.json["verdict"]), (1, &"full".into()));
    let leaked = &said.json["leaked"];
    assert_eq!((&leaked["least"], &leaked["most"]), (&132.into(), &135.into()));
    assert_eq!((&leaked["calls"], &leaked["calls_peak"]), (&14.into(), &17.into()));
    assert_eq!(said.json["single_sample"], true);
    assert!(said.text.contains("is full: its limit is 149 sessions."), "{}", said.text);
    assert!(said.text.contains("between 132 and 135 sessions leaked"), "{}", said.text);
    assert!(said.text.contains("This is a single sample"), "{}", said.text);
    assert!(said.text.contains("The servers are those that the logs show"), "{}", said.text);
}

#[test]
fn the_published_case_in_one_file_in_two_and_compressed() {
    let mut archive = GzEncoder::new(Vec::new(), Compression::default());
    archive.write_all(CALLS.as_bytes()).unwrap();
    let logs = Logs::new()
        .with("both.log", format!("{SESSIONS}{CALLS}"))
        .with("web.log", SESSIONS)
        .with("call.log.gz", archive.finish().unwrap());
    is_the_published_case(&logs.audit(&["@both.log"]).unwrap());
    let said = logs.audit(&["@call.log.gz", "@web.log"]).unwrap();
    is_the_published_case(&said);
    assert_eq!(
        (&said.json["at"], &said.json["full"][0]),
        (&"2020-06-08T14:53:20Z".into(), &"webbridge1".into())
    );
}

#[test]
fn the_published_case_without_headers() {
    let bare = |line: &str, header: &str| line.strip_prefix(header).unwrap().to_owned();
    let sessions = bare(SESSIONS, "Jun  8 14:53:18 user.info webbridge1 ");
    let calls = bare(CALLS, "Jun  8 14:53:20 user.info core1 ");
    let logs = Logs::new().with("bare.log", format!("{sessions}{calls}"));
    let said = logs.audit(&["@bare.log"]).unwrap();
    is_the_published_case(&said);
    assert_eq!(said.json["full"][0], "webbridge@bare.log");
    assert!(said.text.contains("Lines without a host are taken for lines of one server per file."));
}

#[test]
fn a_server_of_the_inventory_that_is_silent_makes_leaks_unknown_and_is_named() {
    let logs = Logs::new().with("both.log", format!("{SESSIONS}{CALLS}")).with("bridges.toml", INVENTORY);
    let said = logs.audit(&["@both.log", "--inventory", "@bridges.toml"]).unwrap();
    assert_eq!(
        (said.exit, &said.json["verdict"], &said.json["leaked"]),
        (1, &"full".into(), &serde_json::Value::Null)
    );
    assert_eq!(
        (&said.json["silent"][0]["name"], &said.json["silent"][0]["missing"]),
        (&"core2".into(), &"never".into())
    );
    assert!(said.text.contains("core2: it never counted calls"), "{}", said.text);
    let room = SESSIONS.replace("Stats 149", "Stats 20");
    let said =
        logs.with("room.log", format!("{room}{CALLS}")).audit(&["@room.log", "--inventory", "@bridges.toml"]);
    assert_eq!(said.unwrap().exit, 2);
}

#[test]
fn lines_that_do_not_count_are_named_and_cannot_steer_a_terminal() {
    let guest = "Jun  8 14:53:19 user.info core1 host:server:  INFO : guest \"\u{1b}[2JStats 149, c:1, d:0\" joined\n";
    let stranger = CALLS.replace("core1", "elsewhere");
    let logs = Logs::new()
        .with("both.log", format!("{SESSIONS}{CALLS}{guest}{stranger}"))
        .with("bridges.toml", INVENTORY);
    let said = logs.audit(&["@both.log", "--inventory", "@bridges.toml"]).unwrap();
    assert!(
        said.text.contains("Not counted, 1 line: the text `Stats …` stands in a message of another program")
    );
    assert!(said.text.contains("Not counted, 1 line of elsewhere: not in the inventory."), "{}", said.text);
    assert!(!said.text.contains('\u{1b}'));
    assert_eq!((&said.json["read"]["lines"], &said.json["read"]["counted"]), (&4.into(), &2.into()));
}

#[test]
fn a_log_without_counts_is_unknown_and_a_damaged_archive_is_read_as_far_as_it_goes() {
    let mut archive = GzEncoder::new(Vec::new(), Compression::none());
    archive.write_all(format!("{SESSIONS}{CALLS}").as_bytes()).unwrap();
    let mut archive = archive.finish().unwrap();
    archive.truncate(archive.len() - 4);
    let logs =
        Logs::new().with("other.log", "hello\nworld").with("damaged.gz", archive).with("empty.log", "");
    for file in ["@other.log", "@empty.log"] {
        let said = logs.audit(&[file]).unwrap();
        assert_eq!((said.exit, &said.json["verdict"]), (2, &"unknown".into()));
        assert!(said.text.starts_with("unknown: no line counts sessions or calls."), "{}", said.text);
    }
    let said = logs.audit(&["@damaged.gz"]).unwrap();
    is_the_published_case(&said);
    assert!(said.text.contains("damaged.gz is damaged and was read as far as possible"), "{}", said.text);
}

#[test]
fn what_is_wrong_with_a_command_line_is_said_with_the_right_exit_code() {
    let logs = Logs::new().with("both.log", SESSIONS).with("wrong.toml", "server = 1");
    let exit = |arguments: &[&str]| logs.audit(arguments).unwrap_err().exit;
    assert_eq!(exit(&["@missing.log"]), Exit::NoInput);
    assert_eq!(exit(&["@both.log", "--window", "5m"]), Exit::Usage);
    assert_eq!(exit(&["@both.log", "--window", "ten"]), Exit::Usage);
    assert_eq!(exit(&["@both.log", "--zone", "Nowhere/At_All"]), Exit::Usage);
    assert_eq!(exit(&["@both.log", "--inventory", "@wrong.toml"]), Exit::Config);
    let folder = logs.0.path().display().to_string();
    assert_eq!(exit(&[&folder]), Exit::NoInput);
}

#[test]
fn a_plot_shows_each_bridge() {
    let logs = Logs::new().with("both.log", format!("{SESSIONS}{CALLS}"));
    let cli = Cli::try_parse_from([
        "everpresent".to_owned(),
        "bridges".to_owned(),
        "audit".to_owned(),
        logs.0.path().join("both.log").display().to_string(),
    ]);
    let Command::Bridges(BridgesCommand::Audit(arguments)) = cli.unwrap().command else { panic!() };
    let (auditor, report) = audited(&arguments).unwrap().0.unwrap();
    let path = logs.0.path().join("leaks.svg");
    picture::write(&auditor, &report, &path).unwrap();
    let picture = fs::read_to_string(&path).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("webbridge1"));
    assert!(picture::write(&auditor, &report, logs.0.path()).is_err(), "a folder is no file");
}
