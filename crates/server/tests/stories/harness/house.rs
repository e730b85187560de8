//! A running server with accounts.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use everpresent_client::{KeyCache, Options, Security, StreamManagement, Trust, tls};
use everpresent_console::{Administration as _, Password};
use everpresent_server::config::{Config, Environment};
use everpresent_server::home::Home;
use everpresent_server::running::Server;
use everpresent_server::signin::to_stored;
use everpresent_server::start::{self, start};
use everpresent_server::sweep;
use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, Jid};
use everpresent_stream::Credentials;
use everpresent_stream::scram::{ITERATIONS, SALT_BYTES};
use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tempfile::TempDir;

use super::{DOMAIN, PASSWORD, PATIENCE, Person, Raw, soon, until};

/// Who lives in every house.
const ACCOUNTS: [&str; 5] = ["alice", "bob", "carol", "dave", "mallory"];
/// One password, derived once.
static CREDENTIALS: LazyLock<Credentials> =
    LazyLock::new(|| Credentials::derive(PASSWORD, &[7; SALT_BYTES], ITERATIONS).unwrap());
/// The clients' side of the same.
static KEYS: LazyLock<Arc<KeyCache>> = LazyLock::new(KeyCache::new);

/// A server, and the folder in which its data lives on when it is stopped.
pub(crate) struct House {
    pub(crate) server: Server,
    folder: TempDir,
    settings: Environment,
    /// Whether it serves a second home.
    two_homes: bool,
}

/// The second home, in houses that have one.
const SECOND_HOME: &str = "imp2";
/// Who belongs to it.
const OF_SECOND_HOME: [&str; 2] = ["bob", "dave"];

impl House {
    /// A server with its defaults.
    pub(crate) async fn open() -> Self {
        Self::with(&[]).await
    }

    /// A server with settings such as `("SESSION_IDLE_SECONDS", "5")`.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let setting = |(name, value): &(&str, &str)| (format!("EVERPRESENT_{name}"), (*value).to_owned());
        let settings = settings.iter().map(setting).collect();
        let folder = tempfile::tempdir().unwrap();
        let server = serve(folder.path(), &settings).await;
        let house = Self { server, folder, settings, two_homes: false };
        for name in ACCOUNTS {
            house.welcome(name).await;
        }
        house
    }

    /// A server of two homes: bob and dave are of the second.
    pub(crate) async fn of_two_homes() -> Self {
        let mut house = Self::open().await;
        house.two_homes = true;
        let home = HomeName::new(SECOND_HOME);
        for name in OF_SECOND_HOME {
            house.server.node().store.assign_home(&account(name), &home).await.unwrap();
        }
        serve_second_home(&house.server).await;
        house
    }

    /// Makes an account.
    pub(crate) async fn welcome(&self, name: &str) {
        let user = account(name);
        let keys = to_stored(&CREDENTIALS);
        let home = HomeName::new("imp1");
        self.server.node().store.create_account(&user, &home, &keys, Timestamp(0)).await.unwrap();
    }

    /// Stops the server and starts it again on the same data.
    pub(crate) async fn restarted(self) -> Self {
        let Self { server, folder, settings, two_homes } = self;
        assert!(soon("a clean stop", server.stop()).await, "everything was let go and written in time");
        let server = serve(folder.path(), &settings).await;
        if two_homes {
            serve_second_home(&server).await;
        }
        Self { server, folder, settings, two_homes }
    }

    /// Everything adds up, then the server stops cleanly.
    pub(crate) async fn closes_in_balance(self) {
        self.is_in_balance().await;
        assert!(soon("a clean stop", self.server.stop()).await, "everything was let go and written in time");
    }

    /// What the sessions' counts say once all that is under way is done: they agree (promise P6).
    pub(crate) async fn is_in_balance(&self) {
        // Clients that went are noticed one by one: a look may fall between a connection and its session.
        let admin = self.server.admin();
        soon("connections and sessions to agree", async {
            while !admin.audit_sessions().await.unwrap().balanced {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Waits until there are so many sessions with a connection, and so many without.
    pub(crate) async fn until_sessions(&self, open: usize, detached: usize) {
        let node = self.server.node();
        let counts = || {
            let audit = sweep::audit_all(node);
            (audit.open, audit.detached)
        };
        until("sessions to come and go", || counts() == (open, detached)).await;
    }

    /// The one home.
    pub(crate) fn home(&self) -> Arc<Home> {
        self.server.node().seats.served().remove(0)
    }

    /// The second home.
    pub(crate) fn second_home(&self) -> Arc<Home> {
        self.server.node().seats.get(&HomeName::new(SECOND_HOME)).unwrap().served().unwrap()
    }

    /// Where it listens.
    pub(crate) fn address(&self, kind: &str) -> SocketAddr {
        let all = self.server.listeners();
        let found = all.iter().filter_map(|line| line.split_once(' ')).find(|(name, _)| *name == kind);
        found.unwrap_or_else(|| panic!("no {kind} among {all:?}")).1.parse().unwrap()
    }

    /// How a client without TLS signs in.
    pub(crate) fn options(&self, user: &str) -> Options {
        let port = self.address("c2s_plain").port();
        let mut options = Options::new("127.0.0.1", port, DOMAIN, user, PASSWORD);
        options.timeout = PATIENCE;
        options.keys = Some(KEYS.clone());
        options
    }

    /// How a client that checks the certificate signs in.
    pub(crate) fn secure_options(&self, user: &str, start_tls: bool) -> Options {
        let config = tls::config(Trust::pem(&self.certificate()).unwrap()).unwrap();
        let (kind, security) = match start_tls {
            true => ("c2s", Security::StartTls(config)),
            false => ("c2s_tls", Security::Direct(config)),
        };
        let mut options = self.options(user).security(security);
        options.port = self.address(kind).port();
        options
    }

    /// The self-signed certificate, in PEM.
    pub(crate) fn certificate(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("self-signed.crt")).unwrap()
    }

    /// The database file.
    pub(crate) fn database(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("everpresent.db").display())
    }

    /// Somebody who signed in, not yet available.
    pub(crate) async fn person(&self, user: &str, resource: &str) -> Person {
        Person::connect(&self.options(user).resource(resource)).await
    }

    /// Somebody who can be talked to.
    pub(crate) async fn online(&self, user: &str, resource: &str) -> Person {
        let mut person = self.person(user, resource).await;
        person.appears().await;
        person
    }

    /// Somebody who can be talked to and whose session outlives a cut connection.
    pub(crate) async fn resumable(&self, user: &str, resource: &str) -> Person {
        let options = self.options(user).resource(resource).stream_management(StreamManagement::Resumable);
        let mut person = Person::connect(&options).await;
        person.appears().await;
        person
    }

    /// A connection without TLS on which nothing was said.
    pub(crate) async fn knock(&self) -> Raw {
        Raw::tcp(self.address("c2s_plain")).await
    }

    /// A hand-written stream that is signed in and bound.
    pub(crate) async fn raw(&self, user: &str, resource: &str) -> Raw {
        let mut raw = self.knock().await;
        raw.signs_in(user).await;
        raw.binds(resource).await;
        raw
    }

    /// Ends a user's sessions as an operator does.
    pub(crate) async fn kick(&self, address: &str) {
        self.server.admin().end_sessions(Jid::new(address).unwrap()).await.unwrap();
    }

    /// Changes a password as an operator does.
    pub(crate) async fn set_password(&self, user: &str, password: &str) {
        let user = BareJid::new(&format!("{user}@{DOMAIN}")).unwrap();
        self.server.admin().set_password(user, Password::new(password)).await.unwrap();
    }
}

fn account(name: &str) -> BareJid {
    BareJid::new(&format!("{name}@{DOMAIN}")).unwrap()
}

/// Serves the second home in the same process: by the same rules, as if this were its node.
async fn serve_second_home(server: &Server) {
    let home = HomeName::new(SECOND_HOME);
    let settings = server.node().pair.parameters().ownership(home.clone(), home, false);
    let seat = server.keep_seat(settings).await.unwrap();
    let mut served = seat.changes();
    soon("the second home", served.wait_for(Option::is_some)).await.unwrap();
}

async fn serve(folder: &Path, settings: &Environment) -> Server {
    let text = format!(
        "[node]\nname = 'imp1'\ndomains = ['{DOMAIN}']\ndata_dir = '.'\n\
         [listen]\nc2s = ['127.0.0.1:0']\nc2s_tls = ['127.0.0.1:0']\nc2s_plain = ['127.0.0.1:0']\n\
         http = ['127.0.0.1:0']\n"
    );
    let config = Config::parse(&text, &folder.join("everpresent.toml"), settings).unwrap();
    start(config, start::Options::new(start::fresh_incarnation())).await.unwrap()
}

/// Another process that writes to the database and lets nobody else.
pub(crate) struct WriteLock(SqliteConnection);

impl WriteLock {
    pub(crate) async fn take(house: &House) -> Self {
        let mut connection = SqliteConnection::connect(&house.database()).await.unwrap();
        connection.execute("PRAGMA busy_timeout = 20000; BEGIN IMMEDIATE").await.unwrap();
        Self(connection)
    }

    pub(crate) async fn give_back(mut self) {
        self.0.execute("ROLLBACK").await.unwrap();
        self.0.close().await.unwrap();
    }
}
