//! A server that does what a test tells it, line by line, over real sockets.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use everpresent_client::{Client, Event, Options, Trust};
use hmac::{Hmac, KeyInit, Mac};
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use sha1::{Digest, Sha1};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub(crate) const DOMAIN: &str = "example.net";
pub(crate) const PASSWORD: &str = "pencil";
const SALT: &[u8] = b"salt";
const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0'>";
const MECHANISMS: &str = "<stream:features><mechanisms><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism>\
    </mechanisms></stream:features>";
const SIGNED_IN: &str = "<stream:features><bind/><sm xmlns='urn:xmpp:sm:3'/></stream:features>";

pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// Listens for one client at a time.
pub(crate) struct Server {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    pub(crate) trust: Trust,
}

impl Server {
    pub(crate) async fn start() -> Self {
        // Self-signed and claiming to be an authority, as `openssl req -x509` makes them.
        let mut parameters = rcgen::CertificateParams::new(vec![DOMAIN.to_owned()]).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap().der().clone();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![certificate.clone()], key)
                .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener, acceptor: Arc::new(config).into(), trust: Trust::Roots(vec![certificate]) }
    }

    pub(crate) fn options(&self) -> Options {
        let port = self.listener.local_addr().unwrap().port();
        Options::new("127.0.0.1", port, DOMAIN, "alice", PASSWORD)
    }

    pub(crate) async fn accept(&self) -> Actor<'static> {
        Actor { io: Box::new(self.listener.accept().await.unwrap().0), read: String::new() }
    }

    /// `None` if the client broke the handshake off.
    pub(crate) async fn accept_tls(&self) -> Option<Actor<'static>> {
        let stream = self.acceptor.accept(self.listener.accept().await.unwrap().0).await.ok()?;
        Some(Actor { io: Box::new(stream), read: String::new() })
    }

    /// Plays STARTTLS, sending `injected` behind `<proceed/>` in the clear.
    pub(crate) async fn accept_starttls(&self, injected: &str) -> Actor<'static> {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut plain = Actor { io: Box::new(&mut stream), read: String::new() };
        plain.reads("version='1.0'>").await;
        plain.writes(HEADER).await;
        plain.writes("<stream:features><starttls><required/></starttls></stream:features>").await;
        plain.reads("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await;
        plain.writes(&format!("<proceed/>{injected}")).await;
        drop(plain);
        Actor { io: Box::new(self.acceptor.accept(stream).await.unwrap()), read: String::new() }
    }
}

/// The server's end of one connection.
pub(crate) struct Actor<'a> {
    io: Box<dyn Io + 'a>,
    read: String,
}

impl Actor<'_> {
    pub(crate) async fn writes(&mut self, text: &str) {
        self.io.write_all(text.as_bytes()).await.unwrap();
        self.io.flush().await.unwrap();
    }

    /// Reads until `expected` has come, and returns everything up to its end.
    pub(crate) async fn reads(&mut self, expected: &str) -> String {
        loop {
            if let Some(at) = self.read.find(expected) {
                return self.read.drain(..at + expected.len()).collect();
            }
            let mut chunk = vec![0; 65536];
            let length = self.io.read(&mut chunk).await.unwrap();
            assert!(length > 0, "the client left while {expected:?} was awaited; it sent {:?}", self.read);
            self.read.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
        }
    }

    /// Plays the server's side of SCRAM-SHA-1 for a user with `password`, up to the features after sign-in.
    pub(crate) async fn signs_in(&mut self, password: &str) {
        self.reads("version='1.0'>").await;
        self.writes(&format!("{HEADER}{MECHANISMS}")).await;
        let first = self.scram_message("</auth>").await;
        let first = first.strip_prefix("n,,").unwrap().to_owned();
        let challenge =
            format!("r={}server,s={},i=2", first.split("r=").nth(1).unwrap(), BASE64.encode(SALT));
        self.writes(&format!("<challenge>{}</challenge>", BASE64.encode(&challenge))).await;
        let answer = self.scram_message("</response>").await;
        let (without_proof, proof) = answer.rsplit_once(",p=").unwrap();

        let salted = pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(password.as_bytes(), SALT, 2);
        let signed = format!("{first},{challenge},{without_proof}");
        let client_key = hmac(&salted, b"Client Key");
        let mask = hmac(&Sha1::digest(&client_key), signed.as_bytes());
        let expected: Vec<u8> = client_key.iter().zip(mask).map(|(key, mask)| key ^ mask).collect();
        if BASE64.decode(proof).unwrap() != expected {
            return self.writes("<failure><not-authorized/></failure>").await;
        }
        let signature = BASE64.encode(hmac(&hmac(&salted, b"Server Key"), signed.as_bytes()));
        self.writes(&format!("<success>{}</success>", BASE64.encode(format!("v={signature}")))).await;
        self.reads("version='1.0'>").await;
        self.writes(&format!("{HEADER}{SIGNED_IN}")).await;
    }

    pub(crate) async fn binds(&mut self) {
        self.reads("</iq>").await;
        self.writes("<iq type='result' id='bind'><bind><jid>alice@example.net/here</jid></bind></iq>").await;
    }

    /// Sign-in, binding, and a session `some-id` that can be resumed.
    pub(crate) async fn welcomes_with_stream_management(&mut self) {
        self.signs_in(PASSWORD).await;
        self.binds().await;
        self.reads("<enable xmlns='urn:xmpp:sm:3' resume='true'/>").await;
        self.writes("<enabled xmlns='urn:xmpp:sm:3' id='some-id' resume='true'/>").await;
    }

    /// Reads to the end of the connection.
    pub(crate) async fn sees_the_client_leave(mut self) -> String {
        let mut rest = Vec::new();
        // A client that vanishes does not end TLS properly; the bytes before that count.
        let _ = self.io.read_to_end(&mut rest).await;
        self.read + std::str::from_utf8(&rest).unwrap()
    }

    async fn scram_message(&mut self, end: &str) -> String {
        let element = self.reads(end).await;
        let encoded = element.strip_suffix(end).unwrap().rsplit('>').next().unwrap();
        String::from_utf8(BASE64.decode(encoded).unwrap()).unwrap()
    }
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    Hmac::<Sha1>::new_from_slice(key).unwrap().chain_update(data).finalize().into_bytes().to_vec()
}

/// The body of the message that must come next.
pub(crate) async fn message(client: &mut Client) -> String {
    match client.next().await.unwrap() {
        Event::Message(message) => message.text("body").unwrap(),
        other => panic!("a message was expected, not {other:?}"),
    }
}
