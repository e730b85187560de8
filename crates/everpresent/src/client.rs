//! The admin API of the running server, over HTTP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use everpresent_console::{AdminToken, Code, ErrorBody, Refusal};
use everpresent_server::config::Config;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::{Method, Request, Response};
use ureq::{Agent, Body};

use crate::failure::{Exit, Failure};

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long to wait for an answer: longer than the server's own limit for its longest request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(310);
/// Largest answer that is read.
const MAX_ANSWER_BYTES: u64 = 16 * 1024 * 1024;

/// A way to the admin API.
pub(crate) struct Client {
    agent: Agent,
    address: SocketAddr,
    token: AdminToken,
}

impl Client {
    /// A way to the server of this configuration; nothing if nobody listens there.
    pub(crate) fn connect(config: &Config) -> Result<Option<Self>, Failure> {
        let Some(address) = address(&config.listen.http) else { return Ok(None) };
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => return Ok(None),
            Err(error) => return Err(Failure::new(Exit::Unreachable, format!("{address}: {error}"))),
        }
        let path = config.admin.token_file.as_deref();
        let path = path.ok_or_else(|| Failure::new(Exit::Config, "`token_file` in [admin] is not set"))?;
        let token = AdminToken::load(path).map_err(|error| Failure::failed(error.to_string()))?;
        // No proxy, whatever the environment says: the token must not leave the machine.
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(ANSWER_TIMEOUT));
        Ok(Some(Self { agent: settings.build().new_agent(), address, token }))
    }

    /// Asks without a body.
    pub(crate) fn ask<T: DeserializeOwned>(&self, method: Method, path: &str) -> Result<T, Failure> {
        self.read(self.send(method, path, String::new())?)
    }

    /// Asks with a JSON body.
    pub(crate) fn ask_with<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.read(self.send(method, path, json(body)?)?)
    }

    /// Orders something that has no answer but done.
    pub(crate) fn order(&self, method: Method, path: &str) -> Result<(), Failure> {
        self.send(method, path, String::new()).map(|_| ())
    }

    /// The same with a JSON body.
    pub(crate) fn order_with(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<(), Failure> {
        self.send(method, path, json(body)?).map(|_| ())
    }

    /// The node's metrics, which need no token.
    pub(crate) fn metrics(&self) -> Result<String, Failure> {
        let answer = self.agent.get(format!("http://{}/metrics", self.address)).call();
        let mut answer = answer.map_err(|error| self.unreachable(&error))?;
        if !answer.status().is_success() {
            return Err(self.refused(answer));
        }
        let body = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_string();
        body.map_err(|error| self.unreachable(&error))
    }

    fn send(&self, method: Method, path: &str, body: String) -> Result<Response<Body>, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}/api/v1{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token.expose()))
            .header("content-type", "application/json")
            .body(body)
            .map_err(|error| Failure::failed(error.to_string()))?;
        let agent = &self.agent;
        let response = agent.run(request).map_err(|error| self.unreachable(&error))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refused(response)) }
    }

    fn read<T: DeserializeOwned>(&self, mut response: Response<Body>) -> Result<T, Failure> {
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_json();
        body.map_err(|error| self.unreachable(&error))
    }

    fn refused(&self, mut response: Response<Body>) -> Failure {
        let status = response.status();
        match response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_json::<ErrorBody>() {
            Ok(ErrorBody { error }) if error.code == Code::Unauthorized => Failure::new(
                Exit::Refused,
                format!(
                    "{}; does this configuration belong to the server at {}?",
                    error.message, self.address
                ),
            ),
            Ok(ErrorBody { error }) => Refusal::new(error.code, error.message).into(),
            Err(_) => Failure::new(
                Exit::Unreachable,
                format!("what listens at {} is no Everpresent server: it answers {status}", self.address),
            ),
        }
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        Failure::new(Exit::Unreachable, format!("the server at {} does not answer: {error}", self.address))
    }
}

fn json(body: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(body).map_err(|error| Failure::failed(error.to_string()))
}

/// Where to ask: a loopback address if there is one, for others are refused unless so set.
fn address(listeners: &[SocketAddr]) -> Option<SocketAddr> {
    let reachable = |address: &SocketAddr| {
        let ip = match address.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        SocketAddr::new(ip, address.port())
    };
    let addresses: Vec<SocketAddr> = listeners.iter().map(reachable).collect();
    addresses.iter().find(|address| address.ip().is_loopback()).or(addresses.first()).copied()
}

/// Makes text fit for one segment of a path (RFC 3986 §2.3).
pub(crate) fn segment(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// Appends `?name=value&…` for what is set.
pub(crate) fn query(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let set = parameters.iter().filter_map(|(name, value)| Some(format!("{name}={}", segment((*value)?))));
    let set: Vec<String> = set.collect();
    if set.is_empty() { path.to_owned() } else { format!("{path}?{}", set.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_so_that_paths_and_queries_keep_their_shape() {
        assert_eq!(segment("ä/b?c@d e"), "%C3%A4%2Fb%3Fc%40d%20e");
        assert_eq!(query("/users", &[("after", None)]), "/users");
        assert_eq!(
            query("/users", &[("after", Some("a@b")), ("limit", Some("2"))]),
            "/users?after=a%40b&limit=2"
        );
    }

    #[test]
    fn the_server_is_asked_on_loopback_if_it_listens_there() {
        let of = |list: &[&str]| address(&list.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>());
        assert_eq!(of(&["0.0.0.0:80"]), Some("127.0.0.1:80".parse().unwrap()));
        assert_eq!(of(&["192.0.2.1:80", "[::]:81"]), Some("[::1]:81".parse().unwrap()));
        assert_eq!(of(&["192.0.2.1:80"]), Some("192.0.2.1:80".parse().unwrap()));
        assert_eq!(of(&[]), None);
    }
}
