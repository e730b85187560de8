//! The measurements.

mod chat;
mod idle;
mod login;
mod presence;
mod talker;

use std::time::Duration;

use everpresent_client::Client;
use tokio::time::sleep;

use crate::arguments::{Arguments, Scenario, Span};
use crate::error::Error;
use crate::fleet::Fleet;
use crate::report::{Mark, Report};
use crate::tally::Tally;

/// Makes one measurement. Must run on a `LocalSet` of a single-threaded runtime.
///
/// # Errors
/// [`Error`] if it could not be made; failures of single operations are in the report.
pub async fn run(arguments: &Arguments) -> Result<Report, Error> {
    let target = &arguments.target;
    let fleet = Fleet::new(target)?;
    match &arguments.scenario {
        Scenario::Login(settings) => login::run(&fleet, target, settings).await,
        Scenario::Idle(settings) => idle::run(&fleet, target, settings).await,
        Scenario::Chat(settings) => chat::run(&fleet, target, settings).await,
        Scenario::Presence(settings) => presence::run(&fleet, target, settings).await,
    }
}

/// Lets the load run for its warm-up, then measures.
async fn measure(span: Span, pids: &[u32], tally: &Tally, report: &mut Report) {
    sleep(seconds(span.warmup_seconds)).await;
    let mark = Mark::now(pids);
    tally.measure(true);
    sleep(seconds(span.duration_seconds)).await;
    tally.measure(false);
    mark.finish(tally.measured(), report);
    tally.sending.set(false);
}

fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or_default()
}

/// A client that is only there: reads what comes until the connection ends or the task is dropped.
async fn be_idle(mut client: Client) -> everpresent_client::Error {
    loop {
        match client.next().await {
            Ok(everpresent_client::Event::Closed) => return everpresent_client::Error::Disconnected,
            Ok(_) => {}
            Err(error) => return error,
        }
    }
}

/// Says goodbye without waiting for the answer.
async fn leave(mut client: Client) {
    // The measurement is over; a connection that is gone already is as good.
    let _ = client.send_raw(b"</stream:stream>").await;
}
