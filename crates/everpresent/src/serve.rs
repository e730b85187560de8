//! `everpresent serve`

use everpresent_console::Administration as _;
use everpresent_server::config::Config;
use everpresent_server::running::Server;
use everpresent_server::start::{self, Options};
use metrics_exporter_prometheus::PrometheusBuilder;
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// Runs the node until it is told to stop: SIGTERM or SIGINT stop it in good order, SIGHUP makes it read its
/// certificate again.
pub(crate) fn run(config: Config) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> Result<(), Failure> {
    let metrics = PrometheusBuilder::new().install_recorder();
    let metrics = metrics.map_err(|error| Failure::failed(error.to_string()))?;
    let mut signals = Signals::new()?;
    let options = Options { metrics: Some(metrics) };
    let server = start::start(config, options).await.map_err(|error| Failure::failed(error.to_string()))?;
    for listener in server.listeners() {
        tracing::info!(listener, "listening");
    }
    notify(&[NotifyState::Ready]);
    let broken = signals.until_stop(&server).await;
    notify(&[NotifyState::Stopping]);
    tracing::info!("stopping");
    let clean = server.stop().await;
    match (broken, clean) {
        (Some(reason), _) => Err(Failure::failed(format!("the node stopped by itself: {reason}"))),
        (None, true) => {
            tracing::info!("stopped");
            Ok(())
        }
        (None, false) => Err(Failure::failed("the node did not stop in good order within its time")),
    }
}

/// Tells systemd, if it is there.
fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd could not be told");
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let on = |kind| signal(kind).map_err(|error| Failure::failed(error.to_string()));
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            hang_up: on(SignalKind::hangup())?,
        })
    }

    /// Waits until the node is to stop; the reason if it stops by itself.
    async fn until_stop(&mut self, server: &Server) -> Option<String> {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return None,
                _ = self.interrupt.recv() => return None,
                reason = server.broken() => return Some(reason),
                _ = self.hang_up.recv() => reload(server).await,
            }
        }
    }
}

async fn reload(server: &Server) {
    match server.admin().reload().await {
        Ok(report) => {
            for kept in &report.kept {
                tracing::error!(kept, "what could not be read again stays as it was");
            }
            tracing::info!(reloaded = report.reloaded.join(", "), "read again");
        }
        Err(refusal) => tracing::error!(reason = refusal.message, "nothing was read again"),
    }
}
