//! What goes on in a scene: the traffic, minute by minute, and what the commands do.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::warn;

use super::{Place, Plan, SceneError, core_log, open_log};
use crate::clock::Clock;
use crate::rehearsal::bridge::{Conduct, WebPort};
use crate::rehearsal::log::Log;
use crate::rehearsal::shell::Effect;
use crate::rehearsal::ssh_server::Given;
use crate::rehearsal::traffic::{STEP, Traffic};

/// How long a Web Bridge takes to restart, on the clock of the scene.
const RESTART_TAKES: Duration = Duration::from_secs(45);

/// And on the wall at least, so that a port that is closed in a fast rehearsal can be seen to be.
const RESTART_TAKES_AT_LEAST: Duration = Duration::from_millis(400);

/// A scene that goes on.
pub(super) struct Running {
    clock: Clock,
    /// The end of the last step.
    at: Timestamp,
    traffic: Arc<Mutex<Traffic>>,
    bridges: Vec<RunningBridge>,
    cores: Vec<Log>,
}

struct RunningBridge {
    conduct: Conduct,
    log: Log,
    port: WebPort,
}

/// What wakes the scene up.
enum Happens {
    Step,
    Command(usize, Option<Given>),
    IsBack(usize),
}

impl Running {
    pub(super) fn new(
        plan: &Plan,
        places: &[Place],
        traffic: Arc<Mutex<Traffic>>,
        ports: Vec<WebPort>,
    ) -> Result<Self, SceneError> {
        let mut bridges = Vec::new();
        for ((bridge, place), port) in plan.bridges.iter().zip(places).zip(ports) {
            bridges.push(RunningBridge {
                conduct: bridge.conduct,
                log: open_log(&place.log, &place.name)?,
                port,
            });
        }
        let core = |core: usize| open_log(&core_log(&plan.folder, core), &format!("core{}", core + 1));
        let cores = (0..plan.cores).map(core).collect::<Result<_, _>>()?;
        Ok(Self { clock: plan.clock, at: plan.from, traffic, bridges, cores })
    }

    /// Everything that was before the clock began.
    pub(super) fn catch_up(&mut self) -> Result<(), SceneError> {
        let failed = |error| SceneError::File { path: "the logs".into(), error };
        while self.next_step() <= self.clock.now() {
            self.step().map_err(failed)?;
        }
        Ok(())
    }

    fn next_step(&self) -> Timestamp {
        self.at.checked_add(STEP).unwrap_or(Timestamp::MAX)
    }

    fn step(&mut self) -> io::Result<()> {
        self.at = self.next_step();
        let mut traffic = self.traffic.lock().unwrap_or_else(PoisonError::into_inner);
        let cores_count = traffic.step(self.at);
        for (number, bridge) in self.bridges.iter_mut().enumerate() {
            if traffic.serves(number) {
                bridge.log.stats(self.at, traffic.stats(number))?;
            }
        }
        for (number, log) in self.cores.iter_mut().enumerate() {
            log.other(self.at, self.at.as_second().unsigned_abs())?;
            if cores_count {
                log.calls(self.at, traffic.count_core(number))?;
            }
        }
        Ok(())
    }

    /// Until it is dropped.
    pub(super) async fn run(mut self, commands: Vec<mpsc::Receiver<Given>>) {
        let mut waits = JoinSet::new();
        for (number, receiver) in commands.into_iter().enumerate() {
            wait_for_command(&mut waits, number, Some(receiver));
        }
        let clock = self.clock;
        let mut next = self.next_step();
        loop {
            let happens = tokio::select! {
                () = clock.sleep_until(next) => Happens::Step,
                Some(Ok(woken)) = waits.join_next() => {
                    let (happens, receiver) = woken;
                    if let Happens::Command(number, _) = &happens {
                        wait_for_command(&mut waits, *number, receiver);
                    }
                    happens
                }
            };
            let done = match happens {
                Happens::Step => self.step(),
                Happens::Command(number, Some(given)) => self.command(number, given, &mut waits).await,
                Happens::Command(_, None) => Ok(()),
                Happens::IsBack(number) => self.back(number).await,
            };
            if let Err(error) = done {
                warn!(%error, "the rehearsal cannot go on as it should");
            }
            next = self.next_step();
        }
    }

    async fn command(&mut self, number: usize, given: Given, waits: &mut Waits) -> io::Result<()> {
        let now = self.clock.now();
        let bridge = &mut self.bridges[number];
        bridge.log.command(now, &given.user, &given.from.to_string(), &given.command)?;
        let restarts = given.effect == Effect::RestartWebBridge && bridge.conduct != Conduct::Pretends;
        if restarts {
            self.traffic.lock().unwrap_or_else(PoisonError::into_inner).restart(number);
            bridge.port.close().await;
            if bridge.conduct == Conduct::Restarts {
                let (clock, least) = (self.clock, RESTART_TAKES_AT_LEAST);
                waits.spawn(async move {
                    tokio::time::sleep(clock.real_time(RESTART_TAKES).max(least)).await;
                    (Happens::IsBack(number), None)
                });
            }
        }
        // Whoever gave it may be gone.
        let _ = given.done.send(());
        Ok(())
    }

    async fn back(&mut self, number: usize) -> io::Result<()> {
        self.bridges[number].port.reopen().await?;
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner).serve(number);
        Ok(())
    }
}

type Waits = JoinSet<(Happens, Option<mpsc::Receiver<Given>>)>;

/// Waits for the next command of a bridge, until nobody can give one.
fn wait_for_command(waits: &mut Waits, number: usize, receiver: Option<mpsc::Receiver<Given>>) {
    let Some(mut receiver) = receiver else { return };
    waits.spawn(async move {
        let given = receiver.recv().await;
        let receiver = given.is_some().then_some(receiver);
        (Happens::Command(number, given), receiver)
    });
}
