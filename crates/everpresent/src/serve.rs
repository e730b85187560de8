//! The serving process of `everpresent serve`.

use std::io::Write as _;

use everpresent_console::Administration as _;
use everpresent_server::config::Config;
use everpresent_server::running::Server;
use everpresent_server::start::{self, Options};
use everpresent_session::ids::Incarnation;
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::failure::Failure;
use crate::signals::{Order, Orders};
use crate::systemd::{NotifyState, notify};

/// What the guardian reads on the standard output of its child when clients may come. Any byte would do.
const READY: &[u8] = b"ready\n";

/// Who is told that clients may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Superior {
    /// The guardian, through this process's standard output.
    Guardian,
    /// The service manager itself.
    ServiceManager,
}

/// Runs the node until it is told to stop: SIGTERM or SIGINT stop it in good order, SIGHUP makes it read its
/// certificate again.
pub(crate) fn run(config: Config, incarnation: Incarnation, superior: Superior) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    runtime.block_on(serve(config, incarnation, superior))
}

async fn serve(config: Config, incarnation: Incarnation, superior: Superior) -> Result<(), Failure> {
    let metrics = PrometheusBuilder::new().install_recorder();
    let metrics = metrics.map_err(|error| Failure::failed(error.to_string()))?;
    let mut orders = Orders::new()?;
    let options = Options { metrics: Some(metrics), ..Options::new(incarnation) };
    let server = start::start(config, options).await.map_err(|error| Failure::failed(error.to_string()))?;
    for listener in server.listeners() {
        tracing::info!(listener, "listening");
    }
    superior.ready()?;
    let broken = until_stop(&mut orders, &server).await;
    superior.stopping();
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

impl Superior {
    fn ready(self) -> Result<(), Failure> {
        match self {
            Self::ServiceManager => notify(&[NotifyState::Ready]),
            Self::Guardian => {
                tell_guardian().map_err(|error| {
                    Failure::failed(format!("the guardian cannot be told that clients may come: {error}"))
                })?;
            }
        }
        Ok(())
    }

    fn stopping(self) {
        if self == Self::ServiceManager {
            notify(&[NotifyState::Stopping]);
        }
    }
}

/// Says the word and closes the pipe; what is printed later goes nowhere.
fn tell_guardian() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(READY)?;
    out.flush()?;
    let nowhere = std::fs::File::options().write(true).open("/dev/null")?;
    Ok(rustix::stdio::dup2_stdout(nowhere)?)
}

/// Waits until the node is to stop; the reason if it stops by itself.
async fn until_stop(orders: &mut Orders, server: &Server) -> Option<String> {
    loop {
        tokio::select! {
            reason = server.broken() => return Some(reason),
            order = orders.next() => match order {
                Order::Stop(_) => return None,
                Order::HangUp => reload(server).await,
            },
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
