//! Whatever listens on the port and is no SSH server, or none that gets far.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::server::{SHORT, Scene};
use crate::ssh::{Deadlines, Phase, SshError};

/// Says these bytes to each client and nothing more, and reads what it says.
async fn says(bytes: &'static [u8], closes: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(say(stream, bytes, closes));
        }
    });
    address
}

async fn say(mut stream: TcpStream, bytes: &'static [u8], closes: bool) {
    let _ = stream.write_all(bytes).await;
    let mut sink = vec![0; 4096];
    while !closes && stream.read(&mut sink).await.is_ok_and(|read| read > 0) {}
}

async fn error(bytes: &'static [u8], closes: bool) -> SshError {
    let scene = Scene::at(says(bytes, closes).await);
    let deadlines = Deadlines { key_exchange: SHORT, ..Deadlines::default() };
    scene.run(deadlines).await.unwrap_err()
}

#[tokio::test]
async fn silence_before_and_after_the_version_ends_at_the_deadline_of_the_key_exchange() {
    for bytes in [&b""[..], b"SSH-2.0-OpenSSH_5.1\r\n", b"SSH-2.0-", b"a banner\r\nand another\r\n"] {
        let error = error(bytes, false).await;
        let hung = matches!(&error, SshError::TimedOut { phase: Phase::KeyExchange, .. });
        assert!(hung && !error.may_have_run(), "{:?}: {error:?}", String::from_utf8_lossy(bytes));
    }
}

#[tokio::test]
async fn what_is_no_ssh_server_is_an_error_and_no_crash() {
    static NOISE: [u8; 1 << 16] = [0xa5; 1 << 16];
    static LENGTH: &[u8] = b"SSH-2.0-x\r\n\xff\xff\xff\xff\x00\x14";
    for bytes in
        [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &NOISE, LENGTH, b"SSH-1.5-old\r\n", b"SSH-2.0-x\r\n", b""]
    {
        let error = error(bytes, true).await;
        assert!(!error.may_have_run() && !matches!(error, SshError::Broken { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn nobody_there_and_no_such_name_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut scene = Scene::at(address);
    let error = scene.run(Deadlines::default()).await.unwrap_err();
    assert!(
        matches!(error, SshError::Connect { .. }) && error.to_string().contains("no connection"),
        "{error}"
    );
    scene.access.host = "bridge.invalid".into();
    let error = scene.run(Deadlines::default()).await.unwrap_err();
    let unresolved =
        matches!(error, SshError::Resolve { .. } | SshError::TimedOut { phase: Phase::Resolve, .. });
    assert!(unresolved, "{error:?}");
}
