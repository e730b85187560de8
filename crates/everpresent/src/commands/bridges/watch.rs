//! `everpresent bridges watch`

use std::net::SocketAddr;
use std::process::ExitCode;

use everpresent_bridges::clock::Clock;
use everpresent_bridges::watch::metrics::ALERT_RULES;
use everpresent_bridges::watch::{self, Options, ROUND, Sign, WatchError};
use everpresent_server::config::{Log, LogFormat, LogLevel};
use tokio::sync::mpsc;

use crate::cli::{LogFormatArgument, WatchArguments};
use crate::failure::{Exit, Failure};
use crate::signals::{Order, Orders};
use crate::systemd::{NotifyState, notify};
use crate::{logging, output};

/// Orders that wait for the watch to take them.
const ORDERS: usize = 4;

pub(super) fn run(arguments: &WatchArguments) -> Result<ExitCode, Failure> {
    if arguments.print_alert_rules {
        output::print(ALERT_RULES)?;
        return Ok(ExitCode::SUCCESS);
    }
    let format = match arguments.log_format {
        LogFormatArgument::Human => LogFormat::Human,
        LogFormatArgument::Json => LogFormat::Json,
    };
    logging::start(&Log { level: LogLevel::Info, format, redact_addresses: true })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    runtime.block_on(watch(arguments))?;
    Ok(ExitCode::SUCCESS)
}

async fn watch(arguments: &WatchArguments) -> Result<(), Failure> {
    let mut signals = Orders::new()?;
    let (orders, taken) = mpsc::channel(ORDERS);
    tokio::spawn(async move {
        loop {
            let order = match signals.next().await {
                Order::Stop(_) => watch::Order::Stop,
                Order::HangUp => watch::Order::Reload,
            };
            if orders.send(order).await.is_err() {
                return;
            }
        }
    });
    let options = Options { inventory: arguments.inventory.clone(), clock: Clock::real(), round: ROUND };
    watch::run(options, taken, tell).await.map_err(|error| {
        let exit = if matches!(error, WatchError::Inventory(_)) { Exit::Config } else { Exit::Failed };
        Failure::new(exit, error.to_string())
    })
}

/// Tells the service manager and the log.
fn tell(sign: Sign) {
    match sign {
        Sign::Ready { metrics } => {
            notify(&[NotifyState::Ready]);
            let metrics = metrics.map(|address: SocketAddr| format!("http://{address}/metrics"));
            tracing::info!(metrics, "the watch takes lines");
        }
        Sign::Round(verdict) => {
            notify(&[NotifyState::Watchdog, NotifyState::Status(&format!("verdict: {verdict}"))]);
        }
        Sign::Reloading => {
            if let Ok(state) = NotifyState::monotonic_usec_now() {
                notify(&[NotifyState::Reloading, state]);
            }
        }
        Sign::Stopping => {
            notify(&[NotifyState::Stopping]);
            tracing::info!("stopping");
        }
    }
}
