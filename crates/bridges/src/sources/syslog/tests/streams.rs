//! TCP: peers that wait, lie, never end, or never begin.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::sources::{MAX_LINE_BYTES, Origin, QUEUE_LINES};

/// Limits so short that a test can wait for them.
fn impatient() -> Limits {
    Limits { idle: Duration::from_millis(100), message: Duration::from_millis(300), ..Limits::default() }
}

/// Waits until the receiver closes the connection.
async fn closed(mut stream: TcpStream) {
    let read = timeout(SOON, stream.read(&mut [0; 8])).await.expect("it is closed");
    assert!(matches!(read, Ok(0)) || read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn both_framings_are_understood_on_one_port() {
    let mut receiver = Receiver::plain(Limits::default()).await;
    for stream in [&b"<13>one\n<13>two\n"[..], b"7 <13>one7 <13>two"] {
        let mut peer = TcpStream::connect(receiver.address).await.unwrap();
        peer.write_all(stream).await.unwrap();
        let first = receiver.next().await;
        assert_eq!(first.origin, Origin::Tcp("127.0.0.1".parse().unwrap()));
        assert_eq!((&*first.bytes, receiver.next_text().await.as_str()), (&b"<13>one"[..], "<13>two"));
    }
}

#[tokio::test]
async fn a_peer_that_says_nothing_is_cut() {
    let receiver = Receiver::plain(impatient()).await;
    closed(TcpStream::connect(receiver.address).await.unwrap()).await;
    assert_eq!(receiver.report().refused, 1);
}

#[tokio::test]
async fn a_peer_that_writes_one_byte_after_the_other_is_cut_after_the_time_for_a_message() {
    let mut receiver = Receiver::plain(impatient()).await;
    let mut peer = TcpStream::connect(receiver.address).await.unwrap();
    let mut sent = 0_u32;
    loop {
        if peer.write_all(b"x").await.is_err() {
            break;
        }
        sent += 1;
        assert!(sent < 1_000, "nobody cuts it");
        // waits: the pace of the slow sender is what is tested; it is never idle for as long as the limit.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(receiver.lines.next_waiting().is_none(), "half a line is none");
}

#[tokio::test]
async fn an_endless_line_is_cut_and_what_follows_it_is_taken() {
    let mut receiver = Receiver::plain(Limits::default()).await;
    let mut peer = TcpStream::connect(receiver.address).await.unwrap();
    for _ in 0..200 {
        peer.write_all(&[b'x'; 100_000]).await.unwrap();
    }
    peer.write_all(b"\n<13>after\n").await.unwrap();
    assert_eq!(receiver.next().await.bytes.len(), MAX_LINE_BYTES);
    assert_eq!(receiver.next_text().await, "<13>after");
    assert_eq!(receiver.report().cut, 1);
}

#[tokio::test]
async fn while_nobody_takes_lines_the_sender_waits_and_nothing_is_lost() {
    let mut receiver = Receiver::plain(Limits::default()).await;
    let peer = TcpStream::connect(receiver.address).await.unwrap();
    let total = 300_000;
    let writing = tokio::spawn(async move {
        let mut peer = tokio::io::BufWriter::new(peer);
        for number in 0..total {
            peer.write_all(format!("<13>Jun  8 14:53:18 web1 x: line {number} of many\n").as_bytes())
                .await
                .unwrap();
        }
        peer.flush().await.unwrap();
    });
    // The queue is full when the receiver has counted its length; the sender is not done then.
    timeout(SOON, async {
        while receiver.report().lines < QUEUE_LINES as u64 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert!(!writing.is_finished());
    for number in 0..total {
        assert_eq!(receiver.next_text().await, format!("<13>Jun  8 14:53:18 web1 x: line {number} of many"));
    }
    writing.await.unwrap();
    assert_eq!(receiver.report().dropped, 0);
}

#[tokio::test]
async fn a_count_that_lies_ends_the_connection_and_no_other() {
    let mut receiver = Receiver::plain(Limits::default()).await;
    let mut honest = TcpStream::connect(receiver.address).await.unwrap();
    let mut liar = TcpStream::connect(receiver.address).await.unwrap();
    liar.write_all(b"7 <13>one3 <13>two").await.unwrap();
    closed(liar).await;
    assert_eq!(receiver.next_text().await, "<13>one");
    assert_eq!(receiver.next_text().await, "<13", "what was announced is taken, what follows is not");
    honest.write_all(b"<13>three\n").await.unwrap();
    assert_eq!(receiver.next_text().await, "<13>three");
}

#[tokio::test]
async fn one_address_has_a_few_connections_and_gets_one_back_when_it_ends_one() {
    let mut receiver = Receiver::plain(Limits { connections_per_address: 2, ..Limits::default() }).await;
    let mut held = Vec::new();
    for number in 0..2 {
        let mut peer = TcpStream::connect(receiver.address).await.unwrap();
        peer.write_all(b"<13>here\n").await.unwrap();
        assert_eq!(receiver.next_text().await, "<13>here", "{number}");
        held.push(peer);
    }
    closed(TcpStream::connect(receiver.address).await.unwrap()).await;
    drop(held.pop());
    timeout(SOON, async {
        loop {
            let mut peer = TcpStream::connect(receiver.address).await.unwrap();
            let _ = peer.write_all(b"<13>again\n").await;
            // Refused ones are closed at once.
            if timeout(Duration::from_millis(200), receiver.lines.next()).await.is_ok() {
                break;
            }
        }
    })
    .await
    .expect("there is room again");
}

#[tokio::test]
async fn addresses_that_are_not_in_the_inventory_are_closed_at_once() {
    let known = BTreeSet::from(["192.0.2.26".parse().unwrap()]);
    let mut receiver = Receiver::start(None, Limits::default(), Admit::Only(known)).await;
    let mut peer = TcpStream::connect(receiver.address).await.unwrap();
    let _ = peer.write_all(b"<13>forged\n").await;
    closed(peer).await;
    assert!(receiver.lines.next_waiting().is_none());
}
