//! The SSH server of one bridge: exec and shell, with one user and one password.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use russh::keys::PrivateKey;
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session};
use russh::{Channel, ChannelId, MethodKind, MethodSet, SshId};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::shell::{self, Editor, Effect, Reply, Typed};

/// Sessions at a time.
const MAX_SESSIONS: usize = 64;

/// Time after a wrong password before the answer, as servers take it against guessing.
const REJECTION: Duration = Duration::from_millis(100);

/// How the server calls itself.
const SERVER: &str = "SSH-2.0-MMP_stand-in";

/// What a user did.
#[derive(Debug)]
pub(super) struct Given {
    /// Who.
    pub(super) user: String,
    /// From where.
    pub(super) from: SocketAddr,
    /// The command as it was given.
    pub(super) command: String,
    /// What it asks of the bridge.
    pub(super) effect: Effect,
    /// Says that it was done.
    pub(super) done: oneshot::Sender<()>,
}

/// What all sessions of a bridge share.
#[derive(Debug, Clone)]
pub(super) struct Mmp {
    pub(super) name: String,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) web_port: u16,
    /// Where commands go.
    pub(super) given: mpsc::Sender<Given>,
}

/// Serves until it is dropped.
pub(super) async fn serve(listener: TcpListener, key: PrivateKey, mmp: Mmp) {
    let config = Arc::new(Config {
        server_id: SshId::Standard(SERVER.into()),
        keys: vec![key],
        methods: MethodSet::from([MethodKind::Password].as_slice()),
        auth_rejection_time: REJECTION,
        auth_rejection_time_initial: Some(Duration::ZERO),
        nodelay: true,
        ..Config::default()
    });
    let places = Arc::new(Semaphore::new(MAX_SESSIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, from)) = listener.accept().await else { continue };
        let user = User { mmp: mmp.clone(), from, name: String::new(), editors: HashMap::new() };
        let config = Arc::clone(&config);
        tokio::spawn(async move {
            let _place = place;
            if let Ok(session) = russh::server::run_stream(config, stream, user).await {
                // However it ends, it has ended.
                let _ = session.await;
            }
        });
    }
}

/// One session.
struct User {
    mmp: Mmp,
    from: SocketAddr,
    name: String,
    /// Shells, by their channels.
    editors: HashMap<ChannelId, Editor>,
}

impl User {
    /// Gives a command to the bridge and waits until it is done.
    async fn give(&self, command: &str, effect: Effect) {
        let (done, is_done) = oneshot::channel();
        let (user, from, command) = (self.name.clone(), self.from, command.to_owned());
        // If nobody listens, the scene is over.
        if self.mmp.given.send(Given { user, from, command, effect, done }).await.is_ok() {
            let _ = is_done.await;
        }
    }

    async fn answer(&self, command: &str) -> Reply {
        let reply = shell::answer(command, self.mmp.web_port);
        if reply.status == 0 && !command.trim().is_empty() {
            self.give(command, reply.effect).await;
        }
        reply
    }

    fn prompt(&self) -> Vec<u8> {
        format!("{}> ", self.mmp.name).into_bytes()
    }
}

impl Handler for User {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        let right = user == self.mmp.user && password == self.mmp.password;
        self.name = user.to_owned();
        // As OpenSSH does it: the same way may be tried again.
        let again = Some(MethodSet::from([MethodKind::Password].as_slice()));
        let refused = Auth::Reject { proceed_with_methods: again, partial_success: false };
        Ok(if right { Auth::Accept } else { refused })
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        _modes: &[(russh::Pty, u32)],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.editors.entry(channel).or_default().echoes = true;
        session.channel_success(channel)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        self.editors.entry(channel).or_default();
        session.channel_success(channel)?;
        session.data(channel, self.prompt())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let command = String::from_utf8_lossy(data).into_owned();
        session.channel_success(channel)?;
        let reply = self.answer(&command).await;
        session.data(channel, reply.text.replace('\n', "\r\n").into_bytes())?;
        session.exit_status_request(channel, reply.status)?;
        session.eof(channel)?;
        session.close(channel)
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let Some(editor) = self.editors.get_mut(&channel) else { return Ok(()) };
        for typed in editor.take(data) {
            let leaves = match typed {
                Typed::Echo(bytes) => {
                    session.data(channel, bytes)?;
                    continue;
                }
                Typed::Line(line) => {
                    let reply = self.answer(&line).await;
                    session.data(channel, reply.text.replace('\n', "\r\n").into_bytes())?;
                    reply.effect == Effect::Leave
                }
                Typed::End => true,
            };
            if leaves {
                self.editors.remove(&channel);
                session.exit_status_request(channel, 0)?;
                session.eof(channel)?;
                return session.close(channel);
            }
            session.data(channel, self.prompt())?;
        }
        Ok(())
    }
}
