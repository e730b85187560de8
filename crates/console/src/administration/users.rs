//! Users as operators see them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Password, Time};

/// Which users to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// Begin after this address: `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Most users in the page: 1 to 1000, 100 when left out.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 1000)]
    pub limit: usize,
}

/// Entries of a page when the request does not say.
pub(crate) const DEFAULT_LIMIT: usize = 100;
/// Most entries of a page.
pub(crate) const MAX_LIMIT: usize = 1000;

pub(super) fn default_limit() -> usize {
    DEFAULT_LIMIT
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Bare JID.
    pub jid: String,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// When the account was made.
    pub created: Time,
    /// Sessions at this moment, with and without a connection; nothing if that is not known.
    pub sessions: Option<u64>,
}

/// One page of users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserPage {
    /// The users.
    pub users: Vec<User>,
    /// `after` of the next page, if there is one.
    pub next: Option<String>,
    /// How many users there are in all.
    pub total: u64,
}

/// An account to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Bare JID.
    pub jid: String,
    /// Password.
    pub password: Password,
}

/// What became of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// Accounts that were made.
    pub created: u64,
    /// Accounts that were not, and why.
    pub failed: Vec<ImportFailure>,
}

/// One account that was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportFailure {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Its address as it was given.
    pub jid: String,
    /// Why not.
    pub message: String,
}
