//! The arguments of a statement, row after row, in the order of its columns.

use everpresent_session::row::{
    ArchivePreferences, ArchiveRow, HeadRow, RosterRow, RouteRow, Row, SpoolRow, TokenRow,
};
use everpresent_stanza::Jid;
use sqlx::any::AnyArguments;
use sqlx::{Any, Arguments, Encode, Type};

use super::Fence;
use super::batch::roster_version;
use super::table::Table;
use crate::fields::{archive_default, bare_and_resource, join, subscription, token_slot};

/// The arguments for these rows.
pub(super) fn of<'r>(
    table: Table,
    rows: impl Iterator<Item = &'r Row>,
    fence: &Fence,
) -> Result<AnyArguments, sqlx::Error> {
    let mut values = Values { arguments: AnyArguments::default(), failed: None };
    for row in rows {
        if table == Table::RosterVersion {
            let (account, version) = roster_version(row);
            values.add(account).add(version.cast_signed());
        } else {
            values.row(row, fence);
        }
    }
    match values.failed {
        None => Ok(values.arguments),
        Some(error) => Err(sqlx::Error::Encode(error)),
    }
}

struct Values {
    arguments: AnyArguments,
    failed: Option<sqlx::error::BoxDynError>,
}

impl Values {
    fn add<'v, V: Encode<'v, Any> + Type<Any>>(&mut self, value: V) -> &mut Self {
        if let Err(error) = self.arguments.add(value) {
            self.failed = Some(error);
        }
        self
    }

    fn row(&mut self, row: &Row, fence: &Fence) {
        match row {
            Row::Archive(row) => self.archive(row),
            Row::Spool(row) => self.spool(row),
            Row::SpoolGone { user, id } => self.add(user.as_str()).add(id.to_string()),
            Row::Roster(row) => self.roster(row),
            Row::RosterGone { user, contact, .. } => self.add(user.as_str()).add(contact.as_str()),
            Row::Blocked { user, jid } | Row::Unblocked { user, jid } => {
                self.add(user.as_str()).add(jid.as_str())
            }
            Row::ArchivePreferences { user, preferences } => self.add(user.as_str()).preferences(preferences),
            Row::Token(row) => self.token(row),
            Row::TokenGone { user, user_agent, slot } => {
                self.add(user.as_str()).add(user_agent.as_str()).add(token_slot(*slot))
            }
            Row::Route(row) => self.route(row, fence),
            Row::RouteGone { id } => self.add(fence.home.as_str()).add(id.to_string()),
            Row::Head(row) => self.head(row, fence),
            Row::HeadGone { session } => self.add(fence.home.as_str()).add(session.to_string()),
        };
    }

    fn archive(&mut self, row: &ArchiveRow) -> &mut Self {
        let (bare, resource) = bare_and_resource(&row.with);
        self.add(row.user.as_str())
            .add(row.id.to_string())
            .add(row.at.0)
            .add(bare)
            .add(resource)
            .add(row.stanza_id.as_str())
            .add(row.stanza.as_ref())
    }

    fn spool(&mut self, row: &SpoolRow) -> &mut Self {
        self.add(row.user.as_str())
            .add(row.id.to_string())
            .add(row.at.0)
            .add(i64::from(row.archived))
            .add(row.stanza.as_ref())
    }

    fn roster(&mut self, row: &RosterRow) -> &mut Self {
        self.add(row.user.as_str())
            .add(row.contact.as_str())
            .add(row.name.as_str())
            .add(join(row.groups.iter().map(String::as_str)))
            .add(subscription(row.subscription))
            .add(i64::from(row.pending_out))
            .add(row.pending_in.as_ref().map(|request| request.to_vec()))
            .add(i64::from(row.approved))
            .add(i64::from(row.listed))
            .add(row.version.cast_signed())
    }

    fn preferences(&mut self, row: &ArchivePreferences) -> &mut Self {
        self.add(archive_default(row.default)).add(jids(&row.always)).add(jids(&row.never))
    }

    fn token(&mut self, row: &TokenRow) -> &mut Self {
        self.add(row.user.as_str())
            .add(row.user_agent.as_str())
            .add(token_slot(row.slot))
            .add(row.mechanism.as_str())
            .add(row.secret.as_ref())
            .add(row.expires.0)
            .add(i64::from(row.count))
    }

    fn route(&mut self, row: &RouteRow, fence: &Fence) -> &mut Self {
        self.add(fence.home.as_str()).add(row.id.to_string()).add(row.to.as_str()).add(row.stanza.as_ref())
    }

    fn head(&mut self, row: &HeadRow, fence: &Fence) -> &mut Self {
        let jid = row.jid.as_str();
        self.add(fence.home.as_str())
            .add(row.session.to_string())
            .add(jid.split('/').next().unwrap_or(jid))
            .add(jid)
            .add(row.user_agent.as_deref())
            .add(i64::from(row.handled))
            .add(row.presence.as_ref().map(|presence| presence.to_vec()))
            .add(jids(&row.directed))
            .add(row.opened.0)
    }
}

fn jids(jids: &[Jid]) -> String {
    join(jids.iter().map(|jid| jid.as_str()))
}
