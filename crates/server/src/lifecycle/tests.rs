//! Sessions that begin, end and are replaced, on a node without clients.

use std::sync::Arc;

use bytes::Bytes;
use everpresent_session::ids::{HomeName, SessionId};
use everpresent_session::owner::TransportId;
use everpresent_session::reason::Reason;
use everpresent_session::record::{Cause, Effect};
use everpresent_session::row::{Row, SpoolRow};
use everpresent_session::session::Presence;
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, FullJid};
use everpresent_store::commit::BATCH_MAX_ROWS;
use everpresent_stream::bind::{BindError, BindRequest};
use everpresent_stream::management::Enable;
use everpresent_stream::sasl2::UserAgent;
use tempfile::TempDir;

use crate::config::{Config, Environment};
use crate::home::{Ending, Home, Line};
use crate::node::Node;
use crate::running::Server;
use crate::start::{Options, fresh_incarnation, start};

const LIMITS: &str = "sessions_per_user = 3\nstanza_bytes = 100000\nunacked_bytes = 262144\n";

/// A node with one user.
struct House {
    server: Server,
    _folder: TempDir,
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "[node]\ndomains = [\"example.org\"]\n[listen]\nc2s = []\nc2s_tls = []\nhttp = []\n\
             c2s_plain = [\"127.0.0.1:0\"]\n[limits]\n{LIMITS}"
        );
        let config = Config::parse(&text, &folder.path().join("node.toml"), &Environment::default()).unwrap();
        let server = start(config, Options::new(fresh_incarnation())).await.unwrap();
        let home = HomeName::new("imp1");
        server.node().store.create_account(&alice(), &home, &[], Timestamp(0)).await.unwrap();
        Self { server, _folder: folder }
    }

    fn node(&self) -> &Node {
        self.server.node()
    }

    fn home(&self) -> Arc<Home> {
        self.node().seats.served().remove(0)
    }

    /// Alice binds a resource; her client names its installation, or not.
    async fn bind(
        &self,
        resource: &str,
        installation: Option<&str>,
    ) -> Result<(SessionId, TransportId), BindError> {
        let user_agent = UserAgent { id: installation.map(str::to_owned), ..UserAgent::default() };
        let request = BindRequest {
            jid: address(resource),
            chosen_by_client: true,
            user_agent,
            inline: false,
            enable: Some(Enable { resume: true, max_seconds: None }),
            carbons: false,
            inactive: false,
        };
        let transport = self.node().next_transport();
        let bound = self.home().bind(&request, transport, line()).await?;
        Ok((bound.session, transport))
    }

    /// The session becomes available.
    fn appear(&self, session: SessionId) {
        let stanza = Bytes::from_static(b"<presence from='alice@example.org/x'/>");
        let presence = Some(Presence { stanza, priority: 0, at: Timestamp(0) });
        self.record(vec![Effect::Presence { session, presence }]);
    }

    fn record(&self, effects: Vec<Effect>) {
        let now = self.node().clock.now();
        self.home().record(|state| {
            let mut transaction = state.owner.begin(now, Cause::Order);
            effects.into_iter().for_each(|effect| transaction.effect(effect));
            state.commit(transaction)
        });
    }

    fn resources(&self) -> Vec<String> {
        self.home().enter(|state| {
            let user = alice();
            let sessions = state.owner.ledger().sessions_of(&user);
            sessions.map(|session| session.jid.resource().to_string()).collect()
        })
    }

    /// So many messages of this size wait for Alice in the spool.
    async fn spool(&self, messages: usize, bytes: usize) {
        assert!(self.home().load(&alice()).await.unwrap());
        let stanza = Bytes::from(format!("<message><body>{}</body></message>", "x".repeat(bytes)));
        let now = self.node().clock.now();
        self.home().record(|state| {
            let mut transaction = state.owner.begin(now, Cause::Order);
            for _ in 0..messages {
                let (user, id, stanza) = (alice(), transaction.row_id(), stanza.clone());
                transaction.store(Row::Spool(SpoolRow { user, id, at: now.wall, archived: false, stanza }));
            }
            state.accounts.get_mut(&alice()).unwrap().spool_grew(messages);
            state.commit(transaction)
        });
    }

    /// Alice's client receives and acknowledges all that waits for it; how much that was.
    fn receive(&self, session: SessionId, handled: &mut u32) -> usize {
        let now = self.node().clock.now();
        self.home().enter(|state| {
            let taken = state.owner.take_output(now, session, usize::MAX).unwrap().stanzas.len();
            *handled += u32::try_from(taken).unwrap();
            state.owner.client_acked(now, session, *handled).unwrap();
            taken
        })
    }
}

/// A new connection.
fn line() -> Arc<Line> {
    Arc::new(Line::new("test", "127.0.0.1:1".parse().unwrap(), 0))
}

fn alice() -> BareJid {
    BareJid::new("alice@example.org").unwrap()
}

fn address(resource: &str) -> FullJid {
    alice().with_resource_str(resource).unwrap()
}

#[tokio::test]
async fn a_client_that_replaces_two_sessions_at_once_harms_nobody() {
    let house = House::open().await;
    let (same_address, _) = house.bind("desk", None).await.unwrap();
    let (same_client, _) = house.bind("hall", Some("installation")).await.unwrap();
    house.appear(same_address);
    house.appear(same_client);
    let (heir, transport) = house.bind("desk", Some("installation")).await.unwrap();
    assert_eq!(house.resources(), ["desk"]);
    let home = house.home();
    assert!(home.enter(|state| state.owner.holds(heir, transport)));
    assert!(home.flushed().await.is_ok(), "the node goes on");
}

#[tokio::test]
async fn sessions_that_a_broken_client_left_behind_lock_nobody_out() {
    let house = House::open().await;
    for resource in ["a", "b", "c"] {
        let (session, transport) = house.bind(resource, None).await.unwrap();
        if resource != "a" {
            house.home().transport_lost(session, transport, Reason::TransportLost);
        }
    }
    assert!(house.bind("d", None).await.is_ok());
    assert_eq!(house.resources(), ["a", "c", "d"], "the one that waited longest made room");
    assert!(house.bind("e", None).await.is_ok());
    assert_eq!(house.bind("f", None).await.unwrap_err(), BindError::ResourceConstraint);
    assert_eq!(house.resources(), ["a", "d", "e"], "whoever is connected stays");
}

#[tokio::test]
async fn one_record_with_more_rows_than_a_transaction_takes_stops_nobody() {
    let house = House::open().await;
    house.spool(BATCH_MAX_ROWS + 10, 10).await;
    house.home().flushed().await.unwrap();
    let size = house.node().store.spool_size(&alice()).await.unwrap();
    assert_eq!(size.rows, BATCH_MAX_ROWS as u64 + 10);
}

#[tokio::test]
async fn what_waits_comes_in_portions_that_a_queue_can_hold() {
    let house = House::open().await;
    house.spool(20, 40_000).await;
    let (session, transport) = house.bind("phone", None).await.unwrap();
    house.appear(session);
    let (mut handled, mut portions) = (0, Vec::new());
    loop {
        house.home().deliver_more(session, transport, &alice()).await;
        let bytes = house
            .home()
            .enter(|state| state.owner.ledger().session(session).map(|session| session.queue.bytes()));
        assert!(bytes.unwrap() <= 262_144, "the queue is not overfull");
        portions.push(house.receive(session, &mut handled));
        if !house.home().enter(|state| super::spool::takes_more(state, session)) {
            break;
        }
    }
    assert!(portions.len() > 1 && portions.iter().all(|portion| *portion > 0), "{portions:?}");
    assert_eq!(portions.iter().sum::<usize>(), 20, "each once");
    house.home().flushed().await.unwrap();
    assert_eq!(house.node().store.spool_size(&alice()).await.unwrap().rows, 0);
}

#[tokio::test]
async fn a_connection_that_is_let_go_holds_its_session_to_the_end() {
    let house = House::open().await;
    let (session, transport) = house.bind("desk", None).await.unwrap();
    let holding = || house.home().enter(|state| state.transports.holding());
    house.home().enter(|state| state.transports.end(transport, Ending::LetGo));
    assert_eq!(holding().get(&transport), Some(&session), "the audit finds no difference");
    house.home().transport_lost(session, transport, Reason::LetGo);
    assert!(holding().is_empty() && house.home().is_detached(session));
}
