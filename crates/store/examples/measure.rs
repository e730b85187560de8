//! Measures the store: `cargo run --release -p everpresent-store --example measure -- [url]`.
//!
//! Without a url it makes an SQLite file in a temporary folder below the current one (so that a disk is measured, not a
//! file system in memory). A PostgreSQL database must be empty. The processor time is that of this process; PostgreSQL's
//! own comes on top.

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::Bytes;
use everpresent_session::ids::{Epoch, HomeName, Incarnation, RecordNumber, RowId, SessionId};
use everpresent_session::row::{ArchiveRow, HeadRow, RosterRow, Row, SpoolRow, Subscription};
use everpresent_session::time::Timestamp;
use everpresent_stanza::{BareJid, FullJid, Jid};
use everpresent_store::{Database, Fence, Filter, HomeRow, PageFrom, Paging, ScramHash, ScramKeys};

const STANZA_BYTES: usize = 288;
const TIME_PER_MEASUREMENT: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(".")?;
    let url = match std::env::args().nth(1) {
        Some(url) => url,
        None => format!("sqlite:{}", folder.path().join("measure.db").display()),
    };
    let store = Database::open(&url).await?;
    let home = HomeRow {
        home: HomeName::new("imp1"),
        owner: "imp1".into(),
        incarnation: Some(Incarnation(1)),
        epoch: Epoch(1),
        beat: 1,
        replica: None,
        grant_seconds: 60,
    };
    store.insert_home(&home).await?;
    let fence = Fence { home: home.home.clone(), epoch: home.epoch, incarnation: Incarnation(1) };
    let mut run = Run { store, fence, record: 0 };
    run.writes().await?;
    run.reads().await?;
    run.store.close().await;
    Ok(())
}

struct Run {
    store: Database,
    fence: Fence,
    record: u64,
}

type Maker = fn(BareJid, u64) -> Vec<Row>;

impl Run {
    async fn writes(&mut self) -> Result<(), Box<dyn Error>> {
        let makers: [(&str, Maker); 4] = [
            ("archive", |user, n| vec![archive(user, n)]),
            ("spool", |user, n| vec![spool(user, n)]),
            ("spool, and gone 9 later", |_, n| {
                let gone = self::user((n - n.min(9)) % 100);
                vec![spool(self::user(n % 100), n), Row::SpoolGone { user: gone, id: id(n - n.min(9)) }]
            }),
            ("head of 2,000 sessions", |_, n| vec![head(n % 2_000)]),
        ];
        for (what, make) in makers {
            for (users, batch) in [(100, 1), (100, 100), (100, 1_000), (10_000, 100), (10_000, 1_000)] {
                self.write(what, make, users, batch).await?;
            }
        }
        Ok(())
    }

    async fn write(
        &mut self,
        what: &str,
        make: Maker,
        users: u64,
        batch: usize,
    ) -> Result<(), Box<dyn Error>> {
        let (began, cpu) = (Instant::now(), processor_time());
        let mut rows = 0;
        let mut commits = 0;
        let mut waited = Duration::ZERO;
        while began.elapsed() < TIME_PER_MEASUREMENT {
            let mut rows_of_batch = Vec::new();
            while rows_of_batch.len() < batch {
                self.record += 1;
                let user = user(self.record.wrapping_mul(2_654_435_761) % users);
                rows_of_batch.extend(make(user, self.record));
            }
            let start = Instant::now();
            self.store.commit(&self.fence, &rows_of_batch).await?;
            waited += start.elapsed();
            rows += rows_of_batch.len();
            commits += 1;
        }
        let per_row = (processor_time() - cpu).as_secs_f64() * 1e6 / rows as f64;
        println!(
            "{what:<24} {users:>6} users, batches of {batch:>5}: {:>8.0} rows/s, {:>6.2} ms each, \
             {per_row:>5.1} us of processor per row",
            rows as f64 / waited.as_secs_f64(),
            waited.as_secs_f64() * 1e3 / f64::from(commits),
        );
        Ok(())
    }

    async fn reads(&mut self) -> Result<(), Box<dyn Error>> {
        for contacts in [0, 20, 200] {
            let user = BareJid::new(&format!("with{contacts}@example.org"))?;
            let keys = [ScramHash::Sha1, ScramHash::Sha256, ScramHash::Sha512].map(keys);
            self.store.create_account(&user, &self.fence.home, &keys, Timestamp(1)).await?;
            let rows: Vec<Row> = (0..contacts).map(|n| roster(&user, n)).collect();
            self.store.commit(&self.fence, &rows).await?;
            let what = format!("account_state, {contacts} contacts");
            time(&what, || async { self.store.account_state(&user).await.map(|_| ()) }).await?;
        }
        self.read_many(2_000, 10).await?;
        let user = BareJid::new("with20@example.org")?;
        time("credentials", || async { self.store.credentials(&user).await.map(|_| ()) }).await?;
        let busy = user_with_most();
        for (what, from, filter) in [
            ("archive page of 50, last", PageFrom::Last, Filter::default()),
            ("archive page of 50, by contact", PageFrom::Last, with_peer()),
        ] {
            let paging = Paging { max: 50, from, flip: false };
            time(what, || async { self.store.archive_page(&busy, &filter, paging).await.map(|_| ()) })
                .await?;
        }
        time("read the witness row", || async { self.store.read_home(&self.fence.home).await.map(|_| ()) })
            .await?;
        Ok(())
    }

    /// What a takeover of a home reads.
    async fn read_many(&self, users: u64, contacts: u64) -> Result<(), Box<dyn Error>> {
        let mut jids = Vec::new();
        for number in 0..users {
            let user = BareJid::new(&format!("many{number}@example.org"))?;
            self.store.create_account(&user, &self.fence.home, &[], Timestamp(1)).await?;
            jids.push(user);
        }
        for some in jids.chunks(100) {
            let contacts = some.iter().flat_map(|user| (0..contacts).map(move |n| roster(user, n)));
            self.store.commit(&self.fence, &contacts.collect::<Vec<_>>()).await?;
        }
        let what = format!("account_states, {users} of {contacts} contacts");
        time(&what, || async { self.store.account_states(&jids).await.map(|_| ()) }).await?;
        Ok(())
    }
}

async fn time<F, E>(what: &str, mut call: impl FnMut() -> F) -> Result<(), E>
where
    F: Future<Output = Result<(), E>>,
{
    let mut times = Vec::new();
    let began = Instant::now();
    while began.elapsed() < TIME_PER_MEASUREMENT / 2 {
        let start = Instant::now();
        call().await?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let (half, most) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{what:<32} p50 {:>5} us, p99 {:>5} us", half.as_micros(), most.as_micros());
    Ok(())
}

/// User and system time of this process so far, in steps of 10 ms; nothing where there is no /proc.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn id(record: u64) -> RowId {
    RowId { epoch: Epoch(1), record: RecordNumber(record), index: 0 }
}

fn user(number: u64) -> BareJid {
    BareJid::new(&format!("user{number}@example.org")).unwrap_or_else(|_| unreachable!("a plain address"))
}

fn user_with_most() -> BareJid {
    user(7)
}

fn peer(number: u64) -> Jid {
    let text = format!("peer{}@example.org/phone", number % 11);
    Jid::new(&text).unwrap_or_else(|_| unreachable!("a plain address"))
}

fn with_peer() -> Filter {
    Filter { with: Some(peer(3).into_bare().into()), ..Filter::default() }
}

fn archive(user: BareJid, n: u64) -> Row {
    Row::Archive(ArchiveRow {
        user,
        id: id(n),
        at: Timestamp(n as i64),
        with: peer(n),
        stanza_id: format!("{n:016x}"),
        stanza: Bytes::from_static(&[b'x'; STANZA_BYTES]),
    })
}

fn spool(user: BareJid, n: u64) -> Row {
    let stanza = Bytes::from_static(&[b'x'; STANZA_BYTES]);
    Row::Spool(SpoolRow { user, id: id(n), at: Timestamp(n as i64), archived: true, stanza })
}

fn head(n: u64) -> Row {
    let jid = format!("user{n}@example.org/phone");
    Row::Head(HeadRow {
        session: SessionId(u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)),
        jid: FullJid::new(&jid).unwrap_or_else(|_| unreachable!("a plain address")),
        user_agent: Some("d4565fa7-4d72-4749-b3d3-740edbf87770".into()),
        handled: n as u32,
        presence: Some(Bytes::from_static(&[b'p'; STANZA_BYTES])),
        directed: Vec::new(),
        opened: Timestamp(1),
    })
}

fn roster(user: &BareJid, n: u64) -> Row {
    Row::Roster(RosterRow {
        user: user.clone(),
        contact: self::user(n),
        name: format!("Contact {n}"),
        groups: vec!["Friends".into()],
        subscription: Subscription::Both,
        pending_out: false,
        pending_in: None,
        approved: false,
        listed: true,
        version: n + 1,
    })
}

fn keys(hash: ScramHash) -> ScramKeys {
    ScramKeys {
        hash,
        salt: vec![1; 16],
        iterations: 10_000,
        stored_key: vec![2; 32],
        server_key: vec![3; 32],
    }
}
