//! How long the recovery manager waits for what: the parameters, their defaults, the preset `lan`, and the lengths of
//! leases and grants that follow from them.
//!
//! They hold for the whole cluster and are kept as text in its settings, each under `ha.` and its name.

mod name;
mod text;

use std::collections::BTreeMap;
use std::time::Duration;

use everpresent_session::ids::HomeName;
use thiserror::Error;

pub use name::Parameter;

use crate::settings::{Rules, Settings, SettingsError};

/// What the names of these settings begin with.
pub const SETTING_PREFIX: &str = "ha.";
/// How many times keep_alive_timeout a node that starts waits for who has its sessions; less is warned of.
const ADVISED_INITIALIZATION: u32 = 2;
/// Heartbeats that may be lost before the peer counts as down; fewer are warned of.
const ADVISED_INTERVALS: u32 = 4;

/// The parameters in force. Fields are named as operators know them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Parameters {
    /// A heartbeat is sent this often.
    pub keep_alive_interval: Duration,
    /// Silence after which the peer is down.
    pub keep_alive_timeout: Duration,
    /// The same while a node starts.
    pub initialization_keep_alive_timeout: Duration,
    /// Silence of the replica stream after which a home leaves protected mode.
    pub replication_timeout: Duration,
    /// How long a monitored service may be down before failover.
    pub critical_service_down_delay: Duration,
    /// Whether nodes fall back without an operator.
    pub enable_automatic_fallback: bool,
    /// How long the home node must be healthy before that.
    pub automatic_fallback_delay: Duration,
    /// Shortest random wait before a fresh sign-in; nothing: found by the node itself.
    pub client_relogin_lower_limit: Option<Duration>,
    /// Longest random wait before a fresh sign-in; nothing: found by the node itself.
    pub client_relogin_upper_limit: Option<Duration>,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            keep_alive_interval: Duration::from_secs(15),
            keep_alive_timeout: Duration::from_secs(60),
            initialization_keep_alive_timeout: Duration::from_secs(120),
            replication_timeout: Duration::from_secs(1),
            critical_service_down_delay: Duration::from_secs(90),
            enable_automatic_fallback: false,
            automatic_fallback_delay: Duration::from_secs(1800),
            client_relogin_lower_limit: Some(Duration::from_secs(120)),
            client_relogin_upper_limit: Some(Duration::from_secs(537)),
        }
    }
}

/// Why parameters are refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParameterError {
    /// There is none of this name.
    #[error("there is no parameter `{0}`; `everpresent ha status --parameters` lists them")]
    NoSuchParameter(String),
    /// There is no such preset.
    #[error("there is no preset `{0}`: `lan` and `default` are")]
    NoSuchPreset(String),
    /// Its value cannot be read.
    #[error("{parameter} cannot be {value:?}: {expected}", parameter = .parameter.name())]
    Unreadable {
        /// Which one.
        parameter: Parameter,
        /// What was given.
        value: String,
        /// What can be given.
        expected: &'static str,
    },
    /// The peer would be down before its first heartbeat.
    #[error("keep_alive_interval ({interval:?}) must be below keep_alive_timeout ({timeout:?})")]
    IntervalNotBelowTimeout {
        /// The interval.
        interval: Duration,
        /// The timeout.
        timeout: Duration,
    },
    /// The bounds of the wait before a fresh sign-in contradict each other.
    #[error(
        "client_relogin_lower_limit ({lower:?}) must not be above client_relogin_upper_limit ({upper:?})"
    )]
    LowerAboveUpper {
        /// The lower one.
        lower: Duration,
        /// The upper one.
        upper: Duration,
    },
    /// Leases and grants of these lengths could not be kept.
    #[error("keep_alive_interval and keep_alive_timeout do not fit each other: {0}")]
    Ownership(#[from] SettingsError),
}

/// What works but should be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum ParameterWarning {
    /// A few lost heartbeats make a failover.
    #[error(
        "keep_alive_timeout is under 4 times keep_alive_interval: a few late heartbeats count as a dead peer"
    )]
    FewIntervals,
    /// A process that comes back would not wait for the one that has its sessions.
    #[error(
        "initialization_keep_alive_timeout is under twice keep_alive_timeout: a node that comes back may take its home \
         before its partner, which has the sessions, does"
    )]
    ShortInitialization,
}

impl Parameters {
    /// The preset for two nodes in one network: seconds instead of minutes.
    pub fn lan() -> Self {
        Self {
            keep_alive_interval: Duration::from_millis(200),
            keep_alive_timeout: Duration::from_secs(1),
            initialization_keep_alive_timeout: Duration::from_secs(10),
            replication_timeout: Duration::from_secs(1),
            critical_service_down_delay: Duration::from_secs(5),
            enable_automatic_fallback: true,
            automatic_fallback_delay: Duration::from_secs(60),
            client_relogin_lower_limit: None,
            client_relogin_upper_limit: None,
        }
    }

    /// The parameters of this name: `lan` or `default`.
    ///
    /// # Errors
    /// [`ParameterError::NoSuchPreset`].
    pub fn preset(name: &str) -> Result<Self, ParameterError> {
        match name {
            "lan" => Ok(Self::lan()),
            "default" => Ok(Self::default()),
            other => Err(ParameterError::NoSuchPreset(other.to_owned())),
        }
    }

    /// Reads them from the cluster's settings, by name. What is not set has its default; settings that are not
    /// parameters are not looked at.
    ///
    /// # Errors
    /// [`ParameterError`] if one cannot be read, or together they cannot be used.
    pub fn from_settings(settings: &BTreeMap<String, String>) -> Result<Self, ParameterError> {
        let mut parameters = Self::default();
        for parameter in Parameter::ALL {
            if let Some(value) = settings.get(&parameter.setting()) {
                parameters.set(parameter, value)?;
            }
        }
        parameters.check()?;
        Ok(parameters)
    }

    /// These with others in their place, by name and as text. Either all are taken or none.
    ///
    /// # Errors
    /// [`ParameterError`] if one does not exist or cannot be read, or together they cannot be used.
    pub fn with<'a>(
        &self,
        changes: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ParameterError> {
        let mut changed = self.clone();
        for (name, value) in changes {
            let parameter = Parameter::named(name);
            let parameter = parameter.ok_or_else(|| ParameterError::NoSuchParameter(name.to_owned()))?;
            changed.set(parameter, value)?;
        }
        changed.check()?;
        Ok(changed)
    }

    /// Checks them against each other.
    ///
    /// # Errors
    /// [`ParameterError`] if they cannot be used together.
    pub fn check(&self) -> Result<(), ParameterError> {
        let (interval, timeout) = (self.keep_alive_interval, self.keep_alive_timeout);
        if interval >= timeout {
            return Err(ParameterError::IntervalNotBelowTimeout { interval, timeout });
        }
        if let (Some(lower), Some(upper)) = (self.client_relogin_lower_limit, self.client_relogin_upper_limit)
            && lower > upper
        {
            return Err(ParameterError::LowerAboveUpper { lower, upper });
        }
        let anybody = HomeName::new("");
        self.ownership(anybody.clone(), anybody, true).check()?;
        Ok(())
    }

    /// Whether leases and grants have the same lengths under both. Nodes that disagree about them could both serve a home.
    pub fn promises_as(&self, other: &Self) -> bool {
        self.keep_alive_timeout == other.keep_alive_timeout
    }

    /// What works but should be known.
    pub fn warnings(&self) -> Vec<ParameterWarning> {
        let timeout = self.keep_alive_timeout;
        let few = timeout < self.keep_alive_interval * ADVISED_INTERVALS;
        let short = self.initialization_keep_alive_timeout < timeout * ADVISED_INITIALIZATION;
        let warnings =
            [(few, ParameterWarning::FewIntervals), (short, ParameterWarning::ShortInitialization)];
        warnings.into_iter().filter(|(holds, _)| *holds).map(|(_, warning)| warning).collect()
    }

    /// The settings of ownership that follow: a lease as long as `keep_alive_timeout`, a grant of as many whole
    /// seconds as that takes, and a beat every `keep_alive_interval`.
    pub fn ownership(&self, home: HomeName, node: HomeName, partner: bool) -> Settings {
        let timeout = self.keep_alive_timeout;
        let grant_seconds = timeout.as_secs() + u64::from(timeout.subsec_nanos() != 0);
        Settings {
            home,
            node,
            partner,
            lease: timeout,
            grant: Duration::from_secs(grant_seconds),
            beat: self.keep_alive_interval,
            initialization: self.initialization_keep_alive_timeout,
            rules: Rules::default(),
        }
    }
}

#[cfg(test)]
mod tests;
