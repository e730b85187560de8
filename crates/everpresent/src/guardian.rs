//! `everpresent serve`: the tiny parent that starts the server as a process of its own and watches over it.
//!
//! When the kernel says that the server is dead, its homes are released in the witness rows, which takes milliseconds
//! where its partner would otherwise wait for the lease; only then is the next one started. What it does when is
//! decided by [`everpresent_recovery::guardian`]; here are the processes, signals and statements. It reads signals,
//! the configuration and one byte of the child, nothing else.

mod child;
mod pid_file;
mod verdict;
mod witness;

use std::future::pending;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use everpresent_recovery::guardian::{Effect, Guardian, Input, START_WINDOW_SECONDS, STARTS_PER_WINDOW};
use everpresent_server::clock::Clock;
use everpresent_server::config::Config;
use everpresent_server::start::fresh_incarnation;
use everpresent_session::ids::Incarnation;
use everpresent_session::time::Moment;
use rustix::process::Signal;
use tokio::task::JoinHandle;
use tokio::time::{sleep, sleep_until};

use crate::failure::Failure;
use crate::signals::{Order, Orders};
use crate::systemd::{NotifyState, notify};
use child::{Child, News};
use pid_file::PidFile;
use verdict::{Death, Verdict};
use witness::Witness;

/// How long an ending guardian tries to release what its last child held.
const LAST_RELEASE_LIMIT: Duration = Duration::from_secs(5);
/// How soon it tries again then.
const LAST_RELEASE_AGAIN: Duration = Duration::from_millis(50);

/// Watches over servers until it is told to stop, or until one refuses to start.
///
/// # Errors
/// [`Failure`] for what is the guardian's own; how the last server ended is in the exit code.
pub(crate) fn run(config_path: &Path, config: &Config) -> Result<ExitCode, Failure> {
    // One thread, this one: the children are bound to it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    let ended = runtime.block_on(async { Watch::new(config_path, config)?.run().await });
    // A look-up of a name that hangs must not keep it from ending.
    runtime.shutdown_background();
    ended
}

/// What happens to a guardian.
enum Event {
    Ordered(Order),
    Child(std::io::Result<News>),
    Released(Result<u64, String>),
    Due,
}

/// Statements that release the homes of a dead child.
struct Releasing {
    dead: Incarnation,
    since: Instant,
    /// The one that is under way.
    work: Option<JoinHandle<Result<u64, String>>>,
    /// Whether one failed, which has been told.
    failed: bool,
}

struct Watch {
    config_path: PathBuf,
    machine: Guardian,
    clock: Clock,
    orders: Orders,
    witness: Witness,
    rehearsal: Option<JoinHandle<()>>,
    pid_file: PidFile,
    child: Option<Child>,
    releasing: Option<Releasing>,
    /// Whether a child was ever started, and whether one ever took clients.
    any_started: bool,
    any_ready: bool,
    /// Whether the child was told to stop.
    stopping: bool,
    /// Whether the child is to read its files again as soon as it listens to that order.
    reload_when_ready: bool,
}

impl Watch {
    fn new(config_path: &Path, config: &Config) -> Result<Self, Failure> {
        Ok(Self {
            config_path: config_path.to_owned(),
            machine: Guardian::default(),
            clock: Clock::start(),
            orders: Orders::new()?,
            witness: Witness::new(&config.database.url)?,
            rehearsal: None,
            pid_file: PidFile::take(&config.node.data_dir)?,
            child: None,
            releasing: None,
            any_started: false,
            any_ready: false,
            stopping: false,
            reload_when_ready: false,
        })
    }

    async fn run(mut self) -> Result<ExitCode, Failure> {
        self.feed(Input::Start { fresh: fresh_incarnation() })?;
        loop {
            let ended = match self.event().await {
                Event::Ordered(Order::Stop(signal)) => self.stop(signal).await?,
                Event::Ordered(Order::HangUp) => self.hang_up()?,
                Event::Child(Ok(News::Ready)) => self.ready(),
                Event::Child(Ok(News::Died(status))) => self.died(status).await?,
                Event::Child(Err(error)) => {
                    return Err(Failure::failed(format!("the server cannot be watched: {error}")));
                }
                Event::Released(answer) => self.released(answer)?,
                Event::Due => self.feed(Input::Tick)?,
            };
            if let Some(code) = ended {
                return Ok(code);
            }
        }
    }

    async fn event(&mut self) -> Event {
        let due = self.machine.next_wake().map(|moment| self.clock.instant(moment));
        tokio::select! {
            biased;
            news = news(&mut self.child) => Event::Child(news),
            order = self.orders.next() => Event::Ordered(order),
            answer = answer(&mut self.releasing) => Event::Released(answer),
            () = until(due) => Event::Due,
        }
    }

    /// Asks the machine and does what it says, until it says nothing.
    fn feed(&mut self, input: Input) -> Result<Option<ExitCode>, Failure> {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            match self.machine.handle(self.now(), input) {
                Some(Effect::Start(incarnation)) => next = self.start(incarnation)?,
                Some(Effect::Empty(dead)) => self.release(dead),
                Some(Effect::WaitForOrder) => self.wait_for_order()?,
                None => {}
            }
        }
        Ok(None)
    }

    fn now(&self) -> Moment {
        self.clock.moment()
    }

    /// Starts a child. The configuration is read first: a database may have moved, and a file that became wrong is
    /// reported by one process only.
    fn start(&mut self, incarnation: Incarnation) -> Result<Option<Input>, Failure> {
        if self.any_started {
            let config = Config::load(&self.config_path)?;
            if !self.witness.is_at(&config.database.url) {
                self.witness = Witness::new(&config.database.url)?;
                self.rehearsal.take().inspect(JoinHandle::abort);
            }
        }
        self.releasing = None;
        match Child::start(&self.config_path, incarnation) {
            Ok(child) => {
                let process = child.id().unwrap_or_default();
                self.pid_file.write(process);
                tracing::info!(process, %incarnation, "the server starts");
                self.child = Some(child);
                self.any_started = true;
                Ok(None)
            }
            Err(error) if self.any_started => {
                tracing::error!(%error, "the server could not be started");
                Ok(Some(Input::ChildDied))
            }
            Err(error) => Err(Failure::failed(format!("the server cannot be started: {error}"))),
        }
    }

    fn ready(&mut self) -> Option<ExitCode> {
        self.any_ready = true;
        let process = self.child.as_ref().and_then(Child::id).unwrap_or_default();
        notify(&[NotifyState::Ready, NotifyState::Status(&format!("serving as process {process}"))]);
        if self.rehearsal.is_none() {
            self.rehearsal = Some(tokio::spawn(self.witness.clone().rehearse()));
        }
        if std::mem::take(&mut self.reload_when_ready) {
            self.tell(Signal::HUP);
        }
        None
    }

    async fn died(&mut self, status: std::process::ExitStatus) -> Result<Option<ExitCode>, Failure> {
        let Some(child) = self.child.take() else { return Ok(None) };
        self.pid_file.clear();
        self.reload_when_ready = false;
        let (ordered, any_ready) = (self.stopping, self.any_ready);
        let death = Death { status, ordered, ready: child.ready(), any_ready };
        match death.verdict() {
            Verdict::Again => {
                tracing::error!(%status, "the server died; its homes are released, then it is started again");
                notify(&[NotifyState::Status("the server died and is started again")]);
                self.feed(Input::ChildDied)
            }
            Verdict::End(code) => {
                // What refused to start may never have reached the database: that is not waited for.
                let patience = if ordered || code == 0 { LAST_RELEASE_LIMIT } else { Duration::ZERO };
                self.last_release(child.incarnation(), patience).await;
                Ok(Some(code.into()))
            }
            Verdict::Killed(signal) => {
                self.last_release(child.incarnation(), LAST_RELEASE_LIMIT).await;
                let text =
                    format!("the server was killed by signal {signal} before it had stopped in good order");
                Err(Failure::failed(text))
            }
        }
    }

    fn release(&mut self, dead: Incarnation) {
        let (since, failed) = match &self.releasing {
            Some(before) => (before.since, before.failed),
            None => (Instant::now(), false),
        };
        let witness = self.witness.clone();
        let work = Some(tokio::spawn(async move { witness.release(dead).await }));
        self.releasing = Some(Releasing { dead, since, work, failed });
    }

    fn released(&mut self, answer: Result<u64, String>) -> Result<Option<ExitCode>, Failure> {
        let Some(releasing) = &mut self.releasing else { return Ok(None) };
        match answer {
            Ok(rows) => {
                let microseconds = releasing.since.elapsed().as_micros();
                tracing::info!(homes = rows, microseconds, "homes of the dead server released");
                self.feed(Input::Emptied { rows, fresh: fresh_incarnation() })
            }
            Err(error) => {
                if !std::mem::replace(&mut releasing.failed, true) {
                    tracing::error!(
                        error,
                        "the homes of the dead server are not released yet; trying until they are"
                    );
                }
                self.feed(Input::EmptyUnknown)
            }
        }
    }

    /// # Errors
    /// When no child ever took clients: whoever started the guardian still waits for that, and is told.
    fn wait_for_order(&mut self) -> Result<(), Failure> {
        self.releasing = None;
        let text = format!("the server died {STARTS_PER_WINDOW} times within {START_WINDOW_SECONDS} s");
        if !self.any_ready {
            return Err(Failure::failed(format!("{text} and never took a client")));
        }
        tracing::error!(
            "{text} and is not started again: its homes are released; find the cause above, then order a \
            start with SIGHUP to this process, or restart the service"
        );
        notify(&[NotifyState::Status(&format!("{text}; waiting for SIGHUP to start it again"))]);
        Ok(())
    }

    fn hang_up(&mut self) -> Result<Option<ExitCode>, Failure> {
        match &self.child {
            // Before it is ready the signal might kill it: it does not listen yet.
            Some(child) if !child.ready() => self.reload_when_ready = true,
            Some(_) => self.tell(Signal::HUP),
            None => return self.feed(Input::Start { fresh: fresh_incarnation() }),
        }
        Ok(None)
    }

    async fn stop(&mut self, signal: Signal) -> Result<Option<ExitCode>, Failure> {
        notify(&[NotifyState::Stopping]);
        if self.child.is_some() {
            self.stopping = true;
            self.tell(signal);
            return Ok(None);
        }
        if let Some(releasing) = self.releasing.take() {
            releasing.work.inspect(JoinHandle::abort);
            if !self.last_release(releasing.dead, LAST_RELEASE_LIMIT).await {
                return Err(Failure::failed("stopped before the homes of the dead server could be released"));
            }
        }
        Ok(Some(ExitCode::SUCCESS))
    }

    fn tell(&self, signal: Signal) {
        if let Some(child) = &self.child {
            child.tell(signal);
        }
    }

    /// Releases what a child held that nothing follows: until nothing is left, or it was tried for so long.
    async fn last_release(&self, dead: Incarnation, patience: Duration) -> bool {
        let begun = Instant::now();
        loop {
            match self.witness.release(dead).await {
                Ok(0) => return true,
                Ok(homes) => tracing::info!(homes, "homes of the dead server released"),
                Err(error) if begun.elapsed() >= patience => {
                    tracing::warn!(error, "the homes of the dead server may not be released");
                    return false;
                }
                Err(_) => sleep(LAST_RELEASE_AGAIN).await,
            }
        }
    }
}

async fn news(child: &mut Option<Child>) -> std::io::Result<News> {
    match child {
        Some(child) => child.news().await,
        None => pending().await,
    }
}

/// The answer to the statement that is under way.
async fn answer(releasing: &mut Option<Releasing>) -> Result<u64, String> {
    let Some(work) = releasing.as_mut().and_then(|releasing| releasing.work.as_mut()) else {
        return pending().await;
    };
    let answer = work.await.unwrap_or_else(|end| Err(end.to_string()));
    if let Some(releasing) = releasing {
        releasing.work = None;
    }
    answer
}

async fn until(due: Option<Instant>) {
    match due {
        Some(instant) => sleep_until(instant.into()).await,
        None => pending().await,
    }
}
