//! From a host name to a bound or resumed session: TCP, TLS, SASL, resource (RFC 6120 §4 to §7).

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::{ClientConfig, ProtocolVersion};
use rustls_pki_types::ServerName;
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

use crate::error::Error;
use crate::frame::Frame;
use crate::management::NAMESPACE;
use crate::options::{Mechanism, Options, Security};
use crate::scanner::Item;
use crate::scram::{Binding, Scram};
use crate::text::escape;
use crate::tls::ALPN_XMPP_CLIENT;
use crate::wire::{Transport, Wire};

/// The label and size of channel-binding data of the type `tls-exporter` (RFC 9266 §4).
const EXPORTER_LABEL: &[u8] = b"EXPORTER-Channel-Binding";
const EXPORTER_BYTES: usize = 32;
/// How much of an unexpected answer goes into the error.
const QUOTED_CHARACTERS: usize = 200;

/// Connects and signs in. Returns the wire and the features offered to the signed-in user.
pub(crate) async fn sign_in(options: &Options) -> Result<(Wire, Frame), Error> {
    let mut wire = match &options.security {
        Security::None => Wire::new(Transport::Plain(tcp(options).await?)),
        Security::Direct(config) => {
            let transport =
                tls(options, config, tcp(options).await?, vec![ALPN_XMPP_CLIENT.to_vec()]).await?;
            Wire::new(transport)
        }
        Security::StartTls(config) => {
            let mut wire = Wire::new(Transport::Plain(tcp(options).await?));
            let features = open(&mut wire, options).await?;
            if !features.has("starttls") {
                return Err(Error::NotOffered("STARTTLS".to_owned()));
            }
            wire.outbound.extend_from_slice(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
            expect(&mut wire, "proceed", "starting TLS").await?;
            let Transport::Plain(stream) = wire.into_transport() else { return Err(Error::Disconnected) };
            Wire::new(tls(options, config, stream, Vec::new()).await?)
        }
    };
    let features = open(&mut wire, options).await?;
    authenticate(&mut wire, options, &features).await?;
    wire.restart();
    let features = open(&mut wire, options).await?;
    Ok((wire, features))
}

async fn tcp(options: &Options) -> Result<TcpStream, Error> {
    let mut last = None;
    for address in lookup_host((options.host.as_str(), options.port)).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        if let Some(source) = options.source {
            socket.bind(SocketAddr::new(source, 0))?;
        }
        match socket.connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or(Error::Disconnected, Error::Io))
}

async fn tls(
    options: &Options,
    config: &Arc<ClientConfig>,
    stream: TcpStream,
    alpn: Vec<Vec<u8>>,
) -> Result<Transport, Error> {
    let name = ServerName::try_from(options.domain.clone())
        .map_err(|_| Error::Tls(format!("{} is not a name that a certificate can carry", options.domain)))?;
    let connector = TlsConnector::from(Arc::clone(config));
    let stream = connector.with_alpn(alpn).connect(name, stream).await?;
    Ok(Transport::Tls(Box::new(stream)))
}

/// Opens a stream and reads the features (RFC 6120 §4.2, §4.3).
async fn open(wire: &mut Wire, options: &Options) -> Result<Frame, Error> {
    let header = format!(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams' to='{}' version='1.0'>",
        escape(&options.domain)
    );
    wire.outbound.extend_from_slice(header.as_bytes());
    match wire.next().await? {
        Item::Opened(_) => expect(wire, "features", "opening the stream").await,
        Item::Child(frame) => Err(unexpected("opening the stream", &frame)),
        Item::Closed => Err(Error::Disconnected),
    }
}

async fn authenticate(wire: &mut Wire, options: &Options, features: &Frame) -> Result<(), Error> {
    let offered: Vec<_> = features.element().find_all("mechanism").map(|name| name.text()).collect();
    let offers = |name: &str| offered.iter().any(|offer| offer == name);
    let mechanism = match options.mechanism {
        Some(mechanism) => mechanism,
        None if offers(Mechanism::ScramSha256.name()) => Mechanism::ScramSha256,
        None => Mechanism::ScramSha1,
    };
    if !offers(mechanism.name()) {
        return Err(Error::NotOffered(mechanism.name().to_owned()));
    }
    let plus = format!("{}-PLUS", mechanism.name());
    let mut types = features.element().find_all("channel-binding").filter_map(|kind| kind.attribute("type"));
    let bound = options.channel_binding && offers(&plus) && types.any(|kind| kind == "tls-exporter");
    let binding = if bound { exporter(wire.transport())? } else { Binding::None };
    let name = if matches!(binding, Binding::None) { mechanism.name() } else { &plus };

    let keys = options.keys.as_deref();
    let mut scram = Scram::new(mechanism, &options.user, &options.password, &binding, keys)?;
    let auth =
        format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{name}'>{}</auth>", scram.first());
    wire.outbound.extend_from_slice(auth.as_bytes());
    let challenge = expect(wire, "challenge", "signing in").await?;
    let answer = scram.answer(&challenge.element().text())?;
    let response = format!("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{answer}</response>");
    wire.outbound.extend_from_slice(response.as_bytes());
    let success = expect(wire, "success", "signing in").await?;
    scram.verify(&success.element().text())
}

fn exporter(transport: &Transport) -> Result<Binding, Error> {
    let Transport::Tls(stream) = transport else { return Ok(Binding::None) };
    let (_, session) = stream.get_ref();
    if session.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
        return Ok(Binding::None);
    }
    session
        .export_keying_material(vec![0u8; EXPORTER_BYTES], EXPORTER_LABEL, Some(&[]))
        .map(Binding::TlsExporter)
        .map_err(|error| Error::Tls(error.to_string()))
}

/// Binds a resource (RFC 6120 §7); returns the full address given by the server.
pub(crate) async fn bind(wire: &mut Wire, options: &Options) -> Result<String, Error> {
    let resource = match &options.resource {
        Some(resource) => format!("<resource>{}</resource>", escape(resource)),
        None => String::new(),
    };
    let request = format!(
        "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>{resource}</bind></iq>"
    );
    wire.outbound.extend_from_slice(request.as_bytes());
    let answer = expect(wire, "iq", "binding a resource").await?;
    answer.text("jid").ok_or_else(|| unexpected("binding a resource", &answer))
}

/// Switches stream management on (XEP-0198 §3); returns the answer.
pub(crate) async fn enable(wire: &mut Wire, features: &Frame, resumable: bool) -> Result<Frame, Error> {
    if !offers_stream_management(features) {
        return Err(Error::NotOffered("stream management".to_owned()));
    }
    let resume = if resumable { " resume='true'" } else { "" };
    wire.outbound.extend_from_slice(format!("<enable xmlns='{NAMESPACE}'{resume}/>").as_bytes());
    expect(wire, "enabled", "enabling stream management").await
}

/// Asks for a session back (XEP-0198 §5); returns `<resumed/>` or `<failed/>`.
pub(crate) async fn resume(wire: &mut Wire, id: &str, handled: u32) -> Result<Frame, Error> {
    let request = format!("<resume xmlns='{NAMESPACE}' previd='{}' h='{handled}'/>", escape(id));
    wire.outbound.extend_from_slice(request.as_bytes());
    match wire.next().await? {
        Item::Child(frame) if matches!(frame.name(), "resumed" | "failed") => Ok(frame),
        item => Err(explain(item, "resuming the session")),
    }
}

fn offers_stream_management(features: &Frame) -> bool {
    features.element().find_all("sm").any(|sm| sm.attribute("xmlns").is_some_and(|found| found == NAMESPACE))
}

async fn expect(wire: &mut Wire, name: &str, during: &'static str) -> Result<Frame, Error> {
    match wire.next().await? {
        Item::Child(frame) if frame.name() == name => Ok(frame),
        item => Err(explain(item, during)),
    }
}

fn explain(item: Item, during: &'static str) -> Error {
    match item {
        Item::Closed => Error::Disconnected,
        Item::Child(frame) if frame.name() == "error" => stream_error(&frame),
        Item::Child(frame) if frame.name() == "failure" && during == "signing in" => {
            Error::SignInRefused(condition(&frame))
        }
        Item::Opened(frame) | Item::Child(frame) => unexpected(during, &frame),
    }
}

/// The defined condition of a stream error, as an error of the client.
pub(crate) fn stream_error(frame: &Frame) -> Error {
    Error::Stream(condition(frame))
}

/// The name of the first element inside: where every kind of XMPP error has its condition.
pub(crate) fn condition(frame: &Frame) -> String {
    frame
        .element()
        .children()
        .next()
        .map_or_else(|| frame.name().to_owned(), |found| found.local_name().to_owned())
}

pub(crate) fn unexpected(during: &'static str, frame: &Frame) -> Error {
    Error::Unexpected { during, received: frame.as_text().chars().take(QUOTED_CHARACTERS).collect() }
}
