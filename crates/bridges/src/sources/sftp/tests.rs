//! Visits to OpenSSH's own SFTP server over pipes, and to servers that answer nonsense.

use std::process::Stdio;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex, join};

use super::*;

/// Part of the Debian package openssh-sftp-server, which openssh-server brings.
const SFTP_SERVER: &str = "/usr/lib/openssh/sftp-server";

/// The lines of one visit.
async fn visit(tail: &mut Tail, path: &std::path::Path) -> Result<Vec<String>, SftpError> {
    let mut server = tokio::process::Command::new(SFTP_SERVER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("OpenSSH's sftp-server is needed for this test: install openssh-sftp-server");
    let channel = join(server.stdout.take().unwrap(), server.stdin.take().unwrap());
    let mut lines = Vec::new();
    let mut each = |line: &[u8], _: bool| lines.push(String::from_utf8_lossy(line).into_owned());
    tail.visit(channel, path.to_str().unwrap(), &mut each).await?;
    Ok(lines)
}

#[tokio::test]
async fn each_visit_reads_what_was_added_and_a_rotated_log_from_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let (path, mut tail) = (folder.path().join(LOG), Tail::new());
    std::fs::write(&path, "one\ntwo\nthr").unwrap();
    assert_eq!(visit(&mut tail, &path).await.unwrap(), ["one", "two"]);
    std::fs::write(&path, "one\ntwo\nthree\nfour\n").unwrap();
    assert_eq!(visit(&mut tail, &path).await.unwrap(), ["three", "four"]);
    assert!(visit(&mut tail, &path).await.unwrap().is_empty());
    std::fs::write(&path, "another log that is longer than the one before\nfive\n").unwrap();
    let rotated = visit(&mut tail, &path).await.unwrap();
    assert_eq!(rotated, ["another log that is longer than the one before", "five"]);
    std::fs::remove_file(&path).unwrap();
    let error = visit(&mut tail, &path).await.unwrap_err().to_string();
    assert!(error.contains("refuses to open the log (SFTP status 2)"), "{error}");
}

#[tokio::test]
async fn of_a_long_log_only_the_end_is_read_at_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LOG);
    let line = "x".repeat(99);
    let text: String = (0..60_000).map(|_| format!("{line}\n")).collect();
    std::fs::write(&path, &text).unwrap();
    let lines = visit(&mut Tail::new(), &path).await.unwrap();
    assert_eq!(lines.len() as u64, FIRST_BYTES / 100, "whole lines only");
    assert!(lines.iter().all(|read| *read == line));
}

/// What a visit says to a server that gives these bytes, whatever it is asked.
async fn answered(bytes: Vec<u8>) -> SftpError {
    let (near, mut far) = duplex(1 << 20);
    tokio::spawn(async move {
        let _ = far.write_all(&bytes).await;
        let _ = far.read(&mut [0; 1_024]).await;
        // The pipe stays open: what is missing never comes.
        std::future::pending::<()>().await;
    });
    Tail::new().visit(near, LOG, &mut |_, _| {}).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn servers_that_answer_nonsense_or_nothing_are_left() {
    let version = [0, 0, 0, 5, 2, 0, 0, 0, 3];
    let told = |answer: &[u8]| [&version[..], answer].concat();
    assert!(matches!(answered(Vec::new()).await, SftpError::Silent));
    assert!(matches!(
        answered(b"SSH-2.0 or what".to_vec()).await,
        SftpError::Protocol("an answer is too long")
    ));
    assert!(matches!(answered(told(&[0, 0, 0, 0])).await, SftpError::Protocol("an answer is empty")));
    let other = told(&[0, 0, 0, 9, 102, 0, 0, 0, 9, 0, 0, 0, 0]);
    assert!(matches!(answered(other).await, SftpError::Protocol("an answer belongs to another request")));
    let lies = told(&[0, 0, 0, 9, 102, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
    assert!(matches!(answered(lies).await, SftpError::Protocol("a field is longer than its answer")));
    let half = told(&[0, 0, 0, 9, 102, 0, 0]);
    assert!(matches!(answered(half).await, SftpError::Silent));
}
