//! The message archive of an account (XEP-0313) and when messages go into it (XEP-0441).

mod form;
mod metadata;
mod preferences;
mod query;
mod results;

use everpresent_session::row::ArchiveRow;
use everpresent_stanza::{ErrorCondition, ErrorType, IqType, StanzaError};
use everpresent_store::{ArchiveError, Page, StoreError};

use self::query::Query;
use super::request::{Request, Stop};
use crate::deliver;
use crate::home::Home;
use crate::route::message::database_away;

/// Answers requests about the archive of the sender's own account; those of others are closed (XEP-0313 §8.1).
pub(super) async fn answer(request: &Request<'_>) -> Result<(), Stop> {
    request.own_account()?;
    if !request.turn.node().config.archive.enabled {
        let error =
            StanzaError::new(ErrorCondition::ServiceUnavailable).with_text("messages are not archived here");
        return Err(error.into());
    }
    if !request.turn.node().monitor.message_archiver.as_ref().is_some_and(|archiver| archiver.is_open()) {
        let error = StanzaError::new(ErrorCondition::ServiceUnavailable)
            .with_type(ErrorType::Wait)
            .with_text("the archive is not served at the moment");
        return Err(error.into());
    }
    match (request.payload.name(), request.kind) {
        ("query", IqType::Get) => request.result(&form::payload()),
        ("query", _) => page(request).await,
        ("metadata", IqType::Get) => metadata::answer(request).await,
        ("prefs", IqType::Get) => preferences::get(request),
        ("prefs", _) => preferences::set(request),
        _ => Err(StanzaError::new(ErrorCondition::BadRequest).into()),
    }
}

/// Answers a query: the messages of one page and what ends it, all in one record.
async fn page(request: &Request<'_>) -> Result<(), Stop> {
    let turn = request.turn;
    let query = Query::parse(&request.element()?, turn.node().config.limits.archive_page)?;
    written(turn.home).await?;
    let page = turn.node().store.archive_page(turn.user, &query.filter, query.paging).await;
    let page: Page = page.map_err(|error| archive_error(&error))?;
    let message = |row: &ArchiveRow| results::message(turn.user, turn.jid, query.query_id.as_deref(), row);
    let messages: Vec<_> = page.rows.iter().map(message).collect();
    let fin = results::fin(&page);
    request.record(|state, transaction| {
        for message in messages {
            if !deliver::to_session(state, transaction, turn.session, message, None) {
                break;
            }
        }
        request.add_result(state, transaction, &fin);
        Ok(())
    })
}

/// Waits until the database holds what was archived before.
async fn written(home: &Home) -> Result<(), StanzaError> {
    home.flushed().await.map_err(|_| database_away())
}

fn archive_error(error: &ArchiveError) -> StanzaError {
    match error {
        ArchiveError::NotFound(_) => not_found(),
        ArchiveError::TooManyIds => too_many_ids(),
        ArchiveError::Store(error) => store_error(error),
    }
}

fn store_error(error: &StoreError) -> StanzaError {
    tracing::warn!(%error, "an archive could not be read");
    if error.retry_helps() { database_away() } else { StanzaError::new(ErrorCondition::InternalServerError) }
}

/// The error for an id that is not in the archive (XEP-0313 §4.1.3, §4.3.2).
fn not_found() -> StanzaError {
    StanzaError::new(ErrorCondition::ItemNotFound).with_text("the archive holds no message of this id")
}

fn too_many_ids() -> StanzaError {
    let text = format!("at most {} ids in one query", everpresent_store::archive::ARCHIVE_IDS_MAX);
    StanzaError::new(ErrorCondition::PolicyViolation).with_text(&text)
}
