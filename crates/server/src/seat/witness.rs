//! The witness row, between the words of the recovery manager and those of the database.

use everpresent_recovery::ownership::Input;
use everpresent_recovery::witness::{CompareAndSet, Expected, WitnessRow};
use everpresent_session::ids::HomeName;
use everpresent_store::{Database, HomeRow, StoreError};

/// Reads the row.
pub(super) async fn read(store: &Database, home: &HomeName) -> Input {
    match store.read_home(home).await {
        Ok(row) => Input::RowRead(row.map(from_stored)),
        Err(error) => unknown(&error),
    }
}

/// Carries out a statement that names this row.
pub(super) async fn change(store: &Database, statement: &CompareAndSet, seen: Option<&WitnessRow>) -> Input {
    let named = seen.filter(|row| statement.expected == Some(Expected::of(row)));
    let Some(after) = statement.apply(named) else { return Input::RowRefused };
    let after = to_stored(&after);
    let done = match named {
        Some(seen) => store.swap_home(&to_stored(seen), &after).await,
        None => store.insert_home(&after).await,
    };
    match done {
        Ok(true) => Input::RowChanged,
        Ok(false) => Input::RowRefused,
        Err(error) => unknown(&error),
    }
}

fn unknown(error: &StoreError) -> Input {
    tracing::debug!(%error, "the witness did not answer");
    Input::RowUnknown
}

fn from_stored(row: HomeRow) -> WitnessRow {
    WitnessRow {
        home: row.home,
        owner: HomeName::new(&row.owner),
        incarnation: row.incarnation,
        epoch: row.epoch,
        beat: row.beat,
        replica: row.replica,
        grant_seconds: row.grant_seconds,
    }
}

fn to_stored(row: &WitnessRow) -> HomeRow {
    HomeRow {
        home: row.home.clone(),
        owner: row.owner.as_str().to_owned(),
        incarnation: row.incarnation,
        epoch: row.epoch,
        beat: row.beat,
        replica: row.replica,
        grant_seconds: row.grant_seconds,
    }
}
