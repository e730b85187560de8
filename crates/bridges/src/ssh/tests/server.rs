//! A server on loopback that does one thing wrong, and counts what reaches it.

use std::future::pending;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use russh::keys::{Algorithm, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session};
use russh::{Channel, ChannelId, ChannelOpenFailure, MethodKind, MethodSet};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::inventory::{Access, Authentication};
use crate::secret::SecretSource;
use crate::ssh::{self, Command, Deadlines, Outcome, SshError, trust};

pub(super) const PASSWORD: &str = "mmp-pass-1";

/// Longer than anything takes on loopback, short enough to wait for.
pub(super) const SHORT: Duration = Duration::from_millis(400);

/// What the server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    HangsAtAuthentication,
    ClosesAtAuthentication,
    AsksQuestions,
    HangsAtChannel,
    RefusesFirstChannel,
    RefusesChannels,
    HangsAtRequest,
    RefusesRequest,
    HangsInOutput,
    ClosesInOutput,
    HangsAtExit,
    NoStatus,
    NeverStopsWriting,
    FailsWithStatus,
}

/// What has reached the server.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) passwords: Vec<String>,
    pub(super) answers: usize,
    pub(super) channels: Vec<Instant>,
    pub(super) commands: Vec<String>,
}

/// A server, and a client's view of it.
pub(super) struct Scene {
    pub(super) seen: Arc<Mutex<Seen>>,
    pub(super) access: Access,
    pub(super) folder: TempDir,
}

impl Scene {
    /// A server with this fault, whose key is known.
    pub(super) async fn start(fault: Fault) -> Self {
        let scene = Self::strange(fault, Algorithm::Ed25519).await;
        let seen = trust::look(&scene.access, &scene.known_hosts(), Deadlines::default()).await.unwrap();
        trust::learn(&scene.access, &seen.key, &scene.known_hosts()).unwrap();
        scene
    }

    /// The same, whose key nobody knows.
    pub(super) async fn strange(fault: Fault, algorithm: Algorithm) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scene = Self::at(listener.local_addr().unwrap());
        let seen = Arc::clone(&scene.seen);
        tokio::spawn(serve(listener, fault, seen, algorithm));
        scene
    }

    /// A client's view of whatever listens there.
    pub(super) fn at(address: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let password = folder.path().join("password");
        std::fs::write(&password, PASSWORD).unwrap();
        std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
        let access = Access {
            host: address.ip().to_string(),
            port: address.port(),
            user: "admin".into(),
            authentication: Authentication::Password(SecretSource::File(password)),
            older_algorithms: Vec::new(),
        };
        Self { seen: Arc::default(), access, folder }
    }

    pub(super) fn known_hosts(&self) -> PathBuf {
        self.folder.path().join("known_hosts")
    }

    pub(super) async fn run(&self, deadlines: Deadlines) -> Result<Outcome, SshError> {
        ssh::run(&self.access, &self.known_hosts(), deadlines, Command::RestartWebBridge).await
    }
}

async fn serve(listener: TcpListener, fault: Fault, seen: Arc<Mutex<Seen>>, algorithm: Algorithm) {
    let key = PrivateKey::random(&mut russh::keys::key::safe_rng(), algorithm).unwrap();
    let methods = match fault {
        Fault::AsksQuestions => MethodSet::from([MethodKind::KeyboardInteractive].as_slice()),
        _ => MethodSet::from([MethodKind::Password, MethodKind::PublicKey].as_slice()),
    };
    let config = Arc::new(Config {
        keys: vec![key],
        methods,
        auth_rejection_time: Duration::from_millis(10),
        nodelay: true,
        ..Config::default()
    });
    while let Ok((stream, _)) = listener.accept().await {
        let faulty = Faulty { fault, seen: Arc::clone(&seen) };
        let config = Arc::clone(&config);
        tokio::spawn(async move {
            if let Ok(session) = russh::server::run_stream(config, stream, faulty).await {
                let _ = session.await;
            }
        });
    }
}

struct Faulty {
    fault: Fault,
    seen: Arc<Mutex<Seen>>,
}

impl Handler for Faulty {
    type Error = russh::Error;

    async fn auth_password(&mut self, _user: &str, password: &str) -> Result<Auth, russh::Error> {
        self.seen.lock().unwrap().passwords.push(password.to_owned());
        match self.fault {
            Fault::HangsAtAuthentication => pending().await,
            Fault::ClosesAtAuthentication => Err(russh::Error::Disconnect),
            Fault::AsksQuestions => Ok(Auth::UnsupportedMethod),
            _ if password == PASSWORD => Ok(Auth::Accept),
            _ => Ok(Auth::reject()),
        }
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _user: &str,
        _submethods: &str,
        response: Option<russh::server::Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        let Some(mut response) = response else {
            let prompts = vec![("Password: ".into(), false)].into();
            return Ok(Auth::Partial { name: "".into(), instructions: "".into(), prompts });
        };
        self.seen.lock().unwrap().answers += 1;
        let right = response.next().is_some_and(|answer| &answer[..] == PASSWORD.as_bytes());
        Ok(if right { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        let count = {
            let mut seen = self.seen.lock().unwrap();
            seen.channels.push(Instant::now());
            seen.channels.len()
        };
        match self.fault {
            Fault::HangsAtChannel => pending().await,
            Fault::RefusesChannels => reply.reject(ChannelOpenFailure::ResourceShortage).await,
            Fault::RefusesFirstChannel if count == 1 => {
                reply.reject(ChannelOpenFailure::ResourceShortage).await;
            }
            _ => reply.accept().await,
        }
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.seen.lock().unwrap().commands.push(String::from_utf8_lossy(data).into_owned());
        match self.fault {
            Fault::HangsAtRequest => return pending().await,
            Fault::RefusesRequest => return session.channel_failure(channel),
            _ => session.channel_success(channel)?,
        }
        if self.fault == Fault::NeverStopsWriting {
            let handle = session.handle();
            tokio::spawn(async move { while handle.data(channel, vec![b'x'; 4096]).await.is_ok() {} });
            return Ok(());
        }
        session.data(channel, b"SUCCESS: webbridge restarted\r\n".to_vec())?;
        match self.fault {
            Fault::HangsInOutput => return Ok(()),
            Fault::ClosesInOutput => return Err(russh::Error::Disconnect),
            _ => session.eof(channel)?,
        }
        match self.fault {
            Fault::HangsAtExit => return Ok(()),
            Fault::NoStatus => {}
            Fault::FailsWithStatus => session.exit_status_request(channel, 1)?,
            _ => session.exit_status_request(channel, 0)?,
        }
        session.close(channel)
    }
}
