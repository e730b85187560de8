//! What the service manager is told.

pub(crate) use sd_notify::NotifyState;

/// Tells systemd, if it is there.
pub(crate) fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd could not be told");
    }
}
