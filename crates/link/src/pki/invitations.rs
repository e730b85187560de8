//! The invitations that a node has made: no secret, only its hash, with a name and an end.
//!
//! One line each: hash, name, end in seconds since 1970. The command that invites and the server that admits are two
//! processes, so each change is made under a lock.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::files::{self, INVITATIONS, PRIVATE, failed};
use super::{Fingerprint, INVITATION_MINUTES, MAX_INVITATIONS, PkiError};

/// The file whose lock is held during a change.
const LOCK: &str = "invitations.lock";

/// An invitation that was not used yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenInvitation {
    /// Who is invited.
    pub node: String,
    /// Until when.
    pub until: SystemTime,
}

struct Entry {
    hash: [u8; 32],
    node: String,
    until_seconds: u64,
}

/// The invitations that can still be used.
///
/// # Errors
/// When the file cannot be read.
pub fn open_invitations(dir: &Path, now: SystemTime) -> Result<Vec<OpenInvitation>, PkiError> {
    let entries = read(dir, now)?.into_iter();
    let open = entries.map(|entry| {
        let until = UNIX_EPOCH + Duration::from_secs(entry.until_seconds);
        OpenInvitation { node: entry.node, until }
    });
    Ok(open.collect())
}

/// Remembers an invitation.
pub(super) fn record(dir: &Path, secret: &[u8], node: &str, now: SystemTime) -> Result<(), PkiError> {
    let _lock = lock(dir)?;
    let mut entries = read(dir, now)?;
    if entries.len() >= MAX_INVITATIONS {
        return Err(PkiError::TooManyInvitations(entries.len()));
    }
    let until_seconds = seconds(now) + INVITATION_MINUTES * 60;
    entries.push(Entry { hash: Sha256::digest(secret).into(), node: node.to_owned(), until_seconds });
    write(dir, &entries)
}

/// Uses an invitation up. It can be used only by the node that it is for, and only once.
pub(super) fn take(dir: &Path, secret: &[u8], node: &str, now: SystemTime) -> Result<(), PkiError> {
    let _lock = lock(dir)?;
    let mut entries = read(dir, now)?;
    let hash: [u8; 32] = Sha256::digest(secret).into();
    // Every entry is compared, whole, so that time tells nothing.
    let mut found = None;
    for (place, entry) in entries.iter().enumerate() {
        if bool::from(entry.hash.ct_eq(&hash)) {
            found = Some(place);
        }
    }
    let place = found.ok_or(PkiError::NotInvited)?;
    if entries[place].node != node {
        return Err(PkiError::WrongNode { invited: entries[place].node.clone(), node: node.to_owned() });
    }
    entries.remove(place);
    write(dir, &entries)
}

fn lock(dir: &Path) -> Result<File, PkiError> {
    let path = dir.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed(&path))?;
    file.lock().map_err(failed(&path))?;
    Ok(file)
}

/// What is in the file and has not ended.
fn read(dir: &Path, now: SystemTime) -> Result<Vec<Entry>, PkiError> {
    let path = dir.join(INVITATIONS);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&path)(error)),
    };
    let broken = || PkiError::File {
        path: path.clone(),
        problem: "it is damaged; remove it: open invitations are lost with it, nothing else".into(),
    };
    let entries: Option<Vec<Entry>> = text.lines().map(parse).collect();
    let now = seconds(now);
    Ok(entries.ok_or_else(broken)?.into_iter().filter(|entry| entry.until_seconds > now).collect())
}

fn parse(line: &str) -> Option<Entry> {
    let mut words = line.split(' ');
    let (hash, node, until) = (words.next()?, words.next()?, words.next()?);
    if hash.len() != 64 || !hash.is_ascii() || words.next().is_some() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(hash.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(Entry { hash: bytes, node: node.to_owned(), until_seconds: until.parse().ok()? })
}

fn write(dir: &Path, entries: &[Entry]) -> Result<(), PkiError> {
    let mut text = String::new();
    for entry in entries {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {} {}", Fingerprint(entry.hash), entry.node, entry.until_seconds);
    }
    files::write(&dir.join(INVITATIONS), text.as_bytes(), PRIVATE)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
