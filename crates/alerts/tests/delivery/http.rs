//! A small HTTP server that answers as it is told and shows what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use everpresent_alerts::Settings;
use everpresent_alerts::settings::Webhook;
use rustls::ServerConfig;

use crate::pki::{Wire, wrap};

/// What a client asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Request line and headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Asked {
    /// The name and the state of the notice.
    pub(crate) fn told(&self) -> (String, String) {
        let json: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        let text = |field: &str| json[field].as_str().unwrap().to_owned();
        (text("name"), text("state"))
    }
}

pub(crate) struct HttpServer {
    pub(crate) address: SocketAddr,
    pub(crate) asked: Receiver<Asked>,
    /// The status of each answer, in order; nobody is answered before it is there.
    pub(crate) answers: SyncSender<u16>,
}

impl HttpServer {
    pub(crate) fn start(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ((tell, asked), (answers, answer)) = (sync_channel(1000), sync_channel::<u16>(1000));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let wire: Box<dyn Wire> = match &tls {
                    Some(tls) => wrap(stream, tls.clone()),
                    None => Box::new(stream),
                };
                let mut wire = BufReader::new(wire);
                // A client that does not like the certificate asks nothing.
                let Some(request) = read(&mut wire) else { continue };
                tell.send(request).unwrap();
                let Ok(status) = answer.recv() else { return };
                let text = format!(
                    "HTTP/1.1 {status} Told\r\nlocation: http://{address}/elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                // It may have gone.
                let _ = wire.get_mut().write_all(text.as_bytes()).and_then(|()| wire.get_mut().flush());
            }
        });
        Self { address, asked, answers }
    }

    /// A server that answers so, in this order.
    pub(crate) fn answering(answers: &[u16]) -> Self {
        let server = Self::start(None);
        answers.iter().for_each(|status| server.answers.send(*status).unwrap());
        server
    }

    pub(crate) fn settings(&self) -> Settings {
        let url = format!("http://{}/hook/s3cret", self.address).parse().unwrap();
        Settings { webhook: Some(Webhook { url, token_file: None }), ..Settings::default() }
    }
}

fn read(wire: &mut BufReader<Box<dyn Wire>>) -> Option<Asked> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if wire.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    wire.read_exact(&mut body).ok()?;
    Some(Asked { head, body: String::from_utf8(body).unwrap() })
}
