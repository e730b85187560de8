//! Each kind of stream, both ways.

use bytes::Bytes;
use everpresent_link::Duplex;
use everpresent_link::carry::{Ending, Line, ToCarrier, ToOwner};
use everpresent_link::delivery::{self, Item, Items};
use everpresent_link::limits::CARRY_STREAM_WINDOW_BYTES;
use everpresent_link::order::Order;
use everpresent_link::replication::{Answer, Begin, Frame};
use everpresent_session::ids::{Epoch, HomeName, Incarnation, LedgerId, RecordNumber, SessionId};
use everpresent_session::ledger::Ledger;
use everpresent_session::record::{Cause, Effect, Record};

use crate::harness::{Opened, goodbye, pair, soon};

fn begin() -> Begin {
    Begin { home: HomeName::new("imp1"), ledger: LedgerId(1), epoch: Epoch(2), incarnation: Incarnation(3) }
}

fn record(number: u64, bytes: usize) -> Record {
    let stanza = Bytes::from(vec![b'x'; bytes]);
    Record {
        home: HomeName::new("imp1"),
        ledger: LedgerId(1),
        epoch: Epoch(2),
        number: RecordNumber(number),
        cause: Cause::Channel,
        effects: vec![Effect::Enqueued { session: SessionId(1), stanza, spool: None }],
    }
}

fn line() -> Line {
    Line { kind: "tcp".into(), address: "192.0.2.7:40000".parse().unwrap() }
}

#[tokio::test]
async fn control_messages_go_both_ways_under_proved_names() {
    let (l, mut r) = pair().await;
    let mut near = soon(l.peer(&r).control()).await.unwrap();
    let (name, mut far) = r.opened_control().await;
    assert_eq!(name, "imp1");
    near.sender.send(goodbye(1)).await.unwrap();
    far.sender.send(goodbye(2)).await.unwrap();
    assert_eq!(soon(far.receiver.recv()).await, Some(goodbye(1)));
    assert_eq!(soon(near.receiver.recv()).await, Some(goodbye(2)));
}

#[tokio::test]
async fn a_snapshot_and_records_arrive_whole_and_in_order() {
    let (l, mut r) = pair().await;
    let mut near = soon(l.peer(&r).replicate(begin())).await.unwrap();
    let Opened::Replicate(name, begun, mut far) = r.opened().await else { panic!("no replication") };
    assert_eq!((name.as_str(), begun), ("imp1", begin()));
    far.sender.send(Answer::Accepted).await.unwrap();
    assert_eq!(soon(near.receiver.recv()).await, Some(Answer::Accepted));

    let parts: Vec<_> =
        Ledger::new(HomeName::new("imp1"), LedgerId(1), Epoch(2)).into_parts().map(Box::new).collect();
    // More than fits into one message, and one that is larger than a batch and any default limit.
    let records: Vec<Record> =
        (1..=500).map(|number| record(number, if number == 250 { 8 << 20 } else { 300 })).collect();
    let sent = (parts.clone(), records.clone());
    let sender = near.sender.clone();
    tokio::spawn(async move {
        for part in sent.0 {
            sender.send(Frame::Part(part)).await.unwrap();
        }
        sender.send(Frame::Cut(RecordNumber(0))).await.unwrap();
        sender.send(Frame::Records(sent.1)).await.unwrap();
    });
    for part in parts {
        assert_eq!(soon(far.receiver.recv()).await, Some(Frame::Part(part)));
    }
    assert_eq!(soon(far.receiver.recv()).await, Some(Frame::Cut(RecordNumber(0))));
    let mut arrived = Vec::new();
    while arrived.len() < records.len() {
        let Some(Frame::Records(some)) = soon(far.receiver.recv()).await else { panic!("no records") };
        arrived.extend(some);
    }
    assert!(arrived == records);
    far.sender.send(Answer::Confirmed(RecordNumber(500))).await.unwrap();
    assert_eq!(soon(near.receiver.recv()).await, Some(Answer::Confirmed(RecordNumber(500))));
}

#[tokio::test]
async fn a_channel_delivers_and_is_confirmed() {
    let (l, mut r) = pair().await;
    let channel = delivery::Open {
        from_home: HomeName::new("imp1"),
        from_ledger: LedgerId(5),
        to_home: HomeName::new("imp2"),
    };
    let mut near = soon(l.peer(&r).deliver(channel.clone())).await.unwrap();
    let Opened::Deliver(name, opened, mut far) = r.opened().await else { panic!("no channel") };
    assert_eq!((name.as_str(), opened), ("imp1", channel));
    let items = Items(vec![Item { number: 7, stanza: Bytes::from_static(b"<message/>") }]);
    near.sender.send(items.clone()).await.unwrap();
    far.sender.send(delivery::Answer::Ready { received: 6 }).await.unwrap();
    far.sender.send(delivery::Answer::Confirmed { up_to: 7 }).await.unwrap();
    assert_eq!(soon(far.receiver.recv()).await, Some(items));
    assert_eq!(soon(near.receiver.recv()).await, Some(delivery::Answer::Ready { received: 6 }));
    assert_eq!(soon(near.receiver.recv()).await, Some(delivery::Answer::Confirmed { up_to: 7 }));
}

#[tokio::test]
async fn an_order_is_answered_or_refused() {
    let (l, r) = pair().await;
    let order = |name: &str| Order { name: name.into(), arguments: vec!["a".into(), "b".into()] };
    let peer = l.peer(&r);
    assert_eq!(soon(peer.order(order("echo"))).await, Ok(Ok("imp1: a b".into())));
    assert_eq!(soon(peer.order(order("dance"))).await, Ok(Err("there is no order dance".into())));
}

/// Many more than HTTP/2 allows by itself, on one connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_are_carried_at_once() {
    let (l, mut r) = pair().await;
    let peer = l.peer(&r);
    let mut carried = Vec::new();
    for number in 0_u32..1_000 {
        let near = soon(peer.carry(line())).await.unwrap();
        let Opened::Carry(name, of, far) = r.opened().await else { panic!("no client") };
        assert_eq!((name.as_str(), of), ("imp1", line()));
        carried.push((number, near, far));
    }
    for (number, near, _) in &carried {
        near.sender.send(ToOwner::Stanza(number.to_string().into())).await.unwrap();
    }
    for (number, near, far) in &mut carried {
        assert_eq!(soon(far.receiver.recv()).await, Some(ToOwner::Stanza(number.to_string().into())));
        far.sender.send(ToCarrier::Ending(Ending::LetGo)).await.unwrap();
        assert_eq!(soon(near.receiver.recv()).await, Some(ToCarrier::Ending(Ending::LetGo)));
    }
}

/// Sends until nothing more is taken.
async fn fill(duplex: &Duplex<ToCarrier, ToOwner>, output: &ToCarrier) -> usize {
    let mut sent = 0;
    let brief = std::time::Duration::from_millis(500);
    while tokio::time::timeout(brief, duplex.sender.send(output.clone())).await.is_ok() {
        sent += 1;
        assert!(sent < 1_000, "a client that does not read is sent more and more");
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_makes_its_owner_wait_and_nobody_else() {
    let (l, mut r) = pair().await;
    let peer = l.peer(&r);
    let mut lazy = soon(peer.carry(line())).await.unwrap();
    let Opened::Carry(_, _, to_lazy) = r.opened().await else { panic!("no client") };
    let mut busy = soon(peer.carry(line())).await.unwrap();
    let Opened::Carry(_, _, to_busy) = r.opened().await else { panic!("no client") };

    let output = ToCarrier::Output(vec![b'x'; 16 * 1024].into());
    let waiting = fill(&to_lazy, &output).await;
    // The window, the queue, and what is being written.
    let bound = CARRY_STREAM_WINDOW_BYTES as usize / (16 * 1024) + 16 + 16;
    assert!(waiting <= bound, "{waiting} messages wait for one client");
    for _ in 0..100 {
        to_busy.sender.send(output.clone()).await.unwrap();
        assert_eq!(soon(busy.receiver.recv()).await, Some(output.clone()));
    }
    for _ in 0..waiting {
        assert_eq!(soon(lazy.receiver.recv()).await, Some(output.clone()));
    }
}
