//! Scene `single`: traffic, SIGKILL, restart, everybody back; again and again.

use std::cell::{Cell, RefCell};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use everpresent_client::{KeyCache, Options, Security, StreamManagement, Trust, tls};
use tokio::sync::{Barrier, watch};
use tokio::task::{JoinSet, spawn_local};
use tokio::time::{sleep, timeout};

use super::arguments::Single;
use super::book::Book;
use super::node::{DOMAIN, Node};
use super::person::{Handle, Person, Shared};
use super::report::{Report, Round, json, milliseconds};
use crate::Error;
use crate::pace::Pacer;

/// How long it may take until all users are back.
const RETURN_LIMIT: Duration = Duration::from_secs(60);
/// How long the end may take: last acknowledgements, archive queries.
const CONCLUSION_LIMIT: Duration = Duration::from_secs(300);
/// How often it is looked whether all users are there.
const PRESENCE_POLL: Duration = Duration::from_millis(5);
/// How long connecting and each answer may take; a server that dies meanwhile is noticed sooner.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(30);
/// Orders that a user may lag behind.
const ORDERS_CAPACITY: usize = 64;
/// The shortest life of a process, as a share of the longest.
const SHORTEST_LIFE_SHARE: f64 = 0.1;
/// The share of kills that come while users are still coming back from the one before.
const EARLY_KILL_SHARE: f64 = 0.1;
/// The longest life of a process that is killed so early.
const EARLY_KILL_SECONDS: f64 = 0.2;

/// The users and what they share.
struct Crowd {
    shared: Rc<Shared>,
    handles: Rc<Vec<Handle>>,
    tasks: JoinSet<()>,
    finish: watch::Sender<bool>,
}

/// Plays the scene.
pub(crate) async fn play(single: &Single, as_json: bool) -> Result<Report, Error> {
    let seed = single.seed.unwrap_or_else(|| fastrand::u64(..));
    let users = usize::from(single.pairs) * 2;
    let program = program(single.everpresent.as_deref())?;
    let temporary = tempfile::Builder::new().prefix("everpresent-chaos-").tempdir()?;
    let folder = single.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder)?;
    let folder = std::path::absolute(folder)?;
    let password = format!("{:016x}", fastrand::u64(..));
    let accounts = (0..users).map(|place| (user(place), password.clone()));
    let mut node = Node::prepare(program, &folder, accounts).await?;
    node.start().await?;
    let crowd = Crowd::gather(&node, users, &password)?;
    crowd.all_present().await?;
    let skipped = crowd.set_to_work(single.rate)?;
    let rounds = kill_again_and_again(single, seed, &mut node, &crowd, as_json).await?;
    let mut report = Report { rounds: single.rounds, seed, users, rate: single.rate, ..Report::default() };
    crowd.conclude(&mut report).await;
    node.kill_both().await?;
    report.skipped = skipped.get();
    report.times(&rounds);
    if single.dir.is_none() && !report.holds() {
        report.kept = Some(temporary.keep().display().to_string());
    }
    Ok(report)
}

async fn kill_again_and_again(
    single: &Single,
    seed: u64,
    node: &mut Node,
    crowd: &Crowd,
    as_json: bool,
) -> Result<Vec<Round>, Error> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut rounds = Vec::new();
    let (mut ready, mut early) = (Instant::now(), false);
    for round in 1..=single.rounds {
        crowd.shared.book.borrow_mut().begin_round(round);
        let (sent_before, _) = crowd.shared.book.borrow().totals();
        let (share, longest) = if early {
            (0.0, EARLY_KILL_SECONDS)
        } else {
            (SHORTEST_LIFE_SHARE, single.longest_life_seconds)
        };
        let life = longest * (share + (1.0 - share) * random.f64());
        sleep(Duration::from_secs_f64(life)).await;
        node.kill().await?;
        let (killed, lived) = (Instant::now(), ready.elapsed());
        let (sent, acknowledged) = crowd.shared.book.borrow().totals();
        node.start().await?;
        ready = Instant::now();
        // The last return is always awaited: the end needs everybody.
        early = round < single.rounds && random.f64() < EARLY_KILL_SHARE;
        let back = if early { None } else { Some(crowd.all_present_since(killed).await?) };
        let round = Round {
            round,
            killed_after_milliseconds: milliseconds(lived),
            sent: sent - sent_before,
            unacknowledged: sent - acknowledged,
            ready_milliseconds: milliseconds(ready - killed),
            back_milliseconds: back.map(|back| milliseconds(back - killed)),
        };
        if let Some(back) = back {
            ready = back;
        }
        if as_json {
            anstream::println!("{}", json(&round));
        } else {
            anstream::println!("{round}");
        }
        rounds.push(round);
    }
    Ok(rounds)
}

impl Crowd {
    /// Lets all users begin to sign in.
    fn gather(node: &Node, users: usize, password: &str) -> Result<Self, Error> {
        let failed = |cause: everpresent_client::Error| Error::Preparation(cause.to_string());
        let trust = Trust::pem(&std::fs::read(node.certificate())?).map_err(failed)?;
        let security = Security::Direct(tls::config(trust).map_err(failed)?);
        let host = Ipv4Addr::LOCALHOST.to_string();
        let mut template = Options::new(&host, node.port(), DOMAIN, "", password)
            .security(security)
            .resource("chaos")
            .stream_management(StreamManagement::Resumable);
        template.timeout = CLIENT_TIMEOUT;
        template.keys = Some(KeyCache::new());
        let shared = Rc::new(Shared {
            book: RefCell::new(Book::default()),
            violations: RefCell::new(Vec::new()),
            without_count: Cell::new(0),
            all_acknowledged: Barrier::new(users),
        });
        let (finish, finished) = watch::channel(false);
        let (mut handles, mut tasks) = (Vec::new(), JoinSet::new());
        for place in 0..users {
            let partner = format!("{}@{DOMAIN}", user(place ^ 1));
            let options = template.clone().account(&user(place), password);
            let (person, handle) =
                Person::new(place, partner, options, shared.clone(), finished.clone(), ORDERS_CAPACITY);
            handles.push(handle);
            tasks.spawn_local(person.live());
        }
        Ok(Self { shared, handles: Rc::new(handles), tasks, finish })
    }

    /// Gives orders to send at a constant rate, to one user after the other, until told to finish. Returns the number
    /// of orders that found their user away.
    fn set_to_work(&self, rate: f64) -> Result<Rc<Cell<u64>>, Error> {
        let skipped = Rc::new(Cell::new(0));
        let (handles, count, mut pacer) = (self.handles.clone(), skipped.clone(), Pacer::new(rate)?);
        let finished = self.finish.subscribe();
        spawn_local(async move {
            for handle in handles.iter().cycle() {
                if pacer.next().await.is_err() || *finished.borrow() {
                    return;
                }
                if handle.present_since.get().is_none() || handle.orders.try_send(()).is_err() {
                    count.set(count.get() + 1);
                }
            }
        });
        Ok(skipped)
    }

    async fn all_present(&self) -> Result<(), Error> {
        let waiting = async {
            while self.handles.iter().any(|handle| handle.present_since.get().is_none()) {
                sleep(PRESENCE_POLL).await;
            }
        };
        let away = || self.handles.iter().filter(|handle| handle.present_since.get().is_none()).count();
        timeout(RETURN_LIMIT, waiting).await.map_err(|_| {
            let (away, seconds) = (away(), RETURN_LIMIT.as_secs());
            Error::Preparation(format!("{away} users could not sign in within {seconds} s"))
        })
    }

    /// Waits until everybody has come back from this kill; returns when the last one did.
    async fn all_present_since(&self, killed: Instant) -> Result<Instant, Error> {
        let waiting = async {
            loop {
                let times: Option<Vec<Instant>> = self
                    .handles
                    .iter()
                    .map(|handle| handle.present_since.get().filter(|since| *since > killed))
                    .collect();
                match times.and_then(|times| times.into_iter().max()) {
                    Some(last) => return last,
                    None => sleep(PRESENCE_POLL).await,
                }
            }
        };
        let seconds = RETURN_LIMIT.as_secs();
        timeout(RETURN_LIMIT, waiting)
            .await
            .map_err(|_| Error::Preparation(format!("not all users were back within {seconds} s")))
    }

    /// Lets everybody finish and closes the book.
    async fn conclude(mut self, report: &mut Report) {
        let _ = self.finish.send(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        let ended = timeout(CONCLUSION_LIMIT, ended).await;
        report.violations.clone_from(&self.shared.violations.borrow());
        if ended.is_err() {
            let seconds = CONCLUSION_LIMIT.as_secs();
            report.violations.push(format!("not all users could finish within {seconds} s"));
        }
        report.verdict = self.shared.book.borrow().verdict();
        report.resumes_without_count = self.shared.without_count.get();
    }
}

fn user(place: usize) -> String {
    format!("user{place}")
}

/// The server's program: as named, or beside this one.
fn program(named: Option<&Path>) -> Result<PathBuf, Error> {
    let program = match named {
        Some(named) => named.to_owned(),
        None => std::env::current_exe()?.with_file_name("everpresent"),
    };
    if program.is_file() {
        Ok(program)
    } else {
        let program = program.display();
        Err(Error::Arguments(format!("there is no {program}: build it, or name it with --everpresent")))
    }
}
