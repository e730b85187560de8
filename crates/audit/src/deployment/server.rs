//! One server: what it does and how full it may become.

use super::{DeploymentError, MAX_LOG_NAMES, MAX_NAME_BYTES};

/// Sessions at which a Web Bridge takes no new guest, unless its limit was configured otherwise.
pub const DEFAULT_LIMIT: u32 = 149;
/// A bridge at so many hundredths of its limit is called filling.
pub const FILLING_PERCENT: u32 = 80;

/// What a server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Lets guests in: counts sessions.
    WebBridge,
    /// Carries calls: counts them.
    CallBridge,
    /// Both in one machine.
    Both,
    /// A Janus server. It is asked over its Admin API and plays no part in the sums of the others.
    Janus,
}

impl Role {
    /// Whether it writes `Stats` lines.
    #[must_use]
    pub fn is_web_bridge(self) -> bool {
        matches!(self, Self::WebBridge | Self::Both)
    }

    /// Whether it writes `STATS` lines.
    #[must_use]
    pub fn is_call_bridge(self) -> bool {
        matches!(self, Self::CallBridge | Self::Both)
    }

    /// The word for it in files and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WebBridge => "web bridge",
            Self::CallBridge => "call bridge",
            Self::Both => "both",
            Self::Janus => "janus",
        }
    }
}

/// How full a bridge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fill {
    /// Under [`FILLING_PERCENT`] of its limit.
    Room,
    /// From [`FILLING_PERCENT`] of its limit.
    Filling,
    /// At its limit: new guests are refused, whatever the cause.
    Full,
}

/// One server of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// What operators call it.
    pub name: String,
    /// What it does.
    pub role: Role,
    /// Further names of it in logs: host names in headers, addresses that datagrams come from.
    pub log_names: Vec<String>,
    /// Sessions at which it takes no new guest. Of a Call Bridge it is not used.
    pub limit: u32,
}

impl Server {
    /// A server with the default limit that the logs call by its name.
    #[must_use]
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), role, log_names: Vec::new(), limit: DEFAULT_LIMIT }
    }

    /// The same with further names in logs.
    #[must_use]
    pub fn with_log_names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.log_names.extend(names.into_iter().map(Into::into));
        self
    }

    /// The same with another limit.
    #[must_use]
    pub fn with_limit(mut self, sessions: u32) -> Self {
        self.limit = sessions;
        self
    }

    /// How full it is with so many sessions.
    #[must_use]
    pub fn fill(&self, sessions: u32) -> Fill {
        if sessions >= self.limit {
            Fill::Full
        } else if u64::from(sessions) * 100 >= u64::from(self.limit) * u64::from(FILLING_PERCENT) {
            Fill::Filling
        } else {
            Fill::Room
        }
    }

    /// Its name and its names in logs.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.log_names).map(String::as_str)
    }

    pub(super) fn check(&self) -> Result<(), DeploymentError> {
        if self.log_names.len() > MAX_LOG_NAMES {
            let found = self.log_names.len();
            return Err(DeploymentError::TooManyNames { server: self.name.clone(), found });
        }
        let wrong = |name: &&str| {
            name.is_empty()
                || name.len() > MAX_NAME_BYTES
                || name.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        if let Some(name) = self.names().find(wrong) {
            return Err(DeploymentError::Name { server: self.name.clone(), name: name.to_owned() });
        }
        if self.limit == 0 {
            return Err(DeploymentError::Limit { server: self.name.clone() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bridge_fills_from_four_fifths_of_its_limit_and_is_full_at_it() {
        let bridge = Server::new("webbridge1", Role::WebBridge);
        assert_eq!(bridge.limit, 149);
        assert_eq!(bridge.fill(119), Fill::Room, "119 of 149 are 79.9 %");
        assert_eq!(bridge.fill(120), Fill::Filling, "120 of 149 are 80.5 %");
        assert_eq!(bridge.fill(148), Fill::Filling);
        assert_eq!(bridge.fill(149), Fill::Full);
        assert_eq!(bridge.fill(u32::MAX), Fill::Full);
        assert_eq!(bridge.with_limit(u32::MAX).fill(u32::MAX - 1), Fill::Filling);
    }
}
