//! What was added to a remote log since the last visit.

use tokio::io::{AsyncRead, AsyncWrite};

use super::super::Splitter;
use super::session::{Session, SftpError};

/// How far before its end a log is read that is seen for the first time: some hours of a busy server.
pub const FIRST_BYTES: u64 = 4 << 20;
/// Most that one visit reads. What is left is read by the next.
pub const MAX_VISIT_BYTES: u64 = 32 << 20;
/// What is asked for at once; every server must give 32,768 bytes (draft-ietf-secsh-filexfer-02 §3).
const READ_BYTES: u32 = 32 * 1024;
/// How much of the beginning is remembered, to notice that the log was rotated.
const HEAD_BYTES: u32 = 256;

/// Where the next visit goes on.
#[derive(Debug, Default)]
pub struct Tail {
    position: Option<u64>,
    head: Vec<u8>,
    splitter: Splitter,
}

impl Tail {
    /// A log that was never visited.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads what was added, over a channel on which the subsystem `sftp` was started. Gives whether there is more.
    ///
    /// # Errors
    /// [`SftpError`]; lines before it were given, and the next visit goes on behind them.
    pub async fn visit<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        channel: S,
        path: &str,
        each: &mut (dyn FnMut(&[u8], bool) + Send),
    ) -> Result<bool, SftpError> {
        let mut session = Session::begin(channel).await?;
        let handle = session.open(path).await?;
        let size = session.size(&handle).await?;
        let head = session.read(&handle, 0, HEAD_BYTES).await?;
        self.begin(size, &head);
        let from = self.position.unwrap_or(0);
        // What is written during the visit is for the next, so that a busy log does not keep it for ever.
        let until = size.min(from.saturating_add(MAX_VISIT_BYTES));
        let mut position = from;
        while position < until {
            let most = u32::try_from(until - position).map_or(READ_BYTES, |left| left.min(READ_BYTES));
            let data = session.read(&handle, position, most).await?;
            if data.is_empty() {
                break;
            }
            self.splitter.feed(&data, &mut |line, cut| each(line, cut));
            position += data.len() as u64;
            self.position = Some(position);
        }
        session.close(&handle).await?;
        Ok(position < size && position == until)
    }

    /// Decides where to go on: behind what is known, near the end of a log that is new, at the beginning of one that was rotated.
    fn begin(&mut self, size: u64, head: &[u8]) {
        match self.position {
            None => {
                let from = size.saturating_sub(FIRST_BYTES);
                if from > 0 {
                    self.splitter.skip_first();
                }
                self.position = Some(from);
            }
            Some(position) if size < position || !head.starts_with(&self.head) => {
                self.splitter.forget();
                self.position = Some(0);
            }
            Some(_) => {}
        }
        self.head = head.to_vec();
    }
}
