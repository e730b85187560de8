//! What the history of a watch shows: each bridge over time, restarts, the quietest hours of the week.

use std::collections::BTreeMap;
use std::path::PathBuf;

use everpresent_audit::plot::{LeakPoint, Line, Plot};
use everpresent_store::bridge_history::{Bucket, PeakHour, RestartRow, SessionCount};
use everpresent_store::{BridgeHistory, OpenError, StoreError};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use thiserror::Error;

use crate::inventory::Inventory;

/// Lengths of time into which a plot is divided: more than its columns.
const BUCKETS: i64 = 1_000;
/// Quiet hours that are named.
const QUIET_HOURS: usize = 5;

/// What the history shows.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Each Web Bridge of the inventory that has counts.
    pub bridges: Vec<BridgeLine>,
    /// Restarts, the earliest first.
    pub restarts: Vec<RestartRow>,
    /// The hours of the week with the fewest CMA calls, the quietest first.
    pub quiet_hours: Vec<QuietHour>,
    /// All of it as a picture.
    pub plot: Plot,
}

/// The sessions of one bridge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BridgeLine {
    /// Its name.
    pub server: String,
    /// Its newest count.
    pub sessions: u32,
    /// When that was, as RFC 3339 writes it.
    pub at: String,
    /// The highest count of all.
    pub highest: u32,
}

/// An hour of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuietHour {
    /// The day: `Monday` and so on.
    pub weekday: String,
    /// When the hour begins, 0 to 23, in the zone of the inventory.
    pub hour: i8,
    /// The most CMA calls that any such hour had.
    pub calls_peak: u64,
}

/// Why nothing is shown.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// There is no history yet.
    #[error("there is no history at {0}; `everpresent bridges watch` keeps one")]
    Missing(PathBuf),
    /// It cannot be opened.
    #[error("the history cannot be opened: {0}")]
    Open(#[from] OpenError),
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] StoreError),
}

/// Reads the history of an inventory between two moments. A watch may go on writing it.
///
/// # Errors
/// [`HistoryError`].
pub async fn overview(
    inventory: &Inventory,
    from: Timestamp,
    until: Timestamp,
) -> Result<Overview, HistoryError> {
    let path = &inventory.watch.history;
    if !path.is_file() {
        return Err(HistoryError::Missing(path.clone()));
    }
    let history = BridgeHistory::open(path).await?;
    let read = read(&history, inventory, from, until).await;
    history.close().await;
    read
}

async fn read(
    history: &BridgeHistory,
    inventory: &Inventory,
    from: Timestamp,
    until: Timestamp,
) -> Result<Overview, HistoryError> {
    let span = (from.as_millisecond(), until.as_millisecond());
    let length = ((span.1 - span.0) / BUCKETS).max(1);
    let mut restarts = history.restarts(span.0).await?;
    restarts.retain(|restart| restart.at < span.1);
    let (mut bridges, mut lines) = (Vec::new(), Vec::new());
    for (_, server) in inventory.deployment.web_bridges() {
        let buckets = history.session_buckets(&server.name, span, length).await?;
        let newest = history.sessions(&server.name, span.0, 1).await?;
        bridges.extend(newest.last().and_then(|newest| summary(newest, &buckets)));
        let own = restarts.iter().filter(|restart| restart.server == server.name);
        lines.push(Line {
            name: server.name.clone(),
            points: buckets.iter().flat_map(points).collect(),
            restarts: own.filter_map(|restart| Timestamp::from_millisecond(restart.at).ok()).collect(),
        });
    }
    let leaks = history.leak_buckets(span, length).await?;
    let leaks = leaks.iter().filter_map(|leak| {
        Some(LeakPoint { at: Timestamp::from_millisecond(leak.at).ok()?, least: leak.least, most: leak.most })
    });
    let mut limits = inventory.deployment.web_bridges().map(|(_, server)| server.limit);
    let first = limits.next();
    let plot = Plot {
        title: format!("Sessions from {from:.0} to {until:.0}"),
        bridges: lines,
        leaks: leaks.collect(),
        limit: first.filter(|first| limits.all(|limit| limit == *first)),
    };
    let quiet_hours = quiet_hours(&history.peak_hours(span.0).await?, &inventory.zone);
    Ok(Overview { bridges, restarts, quiet_hours, plot })
}

fn summary(newest: &SessionCount, buckets: &[Bucket]) -> Option<BridgeLine> {
    let highest = buckets.iter().map(|bucket| bucket.highest).max().unwrap_or(0).max(newest.sessions);
    let at = Timestamp::from_millisecond(newest.at).ok()?;
    let (server, sessions) = (newest.server.clone(), newest.sessions);
    Some(BridgeLine { server, sessions, at: format!("{at:.0}"), highest })
}

/// The extremes of a length of time; their order within it is not known, and does not show.
fn points(bucket: &Bucket) -> impl Iterator<Item = (Timestamp, u32)> {
    let at = Timestamp::from_millisecond(bucket.at).ok();
    let both = [bucket.lowest, bucket.highest];
    let count = if bucket.lowest == bucket.highest { 1 } else { 2 };
    both.into_iter().take(count).filter_map(move |sessions| Some((at?, sessions)))
}

/// The hours of the week with the fewest calls. One in which not every Call Bridge counted shows too few, and does not count; nor does one
/// that was seen only so.
fn quiet_hours(hours: &[PeakHour], zone: &TimeZone) -> Vec<QuietHour> {
    let servers = hours.iter().map(|hour| hour.servers).max().unwrap_or(0);
    let mut week: BTreeMap<(i8, i8), u64> = BTreeMap::new();
    for hour in hours.iter().filter(|hour| hour.servers == servers) {
        // Half an hour into it: zones are off by halves and quarters of an hour.
        let Ok(at) = Timestamp::from_millisecond(hour.at) else { continue };
        let local = at.saturating_add(SignedDuration::from_mins(30)).unwrap_or(at).to_zoned(zone.clone());
        let place = (local.weekday().to_monday_zero_offset(), local.hour());
        let peak = week.entry(place).or_default();
        *peak = (*peak).max(hour.peak);
    }
    let mut quiet: Vec<_> = week.into_iter().collect();
    quiet.sort_by_key(|(place, peak)| (*peak, *place));
    let named = |((weekday, hour), calls_peak): ((i8, i8), u64)| {
        let weekday = Weekday::from_monday_zero_offset(weekday).ok()?;
        Some(QuietHour { weekday: format!("{weekday:?}"), hour, calls_peak })
    };
    quiet.into_iter().filter_map(named).take(QUIET_HOURS).collect()
}

#[cfg(test)]
mod tests {
    use everpresent_audit::plot::svg;
    use everpresent_store::bridge_history::{Batch, CallCount, VerdictRow};

    use super::*;

    const INVENTORY: &str = "zone = \"Europe/Brussels\"\n[[server]]\nname = \"web1\"\nrole = \"web bridge\"\n\
                             [[server]]\nname = \"core1\"\nrole = \"call bridge\"\n";

    #[tokio::test]
    async fn four_weeks_are_shown_with_their_restart_and_their_quietest_hour() {
        let folder = tempfile::tempdir().unwrap();
        let inventory = Inventory::parse(INVENTORY, &folder.path().join("bridges.toml")).unwrap();
        let from: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
        assert!(matches!(overview(&inventory, from, from).await, Err(HistoryError::Missing(_))));
        let history = BridgeHistory::open(&inventory.watch.history).await.unwrap();
        let mut batch = Batch::default();
        for hour in 0..28 * 24_i64 {
            let at = from + SignedDuration::from_hours(hour);
            let local = at.to_zoned(inventory.zone.clone());
            // Nobody calls on Sunday from 4 to 5, by the clock on the wall.
            let calls = if local.weekday() == Weekday::Sunday && local.hour() == 4 { 0 } else { 9 };
            let (at, server) = (at.as_millisecond(), "core1".to_owned());
            batch.calls.push(CallCount { server, at, now: calls, peak: calls });
            let sessions = u32::try_from(hour % 336 / 3).unwrap();
            batch.sessions.push(SessionCount { server: "web1".into(), at, sessions, c: 1, d: 1 });
            batch.verdicts.push(VerdictRow {
                at,
                verdict: "leak".into(),
                bounds: Some((sessions, sessions + 3)),
            });
        }
        let restarted = (from + SignedDuration::from_hours(336)).as_millisecond();
        batch.restarts.push(RestartRow {
            server: "web1".into(),
            at: restarted,
            outcome: "restarted".into(),
            detail: String::new(),
        });
        history.record(&batch).await.unwrap();
        history.close().await;
        let until = from + SignedDuration::from_hours(28 * 24);
        let overview = overview(&inventory, from, until).await.unwrap();
        assert_eq!((overview.bridges[0].sessions, overview.bridges[0].highest), (111, 111));
        let quietest = &overview.quiet_hours[0];
        assert_eq!((quietest.weekday.as_str(), quietest.hour, quietest.calls_peak), ("Sunday", 4, 0));
        assert_eq!(overview.quiet_hours[1].calls_peak, 9);
        assert_eq!(overview.restarts.len(), 1);
        let picture = svg(&overview.plot, &inventory.zone);
        assert!(picture.contains("web1: 111 sessions at the end, 111 at most, 1 restarts."), "{picture}");
        assert!(picture.contains("Leaked at the end: 111 to 114."));
    }

    #[test]
    fn an_hour_that_one_server_did_not_count_is_not_called_quiet() {
        let hour = |at: i64, peak, servers| PeakHour { at: at * 3_600_000, peak, servers };
        let quiet = quiet_hours(&[hour(0, 9, 2), hour(1, 0, 1), hour(2, 5, 2)], &TimeZone::UTC);
        let peaks: Vec<u64> = quiet.iter().map(|hour| hour.calls_peak).collect();
        assert_eq!(peaks, [5, 9]);
    }
}
