//! The parameters one by one: names, meanings, and values as text.

use super::text::{self, Range};
use super::{ParameterError, Parameters, SETTING_PREFIX};

/// One parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Parameter {
    /// See [`Parameters::keep_alive_interval`].
    KeepAliveInterval,
    /// See [`Parameters::keep_alive_timeout`].
    KeepAliveTimeout,
    /// See [`Parameters::initialization_keep_alive_timeout`].
    InitializationKeepAliveTimeout,
    /// See [`Parameters::replication_timeout`].
    ReplicationTimeout,
    /// See [`Parameters::critical_service_down_delay`].
    CriticalServiceDownDelay,
    /// See [`Parameters::enable_automatic_fallback`].
    EnableAutomaticFallback,
    /// See [`Parameters::automatic_fallback_delay`].
    AutomaticFallbackDelay,
    /// See [`Parameters::client_relogin_lower_limit`].
    ClientReloginLowerLimit,
    /// See [`Parameters::client_relogin_upper_limit`].
    ClientReloginUpperLimit,
}

impl Parameter {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::KeepAliveInterval,
        Self::KeepAliveTimeout,
        Self::InitializationKeepAliveTimeout,
        Self::ReplicationTimeout,
        Self::CriticalServiceDownDelay,
        Self::EnableAutomaticFallback,
        Self::AutomaticFallbackDelay,
        Self::ClientReloginLowerLimit,
        Self::ClientReloginUpperLimit,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::KeepAliveInterval => "keep_alive_interval",
            Self::KeepAliveTimeout => "keep_alive_timeout",
            Self::InitializationKeepAliveTimeout => "initialization_keep_alive_timeout",
            Self::ReplicationTimeout => "replication_timeout",
            Self::CriticalServiceDownDelay => "critical_service_down_delay",
            Self::EnableAutomaticFallback => "enable_automatic_fallback",
            Self::AutomaticFallbackDelay => "automatic_fallback_delay",
            Self::ClientReloginLowerLimit => "client_relogin_lower_limit",
            Self::ClientReloginUpperLimit => "client_relogin_upper_limit",
        }
    }

    /// The parameter of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parameter| parameter.name() == name)
    }

    /// The name of the setting that keeps it.
    pub fn setting(self) -> String {
        format!("{SETTING_PREFIX}{}", self.name())
    }

    /// What it is for, in a line.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::KeepAliveInterval => "a heartbeat is sent this often",
            Self::KeepAliveTimeout => "silence after which the peer is down; 90s on slow links",
            Self::InitializationKeepAliveTimeout => "the same while a node starts",
            Self::ReplicationTimeout => "silence of the replica after which a home leaves protected mode",
            Self::CriticalServiceDownDelay => "how long a monitored service may be down before failover",
            Self::EnableAutomaticFallback => "whether nodes fall back without an operator",
            Self::AutomaticFallbackDelay => "how long the home node must be healthy before that",
            Self::ClientReloginLowerLimit => "shortest random wait before a fresh sign-in",
            Self::ClientReloginUpperLimit => "longest random wait before a fresh sign-in",
        }
    }
}

impl Parameters {
    /// A parameter as text, as [`Parameters::set`] reads it.
    pub fn get(&self, parameter: Parameter) -> String {
        match parameter {
            Parameter::KeepAliveInterval => text::length(self.keep_alive_interval),
            Parameter::KeepAliveTimeout => text::length(self.keep_alive_timeout),
            Parameter::InitializationKeepAliveTimeout => text::length(self.initialization_keep_alive_timeout),
            Parameter::ReplicationTimeout => text::length(self.replication_timeout),
            Parameter::CriticalServiceDownDelay => text::length(self.critical_service_down_delay),
            Parameter::EnableAutomaticFallback => self.enable_automatic_fallback.to_string(),
            Parameter::AutomaticFallbackDelay => text::length(self.automatic_fallback_delay),
            Parameter::ClientReloginLowerLimit => text::limit(self.client_relogin_lower_limit),
            Parameter::ClientReloginUpperLimit => text::limit(self.client_relogin_upper_limit),
        }
    }

    /// Sets a parameter from text: a length such as `200ms`, `15s`, `2m` or `1h`; `true` or `false`; for the
    /// bounds of the wait before a sign-in also `auto`. Whether it fits the others is for [`Parameters::check`].
    ///
    /// # Errors
    /// [`ParameterError::Unreadable`].
    pub fn set(&mut self, parameter: Parameter, value: &str) -> Result<(), ParameterError> {
        let set = match parameter {
            Parameter::KeepAliveInterval => text::read(value, Range::Positive, &mut self.keep_alive_interval),
            Parameter::KeepAliveTimeout => text::read(value, Range::Positive, &mut self.keep_alive_timeout),
            Parameter::InitializationKeepAliveTimeout => {
                text::read(value, Range::Positive, &mut self.initialization_keep_alive_timeout)
            }
            Parameter::ReplicationTimeout => {
                text::read(value, Range::Positive, &mut self.replication_timeout)
            }
            Parameter::CriticalServiceDownDelay => {
                text::read(value, Range::Positive, &mut self.critical_service_down_delay)
            }
            Parameter::EnableAutomaticFallback => text::read_flag(value, &mut self.enable_automatic_fallback),
            Parameter::AutomaticFallbackDelay => {
                text::read(value, Range::FromZero, &mut self.automatic_fallback_delay)
            }
            Parameter::ClientReloginLowerLimit => {
                text::read_limit(value, &mut self.client_relogin_lower_limit)
            }
            Parameter::ClientReloginUpperLimit => {
                text::read_limit(value, &mut self.client_relogin_upper_limit)
            }
        };
        set.map_err(|expected| ParameterError::Unreadable { parameter, value: value.to_owned(), expected })
    }
}
