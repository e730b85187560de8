//! A connection on which a test writes whatever it likes.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{DOMAIN, House, PASSWORD, sasl, soon};

/// Most that is kept of what the server said: it must not be endless.
const MAX_HEARD_BYTES: usize = 64 * 1024 * 1024;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection, and what was read of it but not looked at.
pub(crate) struct Raw {
    stream: Box<dyn Stream>,
    heard: Vec<u8>,
    /// Channel-binding data of type `tls-exporter`.
    pub(crate) exporter: Vec<u8>,
}

impl Raw {
    pub(crate) async fn tcp(address: SocketAddr) -> Self {
        let stream = soon("a connection", TcpStream::connect(address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::of(stream)
    }

    /// A connection that was made already.
    pub(crate) fn of(stream: TcpStream) -> Self {
        Self { stream: Box::new(stream), heard: Vec::new(), exporter: Vec::new() }
    }

    /// A connection with TLS from the first byte.
    pub(crate) async fn tls(house: &House) -> Self {
        let trust = everpresent_client::Trust::pem(&house.certificate()).unwrap();
        let config: Arc<ClientConfig> = everpresent_client::tls::config(trust).unwrap();
        let tcp = TcpStream::connect(house.address("c2s_tls")).await.unwrap();
        let name = ServerName::try_from(DOMAIN).unwrap();
        let stream = tokio_rustls::TlsConnector::from(config).connect(name, tcp).await.unwrap();
        let session = stream.get_ref().1;
        let exporter =
            session.export_keying_material(vec![0u8; 32], b"EXPORTER-Channel-Binding", Some(&[])).unwrap();
        Self { stream: Box::new(stream), heard: Vec::new(), exporter }
    }

    /// Writes; a server that has closed the connection is no reason to fail.
    pub(crate) async fn says(&mut self, text: impl AsRef<[u8]>) -> bool {
        let written = async {
            self.stream.write_all(text.as_ref()).await?;
            self.stream.flush().await
        };
        soon("the server to take what is written", written).await.is_ok()
    }

    /// Reads up to and with this text.
    pub(crate) async fn hears(&mut self, end: &str) -> String {
        let found = soon(end, async {
            loop {
                let heard = &self.heard;
                if let Some(at) = heard.windows(end.len()).position(|window| window == end.as_bytes()) {
                    return Ok(at + end.len());
                }
                if !self.fill().await {
                    return Err(String::from_utf8_lossy(&self.heard).into_owned());
                }
            }
        });
        match found.await {
            Ok(length) => String::from_utf8(self.heard.drain(..length).collect()).unwrap(),
            Err(instead) => panic!("waited for {end:?}, the connection ended behind {instead:?}"),
        }
    }

    /// Reads to the end of the connection.
    pub(crate) async fn last_words(&mut self) -> String {
        soon("the end of the connection", async { while self.fill().await {} }).await;
        String::from_utf8(std::mem::take(&mut self.heard)).unwrap()
    }

    async fn fill(&mut self) -> bool {
        assert!(self.heard.len() < MAX_HEARD_BYTES, "the server does not stop talking");
        // A connection that was reset is over as well.
        !matches!(self.stream.read_buf(&mut self.heard).await, Ok(0) | Err(_))
    }

    /// Opens a stream and reads the features.
    pub(crate) async fn opens(&mut self) -> String {
        self.says(header()).await;
        self.hears("</stream:features>").await
    }

    /// Whether this text comes before the end of the connection. Nothing is taken away.
    pub(crate) async fn reaches(&mut self, text: &str) -> bool {
        soon(text, async {
            let mut looked_at = 0;
            loop {
                let from = usize::saturating_sub(looked_at, text.len());
                if self.heard[from..].windows(text.len()).any(|window| window == text.as_bytes()) {
                    return true;
                }
                looked_at = self.heard.len();
                if !self.fill().await {
                    return false;
                }
            }
        })
        .await
    }

    /// Signs in with SCRAM on a fresh connection, and opens the stream anew.
    pub(crate) async fn signs_in(&mut self, user: &str) {
        self.opens().await;
        self.authenticates(user).await;
        self.opens().await;
    }

    /// Signs in with SCRAM on a stream that is open; the next stream is still to be opened.
    pub(crate) async fn authenticates(&mut self, user: &str) {
        let answer = sasl::scram(self, user, PASSWORD).await;
        assert!(answer.contains("<success"), "{answer}");
    }

    /// Binds a resource; the server's answer.
    pub(crate) async fn binds(&mut self, resource: &str) -> String {
        let bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>";
        self.says(format!("<iq type='set' id='bind'>{bind}{resource}</resource></bind></iq>")).await;
        self.hears("</iq>").await
    }

    /// Enables stream management; the id to resume with.
    pub(crate) async fn enables(&mut self) -> String {
        self.says("<enable xmlns='urn:xmpp:sm:3' resume='true'/>").await;
        let enabled = self.hears("/>").await;
        attribute(&enabled, "id")
    }

    /// Asks for an acknowledgement; the server's count.
    pub(crate) async fn count(&mut self) -> u32 {
        self.says("<r xmlns='urn:xmpp:sm:3'/>").await;
        self.hears("<a ").await;
        attribute(&self.hears("/>").await, "h").parse().unwrap()
    }

    /// Waits until the server has dealt with everything so far; what it said meanwhile.
    pub(crate) async fn settles(&mut self) -> String {
        self.says("<iq type='get' id='settled' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>").await;
        let mut said = self.hears("id='settled'").await;
        said.push_str(&self.hears(">").await);
        said
    }
}

/// A stream header.
pub(crate) fn header() -> String {
    format!(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams' to='{DOMAIN}' version='1.0'>"
    )
}

/// The value of the first attribute of this name.
pub(crate) fn attribute(xml: &str, name: &str) -> String {
    let at = [format!("{name}='"), format!("{name}=\"")];
    let start = at.iter().find_map(|start| xml.find(start.as_str()).map(|place| place + start.len()));
    let value = &xml[start.unwrap_or_else(|| panic!("no {name} in {xml}"))..];
    value[..value.find(['\'', '"']).unwrap()].to_owned()
}
