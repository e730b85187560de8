//! What was told and is not over, on disk: a process that is started again does not tell it again.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::notice::{Notice, State};
use crate::open::{Key, MAX_OPEN};

/// The form of the file.
const VERSION: u32 = 1;
/// The longest file that can be right.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// The file.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    told: Vec<StoredAlert>,
}

#[derive(Serialize, Deserialize)]
struct StoredAlert {
    node: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    since_milliseconds: u64,
}

/// What was told and is not over. What is lost with a process before every channel had it is told again by the next.
#[derive(Debug)]
pub(crate) struct Memory {
    path: Option<PathBuf>,
    told: BTreeMap<Key, SystemTime>,
}

impl Memory {
    /// Reads the file; without one nothing outlives the process. A damaged file holds nothing.
    pub(crate) fn open(path: Option<PathBuf>) -> Self {
        let told = path.as_deref().map(read).unwrap_or_default();
        Self { path, told }
    }

    pub(crate) fn told(&self) -> BTreeMap<Key, SystemTime> {
        self.told.clone()
    }

    /// Every channel is through with this notice.
    pub(crate) fn through(&mut self, notice: &Notice) {
        match notice.state {
            State::Raised => self.told.insert(notice.key.clone(), notice.at),
            State::Over { .. } => self.told.remove(&notice.key),
            State::Happened => return,
        };
        let Some(path) = &self.path else { return };
        if let Err(error) = write(path, &self.told) {
            tracing::warn!(%error, path = %path.display(), "which alerts were sent could not be kept");
        }
    }
}

fn read(path: &Path) -> BTreeMap<Key, SystemTime> {
    let short = std::fs::metadata(path).is_ok_and(|data| data.len() <= MAX_FILE_BYTES);
    let Some(text) = short.then(|| std::fs::read_to_string(path).ok()).flatten() else {
        return BTreeMap::new();
    };
    match serde_json::from_str::<Stored>(&text) {
        Ok(stored) if stored.version == VERSION => {
            stored.told.into_iter().take(MAX_OPEN).map(entry).collect()
        }
        _ => {
            tracing::warn!(path = %path.display(), "the file about alerts that were sent is damaged and not used");
            BTreeMap::new()
        }
    }
}

fn entry(stored: StoredAlert) -> (Key, SystemTime) {
    let key = Key { node: stored.node, name: stored.name, subject: stored.subject };
    let since = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(stored.since_milliseconds));
    (key, since.unwrap_or(SystemTime::UNIX_EPOCH))
}

/// The whole file or the one before.
fn write(path: &Path, told: &BTreeMap<Key, SystemTime>) -> io::Result<()> {
    let stored = |(key, since): (&Key, &SystemTime)| StoredAlert {
        node: key.node.clone(),
        name: key.name.clone(),
        subject: key.subject.clone(),
        since_milliseconds: u64::try_from(
            since.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis(),
        )
        .unwrap_or(u64::MAX),
    };
    let text = serde_json::to_string(&Stored { version: VERSION, told: told.iter().map(stored).collect() })?;
    let new = path.with_extension("new");
    std::fs::write(&new, text)?;
    std::fs::rename(new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kept as it was written first: later versions must read it.
    const VERSION_1: &str = r#"{"version":1,"told":[{"node":"imp1","name":"ServiceDown","subject":"router","since_milliseconds":1620874128244}]}"#;

    #[test]
    fn what_was_told_is_read_back_until_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.json");
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_620_874_128_244);
        let key = Key::new("imp1", "ServiceDown").about("router");
        let raised = Notice { at, key: key.clone(), text: String::new(), state: State::Raised };
        let mut memory = Memory::open(Some(path.clone()));
        memory.through(&raised);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), VERSION_1);
        let mut memory = Memory::open(Some(path.clone()));
        assert_eq!(memory.told(), BTreeMap::from([(key, at)]));
        memory.through(&Notice { state: State::Over { since: at }, ..raised });
        assert!(Memory::open(Some(path)).told().is_empty());
    }

    #[test]
    fn a_damaged_file_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.json");
        for text in ["", "{", &VERSION_1.replace("\"version\":1", "\"version\":2"), &VERSION_1[..40]] {
            std::fs::write(&path, text).unwrap();
            assert!(Memory::open(Some(path.clone())).told().is_empty(), "{text}");
        }
    }
}
