//! What the ledger needs of an account when it first meets it: every sign-in and every message to somebody who is away
//! asks for one, and whoever takes over a home asks for thousands. So a few hundred are one question to the database.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use everpresent_session::row::{ArchivePreferences, RosterRow};
use everpresent_stanza::{BareJid, Jid};
use sqlx::query;

use crate::accounts::Account;
use crate::database::{Database, Statement};
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

/// How many accounts a statement is for. Few different ones, so that all of them stay prepared on their connection; a
/// list that is shorter is filled up with its last account.
const CHUNK_USERS: [usize; 3] = [1, 16, 256];

const WHAT: &str = "read accounts";

/// The statement for each size of a list.
static SELECTS: LazyLock<[String; CHUNK_USERS.len()]> = LazyLock::new(|| CHUNK_USERS.map(select));

/// Six reads as one statement. The first gives the columns their types; `kind` tells the parts apart.
fn select(users: usize) -> String {
    let list = (1..=users).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
    format!(
        "SELECT CAST(1 AS BIGINT) AS kind, account, contact, name, group_names, subscription, pending_out, approved, \
           listed, version, pending_in FROM roster WHERE account IN ({list}) \
         UNION ALL SELECT 2, account, home, '', '', '', disabled, created_ms, 0, 0, NULL FROM users \
           WHERE account IN ({list}) \
         UNION ALL SELECT 3, account, '', '', '', '', version, 0, 0, 0, NULL FROM roster_versions \
           WHERE account IN ({list}) \
         UNION ALL SELECT 4, account, jid, '', '', '', 0, 0, 0, 0, NULL FROM blocked WHERE account IN ({list}) \
         UNION ALL SELECT 5, account, rule, always_with, never_with, '', 0, 0, 0, 0, NULL FROM archive_preferences \
           WHERE account IN ({list}) \
         UNION ALL SELECT 6, account, '', '', '', '', COUNT(*), SUM(LENGTH(stanza)), 0, 0, NULL FROM spool \
           WHERE account IN ({list}) GROUP BY account"
    )
}

impl Database {
    /// What the ledger needs of an account; nothing if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_state(&self, user: &BareJid) -> Result<Option<AccountState>, StoreError> {
        Ok(self.account_states(std::slice::from_ref(user)).await?.pop().map(|(_, state)| state))
    }

    /// The same for many accounts: those of the list that exist, in its order, each of them once. Each is as it was at
    /// one moment, not all at the same.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_states(
        &self,
        users: &[BareJid],
    ) -> Result<Vec<(BareJid, AccountState)>, StoreError> {
        let mut seen = HashSet::with_capacity(users.len());
        let users: Vec<&BareJid> = users.iter().filter(|user| seen.insert(user.as_str())).collect();
        let mut states = Vec::with_capacity(users.len());
        for chunk in users.chunks(CHUNK_USERS[CHUNK_USERS.len() - 1]) {
            self.read_chunk(chunk, &mut states).await?;
        }
        Ok(states)
    }

    async fn read_chunk(
        &self,
        users: &[&BareJid],
        states: &mut Vec<(BareJid, AccountState)>,
    ) -> Result<(), StoreError> {
        let sizes = CHUNK_USERS.iter().zip(&*SELECTS);
        let Some((size, sql)) = sizes.into_iter().find(|(size, _)| **size >= users.len()) else {
            return Ok(());
        };
        let Some(last) = users.last() else { return Ok(()) };
        let fill = std::iter::repeat_n(last, size - users.len());
        let bind = |select: Statement, user: &&BareJid| select.bind(user.as_str().to_owned());
        let rows = self.rows(WHAT, users.iter().chain(fill).fold(query(sql.as_str()), bind)).await?;

        let places: HashMap<&str, usize> =
            (0..).zip(users).map(|(place, user)| (user.as_str(), place)).collect();
        let mut parts: Vec<Parts> = users.iter().map(|_| Parts::default()).collect();
        for row in &rows {
            let fields = Fields::new(WHAT, row);
            let place = places.get(fields.text(1)?).copied();
            let (Some(user), Some(parts)) =
                (place.and_then(|place| users.get(place)), place.and_then(|place| parts.get_mut(place)))
            else {
                continue;
            };
            parts.add(user, &fields)?;
        }
        let known =
            users.iter().zip(parts).filter_map(|(user, parts)| Some(((*user).clone(), parts.state()?)));
        states.extend(known);
        Ok(())
    }
}

#[derive(Default)]
struct Parts {
    account: Option<Account>,
    roster: Vec<RosterRow>,
    roster_version: u64,
    blocked: Vec<Jid>,
    archive_preferences: ArchivePreferences,
    spool: SpoolSize,
}

impl Parts {
    fn add(&mut self, user: &BareJid, fields: &Fields<'_>) -> Result<(), StoreError> {
        match fields.number(0)? {
            1 => self.roster.push(roster_row(user, fields)?),
            2 => {
                let (home, disabled, created) = (fields.home(2)?, fields.flag(6)?, fields.time(7)?);
                self.account = Some(Account { user: user.clone(), disabled, created, home });
            }
            3 => self.roster_version = fields.count(6)?,
            4 => self.blocked.push(fields.jid(2)?),
            5 => {
                self.archive_preferences = ArchivePreferences {
                    default: fields.archive_default(2)?,
                    always: fields.jids(3)?,
                    never: fields.jids(4)?,
                }
            }
            _ => self.spool = SpoolSize { rows: fields.count(6)?, bytes: fields.count(7)? },
        }
        Ok(())
    }

    /// A union has no order of its own.
    fn state(mut self) -> Option<AccountState> {
        self.roster.sort_unstable_by(|l, r| l.contact.cmp(&r.contact));
        self.blocked.sort_unstable();
        Some(AccountState {
            account: self.account?,
            roster: self.roster,
            roster_version: self.roster_version,
            blocked: self.blocked,
            archive_preferences: self.archive_preferences,
            spool: self.spool,
        })
    }
}

fn roster_row(user: &BareJid, fields: &Fields<'_>) -> Result<RosterRow, StoreError> {
    Ok(RosterRow {
        user: user.clone(),
        contact: fields.bare_jid(2)?,
        name: fields.text(3)?.to_owned(),
        groups: split(fields.text(4)?),
        subscription: fields.subscription(5)?,
        pending_out: fields.flag(6)?,
        approved: fields.flag(7)?,
        listed: fields.flag(8)?,
        version: fields.count(9)?,
        pending_in: fields.optional_bytes(10)?,
    })
}
