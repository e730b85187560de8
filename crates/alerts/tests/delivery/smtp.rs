//! A small SMTP relay that takes mail as it is told and shows what it got.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use everpresent_alerts::Settings;
use everpresent_alerts::settings::{Mail, Relay, Security};
use rustls::ServerConfig;

use crate::pki::{Wire, wrap};

/// A message that the relay took.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) to: Vec<String>,
    pub(crate) text: String,
}

/// How a relay behaves.
#[derive(Clone)]
pub(crate) struct Manners {
    pub(crate) security: Security,
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// Answers to `RCPT TO`, in order, for addresses that contain the text; 250 to others.
    pub(crate) refuse: Arc<Mutex<Vec<(&'static str, &'static str)>>>,
}

impl Manners {
    pub(crate) fn plain() -> Self {
        Self { security: Security::None, tls: None, refuse: Arc::default() }
    }

    pub(crate) fn refusing(refuse: &[(&'static str, &'static str)]) -> Self {
        Self { refuse: Arc::new(Mutex::new(refuse.to_vec())), ..Self::plain() }
    }
}

pub(crate) struct SmtpRelay {
    pub(crate) address: SocketAddr,
    pub(crate) taken: Receiver<Taken>,
    /// Each command, `tls ` before it if it came through TLS.
    pub(crate) commands: Receiver<String>,
    security: Security,
}

impl SmtpRelay {
    pub(crate) fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ((take, taken), (tell, commands)) = (sync_channel(1000), sync_channel(1000));
        let security = manners.security;
        thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that does not like what it sees goes away.
                let _ = serve(&stream.unwrap(), &manners, &take, &tell);
            }
        });
        Self { address, taken, commands, security }
    }

    pub(crate) fn settings(&self) -> Settings {
        let mail = Mail {
            relay: Relay { host: "localhost".into(), port: self.address.port() },
            security: self.security,
            login: None,
            from: "Everpresent <alerts@example.org>".parse().unwrap(),
            to: vec!["ops@example.org".parse().unwrap()],
        };
        Settings { mail: Some(mail), ..Settings::default() }
    }
}

fn serve(
    stream: &TcpStream,
    manners: &Manners,
    take: &SyncSender<Taken>,
    tell: &SyncSender<String>,
) -> std::io::Result<()> {
    let plain = || stream.try_clone().map(|stream| BufReader::new(Box::new(stream) as Box<dyn Wire>));
    let secure =
        |tls: &Arc<ServerConfig>| stream.try_clone().map(|stream| BufReader::new(wrap(stream, tls.clone())));
    let mut encrypted = manners.security == Security::Tls;
    let mut wire = match &manners.tls {
        Some(tls) if encrypted => secure(tls)?,
        _ => plain()?,
    };
    let mut to = Vec::new();
    say(&mut wire, "220 relay.example.org ESMTP")?;
    loop {
        let Some(line) = read(&mut wire)? else { return Ok(()) };
        tell.send(format!("{}{line}", if encrypted { "tls " } else { "" })).unwrap();
        let command = line.to_uppercase();
        match command.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => {
                let starttls = manners.tls.is_some() && !encrypted;
                say(
                    &mut wire,
                    if starttls { "250-relay\r\n250 STARTTLS" } else { "250-relay\r\n250 AUTH PLAIN" },
                )?;
            }
            "STARTTLS" => {
                say(&mut wire, "220 go on")?;
                wire = secure(manners.tls.as_ref().unwrap())?;
                encrypted = true;
            }
            "AUTH" => say(&mut wire, "235 welcome")?,
            "RCPT" => {
                let mut refuse = manners.refuse.lock().unwrap();
                let answer = refuse
                    .iter()
                    .position(|(whom, _)| line.contains(whom))
                    .map(|index| refuse.remove(index).1);
                drop(refuse);
                if answer.is_none() {
                    to.push(line["RCPT TO:".len()..].trim_matches(['<', '>']).to_owned());
                }
                say(&mut wire, answer.unwrap_or("250 ok"))?;
            }
            "DATA" => {
                say(&mut wire, "354 go on")?;
                let mut text = String::new();
                while let Some(line) = read(&mut wire)?.filter(|line| line != ".") {
                    text.push_str(&line);
                    text.push('\n');
                }
                take.send(Taken { to: std::mem::take(&mut to), text }).unwrap();
                say(&mut wire, "250 taken")?;
            }
            "QUIT" => return say(&mut wire, "221 bye"),
            _ => say(&mut wire, "250 ok")?,
        }
    }
}

fn say(wire: &mut BufReader<Box<dyn Wire>>, text: &str) -> std::io::Result<()> {
    wire.get_mut().write_all(format!("{text}\r\n").as_bytes())?;
    wire.get_mut().flush()
}

fn read(wire: &mut BufReader<Box<dyn Wire>>) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let read = wire.read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}
