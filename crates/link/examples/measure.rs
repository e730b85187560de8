//! Measures the link on loopback: records for each second, the way there and back of one record, and memory for each
//! carried client. `cargo run --release -p everpresent-link --example measure`
#![allow(clippy::unwrap_used, reason = "a measurement ends when anything fails")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use everpresent_link::carry::{Line, ToCarrier, ToOwner};
use everpresent_link::control::Control;
use everpresent_link::delivery::{self, Items};
use everpresent_link::order::{Order, OrderReply};
use everpresent_link::pki::{self, Certificates, Identity, JoinRequest, SigningRequest};
use everpresent_link::replication::{Answer, Begin, Frame};
use everpresent_link::{Duplex, Handled, Peer, Service, listen};
use everpresent_session::ids::{Epoch, HomeName, Incarnation, LedgerId, RecordNumber, SessionId};
use everpresent_session::record::{Cause, Effect, Record};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Records that are sent as fast as they are taken.
const RECORDS: u64 = 500_000;
/// Records in one batch.
const BATCH: u64 = 64;
/// Records that are sent one by one.
const ROUND_TRIPS: u64 = 5_000;
/// Bytes of the stanza in a record.
const STANZA_BYTES: usize = 300;
/// Clients that are carried.
const CLIENTS: usize = 10_000;

/// Confirms records, answers clients.
struct Partner;

impl Service for Partner {
    fn control(&self, _: String, _: Duplex<Control, Control>) -> Handled {
        Box::pin(std::future::ready(()))
    }
    fn replicate(&self, _: String, _: Begin, mut duplex: Duplex<Answer, Frame>) -> Handled {
        Box::pin(async move {
            while let Some(frame) = duplex.receiver.recv().await {
                if let Frame::Records(records) = frame
                    && let Some(last) = records.last()
                {
                    let _ = duplex.sender.send(Answer::Confirmed(last.number)).await;
                }
            }
        })
    }
    fn deliver(&self, _: String, _: delivery::Open, _: Duplex<delivery::Answer, Items>) -> Handled {
        Box::pin(std::future::ready(()))
    }
    fn carry(&self, _: String, _: Line, mut duplex: Duplex<ToCarrier, ToOwner>) -> Handled {
        Box::pin(async move {
            while let Some(ToOwner::Stanza(stanza)) = duplex.receiver.recv().await {
                let _ = duplex.sender.send(ToCarrier::Output(stanza)).await;
            }
        })
    }
    fn order(&self, _: String, _: Order) -> Handled<OrderReply> {
        Box::pin(std::future::ready(Err(String::new())))
    }
    fn join(&self, _: JoinRequest) -> Handled<Result<Certificates, String>> {
        Box::pin(std::future::ready(Err(String::new())))
    }
    fn renew(&self, _: String, _: SigningRequest) -> Handled<Result<Certificates, String>> {
        Box::pin(std::future::ready(Err(String::new())))
    }
}

fn record(number: u64) -> Record {
    let stanza = Bytes::from(vec![b'x'; STANZA_BYTES]);
    Record {
        home: HomeName::new("imp1"),
        ledger: LedgerId(1),
        epoch: Epoch(1),
        number: RecordNumber(number),
        cause: Cause::Client(SessionId(1)),
        effects: vec![
            Effect::Enqueued { session: SessionId(2), stanza, spool: None },
            Effect::Handled { session: SessionId(1) },
        ],
    }
}

/// Waits until everything up to here is confirmed.
async fn confirmed(duplex: &mut Duplex<Frame, Answer>, last: u64) {
    while duplex.receiver.recv().await.unwrap() != Answer::Confirmed(RecordNumber(last)) {}
}

async fn measure_records(peer: &Peer) {
    let home = HomeName::new("imp1");
    let begin = Begin { home, ledger: LedgerId(1), epoch: Epoch(1), incarnation: Incarnation(1) };
    let mut duplex = peer.replicate(begin).await.unwrap();
    let (sender, start) = (duplex.sender.clone(), Instant::now());
    let sending = tokio::spawn(async move {
        for batch in 0..RECORDS / BATCH {
            let numbers = batch * BATCH + 1..=(batch + 1) * BATCH;
            sender.send(Frame::Records(numbers.map(record).collect())).await.unwrap();
        }
    });
    let last = RECORDS / BATCH * BATCH;
    confirmed(&mut duplex, last).await;
    sending.await.unwrap();
    println!("{:.0} records/s, both ends in this process", last as f64 / start.elapsed().as_secs_f64());
    let mut times: Vec<_> = Vec::new();
    for number in last + 1..=last + ROUND_TRIPS {
        let start = Instant::now();
        duplex.sender.send(Frame::Records(vec![record(number)])).await.unwrap();
        confirmed(&mut duplex, number).await;
        times.push(start.elapsed());
    }
    times.sort();
    println!("there and back: median {:?}, p99 {:?}", times[times.len() / 2], times[times.len() * 99 / 100]);
}

async fn measure_clients(peer: &Peer) {
    let line = Line { kind: "tcp".into(), address: "192.0.2.7:40000".parse().unwrap() };
    let before = resident_kib();
    let mut carried = Vec::new();
    for _ in 0..CLIENTS {
        let mut duplex = peer.carry(line.clone()).await.unwrap();
        duplex.sender.send(ToOwner::Stanza(Bytes::from(vec![b'x'; STANZA_BYTES]))).await.unwrap();
        duplex.receiver.recv().await.unwrap();
        carried.push(duplex);
    }
    let each = (resident_kib() - before) as f64 / CLIENTS as f64;
    println!("{CLIENTS} carried clients: {each:.1} KiB for each, both ends together");
}

/// Resident memory of this process, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::main]
async fn main() {
    let folder: PathBuf =
        std::env::temp_dir().join(format!("everpresent-link-measure-{}", std::process::id()));
    pki::establish(&folder, "imp1", SystemTime::now()).unwrap();
    let identity = Arc::new(Identity::load(&folder).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = Peer::new("imp1", &listener.local_addr().unwrap().to_string(), &identity).unwrap();
    let stop = CancellationToken::new();
    let listening = tokio::spawn(listen(listener, identity, Arc::new(Partner), stop.clone()));
    measure_records(&peer).await;
    measure_clients(&peer).await;
    stop.cancel();
    listening.await.unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}
