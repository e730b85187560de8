//! A server in memory.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use everpresent_console::administration::*;
use everpresent_console::{
    AdminToken, Code, Connection, Console, Message, Parts, Refusal, Settings, WebSocket, WebSocketService,
};
use everpresent_stanza::{BareJid, Jid};
use tokio::sync::{Notify, Semaphore};

use crate::ha::Pair;

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Accounts with password and whether they may sign in; sessions by full JID.
#[derive(Default)]
pub(crate) struct Fake {
    pub(crate) users: Mutex<BTreeMap<String, (String, bool)>>,
    pub(crate) sessions: Mutex<Vec<String>>,
    pub(crate) not_ready: Mutex<Vec<String>>,
    /// `list_users` of the user `slow@example.org` waits here.
    pub(crate) arrived: Notify,
    pub(crate) gate: Option<Semaphore>,
    pub(crate) pair: Pair,
}

fn now<T: Send + 'static>(result: Result<T, Refusal>) -> Reply<'static, T> {
    Box::pin(std::future::ready(result))
}

impl Fake {
    fn add(&self, jid: &str, password: &Password) -> Result<(), Refusal> {
        let mut users = self.users.lock().unwrap();
        if users.contains_key(jid) {
            return Err(Refusal::new(Code::Exists, format!("{jid} exists already")));
        }
        users.insert(jid.to_owned(), (password.expose().to_owned(), true));
        Ok(())
    }

    fn change(&self, user: &BareJid, change: impl FnOnce(&mut (String, bool))) -> Result<(), Refusal> {
        let mut users = self.users.lock().unwrap();
        let found = users
            .get_mut(user.as_str())
            .ok_or_else(|| Refusal::not_found(format!("there is no user {user}")))?;
        change(found);
        Ok(())
    }
}

impl Administration for Fake {
    fn list_users(&self, query: UserQuery) -> Reply<'_, UserPage> {
        Box::pin(async move {
            if let Some(gate) = &self.gate {
                self.arrived.notify_one();
                gate.acquire().await.unwrap().forget();
            }
            let users = self.users.lock().unwrap();
            let after = query.after.unwrap_or_default();
            let rest: Vec<_> = users.iter().filter(|(jid, _)| **jid > after).collect();
            let user = |(jid, (_, enabled)): &(&String, &(String, bool))| User {
                jid: (*jid).clone(),
                enabled: *enabled,
                created: Time(0),
                sessions: Some(0),
            };
            let page: Vec<User> = rest.iter().take(query.limit).map(user).collect();
            let next = (rest.len() > page.len()).then(|| page.last().unwrap().jid.clone());
            Ok(UserPage { users: page, next, total: users.len() as u64 })
        })
    }
    fn create_user(&self, user: BareJid, password: Password) -> Reply<'_, ()> {
        now(self.add(user.as_str(), &password))
    }
    fn set_password(&self, user: BareJid, password: Password) -> Reply<'_, ()> {
        now(self.change(&user, |entry| entry.0 = password.expose().to_owned()))
    }
    fn set_enabled(&self, user: BareJid, enabled: bool) -> Reply<'_, ()> {
        now(self.change(&user, |entry| entry.1 = enabled))
    }
    fn remove_user(&self, user: BareJid) -> Reply<'_, ()> {
        let removed = self.users.lock().unwrap().remove(user.as_str());
        now(removed.map(|_| ()).ok_or_else(|| Refusal::not_found(format!("there is no user {user}"))))
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
        let of_user = |jid: &&String| query.user.as_ref().is_none_or(|user| jid.starts_with(user.as_str()));
        let sessions: Vec<SessionInfo> = sessions.iter().filter(of_user).map(|jid| session(jid)).collect();
        let total = sessions.len() as u64;
        now(Ok(SessionPage { sessions, next: None, total }))
    }
    fn audit_sessions(&self) -> Reply<'_, AuditReport> {
        let report = AuditReport {
            at: Time(0),
            balanced: true,
            balances: Vec::new(),
            closed: BTreeMap::new(),
            differences: Vec::new(),
        };
        now(Ok(report))
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
        now(Ok(ReloadReport { reloaded: vec!["certificate".into()], kept: Vec::new() }))
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
        let reasons = self.not_ready.lock().unwrap().clone();
        if reasons.is_empty() { Readiness::ready() } else { Readiness::not_ready(reasons) }
    }
}

fn session(jid: &str) -> SessionInfo {
    SessionInfo {
        jid: jid.to_owned(),
        state: SessionState::Open,
        until: None,
        reason: "bound".into(),
        transport: Some("tls".into()),
        address: None,
        resumable: true,
        available: true,
        opened: Time(0),
        last_seen: Time(0),
        unacked_stanzas: 0,
        unacked_bytes: 0,
    }
}

/// Sends every text back, after one that says from where it thinks the client came.
pub(crate) struct Echo;

impl WebSocketService for Echo {
    fn admit(&self, connection: &Connection) -> Result<(), Refusal> {
        match connection.peer.ip().to_string().as_str() {
            "192.0.2.66" => Err(Refusal::unavailable("too many connections from your address")),
            _ => Ok(()),
        }
    }
    fn serve(
        &self,
        mut socket: WebSocket,
        connection: Connection,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let greeting = format!("{} {}", connection.peer.ip(), connection.encrypted);
            socket.send(Message::Text(greeting.into())).await.unwrap();
            while let Some(Ok(message)) = socket.recv().await {
                if matches!(message, Message::Text(_)) && socket.send(message).await.is_err() {
                    return;
                }
            }
        })
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        admin_allow_remote: false,
        metrics_allow_remote: false,
        websocket_allow_plain_remote: false,
        websocket_url: None,
        websocket_message_bytes: 10_000,
    }
}

pub(crate) fn console_of(fake: Arc<Fake>, settings: Settings) -> Console {
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
    let parts = Parts {
        administration: fake,
        websockets: Some(Arc::new(Echo)),
        metrics: Some(metrics),
        token: AdminToken::new(TOKEN),
        label: Arc::new(|jid| jid.to_string()),
    };
    Console::new(settings, parts)
}

pub(crate) fn console() -> (Arc<Fake>, Console) {
    let fake = Arc::new(Fake::default());
    (fake.clone(), console_of(fake, settings()))
}
