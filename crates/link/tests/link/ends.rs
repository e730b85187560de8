//! How streams end.

use std::time::{Duration, Instant};

use everpresent_link::carry::{Line, ToOwner};
use everpresent_link::limits::PING_SECONDS;
use everpresent_link::pki::{self, Identity};
use everpresent_link::{LinkError, Peer};
use tokio::runtime::Runtime;

use crate::harness::{Node, Opened, goodbye, pair, soon};

/// A node in a runtime of its own can be killed: its sockets are closed by the kernel, and nothing is said.
fn killed_later(node: Node, runtime: Runtime) -> impl FnOnce() {
    move || {
        runtime.shutdown_background();
        drop(node);
    }
}

#[tokio::test]
async fn a_killed_peer_ends_every_stream_at_once() {
    let first = Node::first("imp1").await;
    let folder = tempfile::tempdir().unwrap();
    pki::join(folder.path(), "imp2", &first.invite("imp2")).await.unwrap();
    let elsewhere = Runtime::new().unwrap();
    let started = elsewhere.spawn(Node::start("imp2", folder, "127.0.0.1:0"));
    let mut second = started.await.unwrap();
    let peer = first.peer(&second);
    let mut control = soon(peer.control()).await.unwrap();
    let line = Line { kind: "tcp".into(), address: "192.0.2.7:40000".parse().unwrap() };
    let mut carried = soon(peer.carry(line)).await.unwrap();
    let held = (second.opened().await, second.opened().await);
    control.sender.send(goodbye(1)).await.unwrap();

    let killed = Instant::now();
    tokio::task::spawn_blocking(killed_later(second, elsewhere)).await.unwrap();
    assert_eq!(soon(control.receiver.recv()).await, None);
    assert_eq!(soon(carried.receiver.recv()).await, None);
    soon(control.sender.closed()).await;
    soon(carried.sender.closed()).await;
    // Not a ping that was not answered: the end of the connection itself.
    assert!(killed.elapsed() < Duration::from_secs(PING_SECONDS), "{:?}", killed.elapsed());
    let problem = control.receiver.problem().unwrap();
    assert!(problem.may_pass() && problem.to_string().contains("imp2"), "{problem}");
    drop(held);
}

#[tokio::test]
async fn a_caller_that_goes_away_ends_the_stream_of_the_called() {
    let (l, mut r) = pair().await;
    let near = soon(l.peer(&r).control()).await.unwrap();
    let (_, mut far) = r.opened_control().await;
    drop(near);
    assert_eq!(soon(far.receiver.recv()).await, None);
    soon(far.sender.closed()).await;
}

#[tokio::test]
async fn a_called_that_lets_go_ends_the_stream_of_the_caller() {
    let (l, mut r) = pair().await;
    let mut near = soon(l.peer(&r).control()).await.unwrap();
    let (_, far) = r.opened_control().await;
    drop(far);
    assert_eq!(soon(near.receiver.recv()).await, None);
    soon(near.sender.closed()).await;
}

#[tokio::test]
async fn a_node_that_stops_ends_its_streams_and_is_found_again_when_it_is_back() {
    let (l, mut r) = pair().await;
    let peer = l.peer(&r);
    let mut near = soon(peer.control()).await.unwrap();
    let (_, mut far) = r.opened_control().await;
    let address = r.address.to_string();
    let folder = r.stop().await;
    assert_eq!(soon(near.receiver.recv()).await, None);
    assert_eq!(soon(far.receiver.recv()).await, None);

    let refused = soon(peer.control()).await.unwrap_err();
    assert!(refused.may_pass(), "{refused}");
    assert!(refused.to_string().starts_with("node imp2 is not reachable: "), "{refused}");

    let mut back = Node::start("imp2", folder, &address).await;
    let near = soon(peer.control()).await.unwrap();
    let (name, mut far) = back.opened_control().await;
    assert_eq!(name, "imp1");
    near.sender.send(goodbye(3)).await.unwrap();
    assert_eq!(soon(far.receiver.recv()).await, Some(goodbye(3)));
}

#[tokio::test]
async fn what_was_sent_before_the_end_arrives() {
    let (l, mut r) = pair().await;
    let line = Line { kind: "tcp".into(), address: "192.0.2.7:40000".parse().unwrap() };
    let near = soon(l.peer(&r).carry(line)).await.unwrap();
    let Opened::Carry(_, _, mut far) = r.opened().await else { panic!("no client") };
    near.sender.send(ToOwner::StreamClose).await.unwrap();
    near.sender.send(ToOwner::Gone).await.unwrap();
    drop(near.sender);
    assert_eq!(soon(far.receiver.recv()).await, Some(ToOwner::StreamClose));
    assert_eq!(soon(far.receiver.recv()).await, Some(ToOwner::Gone));
    assert_eq!(soon(far.receiver.recv()).await, None);
    assert_eq!(far.receiver.problem(), None);
}

#[tokio::test]
async fn an_address_without_a_node_is_an_error_soon() {
    let first = Node::first("imp1").await;
    let identity = std::sync::Arc::new(Identity::load(first.dir()).unwrap());
    // Bound and closed again: nobody listens there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let peer = Peer::new("imp2", &free.to_string(), &identity).unwrap();
    let error = soon(peer.control()).await.unwrap_err();
    assert!(error.to_string().contains("refused"), "{error}");
    assert!(matches!(Peer::new("no name", "127.0.0.1:1", &identity), Err(LinkError::Address(_))));
}

/// HTTP/2 libraries end a connection on which many streams are given up, because strangers use that to do harm. Here
/// it would end every other client's stream too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_leave_in_crowds_do_not_end_the_streams_of_others() {
    let (l, mut r) = pair().await;
    let peer = l.peer(&r);
    let line = || Line { kind: "tcp".into(), address: "192.0.2.7:40000".parse().unwrap() };
    let steady = soon(peer.carry(line())).await.unwrap();
    let Opened::Carry(_, _, mut far) = r.opened().await else { panic!("no client") };
    // The owner lets go of each while its client goes on sending.
    let opening = tokio::spawn({
        let peer = peer.clone();
        async move {
            for _ in 0..1_500 {
                let client = soon(peer.carry(line())).await.unwrap();
                while client.sender.send(ToOwner::Stanza(vec![b'x'; 8_000].into())).await.is_ok() {}
            }
        }
    });
    for _ in 0..1_500 {
        drop(r.opened().await);
    }
    soon(opening).await.unwrap();
    // And many give up before their stream was taken.
    let hurried = (0..300).map(|_| {
        tokio::spawn({
            let peer = peer.clone();
            async move { drop(tokio::time::timeout(Duration::from_micros(300), peer.carry(line())).await) }
        })
    });
    for client in hurried.collect::<Vec<_>>() {
        soon(client).await.unwrap();
    }
    steady.sender.send(ToOwner::Stanza("still here".into())).await.unwrap();
    assert_eq!(soon(far.receiver.recv()).await, Some(ToOwner::Stanza("still here".into())));
}
