//! The owner's end of replication: a snapshot for the partner, then every record.

use std::sync::Arc;
use std::time::Duration;

use everpresent_link::replication::{Answer, Begin, Frame};
use everpresent_link::{Duplex, LinkError};
use everpresent_session::ids::Incarnation;
use everpresent_session::owner::REPLICATION_TIMEOUT;
use thiserror::Error;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::home::Home;
use crate::pair::Partner;

/// How long to wait before the partner is offered a replica again.
const AGAIN: Duration = Duration::from_millis(100);
/// How often it is looked whether the partner confirms in time.
const TICK: Duration = Duration::from_millis(50);
/// How long the partner may take to accept a stream, to take the next part, or to confirm the snapshot.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a stream of records ended.
#[derive(Debug, Error)]
enum Ended {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error("the partner does not take it: {0}")]
    Refused(String),
    #[error("the stream ended")]
    Stream,
    #[error("the partner did not answer in time")]
    Slow,
}

/// Keeps the partner's replica of a home complete while this process serves it.
pub(super) async fn replicate_forever(home: Arc<Home>) {
    tokio::select! {
        () = home.until_closed() => {}
        // From then on the database has to have everything.
        () = home.node.parting.cancelled() => home.enter(|state| state.owner.lose_partner()),
        () = streams(&home) => {}
    }
}

async fn streams(home: &Home) {
    let mut enabled = home.node.pair.enabled();
    loop {
        if enabled.wait_for(|enabled| *enabled).await.is_err() {
            return;
        }
        if let Some(partner) = home.node.pair.partner() {
            let mut alive = partner.alive();
            let Ok(process) = alive.wait_for(Option::is_some).await.map(|process| *process) else { return };
            if let Some(process) = process {
                let stream = Stream { home, partner: &partner, process };
                if let Err(ended) = stream.run().await {
                    tracing::info!(home = home.name().as_str(), %ended, "replication begins anew");
                }
                home.enter(|state| state.owner.lose_partner());
            }
        }
        sleep(AGAIN).await;
    }
}

struct Stream<'a> {
    home: &'a Home,
    partner: &'a Partner,
    process: Incarnation,
}

impl Stream<'_> {
    async fn run(&self) -> Result<(), Ended> {
        let begin = Begin {
            home: self.home.name().clone(),
            ledger: self.home.enter(|state| state.owner.ledger().id()),
            epoch: self.home.fence.epoch,
            incarnation: self.home.fence.incarnation,
        };
        let mut duplex = self.partner.peer.replicate(begin).await?;
        match timeout(PATIENCE, duplex.receiver.recv()).await.map_err(|_| Ended::Slow)? {
            Some(Answer::Accepted) => {}
            Some(Answer::Refused { reason }) => return Err(Ended::Refused(reason)),
            Some(Answer::Confirmed(_)) | None => return Err(Ended::Stream),
        }
        self.send_snapshot(&mut duplex).await?;
        self.follow(&mut duplex).await
    }

    async fn send_snapshot(&self, duplex: &mut Duplex<Frame, Answer>) -> Result<(), Ended> {
        let now = self.home.node.clock.moment();
        let snapshot = self.home.enter(|state| state.owner.attach_partner(now, self.process));
        let (cut, sessions) = (snapshot.last(), snapshot.sessions().len());
        let frames = snapshot.into_parts().map(|part| Frame::Part(Box::new(part)));
        for frame in frames.chain([Frame::Cut(cut)]) {
            send(duplex, frame).await?;
            self.still_attached()?;
        }
        loop {
            match timeout(PATIENCE, duplex.receiver.recv()).await.map_err(|_| Ended::Slow)? {
                Some(Answer::Confirmed(record)) if record >= cut => break,
                Some(Answer::Confirmed(_)) => {}
                Some(Answer::Refused { reason }) => return Err(Ended::Refused(reason)),
                Some(Answer::Accepted) | None => return Err(Ended::Stream),
            }
        }
        let now = self.home.node.clock.moment();
        self.home.enter(|state| state.owner.partner_confirmed(now, self.process, cut));
        tracing::info!(home = self.home.name().as_str(), sessions, "the partner has a replica");
        Ok(())
    }

    async fn follow(&self, duplex: &mut Duplex<Frame, Answer>) -> Result<(), Ended> {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let records = self.home.enter(|state| state.owner.take_records());
            if !records.is_empty() {
                // Longer than that the partner is not waited for in any case.
                let sent = timeout(REPLICATION_TIMEOUT, duplex.sender.send(Frame::Records(records)));
                sent.await.map_err(|_| Ended::Slow)?.map_err(|_| Ended::Stream)?;
            }
            tokio::select! {
                answer = duplex.receiver.recv() => self.answered(answer)?,
                () = self.home.for_partner.notified() => {}
                _ = tick.tick() => {}
            }
            let now = self.home.node.clock.moment();
            self.home.enter(|state| state.owner.tick(now));
            self.still_attached()?;
        }
    }

    /// The owner gives a partner up that does not confirm in time, or for which too much waits. What another process
    /// confirmed than the one that is named, nobody could adopt.
    fn still_attached(&self) -> Result<(), Ended> {
        if *self.partner.alive().borrow() != Some(self.process) {
            return Err(Ended::Stream);
        }
        let attached = self.home.enter(|state| state.owner.partner() == Some(self.process));
        if attached { Ok(()) } else { Err(Ended::Slow) }
    }

    fn answered(&self, answer: Option<Answer>) -> Result<(), Ended> {
        match answer {
            Some(Answer::Confirmed(record)) => {
                let now = self.home.node.clock.moment();
                self.home.enter(|state| state.owner.partner_confirmed(now, self.process, record));
                Ok(())
            }
            Some(Answer::Refused { reason }) => Err(Ended::Refused(reason)),
            Some(Answer::Accepted) | None => Err(Ended::Stream),
        }
    }
}

async fn send(duplex: &mut Duplex<Frame, Answer>, frame: Frame) -> Result<(), Ended> {
    match timeout(PATIENCE, duplex.sender.send(frame)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Ended::Stream),
        Err(_) => Err(Ended::Slow),
    }
}
