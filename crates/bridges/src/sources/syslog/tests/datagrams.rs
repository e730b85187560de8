//! UDP: whose datagrams are taken, and a flood.

use std::collections::BTreeSet;

use tokio::net::UdpSocket;

use super::*;
use crate::sources::{MAX_LINE_BYTES, Origin, QUEUE_LINES};

struct Scene {
    sender: UdpSocket,
    lines: Lines,
    inlet: Inlet,
}

impl Scene {
    async fn new(admit: Admit) -> Self {
        let socket = udp::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let sender = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        sender.connect(socket.local_addr().unwrap()).await.unwrap();
        let (inlet, lines) = queue(Arc::new(Status::new("syslog")));
        let filled = inlet.clone();
        tokio::spawn(async move { udp::run(&socket, &Admission::new(admit), &filled).await.unwrap() });
        Self { sender, lines, inlet }
    }

    /// Sends it until the receiver has counted something new: datagrams may be lost.
    async fn send_until(&self, text: &[u8], counted: impl Fn(&Report) -> bool) {
        let sent = timeout(SOON, async {
            while !counted(&self.inlet.status().report()) {
                self.sender.send(text).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        sent.await.expect("it is counted");
    }
}

#[tokio::test]
async fn a_datagram_is_a_line_from_its_sender() {
    let mut scene = Scene::new(Admit::All).await;
    scene.send_until(b"<13>Jun  8 14:53:18 web1 hello\n", |report| report.lines > 0).await;
    let line = scene.lines.next().await.unwrap();
    assert_eq!(&*line.bytes, b"<13>Jun  8 14:53:18 web1 hello");
    assert_eq!(line.origin, Origin::Udp("127.0.0.1".parse().unwrap()));
    assert!(line.live);
}

#[tokio::test]
async fn a_second_line_in_a_datagram_and_a_long_tail_are_not_taken() {
    let mut scene = Scene::new(Admit::All).await;
    scene.send_until(b"<13>one\n<13>Stats 149, c:1, d:0", |report| report.cut > 0).await;
    assert_eq!(&*scene.lines.next().await.unwrap().bytes, b"<13>one");
    let before = scene.inlet.status().report().cut;
    scene.send_until(&[b'x'; 20_000], |report| report.cut > before).await;
    while let Some(line) = scene.lines.next_waiting() {
        assert!(line.bytes.len() == MAX_LINE_BYTES || &*line.bytes == b"<13>one");
    }
}

#[tokio::test]
async fn senders_that_are_not_in_the_inventory_are_counted_and_never_queued() {
    let known = BTreeSet::from(["192.0.2.26".parse().unwrap()]);
    let mut scene = Scene::new(Admit::Only(known)).await;
    scene.send_until(b"<13>forged", |report| report.refused >= 3).await;
    assert!(scene.lines.next_waiting().is_none());
    assert_eq!(scene.inlet.status().report().lines, 0);
}

#[tokio::test]
async fn a_flood_fills_the_queue_and_no_more_is_counted_and_passes() {
    let mut scene = Scene::new(Admit::All).await;
    scene.send_until(b"<13>flood", |report| report.dropped >= 5_000).await;
    assert_eq!(scene.inlet.status().report().lines, QUEUE_LINES as u64);
    while scene.lines.next_waiting().is_some() {}
    let taken = scene.inlet.status().report().lines;
    scene.send_until(b"<13>after", |report| report.lines > taken + QUEUE_LINES as u64 / 2).await;
}
