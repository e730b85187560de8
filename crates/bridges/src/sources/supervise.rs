//! Keeps a source open: what fails is opened again after a wait that grows.

use std::time::Instant;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::BackOff;
use super::status::Status;

/// Runs a source until it comes to its end or `stop` is cancelled. Each failure is logged, shown in the status, and followed by
/// a longer wait.
pub async fn supervise<F, E>(status: &Status, stop: &CancellationToken, mut open: impl FnMut() -> F)
where
    F: Future<Output = Result<(), E>>,
    E: std::fmt::Display,
{
    let mut back_off = BackOff::default();
    loop {
        let began = Instant::now();
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = open() => ended,
        };
        let Err(error) = ended else {
            status.set_ended();
            return;
        };
        let (wait, source) = (back_off.after(began.elapsed()), status.name());
        status.set_away(Timestamp::now(), error.to_string());
        tracing::warn!(source, %error, again_in_seconds = wait.as_secs(), "a source of log lines is away");
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::State;

    #[tokio::test(start_paused = true)]
    async fn a_source_that_fails_is_opened_again_until_it_ends_by_itself() {
        let (status, stop) = (Status::new("file"), CancellationToken::new());
        let mut attempts = 0;
        supervise(&status, &stop, || {
            attempts += 1;
            let ended = if attempts < 5 { Err("permission denied") } else { Ok(()) };
            std::future::ready(ended)
        })
        .await;
        assert_eq!(attempts, 5);
        assert_eq!(status.report().state, State::Ended);
    }

    #[tokio::test(start_paused = true)]
    async fn while_it_is_away_it_says_since_when_and_why_and_a_stop_ends_the_wait() {
        let (status, stop) = (Status::new("file"), CancellationToken::new());
        let mut attempts = 0;
        supervise(&status, &stop, || {
            attempts += 1;
            if attempts == 3 {
                stop.cancel();
            }
            std::future::ready(Err::<(), _>("permission denied"))
        })
        .await;
        assert_eq!(attempts, 3);
        let state = status.report().state;
        assert!(matches!(&state, State::Away { why, .. } if why == "permission denied"), "{state:?}");
    }
}
