//! Waiting that an end cuts short, and waiting for all to have ended.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Whether there is an end, and how many still work.
#[derive(Debug, Default)]
pub(super) struct Halt {
    state: Mutex<Standing>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Standing {
    stopped: bool,
    working: usize,
}

/// Somebody works until this is dropped.
#[derive(Debug)]
pub(super) struct Working(Arc<Halt>);

impl Halt {
    pub(super) fn begin(self: &Arc<Self>) -> Working {
        self.state().working += 1;
        Working(self.clone())
    }

    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.changed.notify_all();
    }

    /// Waits; false if there is an end before.
    pub(super) fn wait(&self, length: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.state(), length, |state| !state.stopped);
        !waited.unwrap_or_else(PoisonError::into_inner).0.stopped
    }

    /// Waits until nobody works, for so long at most; whether that is so.
    pub(super) fn wait_for_all(&self, limit: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.state(), limit, |state| state.working > 0);
        waited.unwrap_or_else(PoisonError::into_inner).0.working == 0
    }

    fn state(&self) -> MutexGuard<'_, Standing> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Working {
    /// As [`Halt::wait`].
    pub(super) fn wait(&self, length: Duration) -> bool {
        self.0.wait(length)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.state().working -= 1;
        self.0.changed.notify_all();
    }
}
