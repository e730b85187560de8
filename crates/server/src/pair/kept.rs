//! What the recovery manager keeps on this node's own disk, so that a restart goes on where the process before it was,
//! database or not.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use everpresent_recovery::manager::{NodeState, Reason, Standing};
use everpresent_session::time::Timestamp;

use crate::files::write_private;

/// The file within the node's data folder.
const FILE: &str = "recovery.state";
/// The longest file that can be right.
const MAX_FILE_BYTES: u64 = 1024;

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kept {
    /// What was said of the node last.
    pub(super) standing: Option<Standing>,
    /// Until when it is in maintenance.
    pub(super) maintenance: Option<Timestamp>,
}

/// The file, and what it holds.
#[derive(Debug)]
pub(super) struct KeptFile {
    path: PathBuf,
    kept: Kept,
}

impl KeptFile {
    /// Reads what is kept in the node's data folder. A file that is missing or damaged holds nothing: the manager then
    /// finds out anew.
    pub(super) fn open(data_dir: &Path) -> Self {
        let path = data_dir.join(FILE);
        let short = std::fs::metadata(&path).is_ok_and(|data| data.len() <= MAX_FILE_BYTES);
        let text = short.then(|| std::fs::read_to_string(&path).ok()).flatten();
        let kept = text.as_deref().and_then(parse);
        if text.is_some() && kept.is_none() {
            tracing::warn!(path = %path.display(), "the state of this node that was kept is damaged and not used");
        }
        Self { path, kept: kept.unwrap_or_default() }
    }

    pub(super) fn kept(&self) -> Kept {
        self.kept
    }

    /// Keeps what is said of the node.
    pub(super) fn keep_standing(&mut self, standing: Standing) {
        self.keep(Kept { standing: Some(standing), ..self.kept });
    }

    /// Keeps until when it is in maintenance.
    pub(super) fn keep_maintenance(&mut self, maintenance: Option<Timestamp>) {
        self.keep(Kept { maintenance, ..self.kept });
    }

    fn keep(&mut self, kept: Kept) {
        if kept == self.kept {
            return;
        }
        self.kept = kept;
        if let Err(error) = self.write() {
            tracing::warn!(%error, path = %self.path.display(), "the state of this node could not be kept");
        }
    }

    /// The whole file or the one before.
    fn write(&self) -> io::Result<()> {
        let new = self.path.with_extension("new");
        write_private(&new, text(&self.kept).as_bytes())?;
        std::fs::rename(new, &self.path)
    }
}

fn text(kept: &Kept) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    if let Some(standing) = kept.standing {
        let _ = writeln!(text, "state {}", standing.state.number());
        let _ = writeln!(text, "reason {}", standing.reason.number());
        let _ = writeln!(text, "idle {}", standing.idle);
    }
    if let Some(until) = kept.maintenance {
        let _ = writeln!(text, "maintenance {}", until.0);
    }
    text.push_str("end\n");
    text
}

/// All of it or nothing: a file that was cut short says less than it should.
fn parse(text: &str) -> Option<Kept> {
    let lines = text.strip_suffix("end\n")?.lines();
    let (mut state, mut reason, mut idle, mut maintenance) = (None, None, None, None);
    for line in lines {
        let (name, value) = line.split_once(' ')?;
        match name {
            "state" => state = Some(NodeState::from_number(value.parse().ok()?)?),
            "reason" => reason = Some(Reason::from_number(value.parse().ok()?)?),
            "idle" => idle = Some(value.parse().ok()?),
            "maintenance" => maintenance = Some(Timestamp(value.parse().ok()?)),
            _ => return None,
        }
    }
    let standing = match (state, reason, idle) {
        (Some(state), Some(reason), Some(idle)) => Some(Standing { state, reason, idle }),
        (None, None, None) => None,
        _ => return None,
    };
    Some(Kept { standing, maintenance })
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Standing = Standing { state: NodeState::Idle, reason: Reason::OnAdminRequest, idle: true };

    #[test]
    fn what_was_kept_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = KeptFile::open(folder.path());
        assert_eq!(file.kept(), Kept::default());
        file.keep_standing(IDLE);
        file.keep_maintenance(Some(Timestamp(1_700_000_000_000)));
        let kept = KeptFile::open(folder.path()).kept();
        assert_eq!(kept, Kept { standing: Some(IDLE), maintenance: Some(Timestamp(1_700_000_000_000)) });
        file.keep_maintenance(None);
        assert_eq!(KeptFile::open(folder.path()).kept(), Kept { standing: Some(IDLE), maintenance: None });
    }

    #[test]
    fn a_file_that_was_cut_short_or_changed_is_not_half_believed() {
        let whole = text(&Kept { standing: Some(IDLE), maintenance: Some(Timestamp(5)) });
        assert!(parse(&whole).is_some());
        for length in 0..whole.len() {
            assert_eq!(parse(&whole[..length]), None, "{length} bytes");
        }
        for wrong in ["state 99\nend\n", "state 2\nend\n", "colour red\nend\n", "state two\nend\n"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
