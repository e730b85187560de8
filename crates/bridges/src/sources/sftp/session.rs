//! Requests and answers over a channel, one at a time, each within a deadline.

use std::time::Duration;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use super::wire::{self, Fields, Request};

/// How long a server may take for one answer.
const ANSWER_DEADLINE: Duration = Duration::from_secs(15);
/// The version that is spoken.
const SFTP_VERSION: u32 = 3;

/// Why a remote file could not be read.
#[derive(Debug, Error)]
pub enum SftpError {
    /// The server refuses.
    #[error("the server refuses to {what} (SFTP status {code}): {told}")]
    Refused {
        /// What was asked, as a verb phrase.
        what: &'static str,
        /// `SSH_FX_…`.
        code: u32,
        /// What the server says.
        told: String,
    },
    /// It answers what no SFTP server answers.
    #[error("the server does not speak SFTP as it should: {0}")]
    Protocol(&'static str),
    /// It does not answer.
    #[error("no answer of the SFTP server within {} s", ANSWER_DEADLINE.as_secs())]
    Silent,
    /// The channel is broken.
    #[error("the SFTP channel broke: {0}")]
    Channel(#[from] std::io::Error),
}

/// An SFTP session on an open channel.
pub(super) struct Session<S> {
    channel: S,
    next: u32,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) async fn begin(channel: S) -> Result<Self, SftpError> {
        let mut session = Self { channel, next: 0 };
        let init = Request::new(wire::INIT).number(SFTP_VERSION).finished();
        let answer = session.exchange(&init).await?;
        match answer.split_first() {
            Some((&wire::VERSION, rest)) if Fields(rest).number()? >= SFTP_VERSION => Ok(session),
            _ => Err(SftpError::Protocol("it did not agree on a version")),
        }
    }

    /// Opens a file for reading; the answer is its handle.
    pub(super) async fn open(&mut self, path: &str) -> Result<Vec<u8>, SftpError> {
        let request = |id| {
            let request = Request::new(wire::OPEN).number(id).bytes(path.as_bytes());
            // No attributes are set.
            request.number(wire::FOR_READING).number(0)
        };
        let answer = self.ask("open the log", wire::HANDLE, request).await?;
        Ok(Fields(&answer).bytes()?.to_vec())
    }

    pub(super) async fn size(&mut self, handle: &[u8]) -> Result<u64, SftpError> {
        let request = |id| Request::new(wire::FSTAT).number(id).bytes(handle);
        let answer = self.ask("tell the size of the log", wire::ATTRS, request).await?;
        Fields(&answer).size()
    }

    /// At most so many bytes from there; none at the end.
    pub(super) async fn read(&mut self, handle: &[u8], from: u64, most: u32) -> Result<Vec<u8>, SftpError> {
        let request = |id| Request::new(wire::READ).number(id).bytes(handle).long(from).number(most);
        match self.ask("read the log", wire::DATA, request).await {
            Ok(answer) => {
                let data = Fields(&answer).bytes()?;
                if data.len() > most as usize {
                    return Err(SftpError::Protocol("it sent more than was asked for"));
                }
                Ok(data.to_vec())
            }
            Err(SftpError::Refused { code: wire::END_OF_FILE, .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn close(&mut self, handle: &[u8]) -> Result<(), SftpError> {
        let request = |id| Request::new(wire::CLOSE).number(id).bytes(handle);
        self.ask("close the log", wire::STATUS, request).await.map(|_| ())
    }

    /// Sends a request and gives what follows the id in the answer of the wanted kind.
    async fn ask(
        &mut self,
        what: &'static str,
        wanted: u8,
        request: impl FnOnce(u32) -> Request,
    ) -> Result<Vec<u8>, SftpError> {
        self.next = self.next.wrapping_add(1);
        let answer = self.exchange(&request(self.next).finished()).await?;
        let Some((&kind, rest)) = answer.split_first() else {
            return Err(SftpError::Protocol("an answer is empty"));
        };
        let mut fields = Fields(rest);
        if fields.number()? != self.next {
            return Err(SftpError::Protocol("an answer belongs to another request"));
        }
        if kind == wire::STATUS {
            let code = fields.number()?;
            if code != 0 {
                return Err(SftpError::Refused { what, code, told: fields.told() });
            }
        }
        if kind == wanted {
            Ok(fields.0.to_vec())
        } else {
            Err(SftpError::Protocol("an answer is of another kind"))
        }
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Vec<u8>, SftpError> {
        let talk = async {
            self.channel.write_all(request).await?;
            self.channel.flush().await?;
            let length = self.channel.read_u32().await? as usize;
            if length > wire::MAX_PACKET_BYTES {
                return Err(SftpError::Protocol("an answer is too long"));
            }
            let mut answer = vec![0; length];
            self.channel.read_exact(&mut answer).await?;
            Ok(answer)
        };
        timeout(ANSWER_DEADLINE, talk).await.map_err(|_| SftpError::Silent)?
    }
}
