//! By which rules an audit judges.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

/// The rules. The default is right for most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// All counts of one round lie within so much time.
    pub window: SignedDuration,
    /// So many windows in a row must show leaked sessions before it is a finding: a guest who waits on a landing page has
    /// a session and no call.
    pub windows_in_a_row: u32,
    /// So many windows without a call and without change prove what the counts show.
    pub proof_windows: u32,
    /// Clocks of two servers differ by so much at most.
    pub skew: SignedDuration,
    /// Hours of the week are those of this zone.
    pub zone: TimeZone,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window: SignedDuration::from_mins(10),
            windows_in_a_row: 3,
            proof_windows: 6,
            skew: SignedDuration::from_secs(10),
            zone: TimeZone::UTC,
        }
    }
}

/// Shortest window: Call Bridges count once in five minutes.
pub const MIN_WINDOW: SignedDuration = SignedDuration::from_mins(6);
/// Longest window.
pub const MAX_WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// Most windows that a rule may ask for.
pub const MAX_WINDOWS: u32 = 1_000;

/// Why an audit cannot judge by these rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The window.
    #[error("the window must be 6 minutes at least, as Call Bridges count once in 5, and 24 hours at most")]
    Window,
    /// The numbers of windows.
    #[error("a finding and a proof need 1 window at least and {MAX_WINDOWS} at most")]
    Windows,
    /// The difference of clocks.
    #[error(
        "the clocks of servers may differ by less than a quarter of the window; set them right, or widen the window"
    )]
    Skew,
}

impl Settings {
    /// Whether an audit can judge by them.
    ///
    /// # Errors
    /// [`SettingsError`] for settings that mean nothing.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.window < MIN_WINDOW || self.window > MAX_WINDOW {
            return Err(SettingsError::Window);
        }
        let in_range = |windows: u32| (1..=MAX_WINDOWS).contains(&windows);
        if !in_range(self.windows_in_a_row) || !in_range(self.proof_windows) {
            return Err(SettingsError::Windows);
        }
        if self.skew < SignedDuration::ZERO || self.skew.saturating_mul(4) >= self.window {
            return Err(SettingsError::Skew);
        }
        Ok(())
    }
}
