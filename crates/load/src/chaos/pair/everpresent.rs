//! Two nodes of this server with their guardians, on one PostgreSQL.

mod fail;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::network::{NODES, output, program};
use super::postgres::Postgres;
use super::server::{
    Account, DOMAIN, STARTTLS_PORT, Setup, TLS_PORT, ask_to_end, hang_up, kill_now, run, takes_connections,
    wait_until,
};
use super::tally::Kind;
use crate::Error;
use fail::Helpers;

const HTTP_PORT: u16 = 5280;
const LINK_PORT: u16 = 5290;
/// How long a start may take.
const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// How long the pair may take to be sound again, all states in between together.
const SOUND_LIMIT: Duration = Duration::from_secs(120);
/// How often the states are asked for.
const STATUS_POLL: Duration = Duration::from_millis(200);
/// After a fallback was ordered, the next order waits so long.
const ORDER_PAUSE: Duration = Duration::from_secs(3);
/// The states that a fallback leads out of.
const AWAITS_FALLBACK: [&str; 2] = ["Failed Over", "Idle"];

/// The pair.
pub(crate) struct Everpresent {
    programs: [PathBuf; 2],
    folder: PathBuf,
    version: String,
    /// The guardians.
    nodes: [Option<Child>; 2],
    database: Postgres,
    /// For faults other than kills.
    helpers: Option<Helpers>,
}

/// What `everpresent ha status --json` says.
#[derive(Deserialize, Debug)]
struct Status {
    groups: Vec<Group>,
}

#[derive(Deserialize, Debug)]
struct Group {
    nodes: Vec<NodeStatus>,
    homes: Vec<HomeStatus>,
}

#[derive(Deserialize, Debug)]
struct NodeStatus {
    name: String,
    state: String,
}

#[derive(Deserialize, Debug)]
struct HomeStatus {
    home: String,
    owner: Option<String>,
    mode: String,
}

/// What `everpresent cluster invite --json` says.
#[derive(Deserialize)]
struct Invitation {
    token: String,
}

/// What `everpresent sessions list --json` says.
#[derive(Deserialize)]
struct SessionPage {
    total: u64,
}

impl Status {
    /// Whether both nodes are Normal, each owns its home, and both homes are protected.
    fn is_sound(&self) -> bool {
        let nodes: Vec<&NodeStatus> = self.groups.iter().flat_map(|group| &group.nodes).collect();
        let homes: Vec<&HomeStatus> = self.groups.iter().flat_map(|group| &group.homes).collect();
        nodes.len() == NODES.len()
            && homes.len() == NODES.len()
            && nodes.iter().all(|node| node.state == "Normal")
            && homes.iter().all(|home| home.owner.as_deref() == Some(&*home.home) && home.mode == "protected")
    }

    /// Whether each node owns its home.
    fn is_at_home(&self) -> bool {
        let mut homes = self.groups.iter().flat_map(|group| &group.homes);
        homes.all(|home| home.owner.as_deref() == Some(&*home.home))
    }

    /// Whether somebody else owns the home of this node, and both know it.
    fn is_served_by_partner(&self, node: &str) -> bool {
        let mut homes = self.groups.iter().flat_map(|group| &group.homes);
        let mut nodes = self.groups.iter().flat_map(|group| &group.nodes);
        homes.any(|home| home.home == node && home.owner.as_deref().is_some_and(|owner| owner != node))
            && nodes.any(|other| other.name != node && other.state == "Running in Backup Mode")
    }

    /// A node that waits for the order to take its users back.
    fn awaits_fallback(&self) -> Option<&str> {
        let mut nodes = self.groups.iter().flat_map(|group| &group.nodes);
        nodes.find(|node| AWAITS_FALLBACK.contains(&node.state.as_str())).map(|node| node.name.as_str())
    }
}

impl Everpresent {
    /// Makes certificates and accounts, starts both nodes, enables high availability, waits until all is sound.
    pub(crate) async fn start(setup: &Setup<'_>) -> Result<Self, Error> {
        let program = find_program(setup.everpresent)?;
        let version = run(Command::new(&program).arg("--version")).await?;
        let version = format!("{} on PostgreSQL, two nodes with guardians", version.trim());
        let database = Postgres::start(setup.folder, setup.helpers.is_some()).await?;
        let folder = setup.folder.join("everpresent");
        for node in 0..2 {
            fs::create_dir_all(home(&folder, node))?;
            if setup.helpers.is_some() {
                fail::small_disk(&home(&folder, node).join("data")).await?;
            }
            fs::write(config_file(&folder, node), configuration(&folder, node, setup.folder))?;
        }
        let helpers = match setup.helpers {
            Some((python, scripts)) => Some(Helpers {
                python: python.to_owned(),
                scripts: scripts.to_owned(),
                clock: fail::make_clock(scripts, &folder).await?,
            }),
            None => None,
        };
        let programs = [program.clone(), program];
        let mut pair = Self { programs, folder, version, nodes: [None, None], database, helpers };
        pair.order(0, &["cluster", "init"]).await?;
        pair.make_accounts(setup).await?;
        pair.order(0, &["ha", "set", "--preset", "lan"]).await?;
        pair.launch(0).await?;
        pair.invite_second().await?;
        pair.launch(1).await?;
        pair.enable().await?;
        pair.wait_until_sound().await?;
        Ok(pair)
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Gets the second node its certificate from the first.
    async fn invite_second(&self) -> Result<(), Error> {
        let text = self.order(0, &["cluster", "invite", &name(1), "--json"]).await?;
        let invitation: Invitation = understood("cluster invite", &text)?;
        self.order(1, &["cluster", "join", &invitation.token]).await.map(drop)
    }

    /// Lets the nodes take over from each other, as soon as they know each other.
    async fn enable(&self) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            match self.order(0, &["ha", "enable"]).await {
                Err(error) if begun.elapsed() > START_LIMIT => return Err(error),
                Err(_) => sleep(STATUS_POLL).await,
                Ok(_) => return Ok(()),
            }
        }
    }

    async fn make_accounts(&self, setup: &Setup<'_>) -> Result<(), Error> {
        let list = self.folder.join("accounts.csv");
        let mut file = File::create(&list)?;
        writeln!(file, "jid,password")?;
        for Account { name, .. } in setup.accounts {
            writeln!(file, "{name}@{DOMAIN},{}", setup.guide.password)?;
        }
        drop(file);
        self.order(0, &["user", "import", &list.display().to_string()]).await?;
        // By hand, so that the scene knows who belongs where.
        for home in 0..2 {
            let users = setup.accounts.iter().filter(|account| account.home == home);
            let users: Vec<String> = users.map(|account| format!("'{}@{DOMAIN}'", account.name)).collect();
            if !users.is_empty() {
                let (home, users) = (name(home), users.join(","));
                let statement = format!("UPDATE users SET home = '{home}' WHERE account IN ({users})");
                self.database.execute(&statement).await?;
            }
        }
        Ok(())
    }

    /// Starts a guardian, which starts its server, and waits until that takes clients.
    async fn launch(&mut self, node: usize) -> Result<(), Error> {
        let home = home(&self.folder, node);
        let log = output(&home.join("output"))?;
        let mut command = self.command(node);
        if let Some(helpers) = &self.helpers {
            command.envs(fail::clock(&helpers.clock, &self.folder, node));
        }
        command.arg("serve").stdin(std::process::Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut child = command.spawn()?;
        let waiting = wait_until("starting a node", START_LIMIT, || {
            let ended = child.try_wait();
            async move {
                match ended? {
                    Some(status) => Err(Error::Preparation(format!("the guardian ended with {status}"))),
                    None => Ok(takes_connections(node).await),
                }
            }
        });
        waiting.await.map_err(|error| Error::Preparation(format!("{error}; see {}", home.display())))?;
        self.nodes[node] = Some(child);
        Ok(())
    }

    pub(crate) async fn kill(&mut self, node: usize, kind: Kind) -> Result<(), Error> {
        let missing = || Error::Preparation(format!("{} has no server to kill", name(node)));
        let server = server_pid(&self.folder, node).ok_or_else(missing)?;
        if kind != Kind::Both {
            kill_now(server);
            return Ok(());
        }
        if let Some(mut guardian) = self.nodes[node].take() {
            // The guardian first: it must not learn what happens to its server.
            guardian.id().into_iter().for_each(kill_now);
            kill_now(server);
            guardian.wait().await?;
        }
        Ok(())
    }

    pub(crate) async fn stop(&mut self, node: usize) -> Result<(), Error> {
        if let Some(mut guardian) = self.nodes[node].take() {
            guardian.id().into_iter().for_each(ask_to_end);
            let ended = timeout(STOP_LIMIT, guardian.wait()).await;
            let status = ended.map_err(|_| Error::Preparation(format!("{} did not stop", name(node))))??;
            if !status.success() {
                return Err(Error::Preparation(format!("{} stopped with {status}", name(node))));
            }
        }
        Ok(())
    }

    /// The node is this program from its next start on.
    pub(crate) fn upgrade(&mut self, node: usize, program: &Path) -> Result<(), Error> {
        self.programs[node] = std::path::absolute(program)?;
        Ok(())
    }

    pub(crate) async fn mend(&mut self, node: usize) -> Result<(), Error> {
        if self.nodes[node].is_none() {
            self.launch(node).await?;
        }
        self.wait_until_sound().await
    }

    /// Waits until both nodes are Normal and both homes protected; gives the order to fall back on the way.
    pub(crate) async fn wait_until_sound(&self) -> Result<(), Error> {
        let begun = Instant::now();
        let mut last_order: Option<Instant> = None;
        let mut last_start = Instant::now();
        let mut last = String::new();
        while begun.elapsed() < SOUND_LIMIT {
            match self.status().await {
                Ok(status) if status.is_sound() => return Ok(()),
                Ok(status) => {
                    last = format!("{status:?}");
                    let may_order = last_order.is_none_or(|at| at.elapsed() > ORDER_PAUSE);
                    if let (Some(node), true) = (status.awaits_fallback(), may_order) {
                        last_order = Some(Instant::now());
                        // Refused while a transition is under way: asked again then.
                        if let Err(refused) = self.order(0, &["ha", "fallback", node]).await {
                            last = refused.to_string();
                        }
                    }
                }
                // A node that has just started does not answer yet.
                Err(error) => last = error.to_string(),
            }
            if last_start.elapsed() > ORDER_PAUSE {
                last_start = Instant::now();
                self.order_starts();
            }
            sleep(STATUS_POLL).await;
        }
        let seconds = SOUND_LIMIT.as_secs();
        Err(Error::Preparation(format!("the pair was not sound within {seconds} s; last seen: {last}")))
    }

    /// A guardian whose server died too often waits for the order to start it, which is SIGHUP.
    fn order_starts(&self) {
        for (node, guardian) in self.nodes.iter().enumerate() {
            if server_pid(&self.folder, node).is_none() {
                guardian.iter().filter_map(Child::id).for_each(hang_up);
            }
        }
    }

    /// The states, from a node that answers.
    async fn status(&self) -> Result<Status, Error> {
        let words = ["ha", "status", "--json"];
        let text = match self.order(0, &words).await {
            Ok(text) => text,
            Err(_) => self.order(1, &words).await?,
        };
        understood("ha status", &text)
    }

    /// The sessions that the nodes list, together.
    pub(crate) async fn sessions(&self) -> Result<u64, Error> {
        let mut count = 0;
        for node in 0..2 {
            let text = self.order(node, &["sessions", "list", "--limit", "1", "--json"]).await?;
            let page: SessionPage = understood("sessions list", &text)?;
            count += page.total;
        }
        Ok(count)
    }

    /// Runs a command of the program beside a node.
    async fn order(&self, node: usize, words: &[&str]) -> Result<String, Error> {
        run(self.command(node).args(words)).await
    }

    /// The program with the node's configuration, in the node's namespace, with nothing of the environment's.
    fn command(&self, node: usize) -> Command {
        let mut command = program(NODES[node].namespace, &self.programs[node]);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("EVERPRESENT_") {
                command.env_remove(name);
            }
        }
        command.arg("--config").arg(config_file(&self.folder, node)).current_dir(home(&self.folder, node));
        command
    }
}

fn understood<T: for<'a> Deserialize<'a>>(command: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text)
        .map_err(|error| Error::Preparation(format!("`{command}` is not understood: {error}: {text}")))
}

fn name(node: usize) -> String {
    format!("node{}", node + 1)
}

fn home(folder: &Path, node: usize) -> PathBuf {
    folder.join(name(node))
}

fn config_file(folder: &Path, node: usize) -> PathBuf {
    home(folder, node).join("node.toml")
}

/// The server process of a node; nothing while there is none.
fn server_pid(folder: &Path, node: usize) -> Option<u32> {
    let text = fs::read_to_string(home(folder, node).join("data").join("server.pid")).ok()?;
    text.trim().parse().ok()
}

/// All clients come from one address.
fn configuration(folder: &Path, node: usize, certificates: &Path) -> String {
    let address = NODES[node].address;
    let (data, certificates) = (home(folder, node).join("data"), certificates.display());
    format!(
        "[node]
name = \"{}\"
domains = [\"{DOMAIN}\"]
data_dir = \"{}\"

[database]
url = \"{}\"

[listen]
c2s = [\"{address}:{STARTTLS_PORT}\"]
c2s_tls = [\"{address}:{TLS_PORT}\"]
http = [\"127.0.0.1:{HTTP_PORT}\"]

[link]
listen = [\"{address}:{LINK_PORT}\"]
advertise = \"{address}:{LINK_PORT}\"

[tls]
certificate = \"{certificates}/certificate.pem\"
key = \"{certificates}/key.pem\"

[limits]
connections_per_address = 100000
",
        name(node),
        data.display(),
        Postgres::url()
    )
}

/// The server's program: as named, or beside this one.
fn find_program(named: Option<&Path>) -> Result<PathBuf, Error> {
    let program = match named {
        Some(named) => named.to_owned(),
        None => std::env::current_exe()?.with_file_name("everpresent"),
    };
    if program.is_file() {
        return Ok(std::path::absolute(program)?);
    }
    let program = program.display();
    Err(Error::Arguments(format!("there is no {program}: build it, or name it with --everpresent")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(first: &str, owner: &str, mode: &str) -> Status {
        serde_json::from_str(&format!(
            r#"{{"groups":[{{"name":"g","ha_enabled":true,
                "nodes":[{{"name":"node1","state":"{first}","reason":"x"}},{{"name":"node2","state":"Normal"}}],
                "homes":[{{"home":"node1","owner":"{owner}","epoch":3,"mode":"{mode}"}},
                         {{"home":"node2","owner":"node2","epoch":1,"mode":"protected"}}]}}]}}"#
        ))
        .unwrap()
    }

    #[test]
    fn a_pair_is_sound_when_all_is_normal_at_home_and_protected() {
        assert!(status("Normal", "node1", "protected").is_sound());
        assert!(!status("Failed Over", "node1", "protected").is_sound());
        assert!(!status("Normal", "node2", "protected").is_sound());
        assert!(!status("Normal", "node1", "spooled").is_sound());
    }

    #[test]
    fn a_node_that_has_failed_over_waits_for_the_order() {
        assert_eq!(status("Failed Over", "node2", "protected").awaits_fallback(), Some("node1"));
        assert_eq!(status("Normal", "node1", "spooled").awaits_fallback(), None);
    }
}
