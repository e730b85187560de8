//! Two ejabberd nodes of Debian in one cluster: each an Erlang machine in its namespace, all tables on both.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::{Child, Command};

use super::network::{NODES, output, program};
use super::server::{
    DOMAIN, STARTTLS_PORT, Setup, TLS_PORT, ask_to_end, kill_now, post, run, takes_connections, wait_until,
};
use crate::Error;

const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";
const HTTP_PORT: u16 = 5280;
/// More than the largest number of sessions measured.
const MAX_OPEN_PORTS: &str = "65536";
/// How long starting, joining and finding each other may take.
const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// The cluster.
pub(crate) struct Ejabberd {
    folder: PathBuf,
    version: String,
    nodes: [Option<Child>; 2],
}

impl Ejabberd {
    /// Starts the first node with all accounts, lets the second join it as `ejabberdctl join_cluster` does.
    pub(crate) async fn start(setup: &Setup<'_>) -> Result<Self, Error> {
        let folder = setup.folder.join("ejabberd");
        let version = run(Command::new("dpkg-query").args(["-W", "-f", "${Version}", "ejabberd"])).await?;
        let version = format!("ejabberd {} (Debian), two nodes in a cluster", version.trim());
        let cookie = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        let certificate = setup.folder.join("both.pem");
        for node in 0..2 {
            let home = home(&folder, node);
            fs::create_dir_all(&home)?;
            let cookie_file = home.join(".erlang.cookie");
            fs::write(&cookie_file, &cookie)?;
            fs::set_permissions(&cookie_file, Permissions::from_mode(0o400))?;
            fs::write(home.join("ejabberd.yml"), configuration(node, &certificate))?;
        }
        let mut pair = Self { folder, version, nodes: [None, None] };
        let names: Vec<&str> = setup.accounts.iter().map(|account| account.name.as_str()).collect();
        pair.launch(0, &make_accounts(&names, &setup.guide.password)).await?;
        pair.launch(1, &format!("ok = ejabberd_cluster:join('{}'), {STARTED}", name(0))).await?;
        pair.wait_for_both().await?;
        Ok(pair)
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Starts the Erlang machine of a node and waits until it has done all that is asked of it.
    async fn launch(&mut self, node: usize, then: &str) -> Result<(), Error> {
        let home = home(&self.folder, node);
        let ready = home.join("ready");
        let _ = fs::remove_file(&ready);
        let log = output(&home.join("output"))?;
        let done = format!("{STARTED}, {then}, ok = file:write_file({:?}, <<\"yes\">>).", path(&ready));
        let mut command = program(NODES[node].namespace, "erl");
        command
            .args(["-noinput", "-name", &name(node)])
            .args(["+K", "true", "+P", "250000", "+Q", MAX_OPEN_PORTS])
            .args(["-mnesia", "dir", &format!("{:?}", path(&home.join("database")))])
            .args(["-s", "ejabberd", "-eval", &done])
            .env("ERL_LIBS", LIBRARIES)
            .env("HOME", &home)
            .env("EJABBERD_CONFIG_PATH", home.join("ejabberd.yml"))
            .env("EJABBERD_LOG_PATH", home.join("ejabberd.log"))
            .current_dir(&home)
            .stdin(std::process::Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut child = command.spawn()?;
        let waiting = wait_until("starting ejabberd", START_LIMIT, || {
            let ended = child.try_wait();
            let up = ready.is_file();
            async move {
                match ended? {
                    Some(status) => Err(Error::Preparation(format!("ejabberd ended with {status}"))),
                    None => Ok(up && takes_connections(node).await),
                }
            }
        });
        waiting.await.map_err(|error| Error::Preparation(format!("{error}; see {}", home.display())))?;
        self.nodes[node] = Some(child);
        Ok(())
    }

    pub(crate) async fn kill(&mut self, node: usize) -> Result<(), Error> {
        if let Some(mut child) = self.nodes[node].take() {
            child.id().into_iter().for_each(kill_now);
            child.wait().await?;
        }
        Ok(())
    }

    pub(crate) async fn stop(&mut self, node: usize) -> Result<(), Error> {
        if let Some(mut child) = self.nodes[node].take() {
            child.id().into_iter().for_each(ask_to_end);
            let ended = tokio::time::timeout(STOP_LIMIT, child.wait()).await;
            ended.map_err(|_| Error::Preparation("ejabberd did not stop".to_owned()))??;
        }
        Ok(())
    }

    pub(crate) async fn mend(&mut self, node: usize) -> Result<(), Error> {
        if self.nodes[node].is_none() {
            self.launch(node, STARTED).await?;
        }
        self.wait_for_both().await
    }

    pub(crate) async fn wait_for_both(&self) -> Result<(), Error> {
        for node in NODES {
            wait_until("joining the cluster", START_LIMIT, || async move {
                let members = post(node.address, HTTP_PORT, "/api/list_cluster", "{}").await;
                Ok(members.is_ok_and(|members| (0..2).all(|other| members.contains(&name(other)))))
            })
            .await?;
        }
        Ok(())
    }

    pub(crate) async fn sessions(&self) -> Result<u64, Error> {
        let node = usize::from(self.nodes[0].is_none());
        let count = post(NODES[node].address, HTTP_PORT, "/api/connected_users_number", "{}").await?;
        // A bare number or an object with one, depending on the version.
        let digits: String = count.chars().filter(char::is_ascii_digit).collect();
        digits.parse().map_err(|_| Error::Preparation(format!("ejabberd counts {count} sessions")))
    }
}

fn home(folder: &Path, node: usize) -> PathBuf {
    folder.join(format!("node{}", node + 1))
}

fn name(node: usize) -> String {
    format!("ejabberd@{}", NODES[node].address)
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

/// Erlang that waits until the application runs.
const STARTED: &str = "(fun Again() ->
             case lists:keymember(ejabberd, 1, application:which_applications()) of
                 true -> ok;
                 false -> timer:sleep(50), Again()
             end
         end)()";

/// Erlang that registers one account and copies its salted keys for the others: deriving each would take minutes.
fn make_accounts(names: &[&str], password: &str) -> String {
    let Some((first, others)) = names.split_first() else { return STARTED.to_owned() };
    let others: Vec<String> = others.iter().map(|name| format!("<<\"{name}\">>")).collect();
    let others = others.join(",");
    format!(
        "Host = <<\"{DOMAIN}\">>,
         ok = ejabberd_auth:try_register(<<\"{first}\">>, Host, <<\"{password}\">>),
         [Keys] = mnesia:dirty_read(passwd, {{<<\"{first}\">>, Host}}),
         [mnesia:dirty_write(setelement(2, Keys, {{Name, Host}})) || Name <- [{others}]]"
    )
}

/// No shapers and no limits; what Everpresent does too as modules; the commands for this network.
fn configuration(node: usize, certificate: &Path) -> String {
    let address = NODES[node].address;
    format!(
        "hosts: [{DOMAIN}]
loglevel: warning
certfiles: [{:?}]
auth_method: internal
auth_password_format: scram
default_db: mnesia
acl:
  network:
    ip: 10.77.0.0/24
access_rules:
  c2s:
    allow: all
api_permissions:
  network:
    from: [mod_http_api]
    who: {{ access: {{ allow: {{ acl: network }} }} }}
    what: [connected_users_number, list_cluster]
listen:
  - port: {TLS_PORT}
    ip: \"{address}\"
    module: ejabberd_c2s
    tls: true
    access: c2s
    shaper: none
    backlog: 1024
  - port: {STARTTLS_PORT}
    ip: \"{address}\"
    module: ejabberd_c2s
    starttls_required: true
    access: c2s
    shaper: none
    backlog: 1024
  - port: {HTTP_PORT}
    ip: \"{address}\"
    module: ejabberd_http
    request_handlers:
      /api: mod_http_api
modules:
  mod_admin_extra: {{}}
  mod_blocking: {{}}
  mod_carboncopy: {{}}
  mod_client_state: {{}}
  mod_disco: {{}}
  mod_offline: {{}}
  mod_privacy: {{}}
  mod_roster:
    versioning: true
  mod_stream_mgmt: {{}}
  mod_time: {{}}
  mod_version: {{}}
",
        path(certificate)
    )
}
