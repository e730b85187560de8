//! One of a user's sessions as the rules of this crate see it.

use everpresent_stanza::Jid;

/// One of a user's sessions, whether its transport is there or not. Results name a session by its place in the slice
/// that was handed in.
#[derive(Debug, Clone, Copy)]
pub struct ResourceView<'a> {
    /// The resourcepart of its address.
    pub resource: &'a str,
    /// The priority of its last presence broadcast; `None` if it is connected but not available.
    pub priority: Option<i8>,
    /// Whether it asked for the roster, and so gets roster pushes (RFC 6121 §2.2).
    pub interested: bool,
    /// Whether it switched carbons on (XEP-0280 §4).
    pub carbons: bool,
    /// Who was sent directed presence and no unavailable presence since (RFC 6121 §4.6).
    pub directed: &'a [Jid],
}

impl ResourceView<'_> {
    /// Whether it has sent presence and not taken it back.
    pub fn is_available(&self) -> bool {
        self.priority.is_some()
    }

    /// Whether messages to the user's bare address may go to it (RFC 6121 §8.5.2.1.1).
    pub fn takes_messages(&self) -> bool {
        self.priority.is_some_and(|priority| priority >= 0)
    }
}

/// The places of those that `wanted` accepts.
pub(crate) fn places<'v>(
    resources: &[ResourceView<'v>],
    wanted: impl Fn(&ResourceView<'v>) -> bool,
) -> Vec<usize> {
    resources.iter().enumerate().filter(|(_, resource)| wanted(resource)).map(|(place, _)| place).collect()
}

/// Reads the `<priority/>` of a presence; absent or out of range counts as 0 (RFC 6121 §4.7.2.3).
pub fn priority(text: Option<&str>) -> i8 {
    text.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}
