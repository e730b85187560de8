//! What the ledger needs of an account when it first meets it, in one question to the database: every sign-in and
//! every message to somebody who is away asks it.

use everpresent_session::row::{ArchivePreferences, RosterRow};
use everpresent_stanza::{BareJid, Jid};
use sqlx::query;

use crate::accounts::Account;
use crate::database::Database;
use crate::error::StoreError;
use crate::fields::{Fields, split};
use crate::spool::SpoolSize;

/// An account's state.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountState {
    /// The account itself.
    pub account: Account,
    /// All roster items, unlisted ones too, by contact.
    pub roster: Vec<RosterRow>,
    /// The roster's version, 0 if it never had an item (XEP-0237).
    pub roster_version: u64,
    /// Blocked addresses, sorted (XEP-0191).
    pub blocked: Vec<Jid>,
    /// When messages are archived.
    pub archive_preferences: ArchivePreferences,
    /// What waits in the spool.
    pub spool: SpoolSize,
}

/// Six reads as one statement. The first gives the columns their types; `kind` tells the parts apart.
const SELECT: &str = "\
SELECT CAST(1 AS BIGINT) AS kind, contact, name, group_names, subscription, pending_out, approved, listed, version, \
  pending_in FROM roster WHERE account = $1 \
UNION ALL SELECT 2, account, '', '', '', disabled, created_ms, 0, 0, NULL FROM users WHERE account = $1 \
UNION ALL SELECT 3, '', '', '', '', version, 0, 0, 0, NULL FROM roster_versions WHERE account = $1 \
UNION ALL SELECT 4, jid, '', '', '', 0, 0, 0, 0, NULL FROM blocked WHERE account = $1 \
UNION ALL SELECT 5, rule, always_with, never_with, '', 0, 0, 0, 0, NULL FROM archive_preferences WHERE account = $1 \
UNION ALL SELECT 6, '', '', '', '', COUNT(*), COALESCE(SUM(LENGTH(stanza)), 0), 0, 0, NULL FROM spool \
  WHERE account = $1";

impl Database {
    /// What the ledger needs of an account; nothing if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_state(&self, user: &BareJid) -> Result<Option<AccountState>, StoreError> {
        const WHAT: &str = "read an account's state";
        let rows = self.rows(WHAT, query(SELECT).bind(user.as_str().to_owned())).await?;
        let mut account = None;
        let mut state = Parts::default();
        for row in &rows {
            let fields = Fields::new(WHAT, row);
            match fields.number(0)? {
                1 => state.roster.push(roster_row(user, &fields)?),
                2 => {
                    let (disabled, created) = (fields.flag(5)?, fields.time(6)?);
                    account = Some(Account { user: user.clone(), disabled, created });
                }
                3 => state.roster_version = fields.count(5)?,
                4 => state.blocked.push(fields.jid(1)?),
                5 => {
                    state.archive_preferences = ArchivePreferences {
                        default: fields.archive_default(1)?,
                        always: fields.jids(2)?,
                        never: fields.jids(3)?,
                    }
                }
                _ => state.spool = SpoolSize { rows: fields.count(5)?, bytes: fields.count(6)? },
            }
        }
        Ok(account.map(|account| state.with(account)))
    }
}

#[derive(Default)]
struct Parts {
    roster: Vec<RosterRow>,
    roster_version: u64,
    blocked: Vec<Jid>,
    archive_preferences: ArchivePreferences,
    spool: SpoolSize,
}

impl Parts {
    /// A union has no order of its own.
    fn with(mut self, account: Account) -> AccountState {
        self.roster.sort_unstable_by(|l, r| l.contact.cmp(&r.contact));
        self.blocked.sort_unstable();
        AccountState {
            account,
            roster: self.roster,
            roster_version: self.roster_version,
            blocked: self.blocked,
            archive_preferences: self.archive_preferences,
            spool: self.spool,
        }
    }
}

fn roster_row(user: &BareJid, fields: &Fields<'_>) -> Result<RosterRow, StoreError> {
    Ok(RosterRow {
        user: user.clone(),
        contact: fields.bare_jid(1)?,
        name: fields.text(2)?.to_owned(),
        groups: split(fields.text(3)?),
        subscription: fields.subscription(4)?,
        pending_out: fields.flag(5)?,
        approved: fields.flag(6)?,
        listed: fields.flag(7)?,
        version: fields.count(8)?,
        pending_in: fields.optional_bytes(9)?,
    })
}
