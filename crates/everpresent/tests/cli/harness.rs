//! Runs the command in a folder of its own, beside a console whose server is in memory.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use everpresent_console::administration::*;
use everpresent_console::{AdminToken, Code, Console, Parts, Refusal, Settings};
use everpresent_stanza::{BareJid, Jid};

use crate::ha::Pair;
use crate::service::Services;

/// What a command did.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Outcome {
    /// The standard output of a command that must succeed.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }
    pub(crate) fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.ok()).unwrap()
    }
}

/// A folder to run commands in.
pub(crate) struct Place {
    pub(crate) dir: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    pub(crate) fn run(&self, line: &str) -> Outcome {
        self.run_with(line, "")
    }

    /// Runs a command line (split at blanks) with text on its standard input.
    pub(crate) fn run_with(&self, line: &str, input: &str) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_everpresent"));
        command.args(line.split_whitespace()).current_dir(self.path()).env_remove("EVERPRESENT_CONFIG");
        // A proxy of the environment must never see the token.
        command.env("http_proxy", "http://192.0.2.1:9").env("HTTP_PROXY", "http://192.0.2.1:9");
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may end without having read everything.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Outcome { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Accounts (password, enabled) and sessions of a server in memory.
#[derive(Default)]
pub(crate) struct Server {
    pub(crate) users: Mutex<BTreeMap<String, (String, bool)>>,
    pub(crate) sessions: Mutex<Vec<String>>,
    pub(crate) leaked: Mutex<Option<String>>,
    pub(crate) pair: Pair,
    pub(crate) services: Services,
}

/// A place whose configuration leads to a running server.
pub(crate) fn running() -> (Place, Arc<Server>) {
    let place = Place::new();
    let server = Arc::new(Server::default());
    std::fs::create_dir(place.path().join("data")).unwrap();
    let token = AdminToken::load_or_create(&place.path().join("data/admin.token")).unwrap();
    let settings = Settings {
        admin_allow_remote: false,
        metrics_allow_remote: false,
        websocket_allow_plain_remote: false,
        websocket_url: None,
        websocket_message_bytes: 10_000,
    };
    let administration = server.clone();
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let label = Arc::new(|jid: &Jid| jid.to_string());
            let parts = Parts { administration, websockets: None, metrics: None, token, label };
            Console::new(settings, parts).listen(listener, std::future::pending()).await.unwrap();
        });
    });
    let address = told.recv().unwrap();
    place.write(
        "everpresent.toml",
        &format!("[listen]\nhttp = [\"{address}\"]\n[node]\ndomains = [\"example.org\"]\n"),
    );
    (place, server)
}

fn now<T: Send + 'static>(result: Result<T, Refusal>) -> Reply<'static, T> {
    Box::pin(std::future::ready(result))
}

fn nobody(user: impl std::fmt::Display) -> Refusal {
    Refusal::not_found(format!("there is no user {user}"))
}

impl Server {
    fn add(&self, jid: &str, password: &Password) -> Result<(), Refusal> {
        let mut users = self.users.lock().unwrap();
        if users.contains_key(jid) {
            return Err(Refusal::new(Code::Exists, format!("{jid} exists already")));
        }
        users.insert(jid.to_owned(), (password.expose().to_owned(), true));
        Ok(())
    }
}

impl Administration for Server {
    fn list_users(&self, query: UserQuery) -> Reply<'_, UserPage> {
        let users = self.users.lock().unwrap();
        let after = query.after.unwrap_or_default();
        let rest: Vec<_> = users.iter().filter(|(jid, _)| **jid > after).collect();
        let page = rest.iter().take(query.limit).map(|(jid, (_, enabled))| User {
            jid: (*jid).clone(),
            enabled: *enabled,
            created: Time(0),
            sessions: Some(1),
        });
        let page: Vec<User> = page.collect();
        let next = (rest.len() > page.len()).then(|| page.last().unwrap().jid.clone());
        now(Ok(UserPage { users: page, next, total: users.len() as u64 }))
    }
    fn create_user(&self, user: BareJid, password: Password) -> Reply<'_, ()> {
        now(self.add(user.as_str(), &password))
    }
    fn set_password(&self, user: BareJid, password: Password) -> Reply<'_, ()> {
        let mut users = self.users.lock().unwrap();
        let found = users.get_mut(user.as_str()).map(|entry| entry.0 = password.expose().to_owned());
        now(found.ok_or_else(|| nobody(user)))
    }
    fn set_enabled(&self, user: BareJid, enabled: bool) -> Reply<'_, ()> {
        let mut users = self.users.lock().unwrap();
        let found = users.get_mut(user.as_str()).map(|entry| entry.1 = enabled);
        now(found.ok_or_else(|| nobody(user)))
    }
    fn remove_user(&self, user: BareJid) -> Reply<'_, ()> {
        now(self.users.lock().unwrap().remove(user.as_str()).map(|_| ()).ok_or_else(|| nobody(user)))
    }
    fn import_users(&self, users: Vec<NewUser>) -> Reply<'_, ImportReport> {
        let mut report = ImportReport::default();
        for (index, user) in users.into_iter().enumerate() {
            match self.add(&user.jid, &user.password) {
                Ok(()) => report.created += 1,
                Err(refusal) => {
                    report.failed.push(ImportFailure { index, jid: user.jid, message: refusal.message });
                }
            }
        }
        now(Ok(report))
    }
    fn list_sessions(&self, query: SessionQuery) -> Reply<'_, SessionPage> {
        let sessions = self.sessions.lock().unwrap();
        let wanted = |jid: &&String| query.user.as_ref().is_none_or(|user| jid.starts_with(user.as_str()));
        let sessions: Vec<SessionInfo> = sessions.iter().filter(wanted).map(|jid| session(jid)).collect();
        let total = sessions.len() as u64;
        now(Ok(SessionPage { sessions, next: None, total }))
    }
    fn audit_sessions(&self) -> Reply<'_, AuditReport> {
        let leaked = self.leaked.lock().unwrap().clone();
        let count = self.sessions.lock().unwrap().len() as u64;
        let balance = Balance {
            left: "transports".into(),
            right: "open sessions".into(),
            left_count: count,
            right_count: count + u64::from(leaked.is_some()),
        };
        let difference = |subject| Difference {
            kind: "session-without-transport".into(),
            subject,
            since: Time(0),
            action: "ended".into(),
        };
        now(Ok(AuditReport {
            at: Time(0),
            balanced: leaked.is_none(),
            balances: vec![balance],
            closed: BTreeMap::from([("logout".into(), 3)]),
            differences: leaked.into_iter().map(difference).collect(),
        }))
    }
    fn end_sessions(&self, address: Jid) -> Reply<'_, Ended> {
        let mut sessions = self.sessions.lock().unwrap();
        let before = sessions.len();
        sessions.retain(|jid| jid != address.as_str() && !jid.starts_with(&format!("{address}/")));
        match before - sessions.len() {
            0 => now(Err(Refusal::not_found(format!("{address} has no session")))),
            ended => now(Ok(Ended { ended: ended as u64 })),
        }
    }
    fn node_status(&self) -> Reply<'_, NodeStatus> {
        now(Err(Refusal::unavailable("starting")))
    }
    fn reload(&self) -> Reply<'_, ReloadReport> {
        now(Ok(ReloadReport::default()))
    }
    fn ha_status(&self) -> Reply<'_, HaStatus> {
        now(Ok(self.pair.status()))
    }
    fn failover(&self, node: String) -> Reply<'_, ()> {
        now(self.pair.failover(&node))
    }
    fn fallback(&self, node: String) -> Reply<'_, ()> {
        now(self.pair.fallback(&node))
    }
    fn enable_ha(&self, _group: Option<String>) -> Reply<'_, ()> {
        now(self.pair.enable(true, false))
    }
    fn disable_ha(&self, _group: Option<String>, force: bool) -> Reply<'_, ()> {
        now(self.pair.enable(false, force))
    }
    fn ha_parameters(&self) -> Reply<'_, HaParameters> {
        now(Ok(self.pair.parameters()))
    }
    fn set_ha_parameters(&self, change: HaParameterChange) -> Reply<'_, HaParameters> {
        now(Ok(self.pair.change(change)))
    }
    fn recover(&self, _group: Option<String>) -> Reply<'_, ()> {
        now(self.pair.recover())
    }
    fn maintenance(&self, node: String, seconds: Option<u64>) -> Reply<'_, ()> {
        now(self.pair.maintain(&node, seconds))
    }
    fn services(&self) -> Reply<'_, ServiceList> {
        now(Ok(self.services.list()))
    }
    fn service_order(&self, name: String, act: ServiceAct) -> Reply<'_, ServiceList> {
        now(self.services.order(&name, act))
    }
    fn list_groups(&self) -> Reply<'_, Groups> {
        now(Err(Refusal::unavailable("no groups here")))
    }
    fn create_group(&self, _group: NewGroup) -> Reply<'_, ()> {
        now(Err(Refusal::unavailable("no groups here")))
    }
    fn change_group(&self, _group: String, _change: GroupChange) -> Reply<'_, ()> {
        now(Err(Refusal::unavailable("no groups here")))
    }
    fn remove_group(&self, _group: String) -> Reply<'_, ()> {
        now(Err(Refusal::unavailable("no groups here")))
    }
    fn add_node(&self, _group: String, _node: String) -> Reply<'_, ()> {
        now(Err(Refusal::unavailable("no groups here")))
    }
    fn remove_node(&self, _group: String, _node: String) -> Reply<'_, ()> {
        now(Err(Refusal::unavailable("no groups here")))
    }
    fn assign_users(&self, order: AssignOrder) -> Reply<'_, AssignReport> {
        match order {
            AssignOrder::To { users, .. } => {
                now(Ok(AssignReport { moved: users.len() as u64, ..Default::default() }))
            }
            AssignOrder::Balanced { .. } => now(Err(Refusal::conflict("imp1 is failed over"))),
        }
    }
    fn client_profile(&self) -> ClientProfile {
        let relogin = Relogin { lower_seconds: 120, upper_seconds: 537, computed: false };
        let host = "imp1.example.org".to_owned();
        ClientProfile {
            relogin,
            nodes: vec![ClientNode { host, starttls_port: None, direct_tls_port: Some(5223) }],
        }
    }
    fn readiness(&self) -> Readiness {
        Readiness::ready()
    }
}

fn session(jid: &str) -> SessionInfo {
    SessionInfo {
        jid: jid.to_owned(),
        state: SessionState::Detached,
        until: Some(Time(60_000)),
        reason: "transport-lost".into(),
        transport: None,
        address: None,
        resumable: true,
        available: true,
        opened: Time(0),
        last_seen: Time(0),
        unacked_stanzas: 2,
        unacked_bytes: 512,
    }
}
