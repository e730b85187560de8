//! Reading a query: which messages, and which page of them (XEP-0313 §4, XEP-0059).

use everpresent_session::ids::RowId;
use everpresent_session::time::Timestamp;
use everpresent_stanza::{Element, ErrorCondition, Jid, StanzaError, build, ns};
use everpresent_store::archive::ARCHIVE_IDS_MAX;
use everpresent_store::{Filter, PageFrom, Paging};

use super::form::{self, Field};
use super::{not_found, too_many_ids};

/// Longest `queryid`: it stands in every message of the answer.
const QUERY_ID_BYTES_MAX: usize = 256;

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// What the client calls it.
    pub(super) query_id: Option<String>,
    /// Which messages.
    pub(super) filter: Filter,
    /// Which page of them.
    pub(super) paging: Paging,
}

impl Query {
    /// Reads `<query/>`. A page has at most `page_rows` messages, whatever the client asks for.
    ///
    /// # Errors
    /// What is told to the client: `item-not-found` for an id that cannot be one of this archive,
    /// `feature-not-implemented` for a field or a kind of page that there is not, `bad-request` and others for what
    /// cannot be read.
    pub(super) fn parse(query: &Element, page_rows: usize) -> Result<Self, StanzaError> {
        let query_id = query.attr("queryid");
        if query_id.is_some_and(|id| id.len() > QUERY_ID_BYTES_MAX) {
            return Err(refused(ErrorCondition::PolicyViolation, "the queryid is too long"));
        }
        if query.attr("node").is_some() {
            return Err(refused(ErrorCondition::ItemNotFound, "the archive of an account has no nodes"));
        }
        let page_rows = u32::try_from(page_rows).unwrap_or(u32::MAX);
        let whole = Paging { max: page_rows, from: PageFrom::First, flip: false };
        let mut paging = query.get_child("set", ns::RSM).map_or(Ok(whole), |set| paging(set, page_rows))?;
        paging.flip = query.has_child("flip-page", ns::MAM);
        let filter = query.get_child("x", ns::DATA_FORMS).map_or_else(|| Ok(Filter::default()), filter)?;
        Ok(Self { query_id: query_id.map(str::to_owned), filter, paging })
    }
}

/// Reads the form (XEP-0313 §4.1). A field that was left empty is not there.
fn filter(form: &Element) -> Result<Filter, StanzaError> {
    let mut filter = Filter::default();
    for field in form::fields(form)? {
        match field.name.as_str() {
            "with" => filter.with = field.single()?.map(Jid::new).transpose()?,
            "start" => filter.start = field.single()?.map(time).transpose()?,
            "end" => filter.end = field.single()?.map(time).transpose()?,
            "before-id" => filter.before_id = field.single()?.map(id).transpose()?,
            "after-id" => filter.after_id = field.single()?.map(id).transpose()?,
            _ => filter.ids = ids(&field)?,
        }
    }
    Ok(filter)
}

fn time(text: &str) -> Result<Timestamp, StanzaError> {
    let time = build::parse_timestamp(text).map(Timestamp);
    time.ok_or_else(|| refused(ErrorCondition::BadRequest, "a time of the query is not as XEP-0082 has it"))
}

fn id(text: &str) -> Result<RowId, StanzaError> {
    RowId::parse(text).ok_or_else(not_found)
}

/// No ids at all would otherwise ask for everything.
fn ids(field: &Field) -> Result<Vec<RowId>, StanzaError> {
    if field.values.is_empty() {
        return Err(refused(ErrorCondition::BadRequest, "the field ids names no message"));
    }
    if field.values.len() > ARCHIVE_IDS_MAX {
        return Err(too_many_ids());
    }
    field.values.iter().map(|text| id(text)).collect()
}

/// Reads the `<set/>` of a request (XEP-0059 §2).
fn paging(set: &Element, page_rows: u32) -> Result<Paging, StanzaError> {
    let text = |name: &str| set.get_child(name, ns::RSM).map(|child| child.text().trim().to_owned());
    if text("index").is_some() {
        return Err(refused(ErrorCondition::FeatureNotImplemented, "pages are not served by index"));
    }
    let max = match text("max") {
        None => page_rows,
        // A number that is too large for a u32 is larger than a page.
        Some(digits) if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            digits.parse().unwrap_or(u32::MAX).min(page_rows)
        }
        Some(_) => return Err(refused(ErrorCondition::BadRequest, "the max of a page is a number")),
    };
    let from = match (text("before"), text("after")) {
        (None, None) => PageFrom::First,
        (Some(before), None) if before.is_empty() => PageFrom::Last,
        (Some(before), None) => PageFrom::Before(id(&before)?),
        (None, Some(after)) if after.is_empty() => PageFrom::First,
        (None, Some(after)) => PageFrom::After(id(&after)?),
        (Some(_), Some(_)) => {
            let text =
                "a page lies before or after a message: for both use the fields before-id and after-id";
            return Err(refused(ErrorCondition::BadRequest, text));
        }
    };
    Ok(Paging { max, from, flip: false })
}

fn refused(condition: ErrorCondition, text: &str) -> StanzaError {
    StanzaError::new(condition).with_text(text)
}

#[cfg(test)]
mod tests;
