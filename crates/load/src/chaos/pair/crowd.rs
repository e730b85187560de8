//! The load generator's own clients, on a thread of their own.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::thread::JoinHandle;
use std::time::Duration;

use everpresent_client::member::{Member, Phase, State};
use everpresent_client::{KeyCache, Options, Security, StreamManagement, Trust, tls};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{interval, sleep, timeout};

use super::log::{Event, Writer};
use crate::Error;
use crate::pace::Pacer;

/// Orders that a client may lag behind.
const ORDERS_CAPACITY: usize = 64;
/// How often the log reaches its file.
const FLUSH: Duration = Duration::from_millis(10);
/// How long connecting and each answer may take; a node that dies meanwhile is noticed sooner.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(40);
/// How long signing out may take.
const LEAVE_LIMIT: Duration = Duration::from_secs(30);
/// Clients that begin their first sign-in at once; the next ones follow when those are through.
const FIRST_SIGN_INS: usize = 32;
/// How long the first sign-in keeps its place in that queue.
const FIRST_SIGN_IN_SHARE: Duration = Duration::from_millis(100);

/// Who takes part.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) home: usize,
    /// Bare addresses of whom it writes to, one after the other.
    pub(crate) partners: Vec<String>,
    /// How many messages it writes while each of most others writes one.
    pub(crate) turns: usize,
    pub(crate) watched: Vec<String>,
}

/// What all clients need to know.
#[derive(Clone, Debug)]
pub(crate) struct Guide {
    pub(crate) domain: String,
    pub(crate) password: String,
    /// PEM file with the certificate that both nodes show.
    pub(crate) certificate: PathBuf,
    /// Addresses of the nodes.
    pub(crate) nodes: [Ipv4Addr; 2],
    /// Port for Direct TLS.
    pub(crate) port: u16,
    /// Whether clients try to resume their sessions.
    pub(crate) resumes: bool,
}

/// The crowd at work.
pub(crate) struct Crowd {
    phase: watch::Sender<Phase>,
    working: watch::Sender<bool>,
    calls: u32,
    thread: JoinHandle<()>,
}

impl Crowd {
    /// Lets all begin to sign in. Nobody writes yet.
    pub(crate) fn gather(guide: &Guide, parts: Vec<Part>, rate: f64, log: &Path) -> Result<Self, Error> {
        let (phase, phases) = watch::channel(Phase::Busy);
        let (working, work) = watch::channel(false);
        let (nodes, resumes) = (options(guide)?, guide.resumes);
        let log = log.to_owned();
        let thread = std::thread::Builder::new().name("crowd".to_owned()).spawn(move || {
            let everybody = Everybody { parts, nodes, resumes };
            if let Err(error) = live(everybody, rate, &log, &phases, work) {
                anstream::eprintln!("the crowd cannot go on: {error}");
            }
        })?;
        Ok(Self { phase, working, calls: 0, thread })
    }

    /// Lets them write, or stop writing.
    pub(crate) fn work(&self, on: bool) {
        self.working.send_replace(on);
    }

    /// Lets a share of those who are elsewhere go back to the node of their session.
    pub(crate) fn go_home(&mut self, share: f64) {
        self.calls += 1;
        self.phase.send_replace(Phase::Homeward((share * 1_000.0) as u32, self.calls));
    }

    /// Lets everybody sign out.
    pub(crate) fn leave(self) {
        self.phase.send_replace(Phase::Leave);
        // The thread bounds its own end. If it has panicked, it said so.
        let _ = self.thread.join();
    }
}

fn options(guide: &Guide) -> Result<[Options; 2], Error> {
    let failed = |cause: everpresent_client::Error| Error::Preparation(cause.to_string());
    let trust = Trust::pem(&std::fs::read(&guide.certificate)?).map_err(failed)?;
    let security = Security::Direct(tls::config(trust).map_err(failed)?);
    let keys = KeyCache::new();
    Ok(guide.nodes.map(|address| {
        let mut options = Options::new(&address.to_string(), guide.port, &guide.domain, "", &guide.password)
            .security(security.clone())
            .stream_management(StreamManagement::Resumable);
        options.timeout = CLIENT_TIMEOUT;
        options.keys = Some(keys.clone());
        options
    }))
}

/// All clients before they live.
struct Everybody {
    parts: Vec<Part>,
    nodes: [Options; 2],
    resumes: bool,
}

impl Everybody {
    /// Lets them sign in, a few at a time. Returns where those who write get their orders.
    fn come(self, log: &Writer, phases: &watch::Receiver<Phase>) -> (Vec<mpsc::Sender<()>>, JoinSet<()>) {
        let Self { parts, nodes, resumes } = self;
        let (mut writers, mut members) = (Vec::new(), JoinSet::new());
        let door = Rc::new(Semaphore::new(FIRST_SIGN_INS));
        for part in parts {
            let (sender, orders) = mpsc::channel(ORDERS_CAPACITY);
            writers.extend(std::iter::repeat_n(sender, part.turns));
            let Part { name, home, partners, watched, .. } = part;
            let nodes = nodes.clone().map(|options| {
                let password = options.password.clone();
                options.account(&name, &password)
            });
            let (journal, phase, state) = (log.clone(), phases.clone(), State::default());
            let member = Member {
                name,
                home,
                nodes,
                partners,
                watched,
                resumes,
                other_first: false,
                journal,
                orders,
                phase,
                state,
            };
            let door = Rc::clone(&door);
            members.spawn_local(async move {
                if let Ok(place) = door.acquire().await {
                    sleep(FIRST_SIGN_IN_SHARE).await;
                    drop(place);
                }
                member.live().await;
            });
        }
        fastrand::shuffle(&mut writers);
        (writers, members)
    }
}

fn live(
    everybody: Everybody,
    rate: f64,
    log: &Path,
    phases: &watch::Receiver<Phase>,
    work: watch::Receiver<bool>,
) -> Result<(), Error> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let log = Writer::create(log)?;
    LocalSet::new().block_on(&runtime, async {
        let (writers, mut members) = everybody.come(&log, phases);
        let mut phases = phases.clone();
        tokio::select! {
            result = keep_busy(&writers, rate, work) => result?,
            result = keep_flushing(&log) => result?,
            _ = phases.wait_for(|phase| *phase == Phase::Leave) => {}
        }
        let all = async { while members.join_next().await.is_some() {} };
        if timeout(LEAVE_LIMIT, all).await.is_err() {
            log.note("crowd", Event::Odd { text: "not everybody could sign out".to_owned() });
        }
        Ok(log.flush()?)
    })
}

/// Gives orders at a constant rate, to one client after the other. Those who are away, or lag behind, miss theirs.
async fn keep_busy(
    writers: &[mpsc::Sender<()>],
    rate: f64,
    mut work: watch::Receiver<bool>,
) -> Result<(), Error> {
    let mut turn = writers.iter().cycle();
    loop {
        if work.wait_for(|on| *on).await.is_err() {
            std::future::pending::<()>().await;
        }
        let mut pacer = Pacer::new(rate)?;
        while *work.borrow() {
            pacer.next().await?;
            if let Some(writer) = turn.next() {
                // Full: this one lags behind.
                let _ = writer.try_send(());
            }
        }
    }
}

async fn keep_flushing(log: &Writer) -> Result<(), Error> {
    let mut ticks = interval(FLUSH);
    loop {
        ticks.tick().await;
        log.flush()?;
    }
}
