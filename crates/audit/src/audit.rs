//! The audit: how many sessions leaked, at least and at most; since when; and where that leads.
//!
//! An [`Auditor`] takes events in any order and answers for any moment from what it has taken, looking at nothing later
//! than that moment. Every answer follows from the counts that are kept, so it does not depend on when they came.

mod bracket;
mod calendar;
mod discovery;
mod forecast;
mod proof;
mod report;
mod restarts;
mod round;
mod settings;
mod verdict;

pub use calendar::QuietHour;
pub use discovery::{Discovery, DiscoveryError};
pub use forecast::{Basis, Forecast, Trend};
pub use proof::Proof;
pub use report::{BridgeReport, CallBridgeReport, LeakFigure, LeakSource, NativeClients, Report};
pub use restarts::Restart;
pub use round::{Bounds, Missing, Outcome, Round, Silent, What};
pub use settings::{MAX_WINDOW, MAX_WINDOWS, MIN_WINDOW, Settings, SettingsError};
pub use verdict::{Agreed, Finding, Verdict};

use jiff::{SignedDuration, Timestamp};

use crate::deployment::{Deployment, ServerId};
use crate::line::Event;
use crate::series::{Calls, Series, Sessions};
use restarts::Commands;

/// What a Call Bridge's peak reaches back over.
pub const PEAK_OVER: SignedDuration = SignedDuration::from_mins(5);

/// Takes events of a deployment and says what they mean.
#[derive(Debug, Clone)]
pub struct Auditor {
    deployment: Deployment,
    settings: Settings,
    /// In the order of [`Deployment::servers`].
    histories: Vec<History>,
    newest: Option<Timestamp>,
}

/// What is kept of one server.
#[derive(Debug, Clone)]
struct History {
    sessions: Series<Sessions>,
    calls: Series<Calls>,
    commands: Commands,
}

impl History {
    fn new() -> Self {
        Self { sessions: Series::new(), calls: Series::new(), commands: Commands::default() }
    }
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// It is part of the history.
    Taken,
    /// The server counts what it should not have, by its role in the deployment: the inventory or the log is wrong.
    NotItsRole,
}

impl Auditor {
    /// An audit that has seen nothing.
    ///
    /// # Errors
    /// [`SettingsError`] for settings that mean nothing.
    pub fn new(deployment: Deployment, settings: Settings) -> Result<Self, SettingsError> {
        settings.check()?;
        let history =
            History { sessions: Series::new(), calls: Series::new(), commands: Commands::default() };
        let histories = vec![history; deployment.servers().count()];
        Ok(Self { deployment, settings, histories, newest: None })
    }

    /// The servers that are looked at.
    #[must_use]
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// By which rules.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Widens or narrows by how much the clocks of servers may differ, when more is known about them. What was taken
    /// stays.
    ///
    /// # Errors
    /// [`SettingsError::Skew`] for more than the window allows; then nothing changes.
    pub fn set_skew(&mut self, skew: SignedDuration) -> Result<(), SettingsError> {
        let settings = Settings { skew, ..self.settings.clone() };
        settings.check()?;
        self.settings = settings;
        Ok(())
    }

    /// The moment of the latest event that was taken.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Takes an event of a server of [`Self::deployment`].
    pub fn observe(&mut self, server: ServerId, at: Timestamp, event: &Event) -> Observed {
        let role = self.deployment.server(server).role;
        let Some(history) = self.histories.get_mut(server.index()) else {
            return Observed::NotItsRole;
        };
        match event {
            Event::WebBridge(stats) if role.is_web_bridge() => {
                history.sessions.insert(at, Sessions::from(*stats));
            }
            Event::CallBridge(stats) if role.is_call_bridge() => {
                history.calls.insert(at, Calls::from(stats.cma));
            }
            Event::Command(command) => history.commands.insert(at, command),
            _ => return Observed::NotItsRole,
        }
        self.newest = self.newest.max(Some(at));
        Observed::Taken
    }

    /// The counts of a Web Bridge that are kept, the earliest first.
    pub fn session_counts(&self, server: ServerId) -> impl Iterator<Item = (Timestamp, u32)> + '_ {
        self.history(server).sessions.all().map(|(at, count)| (at, count.sessions))
    }

    /// Ends of windows from the first count that is kept up to the newest, as many as `most` if there are more: for plots.
    pub fn window_ends(&self, most: usize) -> Vec<Timestamp> {
        let Some(newest) = self.newest else { return Vec::new() };
        let first = self.sessions().filter_map(|(_, series)| series.all().next()).map(|(at, _)| at).min();
        let first = first.unwrap_or(newest);
        let ends = (0..).map(|back| self.windows_before(newest, back)).take_while(|end| *end >= first);
        let mut ends: Vec<Timestamp> = ends.take(most).collect();
        ends.reverse();
        ends
    }

    fn history(&self, server: ServerId) -> &History {
        &self.histories[server.index()]
    }

    /// Session counts of each Web Bridge.
    fn sessions(&self) -> impl Iterator<Item = (ServerId, &Series<Sessions>)> {
        self.deployment.web_bridges().map(|(id, _)| (id, &self.history(id).sessions))
    }

    /// Call counts of each Call Bridge.
    fn calls(&self) -> impl Iterator<Item = (ServerId, &Series<Calls>)> {
        self.deployment.call_bridges().map(|(id, _)| (id, &self.history(id).calls))
    }

    /// The moment so many windows before another.
    fn windows_before(&self, at: Timestamp, windows: u32) -> Timestamp {
        let back = self.settings.window.saturating_mul(i32::try_from(windows).unwrap_or(i32::MAX));
        earlier(at, back)
    }
}

/// A moment before another; the beginning of time if there is none.
fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// A moment after another; the end of time if there is none.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
