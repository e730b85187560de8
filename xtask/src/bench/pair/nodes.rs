//! Two nodes of a redundancy group with one SQLite file: the owner of all accounts on the server's core, its partner
//! beside the generator.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::super::everpresent::{binary, configuration, make_accounts};
use super::super::server::{GENERATOR_CORE, Running, SERVER_CORE, Setup, free_ports, trouble, write};
use crate::process::{Error, Outcome, capture};

/// How long the pair may take to become sound.
const SOUND_LIMIT: Duration = Duration::from_secs(60);
/// The name of the node that the accounts were made for, and of the other one.
const OWNER: &str = "bench";
const PARTNER: &str = "partner";
const POLL: Duration = Duration::from_millis(100);
/// Kernel time is given in hundredths of a second on every architecture that Debian runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Both nodes, running.
pub(super) struct Pair {
    owner: Running,
    partner: Running,
    first: PathBuf,
}

impl Pair {
    /// Starts both and waits until the owner's home is protected.
    pub(super) fn start(setup: &Setup<'_>) -> Outcome<Self> {
        let [owner_link, partner_link, partner_tls, partner_plain, partner_http] = free_ports()?;
        let single = setup.home.join("single.toml");
        write(&single, configuration(setup).as_bytes())?;
        make_accounts(setup, &single)?;
        let database = format!("sqlite://{}", setup.home.join("data").join("everpresent.db").display());
        let first = node(setup, OWNER, &setup.home.join(OWNER), &database, owner_link)?;
        let ports = (partner_tls, partner_plain, partner_http);
        let beside = Setup {
            folder: setup.folder,
            kind: setup.kind,
            archive: false,
            accounts: setup.accounts,
            home: setup.home.join(PARTNER),
            tls_port: ports.0,
            plain_port: ports.1,
            http_port: ports.2,
        };
        let second = node(&beside, PARTNER, &beside.home, &database, partner_link)?;
        order(&first, &["cluster", "init"])?;
        order(&first, &["ha", "set", "--preset", "lan"])?;
        let owner = launch(setup, SERVER_CORE, &first)?;
        let invitation = order(&first, &["cluster", "invite", PARTNER, "--json"])?;
        let token =
            quoted(&invitation, "token").ok_or_else(|| Error::failed("no token in the invitation"))?;
        order(&second, &["cluster", "join", token])?;
        let partner = launch(&beside, GENERATOR_CORE, &second)?;
        let pair = Self { owner, partner, first };
        pair.until("ha enable", || order(&pair.first, &["ha", "enable"]).is_ok())?;
        pair.until("a protected home", || pair.protected_homes() == 2)?;
        Ok(pair)
    }

    pub(super) fn owner(&self) -> &Running {
        &self.owner
    }

    pub(super) fn partner(&self) -> &Running {
        &self.partner
    }

    /// What was measured counts only if the partner had everything all the time, as far as can be seen.
    pub(super) fn still_protected(&self) -> Outcome {
        if self.protected_homes() == 2 {
            return Ok(());
        }
        Err(Error::failed("a home left protected mode under load"))
    }

    fn protected_homes(&self) -> usize {
        let status = order(&self.first, &["ha", "status", "--json"]).unwrap_or_default();
        status.matches("\"protected\"").count()
    }

    fn until(&self, what: &str, holds: impl Fn() -> bool) -> Outcome {
        let begun = Instant::now();
        while !holds() {
            if begun.elapsed() > SOUND_LIMIT {
                return Err(Error::Failed(format!("{what}: not within {} s", SOUND_LIMIT.as_secs())));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

/// Processor time of a guardian's server so far, and when that was.
pub(super) struct Processor {
    seconds: f64,
    at: Instant,
}

impl Processor {
    pub(super) fn of(guardian: &Running) -> Self {
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", guardian.pid()));
        let server = children.unwrap_or_default();
        let stat = fs::read_to_string(format!("/proc/{}/stat", server.trim())).unwrap_or_default();
        let numbers = stat.rsplit_once(')').map(|(_, numbers)| numbers).unwrap_or_default();
        let ticks = numbers.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
        Self { seconds: ticks.sum::<f64>() / TICKS_PER_SECOND, at: Instant::now() }
    }

    /// The share of a core used since then.
    pub(super) fn since(&self, before: &Self) -> f64 {
        (self.seconds - before.seconds) / self.at.duration_since(before.at).as_secs_f64()
    }
}

/// Writes a node's configuration; returns the file.
fn node(setup: &Setup<'_>, name: &str, home: &Path, database: &str, link: u16) -> Outcome<PathBuf> {
    fs::create_dir_all(home).map_err(|error| trouble(home, &error))?;
    let data = home.join("data");
    let text = configuration(setup)
        .replace("name = \"bench\"", &format!("name = \"{name}\""))
        .replace(&setup.home.join("data").display().to_string(), &data.display().to_string());
    let link = format!("127.0.0.1:{link}");
    let more = format!(
        "\n[database]\nurl = \"{database}\"\n\n[link]\nlisten = [\"{link}\"]\nadvertise = \"{link}\"\n"
    );
    let file = home.join("node.toml");
    write(&file, (text + &more).as_bytes())?;
    Ok(file)
}

fn order(configuration: &Path, words: &[&str]) -> Outcome<String> {
    capture(Command::new(binary()).arg("--config").arg(configuration).args(words))
}

fn launch(setup: &Setup<'_>, core: &str, configuration: &Path) -> Outcome<Running> {
    let mut command = setup.command_on(core, binary())?;
    let running = Running::spawn(command.arg("serve").arg("--config").arg(configuration))?;
    setup.wait(running, || true)
}

/// The value of a string in JSON, if it holds no escapes.
fn quoted<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{name}\":"))?;
    rest.split('"').nth(1)
}
