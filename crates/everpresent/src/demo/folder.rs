//! The demo's folder: configuration, data, accounts and log, all in one place that can be deleted afterwards.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::failure::{Exit, Failure};

/// The nodes' names, which are those of the homes too.
pub(super) const NODES: [&str; 2] = ["imp1", "imp2"];
/// Says that a folder is a demo's. Held locked by the demo and by its nodes; it holds the demo's process id.
const MARKER: &str = ".everpresent-demo";
/// Largest accounts file that is read back.
const MAX_ACCOUNTS_BYTES: u64 = 64 * 1024;
/// Characters of a password: each one of 32, none that looks like another.
const PASSWORD_ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Length of a made password: 80 random bits.
const PASSWORD_CHARACTERS: usize = 16;

/// The folder, for this demo alone as long as it is open.
pub(super) struct Folder {
    path: PathBuf,
    lock: File,
}

/// An account of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) user: String,
    pub(super) password: String,
}

impl Folder {
    /// Opens the folder of an earlier demo, or makes a new one.
    ///
    /// # Errors
    /// When somebody else's files are in it, or another demo is at work there.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let path = std::path::absolute(path).map_err(|error| failed(path, &error))?;
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(|error| failed(&path, &error))?;
        let marker = path.join(MARKER);
        let mut entries = std::fs::read_dir(&path).map_err(|error| failed(&path, &error))?;
        if !marker.exists() && entries.next().is_some() {
            let message = format!(
                "{} holds files that no demo has made; nothing was touched. Name a new folder with --dir",
                path.display()
            );
            return Err(Failure::new(Exit::Usage, message));
        }
        let lock = private().read(true).append(true).create(true).open(&marker);
        let lock = lock.map_err(|error| failed(&marker, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, lock }),
            Err(TryLockError::Error(error)) => Err(failed(&marker, &error)),
            Err(TryLockError::WouldBlock) => {
                let process = std::fs::read_to_string(&marker).unwrap_or_default();
                Err(Failure::failed(format!(
                    "{} is in use by a demo (process {}); end that one, or name another folder with --dir",
                    path.display(),
                    process.trim()
                )))
            }
        }
    }

    /// The lock once more, for the nodes to hold too: so nobody begins while one is left over.
    pub(super) fn share_lock(&self) -> std::io::Result<File> {
        self.lock.try_clone()
    }

    /// Notes which process plays in this folder.
    pub(super) fn note_process(&self, process: u32) -> std::io::Result<()> {
        self.lock.set_len(0)?;
        (&self.lock).write_all(format!("{process}\n").as_bytes())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A node's own folder, which is made if it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn make_node(&self, node: usize) -> Result<PathBuf, Failure> {
        let path = self.node(node);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|error| failed(&path, &error))?;
        Ok(path)
    }

    fn node(&self, node: usize) -> PathBuf {
        self.path.join(NODES[node])
    }

    pub(super) fn config(&self, node: usize) -> PathBuf {
        self.node(node).join("node.toml")
    }

    pub(super) fn log(&self, node: usize) -> PathBuf {
        self.node(node).join("server.log")
    }

    /// Where a node's certificate for other nodes is.
    pub(super) fn cluster(&self, node: usize) -> PathBuf {
        self.node(node).join("data").join("cluster")
    }

    pub(super) fn accounts_file(&self) -> PathBuf {
        self.path.join("accounts.csv")
    }

    /// Where the guardian notes which process serves.
    pub(super) fn server_pid(&self, node: usize) -> PathBuf {
        self.node(node).join("data").join("server.pid")
    }

    /// The certificate that both nodes show to clients, and its key.
    pub(super) fn certificate(&self) -> PathBuf {
        self.path.join("localhost.crt")
    }

    pub(super) fn key(&self) -> PathBuf {
        self.path.join("localhost.key")
    }

    /// Writes a file that only its owner may read, in place of an earlier one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write(&self, path: &Path, text: &str) -> Result<(), Failure> {
        let file = private().write(true).create(true).truncate(true).open(path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| failed(path, &error))
    }

    /// The accounts of an earlier run, or new ones with random passwords; and whether they are new.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds something else.
    pub(super) fn accounts(&self, users: &[&str], domain: &str) -> Result<(Vec<Account>, bool), Failure> {
        let path = self.accounts_file();
        let mut text = String::new();
        match File::open(&path) {
            Ok(file) => {
                let read = file.take(MAX_ACCOUNTS_BYTES).read_to_string(&mut text);
                read.map_err(|error| failed(&path, &error))?;
                Ok((read_accounts(&text, users, domain, &path)?, false))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let accounts =
                    users.iter().map(|user| Ok(Account { user: (*user).into(), password: password()? }));
                let accounts = accounts.collect::<Result<Vec<_>, Failure>>()?;
                let lines = accounts
                    .iter()
                    .map(|account| format!("{}@{domain},{}\n", account.user, account.password));
                let text: String = std::iter::once("jid,password\n".to_owned()).chain(lines).collect();
                self.write(&path, &text)?;
                Ok((accounts, true))
            }
            Err(error) => Err(failed(&path, &error)),
        }
    }
}

fn read_accounts(text: &str, users: &[&str], domain: &str, path: &Path) -> Result<Vec<Account>, Failure> {
    let find = |user: &&str| {
        let found = text.lines().find_map(|line| line.strip_prefix(&format!("{user}@{domain},")));
        let account = found.map(|password| Account { user: (*user).into(), password: password.into() });
        account.ok_or_else(|| {
            let file = path.display();
            Failure::failed(format!("{file} has no line for {user}@{domain}; delete it for new passwords"))
        })
    };
    users.iter().map(find).collect()
}

fn password() -> Result<String, Failure> {
    let mut random = [0; PASSWORD_CHARACTERS];
    getrandom::fill(&mut random).map_err(|error| Failure::failed(format!("no randomness: {error}")))?;
    let pick = |byte: &u8| char::from(PASSWORD_ALPHABET[usize::from(*byte) % PASSWORD_ALPHABET.len()]);
    Ok(random.iter().map(pick).collect())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_new_folder_gets_accounts_that_the_next_run_finds_again() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("demo");
        let first = Folder::open(&path).unwrap().accounts(&["alice", "bob"], "localhost").unwrap();
        let second = Folder::open(&path).unwrap().accounts(&["alice", "bob"], "localhost").unwrap();
        assert_eq!(first.0, second.0);
        assert_eq!((first.1, second.1), (true, false));
        assert_ne!(first.0[0].password, first.0[1].password);
        let mode = std::fs::metadata(path.join("accounts.csv")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_folder_with_somebody_elses_files_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("thesis.tex"), "precious").unwrap();
        let refused = Folder::open(place.path()).err().unwrap();
        assert_eq!(refused.exit, Exit::Usage);
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_demos_do_not_share_a_folder() {
        let place = tempfile::tempdir().unwrap();
        let first = Folder::open(place.path()).unwrap();
        first.note_process(4711).unwrap();
        let refused = Folder::open(place.path()).err().unwrap();
        assert!(refused.message.contains("process 4711"), "{refused}");
        drop(first);
        Folder::open(place.path()).unwrap();
    }

    #[test]
    fn a_damaged_accounts_file_is_named() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        folder.write(&folder.accounts_file(), "jid,password\nalice@localhost,x\n").unwrap();
        let refused = folder.accounts(&["alice", "bob"], "localhost").unwrap_err();
        assert!(refused.message.contains("bob@localhost"), "{refused}");
    }
}
