//! The same with a crowd: the node is killed under traffic, once with its guardian alive and once together with it.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::sleep;

use crate::demo::crowd::{Crowd, Ledger, MESSAGES_PER_SECOND, watchers};
use crate::demo::folder::NODES;
use crate::demo::operator;
use crate::demo::pair::{self, Goal};
use crate::demo::server::Server;
use crate::demo::stage::{GUEST, Stage, Way};
use crate::demo::teller::{Broken, Title, Trouble, readable};

/// How long the whole crowd may take to come, to come back, or to go home.
const CROWD_LIMIT: Duration = Duration::from_secs(120);
/// How long the last messages may take to arrive.
const SETTLE_LIMIT: Duration = Duration::from_secs(30);
/// How often the ledger is looked into. Its times do not depend on it.
const LOOK: Duration = Duration::from_millis(10);
/// How long they write before something happens, and afterwards.
const TRAFFIC: Duration = Duration::from_secs(1);

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Server,
    GuardianToo,
}

impl Victim {
    fn titles(self) -> [Title; 3] {
        match self {
            Self::Server => [
                Title { name: "crowd-kill", text: "the node is killed under the crowd" },
                Title { name: "crowd-back", text: "the crowd goes home by order" },
                Title { name: "crowd-balance", text: "nothing is lost, nothing is doubled, nobody noticed" },
            ],
            Self::GuardianToo => [
                Title {
                    name: "crowd-kill-guardian",
                    text: "the node and its guardian are killed under the crowd",
                },
                Title { name: "crowd-back-again", text: "the crowd goes home by order" },
                Title {
                    name: "crowd-balance-again",
                    text: "nothing is lost, nothing is doubled, nobody noticed",
                },
            ],
        }
    }
}

/// Both acts.
pub(super) async fn perform(stage: &mut Stage, sessions: u32) -> Result<(), Broken> {
    stage.teller.chapter("A crowd comes");
    let crowd = gather(stage, sessions).await?;
    stage.teller.chapter("The node is killed under the crowd; its guardian lives");
    act(stage, &crowd, sessions, Victim::Server).await?;
    stage
        .teller
        .chapter("The node is killed together with its guardian: only the lease tells that it is dead");
    act(stage, &crowd, sessions, Victim::GuardianToo).await?;
    stage.teller.chapter("The crowd leaves");
    let title = Title { name: "crowd-leaves", text: "the crowd signs out and no session is left" };
    let configs = &stage.configs;
    let left = stage.teller.step(title, async {
        crowd.leave().await?;
        for (config, name) in configs.iter().zip(NODES) {
            let left = operator::session_count(config).await?;
            if left > 0 {
                return Err(Trouble::new(format!("no session on {name}"), format!("{left} still there")));
            }
        }
        Ok(((), "all sign out: both nodes count 0 sessions".to_owned()))
    });
    left.await
}

async fn gather(stage: &mut Stage, sessions: u32) -> Result<Crowd, Broken> {
    let options = stage.account(GUEST).and_then(|account| stage.options(account, Way::DirectTls));
    let title = Title { name: "crowd", text: "the crowd signs in" };
    let gathered = stage.teller.step(title, async {
        let nodes = options?.map(|mut options| {
            options.resource = None;
            // All resume at once, on whatever machine this is.
            options.timeout = CROWD_LIMIT;
            options
        });
        let crowd = Crowd::gather(sessions, nodes)?;
        let (guests, watchers) = (sessions as usize, watchers(sessions) as usize);
        until(&crowd, CROWD_LIMIT, "all are there and see whom they watch", |ledger| {
            ledger.present(0) == guests && ledger.present(1) == watchers && ledger.watching() == watchers
        })
        .await?;
        let (first, second) = (NODES[0], NODES[1]);
        let text = format!(
            "{sessions} guests sign in on {first}, and {watchers} on {second} who watch them, each guest by one; \
             together they write {MESSAGES_PER_SECOND} messages a second"
        );
        Ok((crowd, text))
    });
    gathered.await
}

async fn act(stage: &mut Stage, crowd: &Crowd, sessions: u32, victim: Victim) -> Result<(), Broken> {
    let [kill, home, balance] = victim.titles();
    let guests = sessions as usize;
    let Stage { servers, teller, folder, configs, ports, .. } = stage;
    let mut times = Vec::new();
    let killed = teller.step(kill, async {
        crowd.work(true);
        // waits: so that messages are on their way.
        sleep(TRAFFIC).await;
        crowd.ledger().begin_act();
        let killed = strike(&mut servers[0], victim).await?;
        let text = back(crowd, killed, guests, 1, &mut times).await?;
        Ok(((), text))
    });
    killed.await?;
    let returned = teller.step(home, async {
        match &mut servers[0] {
            Some(server) => server.wait_for_another(folder).await?,
            none => *none = Some(Server::start(folder, 0, ports[0].http_address()).await?),
        }
        pair::wait(&configs[1], Goal::FailedOver).await?;
        crowd.ledger().begin_act();
        let ordered = Instant::now();
        operator::fallback(&configs[1], 0).await?;
        let text = back(crowd, ordered, guests, 0, &mut Vec::new()).await?;
        let group = pair::wait(&configs[1], Goal::Normal).await?;
        Ok((
            (),
            format!(
                "{} was Failed Over; by order it takes its users back. {text}. {}",
                NODES[0],
                pair::described(&group)
            ),
        ))
    });
    returned.await?;
    let counts = teller.step(balance, async {
        // waits: so that those who are home again have written too.
        sleep(TRAFFIC).await;
        crowd.work(false);
        until(crowd, SETTLE_LIMIT, "all messages have arrived", |ledger| ledger.open() == 0).await?;
        let counts = crowd.ledger().counts();
        let told: Vec<String> =
            counts.must_be_zero().iter().map(|(name, count)| format!("{name} {count}")).collect();
        if counts.must_be_zero().iter().any(|(_, count)| *count > 0) {
            let seen = format!("{}; {}", told.join(", "), crowd.ledger().oddities());
            return Err(Trouble::new("all of these are 0", seen));
        }
        let (sent, acknowledged) = (counts.sent, counts.acknowledged);
        Ok((counts, format!("so far {sent} messages sent, {acknowledged} acknowledged; {}", told.join(", "))))
    });
    let counts = counts.await?;
    let [first, median, last] = times[..] else { return Ok(()) };
    teller.figures(&json!({ "figures": kill.name, "sessions": sessions, "resumed": guests,
        "first_seconds": first.as_secs_f64(), "median_seconds": median.as_secs_f64(),
        "last_seconds": last.as_secs_f64(), "sent": counts.sent, "acknowledged": counts.acknowledged,
        "lost": counts.lost, "doubled": counts.doubled, "unavailable": counts.unavailable }));
    Ok(())
}

async fn strike(server: &mut Option<Server>, victim: Victim) -> Result<Instant, Trouble> {
    let none = || Trouble::new("a node to kill", "none");
    match victim {
        Victim::Server => {
            let server = server.as_ref().ok_or_else(none)?;
            let killed = Instant::now();
            server.kill()?;
            Ok(killed)
        }
        Victim::GuardianToo => {
            let server = server.take().ok_or_else(none)?;
            let killed = Instant::now();
            server.kill_both().await?;
            Ok(killed)
        }
    }
}

/// Waits until all guests have their sessions back on a node, and says when the first, the median and the last had it.
async fn back(
    crowd: &Crowd,
    since: Instant,
    guests: usize,
    node: usize,
    times: &mut Vec<Duration>,
) -> Result<String, Trouble> {
    let name = NODES[node];
    let expected = format!("{guests} of {guests} resume on {name}");
    // A client may come back through the other node, which carries it: what counts is that it has its session.
    let there = |ledger: &Ledger| ledger.present(0) + ledger.present(1) >= guests;
    until(crowd, CROWD_LIMIT, &expected, |ledger| ledger.back().len() >= guests && there(ledger)).await?;
    let ledger = crowd.ledger();
    let (moments, counts) = (ledger.back(), ledger.counts());
    if counts.changed + counts.not_resumed > 0 {
        let seen = format!(
            "{} sessions not resumed, {} addresses changed; {}",
            counts.not_resumed,
            counts.changed,
            ledger.oddities()
        );
        return Err(Trouble::new(expected, seen));
    }
    let after =
        |place: usize| moments.get(place).map_or(Duration::ZERO, |moment| moment.duration_since(since));
    let (first, median, last) = (after(0), after(moments.len() / 2), after(moments.len().saturating_sub(1)));
    times.extend([first, median, last]);
    Ok(format!(
        "{guests} of {guests} sessions resume on {name} with their full addresses: the first after {}, the median after {}, \
         the last after {}",
        readable(first),
        readable(median),
        readable(last)
    ))
}

async fn until(
    crowd: &Crowd,
    limit: Duration,
    expected: &str,
    holds: impl Fn(&Ledger) -> bool,
) -> Result<(), Trouble> {
    let deadline = Instant::now() + limit;
    loop {
        let seen = {
            let ledger = crowd.ledger();
            if holds(&ledger) {
                return Ok(());
            }
            format!(
                "{} on {}, {} on {}, {} back, {} watchers content, {} messages on their way; {}",
                ledger.present(0),
                NODES[0],
                ledger.present(1),
                NODES[1],
                ledger.back().len(),
                ledger.watching(),
                ledger.open(),
                ledger.oddities()
            )
        };
        if Instant::now() > deadline {
            return Err(Trouble::new(format!("{expected} within {} s", limit.as_secs()), seen));
        }
        sleep(LOOK).await;
    }
}
