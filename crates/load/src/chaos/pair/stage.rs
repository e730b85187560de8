//! One scene: a pair, its clients, the rounds, and what the logs come to.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::cast::Cast;
use super::companions::{Companions, script};
use super::crowd::{Crowd, Guide};
use super::fault::Fault;
use super::ledger::Ledger;
use super::log::{later, now, seconds};
use super::network::NODES;
use super::profanity::{Performance, Profanity};
use super::report::{Round, SceneReport};
use super::server::{DOMAIN, POLL, Server, Setup, TLS_PORT, certificate};
use super::tally::{Kind, Tally};
use crate::Error;
use crate::chaos::arguments::{Layout, Pair, ServerKind, Victim};

/// How long all clients may take to sign in, subscribe, and see each other.
const GATHER_LIMIT: Duration = Duration::from_secs(300);
/// How long it may take until all clients are back.
const RETURN_LIMIT: Duration = Duration::from_secs(120);
/// A client notices within this time that its node is dead: the kernel closes the connection.
const NOTICE: Duration = Duration::from_millis(500);
/// How long the count of sessions may take to agree.
const COUNT_LIMIT: Duration = Duration::from_secs(10);
/// How long the last acknowledgements and messages may take.
const DRAIN_LIMIT: Duration = Duration::from_secs(60);
/// Nothing more is expected when nothing has come for so long.
const QUIET: Duration = Duration::from_secs(8);
/// Load before the first kill.
const WARM_UP: Duration = Duration::from_secs(2);
/// The shortest life of a sound pair, as a share of the longest.
const SHORTEST_LIFE_SHARE: f64 = 0.1;

/// What a scene is about.
#[derive(Clone, Copy)]
pub(crate) struct Plan<'a> {
    pub(crate) pair: &'a Pair,
    pub(crate) server: ServerKind,
    pub(crate) layout: Layout,
    pub(crate) sessions: u32,
    pub(crate) kills: u32,
    /// Whether clients try to resume their sessions.
    pub(crate) resumes: bool,
    pub(crate) seed: u64,
    pub(crate) as_json: bool,
}

/// What is done to the pair.
enum Act {
    Restart,
    Kill,
    Fail(Kind),
}

/// All that is done to it, in this order.
fn acts(plan: &Plan<'_>) -> Vec<Act> {
    let wanted = |kind: &Kind| plan.pair.only.as_deref().is_none_or(|words| kind.name().contains(words));
    let fails = |kinds: Vec<Kind>, times: u32| {
        let kinds: Vec<Kind> = kinds.into_iter().filter(wanted).collect();
        (0..times).flat_map(move |_| kinds.clone()).map(Act::Fail).collect()
    };
    let pair = plan.pair;
    match (pair.restart_both, pair.faults, pair.sequences) {
        (true, ..) => vec![Act::Restart, Act::Restart],
        (_, Some(times), _) => fails(Fault::ALL.map(Kind::Fault).into(), times),
        (_, _, Some(times)) => {
            fails(Fault::SEQUENCES.map(|(first, second)| Kind::Sequence(first, second)).into(), times)
        }
        _ => (0..plan.kills).map(|_| Act::Kill).collect(),
    }
}

/// The scene while it is played.
pub(crate) struct Stage<'a> {
    plan: Plan<'a>,
    server: Server,
    crowd: Crowd,
    companions: Option<Companions>,
    profanity: Option<Performance>,
    ledger: Ledger,
    tallies: BTreeMap<Kind, Tally>,
    everybody: usize,
}

/// Plays a scene in its folder.
pub(crate) async fn play(plan: Plan<'_>, folder: &Path) -> Result<SceneReport, Error> {
    std::fs::create_dir_all(folder)?;
    let [certificate, ..] = certificate(folder).await?;
    let password = format!("{:016x}", fastrand::u64(..));
    let nodes: [Ipv4Addr; 2] = NODES.map(|node| node.address);
    let (domain, port, resumes) = (DOMAIN.to_owned(), TLS_PORT, plan.resumes);
    let guide = Guide { domain, password, certificate, nodes, port, resumes };
    let cast = Cast::of(&plan);
    let accounts = cast.accounts();
    let pair = plan.pair;
    let scripts = pair.script.parent().unwrap_or(Path::new("."));
    let has_faults = pair.faults.is_some() || pair.sequences.is_some();
    let setup = Setup {
        folder,
        guide: &guide,
        accounts: &accounts,
        everpresent: pair.everpresent.as_deref(),
        helpers: has_faults.then_some((pair.python.as_path(), scripts)),
    };
    let server = Server::start(plan.server, &setup).await?;
    let mut ledger = Ledger::default();
    let [crowd_log, slixmpp_log, profanity_log] =
        ["crowd", "slixmpp", "profanity"].map(|name| folder.join(name).with_extension("jsonl"));
    [&crowd_log, &slixmpp_log, &profanity_log].into_iter().for_each(|log| ledger.follow(log));
    let companions = if cast.slixmpp.is_empty() {
        None
    } else {
        let script = script(&plan.pair.script)?;
        // Each of them writes as often as each of the crowd does.
        let pause = f64::from(plan.sessions) / plan.pair.rate;
        Some(Companions::start(&plan.pair.python, &script, &guide, &cast.slixmpp, pause, &slixmpp_log).await?)
    };
    let (watchers, everybody) = (cast.watchers(), accounts.len());
    let crowd = Crowd::gather(&guide, cast.crowd, plan.pair.rate, &crowd_log)?;
    let profanity = match cast.profanity {
        true => Some(Performance::begin(Profanity::start(folder, &guide, &profanity_log).await?)),
        false => None,
    };
    let tallies = BTreeMap::new();
    let mut stage = Stage { plan, server, crowd, companions, profanity, ledger, tallies, everybody };
    stage.gathered(watchers).await?;
    stage.work(true).await?;
    sleep(WARM_UP).await;
    let rounds = stage.rounds().await;
    stage.conclude(rounds).await
}

impl Stage<'_> {
    /// Waits until all are signed in and the watchers see everybody.
    async fn gathered(&mut self, watchers: usize) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            self.ledger.read()?;
            let (present, watching) = (self.ledger.present(), self.ledger.watching());
            if present == self.everybody && watching == watchers {
                return Ok(());
            }
            if begun.elapsed() > GATHER_LIMIT {
                let everybody = self.everybody;
                return Err(Error::Preparation(format!(
                    "{present} of {everybody} clients are signed in, {watching} of {watchers} see all whom they watch"
                )));
            }
            sleep(POLL).await;
        }
    }

    async fn work(&mut self, on: bool) -> Result<(), Error> {
        self.crowd.work(on);
        self.profanity.iter().for_each(|profanity| profanity.work(on));
        match &mut self.companions {
            Some(companions) => companions.work(on).await,
            None => Ok(()),
        }
    }

    async fn rounds(&mut self) -> Result<(), Error> {
        let mut random = fastrand::Rng::with_seed(self.plan.seed);
        for (number, act) in (1..).zip(acts(&self.plan)) {
            let share = SHORTEST_LIFE_SHARE + (1.0 - SHORTEST_LIFE_SHARE) * random.f64();
            sleep(Duration::from_secs_f64(share * self.plan.pair.longest_life_seconds)).await;
            self.ledger.read()?;
            let drawn = random.usize(..2);
            if self.plan.pair.upgrade_to.is_some() && number > 1 {
                sleep(Duration::from_secs_f64(self.plan.pair.mixed_seconds)).await;
                self.ledger.read()?;
            }
            let round = match act {
                Act::Restart => self.restart(number).await,
                Act::Kill => self.kill(number, drawn).await,
                Act::Fail(kind) => self.fail(number, kind, drawn).await,
            };
            let round = round.map_err(|error| Error::Preparation(format!("round {number}: {error}")))?;
            if self.plan.as_json {
                anstream::println!("{}", round.json());
            } else {
                anstream::println!("{round}");
            }
        }
        Ok(())
    }

    /// One kill, and all that follows until the pair is as before.
    async fn kill(&mut self, number: u32, drawn: usize) -> Result<Round, Error> {
        // It was when the last round ended. Load alone may have changed that.
        self.server.sound().await?;
        self.all_present().await?;
        let node = self.server.victim(self.plan.layout, drawn, self.connected());
        let kind = match self.plan.pair.victim {
            _ if !self.server.has_guardian() => Kind::Server,
            Victim::Server => Kind::Server,
            Victim::Both => Kind::Both,
            Victim::Alternate => [Kind::Both, Kind::Server][number as usize % 2],
        };
        let killed = now();
        self.ledger.begin_round(killed, kind);
        self.server.kill(node, kind).await?;
        sleep(NOTICE).await;
        self.all_present().await?;
        self.finish(number, kind, node, killed).await
    }

    /// Something goes wrong and right again, and all that follows until the pair is as before.
    async fn fail(&mut self, number: u32, kind: Kind, node: usize) -> Result<Round, Error> {
        self.server.sound().await?;
        self.all_present().await?;
        let begun = now();
        self.ledger.begin_round(begun, kind);
        match kind {
            Kind::Fault(fault) => self.server.fail(node, fault).await?,
            Kind::Sequence(first, second) => {
                self.server.fail(node, first).await?;
                self.server.fail(1 - node, second).await?;
            }
            Kind::None | Kind::Server | Kind::Both | Kind::Restart => {}
        }
        sleep(NOTICE).await;
        self.all_present().await?;
        self.finish(number, kind, node, begun).await
    }

    /// What came of a round, when all clients are back: the pair is brought to what it was.
    async fn finish(&mut self, number: u32, kind: Kind, node: usize, begun: u64) -> Result<Round, Error> {
        let returns = self.ledger.returns_since(begun);
        let tally = self.tallies.entry(kind).or_default();
        tally.rounds += 1;
        let last = tally.returned(begun, node, &returns);
        let sent = self.ledger.sent_between(begun, later(begun, last.unwrap_or(0.0)));
        tally.sent_meanwhile += sent;
        self.server.mend(node).await?;
        let sound = seconds(begun, now());
        self.tallies.entry(kind).or_default().sound_seconds.add(sound);
        self.all_present().await?;
        let left_over = self.count(kind).await?;
        if kind != Kind::Restart {
            self.go_home().await?;
        }
        Ok(Round { number, kind, node: node + 1, lost: returns.len(), last, sound, left_over })
    }

    /// A clean stop of one node and its start.
    async fn restart(&mut self, number: u32) -> Result<Round, Error> {
        let (node, kind) = (number as usize - 1, Kind::Restart);
        let begun = now();
        self.ledger.begin_round(begun, kind);
        self.server.stop(node).await?;
        if let Some(newer) = &self.plan.pair.upgrade_to {
            self.server.upgrade(node, newer)?;
        }
        sleep(NOTICE).await;
        self.all_present().await?;
        self.finish(number, kind, node, begun).await
    }

    /// How many clients are connected to each node.
    fn connected(&self) -> [usize; 2] {
        let nodes = self.ledger.clients().values().filter_map(|client| client.node);
        nodes.fold([0; 2], |mut counts, node| {
            // Nobody knows where Profanity is.
            counts.get_mut(node).into_iter().for_each(|count| *count += 1);
            counts
        })
    }

    async fn all_present(&mut self) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            self.ledger.read()?;
            if self.ledger.present() == self.everybody {
                return Ok(());
            }
            if begun.elapsed() > RETURN_LIMIT {
                let away = self.everybody - self.ledger.present();
                let seconds = RETURN_LIMIT.as_secs();
                return Err(Error::Preparation(format!("{away} clients were not back within {seconds} s")));
            }
            sleep(POLL).await;
        }
    }

    /// Compares the server's count of sessions with the living clients.
    async fn count(&mut self, kind: Kind) -> Result<u64, Error> {
        let begun = Instant::now();
        loop {
            let difference = self.server.sessions().await?.abs_diff(self.everybody as u64);
            if difference == 0 || begun.elapsed() > COUNT_LIMIT {
                self.tallies.entry(kind).or_default().left_over += difference;
                return Ok(difference);
            }
            sleep(POLL).await;
        }
    }

    /// Lets some of those who stand at the other node go back to their own, so that the next kill finds them there.
    async fn go_home(&mut self) -> Result<(), Error> {
        let share = match self.plan.layout {
            Layout::Split => self.plan.pair.home_share,
            // All of them must be there to be counted.
            Layout::One => 1.0,
        };
        if share > 0.0 {
            self.crowd.go_home(share);
            sleep(NOTICE).await;
            self.all_present().await?;
        }
        Ok(())
    }

    /// Waits until nothing is on its way any more, and closes the book.
    async fn conclude(mut self, rounds: Result<(), Error>) -> Result<SceneReport, Error> {
        self.work(false).await?;
        let (begun, mut last) = (Instant::now(), (Instant::now(), usize::MAX));
        while begun.elapsed() < DRAIN_LIMIT && last.0.elapsed() < QUIET {
            self.ledger.read()?;
            let open = self.ledger.open();
            if open == 0 {
                break;
            }
            if open != last.1 {
                last = (Instant::now(), open);
            }
            sleep(POLL).await;
        }
        self.ledger.begin_leaving(now());
        if let Some(profanity) = self.profanity.take() {
            profanity.end().await?;
            self.ledger.read()?;
        }
        let mut findings = self.ledger.settle(&mut self.tallies);
        let broken_off = rounds.is_err();
        findings.extend(rounds.err().map(|error| error.to_string()));
        self.crowd.leave();
        if let Some(companions) = self.companions {
            companions.leave().await?;
        }
        Ok(SceneReport {
            server: self.server.version().to_owned(),
            ways_back: if self.plan.resumes { "resume tried first" } else { "signed in anew at once" },
            layout: match self.plan.layout {
                Layout::Split => "half of the sessions on each node",
                Layout::One => "all sessions on the node that is killed",
            },
            sessions: self.everybody,
            rate: self.plan.pair.rate,
            seed: self.plan.seed,
            tallies: self.tallies,
            findings,
            broken_off,
            promises: self.plan.server == ServerKind::Everpresent,
        })
    }
}
