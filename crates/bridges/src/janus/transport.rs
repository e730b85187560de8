//! How a request gets to Janus and its answer back.

mod http;
mod unix;

use std::path::PathBuf;
use std::time::Duration;

use super::JanusError;

/// Longest answer that is read. The ids of 100,000 sessions have 1.8 MB.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// Within this an answer must be there, unless another time is given.
const DEADLINE: Duration = Duration::from_secs(10);

/// A way to the Admin API.
#[derive(Debug)]
pub struct Transport {
    place: String,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Http(http::Http),
    Unix(unix::Unix),
}

impl Transport {
    /// The way that an address names: `http://…`, `https://…` (certificates that the system trusts), `unix:` and the path of a
    /// socket of the kind SOCK_SEQPACKET, which is Janus' default, or `unix-dgram:` for one of SOCK_DGRAM.
    ///
    /// # Errors
    /// [`JanusError::Address`] for anything else, and for an address with a password in it.
    pub fn new(url: &str) -> Result<Self, JanusError> {
        Self::with_deadline(url, DEADLINE)
    }

    /// The same, with another deadline for each answer.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_deadline(url: &str, deadline: Duration) -> Result<Self, JanusError> {
        let wrong = || JanusError::Address { url: shown(url) };
        let way = if let Some(path) = url.strip_prefix("unix-dgram:") {
            Way::Unix(unix::Unix::new(absolute(path).ok_or_else(wrong)?, unix::Kind::Datagrams, deadline))
        } else if let Some(path) = url.strip_prefix("unix:") {
            Way::Unix(unix::Unix::new(absolute(path).ok_or_else(wrong)?, unix::Kind::Packets, deadline))
        } else {
            let rest =
                url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).ok_or_else(wrong)?;
            if rest.is_empty()
                || rest.contains(['@', '?', '#'])
                || rest.chars().any(|c| c.is_control() || c == ' ')
            {
                return Err(wrong());
            }
            Way::Http(http::Http::new(url, deadline))
        };
        Ok(Self { place: url.to_owned(), way })
    }

    /// Its address.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Sends a request and gives the answer.
    pub(super) fn ask(&self, request: &str) -> Result<Vec<u8>, JanusError> {
        let answer = match &self.way {
            Way::Http(http) => http.ask(request),
            Way::Unix(unix) => unix.ask(request),
        };
        answer.map_err(|problem| JanusError::Unreachable { place: self.place.clone(), problem })
    }
}

fn absolute(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(path);
    path.is_absolute().then_some(path)
}

/// An address without what stands before an `@`: that may be a password.
fn shown(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_an_admin_api_are_taken_and_passwords_are_not_shown() {
        for good in
            ["http://127.0.0.1:7088/admin", "https://[::1]/admin", "unix:/run/janus/admin", "unix-dgram:/a"]
        {
            assert_eq!(Transport::new(good).unwrap().place(), good);
        }
        for bad in
            ["", "ws://a", "http://", "unix:relative", "/path", "http://a b", "http://a/?secret=1", "HTTP//x"]
        {
            assert!(matches!(Transport::new(bad), Err(JanusError::Address { .. })), "{bad}");
        }
        let error = Transport::new("http://root:hunter2@127.0.0.1/admin").unwrap_err().to_string();
        assert!(error.contains("127.0.0.1") && !error.contains("hunter2"), "{error}");
    }
}
