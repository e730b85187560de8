//! Archive preferences as clients ask for and set them (XEP-0441 §2.1).

use bytes::Bytes;
use everpresent_session::row::{ArchiveDefault, ArchivePreferences};
use everpresent_stanza::{Element, ErrorCondition, Jid, StanzaError, ns};

use crate::xml;

/// Addresses in each of the two lists.
pub const PREFERENCES_LIST_MAX: usize = 500;

/// Why preferences are refused; it turns into the stanza error that the client gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PreferencesError {
    /// No `default`, or none of the three known.
    #[error("archive preferences need a default: always, never or roster")]
    UnknownDefault,
    /// An address that is none.
    #[error("a jid in the archive preferences is malformed")]
    MalformedAddress,
    /// More than [`PREFERENCES_LIST_MAX`].
    #[error("a list of the archive preferences is too long")]
    TooMany,
}

impl From<PreferencesError> for StanzaError {
    fn from(error: PreferencesError) -> Self {
        let condition = match error {
            PreferencesError::UnknownDefault => ErrorCondition::BadRequest,
            PreferencesError::MalformedAddress => ErrorCondition::JidMalformed,
            PreferencesError::TooMany => ErrorCondition::PolicyViolation,
        };
        Self::new(condition).with_text(&error.to_string())
    }
}

/// Reads `<prefs/>`; a list that is left out is empty.
pub fn parse(prefs: &Element) -> Result<ArchivePreferences, PreferencesError> {
    let default = match prefs.attr("default") {
        Some("always") => ArchiveDefault::Always,
        Some("never") => ArchiveDefault::Never,
        Some("roster") => ArchiveDefault::Roster,
        _ => return Err(PreferencesError::UnknownDefault),
    };
    Ok(ArchivePreferences { default, always: list(prefs, "always")?, never: list(prefs, "never")? })
}

fn list(prefs: &Element, name: &str) -> Result<Vec<Jid>, PreferencesError> {
    let mut jids = Vec::new();
    for jid in prefs.children().filter(|child| child.is(name, ns::MAM)).flat_map(Element::children) {
        if jids.len() == PREFERENCES_LIST_MAX {
            return Err(PreferencesError::TooMany);
        }
        jids.push(Jid::new(jid.text().trim()).map_err(|_| PreferencesError::MalformedAddress)?);
    }
    Ok(jids)
}

/// The `<prefs/>` that shows them.
pub fn payload(preferences: &ArchivePreferences) -> Bytes {
    let default = match preferences.default {
        ArchiveDefault::Always => "always",
        ArchiveDefault::Never => "never",
        ArchiveDefault::Roster => "roster",
    };
    let mut out = format!("<prefs xmlns='{}' default='{default}'>", ns::MAM).into_bytes();
    for (name, jids) in [("always", &preferences.always), ("never", &preferences.never)] {
        out.extend_from_slice(format!("<{name}>").as_bytes());
        for jid in jids {
            xml::text_element(&mut out, "jid", jid.as_str());
        }
        xml::end(&mut out, name);
    }
    xml::end(&mut out, "prefs");
    Bytes::from(out)
}
