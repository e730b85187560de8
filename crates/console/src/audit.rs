//! One log line for every act of an operator.

use everpresent_stanza::Jid;

use crate::connection::Connection;
use crate::refusal::Refusal;
use crate::router::Shared;

impl Shared {
    /// Logs what was done, to whom and how it went, and hands the result on.
    pub(crate) fn audited<T>(
        &self,
        act: &'static str,
        subject: Option<&Jid>,
        connection: &Connection,
        result: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let subject = subject.map_or_else(|| "-".to_owned(), |jid| (self.parts.label)(jid));
        self.audited_of(act, &subject, connection, result)
    }

    /// The same for what is no person: a node or a group, by its name.
    pub(crate) fn audited_of<T>(
        &self,
        act: &'static str,
        subject: &str,
        connection: &Connection,
        result: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let from = if connection.is_loopback() { "this machine" } else { "another machine" };
        let outcome = match &result {
            Ok(_) => "done".to_owned(),
            Err(refusal) => format!("refused: {:?}", refusal.code),
        };
        tracing::info!(target: "everpresent::audit", act, subject, from, outcome, "admin api");
        result
    }
}
