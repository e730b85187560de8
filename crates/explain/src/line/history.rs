//! Lines of `system-history.log`: `08/14/2012 13:36:09 | root: Boot Start` (published).

use super::Read;
use crate::event::What;
use crate::stamp::{self, Stamp};

/// `MM/DD/YYYY HH:MM:SS | root: What …`.
pub(super) fn read(text: &str) -> Option<Read> {
    let (at, rest) = stamp::american(text)?;
    let entry = rest.trim_start().strip_prefix('|')?.trim_start().strip_prefix("root: ")?;
    // Each boot has a line when it begins and one when it is done; the first one says when.
    let what = match entry.split_whitespace().next()? {
        "Boot" if entry.trim_end().ends_with("Start") => What::Boot { node: None },
        "Restart" | "Shutdown" if entry.trim_end().ends_with("Start") => What::Shutdown { node: None },
        "Boot" | "Restart" | "Shutdown" | "Install" | "Upgrade" => return Some(Read::Known),
        _ => return Some(Read::Unknown("system history".to_owned())),
    };
    Some(Read::Event(Stamp::Dated(at), what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boots_and_shutdowns_are_read() {
        let what = |text| match read(text) {
            Some(Read::Event(_, what)) => Some(what),
            _ => None,
        };
        assert_eq!(what("08/14/2012 13:36:09 | root: Boot Start"), Some(What::Boot { node: None }));
        assert_eq!(
            what("08/14/2012 13:36:09 | root: Restart 11.5.1.15900-33 Start"),
            Some(What::Shutdown { node: None })
        );
        assert_eq!(what("08/14/2012 13:36:09 | root: Boot 11.5.1.15900-33 Success"), None);
    }
}
