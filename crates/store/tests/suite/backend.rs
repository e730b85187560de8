//! An empty database of either kind, and the macro that runs a story on both.

use std::sync::atomic::{AtomicU32, Ordering};

use everpresent_store::{Database, Options};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

const VARIABLE: &str = "EVERPRESENT_TEST_POSTGRES";

/// Runs each story, an `async fn(Place)`, on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let place = crate::backend::Place::sqlite();
                super::$story(place.clone()).await;
                place.remove().await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                if let Some(place) = crate::backend::Place::postgres().await {
                    super::$story(place.clone()).await;
                    place.remove().await;
                }
            })*
        }
    };
}
pub(crate) use on_both;

/// Where a story's database is; it is made by opening it.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) url: String,
    /// The folder of an SQLite file, or the server's url and the database's name.
    keeper: Keeper,
}

#[derive(Clone)]
enum Keeper {
    Folder(std::sync::Arc<tempfile::TempDir>),
    Server { url: String, name: String },
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("ever present.db").display());
        Self { url, keeper: Keeper::Folder(folder.into()) }
    }

    pub(crate) async fn postgres() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = match std::env::var(VARIABLE) {
            Ok(off) if off == "off" => return None,
            Ok(url) => url,
            Err(_) => panic!(
                "{VARIABLE} is not set, so nothing was tested on PostgreSQL: run `cargo xtask test`, or set it to \
                 the url of a PostgreSQL server where databases may be made, or to `off`"
            ),
        };
        let name = format!("story_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        ask(&server, &format!("CREATE DATABASE {name}")).await;
        let (address, _) = server.rsplit_once('/').expect("the server's url ends with /database");
        Some(Self { url: format!("{address}/{name}"), keeper: Keeper::Server { url: server, name } })
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.keeper, Keeper::Folder(_))
    }

    pub(crate) async fn open(&self) -> Database {
        self.open_with(Options::new(&self.url)).await
    }

    pub(crate) async fn open_with(&self, options: Options) -> Database {
        Database::open_with(&options).await.expect("the database opens")
    }

    /// Carries out a statement behind the store's back.
    pub(crate) async fn ask(&self, sql: &str) {
        ask(&self.direct_url(), sql).await;
    }

    /// A connection beside the store.
    pub(crate) async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.direct_url()).await.unwrap()
    }

    fn direct_url(&self) -> String {
        self.url.replace(' ', "%20")
    }

    pub(crate) async fn remove(self) {
        match self.keeper {
            // Removed with its last user.
            Keeper::Folder(folder) => drop(folder),
            Keeper::Server { url, name } => ask(&url, &format!("DROP DATABASE {name} WITH (FORCE)")).await,
        }
    }
}

async fn ask(url: &str, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.expect("the database server answers");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}
