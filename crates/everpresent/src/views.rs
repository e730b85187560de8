//! The views that operators may ask about, read from the database of a configuration as it is.

use everpresent_server::config::Config;
use everpresent_store::{Answer, AskError, Database, Limits, StoreError, Views};

use crate::failure::{Exit, Failure};

/// Reads the views and puts a question to them. Whether the server runs makes no difference.
///
/// # Errors
/// The database cannot be read.
pub(crate) fn ask(
    config: &Config,
    question: &str,
    limits: Limits,
) -> Result<Result<Answer, AskError>, Failure> {
    run(async { Ok(read(config).await?.ask(question, limits).await) })
}

/// Every node with the host that its clients are told, empty if they are told none.
///
/// # Errors
/// The database cannot be read.
pub(crate) fn client_addresses(config: &Config) -> Result<Vec<(String, String)>, Failure> {
    run(async { Ok(read(config).await?.client_addresses()) })
}

fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    runtime.block_on(work)
}

async fn read(config: &Config) -> Result<Views, Failure> {
    let url = &config.database.url;
    let opened = Database::open_to_read(url.expose());
    let database = opened.map_err(|error| Failure::failed(format!("the database {url}: {error}")))?;
    let views = database.views().await;
    database.close().await;
    views.map_err(|error| unreadable(&error, &format!("the database {url}")))
}

fn unreadable(error: &StoreError, database: &str) -> Failure {
    if error.retry_helps() {
        return Failure::new(Exit::Unreachable, format!("{database}: {error}"));
    }
    let hint = "if its tables are of an older version, the next start of the server brings them up to date";
    Failure::failed(format!("{database}: {error}; {hint}"))
}
