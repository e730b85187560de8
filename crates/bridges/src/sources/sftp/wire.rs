//! Packets of SFTP version 3. Pure.

use super::SftpError;

/// Longest packet that is taken from a server: what is asked for, and room for its head.
pub(super) const MAX_PACKET_BYTES: usize = 64 * 1024;
/// Longest text of a server that is repeated.
const MAX_TOLD_CHARS: usize = 200;

pub(super) const INIT: u8 = 1;
pub(super) const VERSION: u8 = 2;
pub(super) const OPEN: u8 = 3;
pub(super) const CLOSE: u8 = 4;
pub(super) const READ: u8 = 5;
pub(super) const FSTAT: u8 = 8;
pub(super) const STATUS: u8 = 101;
pub(super) const HANDLE: u8 = 102;
pub(super) const DATA: u8 = 103;
pub(super) const ATTRS: u8 = 105;

/// `SSH_FX_EOF`: nothing is left to read.
pub(super) const END_OF_FILE: u32 = 1;
/// `SSH_FXF_READ`.
pub(super) const FOR_READING: u32 = 1;
/// `SSH_FILEXFER_ATTR_SIZE`.
const HAS_SIZE: u32 = 1;

/// A packet that is being written; its length is put in front at the end.
pub(super) struct Request(Vec<u8>);

impl Request {
    pub(super) fn new(kind: u8) -> Self {
        Self(vec![0, 0, 0, 0, kind])
    }

    #[must_use]
    pub(super) fn number(mut self, number: u32) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    #[must_use]
    pub(super) fn long(mut self, number: u64) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    #[must_use]
    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        let mut request = self.number(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        request.0.extend_from_slice(bytes);
        request
    }

    pub(super) fn finished(mut self) -> Vec<u8> {
        let length = u32::try_from(self.0.len() - 4).unwrap_or(u32::MAX);
        self.0[..4].copy_from_slice(&length.to_be_bytes());
        self.0
    }
}

/// Reads the fields of an answer, each of which may be missing or lie about its length.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn number(&mut self) -> Result<u32, SftpError> {
        let (bytes, rest) =
            self.0.split_first_chunk().ok_or(SftpError::Protocol("an answer is too short"))?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*bytes))
    }

    fn long(&mut self) -> Result<u64, SftpError> {
        Ok(u64::from(self.number()?) << 32 | u64::from(self.number()?))
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], SftpError> {
        let length = self.number()? as usize;
        let wrong = SftpError::Protocol("a field is longer than its answer");
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(wrong)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// The size out of the attributes.
    pub(super) fn size(&mut self) -> Result<u64, SftpError> {
        if self.number()? & HAS_SIZE == 0 {
            return Err(SftpError::Protocol("the server does not tell the size of the file"));
        }
        self.long()
    }

    /// The text of a status, fit for a log line.
    pub(super) fn told(&mut self) -> String {
        let text = String::from_utf8_lossy(self.bytes().unwrap_or_default()).into_owned();
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_TOLD_CHARS).collect()
    }
}
