//! `everpresent demo`: two complete nodes in a folder of their own, and a story that shows what they keep of their promises.
//!
//! The nodes are real processes with guardians, so that they can be killed as the power supply would: no handler, no
//! farewell.

mod actor;
mod afterwards;
mod archive;
mod crowd;
mod folder;
mod operator;
mod pair;
mod ports;
mod server;
mod stage;
mod story;
mod teller;

use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::cli::DemoArguments;
use crate::failure::Failure;
use folder::Folder;
use ports::Ports;
use stage::Stage;
use teller::{Teller, Trouble};

/// Bound for every single wait of the story.
const WAIT: Duration = Duration::from_secs(15);

/// Tells the story in `arguments.dir`; then stays up, unless told otherwise. `json`: one object per line, for programs.
///
/// # Errors
/// When a step did not hold, the folder is not fit, or a node ends by itself.
pub(crate) fn run(arguments: &DemoArguments, json: bool) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    runtime.block_on(perform(arguments, json))
}

async fn perform(arguments: &DemoArguments, json: bool) -> Result<(), Failure> {
    crate::process::raise_open_files();
    let folder = Folder::open(&arguments.dir)?;
    let ports = Ports::choose()?;
    let mut stage = Stage::new(folder, ports, Teller::new(json), arguments.sessions)?;
    let told = until_interrupted(story::tell(&mut stage)).await?;
    let held = matches!(told, Some(Ok(())));
    if held && !arguments.once {
        stage.teller.summary();
        afterwards::invite(&stage);
        let ended = afterwards::stay(&mut stage).await;
        let closed = stage.close().await;
        let closed = closed.map_err(|Trouble { expected, seen }| {
            Failure::failed(format!("expected that {expected}, but: {seen}"))
        });
        return ended.and(closed);
    }
    let closed = story::close(&mut stage, held).await;
    match told {
        None => Err(Failure::failed("interrupted before the story ended; the nodes are stopped")),
        Some(_) => {
            stage.teller.summary();
            if held { closed } else { Err(Failure::failed("the story did not hold: see above")) }
        }
    }
}

/// Runs until done; nothing if Ctrl-C, SIGTERM or the end of the terminal came first.
async fn until_interrupted<T>(work: impl Future<Output = T>) -> Result<Option<T>, Failure> {
    let on = |kind| signal(kind).map_err(|error| Failure::failed(error.to_string()));
    let (mut interrupt, mut terminate) = (on(SignalKind::interrupt())?, on(SignalKind::terminate())?);
    let mut hang_up = on(SignalKind::hangup())?;
    tokio::select! {
        done = work => Ok(Some(done)),
        _ = interrupt.recv() => Ok(None),
        _ = terminate.recv() => Ok(None),
        _ = hang_up.recv() => Ok(None),
    }
}
