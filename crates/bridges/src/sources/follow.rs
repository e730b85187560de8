//! A log file that is followed: read as it grows, through rotation, truncation and disappearance.

mod file;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use file::{Follower, Look, Presence, Start};

use jiff::Timestamp;

use super::{Inlet, Origin};

/// How often to look whether a file grew. A rotation is noticed as fast.
pub const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Bytes that are read at once, before their lines are put into the queue.
const READ_AT_ONCE: usize = 256 * 1024;

/// Follows a file until the queue is closed, and looks so often. A file that is not there is waited for.
///
/// # Errors
/// When the file is there and cannot be read.
pub async fn run(path: PathBuf, start: Start, every: Duration, inlet: &Inlet) -> std::io::Result<()> {
    let origin = Origin::File(Arc::from(path.as_path()));
    let mut follower = Follower::new(path, start);
    let mut live = false;
    loop {
        // Files are read on the threads for what blocks: a dead network file system must not hold the other sources up.
        let taken = inlet.clone();
        let from = origin.clone();
        let (back, looked, lines) = tokio::task::spawn_blocking(move || {
            let mut lines = Vec::new();
            let looked =
                follower.look(READ_AT_ONCE, &mut |line, cut| lines.push(taken.line(&from, line, cut, live)));
            (follower, looked, lines)
        })
        .await
        .map_err(std::io::Error::other)?;
        follower = back;
        for line in lines {
            if inlet.push(line).await.is_err() {
                return Ok(());
            }
        }
        let look = looked?;
        match look.presence {
            Presence::There => inlet.status().set_open(),
            Presence::Missing => {
                inlet.status().set_away(Timestamp::now(), missing(follower.path()));
            }
        }
        if !look.more {
            // What the file held before is read; from now on lines arrive as they are written.
            live = true;
            tokio::time::sleep(every).await;
        }
    }
}

fn missing(path: &Path) -> String {
    format!("{} is not there", path.display())
}

#[cfg(test)]
mod tests;
