//! The Admin API over the Unix socket of `janus.transport.pfunix`.
//!
//! A request is one packet and so is its answer. A socket of the kind SOCK_DGRAM answers to the address of who asks, so one
//! is made for the time of a request, in a folder that nobody else can enter.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

use super::MAX_ANSWER_BYTES;

/// Rights of the folder for answers.
const OWNER_ONLY: u32 = 0o700;

/// Which kind of socket Janus listens on (`admin_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// SOCK_SEQPACKET, the default.
    Packets,
    /// SOCK_DGRAM.
    Datagrams,
}

/// A socket of Janus.
#[derive(Debug)]
pub(super) struct Unix {
    path: PathBuf,
    kind: Kind,
    deadline: Duration,
}

impl Unix {
    pub(super) fn new(path: PathBuf, kind: Kind, deadline: Duration) -> Self {
        Self { path, kind, deadline }
    }

    pub(super) fn ask(&self, request: &str) -> Result<Vec<u8>, String> {
        self.exchange(request).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                format!("no answer within {} s", self.deadline.as_secs())
            }
            _ => error.to_string(),
        })
    }

    fn exchange(&self, request: &str) -> io::Result<Vec<u8>> {
        let (kind, address) = match self.kind {
            Kind::Packets => (Type::SEQPACKET, None),
            Kind::Datagrams => (Type::DGRAM, Some(Address::new()?)),
        };
        let mut socket = Socket::new(Domain::UNIX, kind, None)?;
        socket.set_read_timeout(Some(self.deadline))?;
        socket.set_write_timeout(Some(self.deadline))?;
        if let Some(address) = &address {
            socket.bind(&SockAddr::unix(&address.socket)?)?;
        }
        socket.connect(&SockAddr::unix(&self.path)?)?;
        socket.send(request.as_bytes())?;
        let mut answer = vec![0; MAX_ANSWER_BYTES];
        let length = socket.read(&mut answer)?;
        answer.truncate(length);
        Ok(answer)
    }
}

/// Where a datagram is answered to; gone with its folder when it is dropped.
struct Address {
    folder: PathBuf,
    socket: PathBuf,
}

impl Address {
    fn new() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("everpresent-janus-{}-{count}", std::process::id()));
        // Fails if somebody has made it before: it would be theirs.
        fs::DirBuilder::new().mode(OWNER_ONLY).create(&folder)?;
        let socket = folder.join("answer");
        Ok(Self { folder, socket })
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        let remove = |path: &Path| fs::remove_file(path);
        // Nothing can be done about a leftover in the folder for temporary files.
        let _ = remove(&self.socket).and_then(|()| fs::remove_dir(&self.folder));
    }
}
