//! Two people who chat all the while, to whom an attack on others must make no difference.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::{House, Person, soon};

/// The longest that a message and its answer may take while others misbehave, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// A conversation that goes on.
pub(crate) struct Bystanders {
    enough: Arc<AtomicBool>,
    conversation: JoinHandle<Vec<Duration>>,
}

impl Bystanders {
    /// Carol and Dave begin to chat.
    pub(crate) async fn chat(house: &House) -> Self {
        let mut carol = house.online("carol", "bystander").await;
        let mut dave = house.online("dave", "bystander").await;
        turn(&mut carol, &mut dave, 0).await;
        let enough = Arc::new(AtomicBool::new(false));
        let told = enough.clone();
        let conversation = tokio::spawn(async move {
            let mut took = Vec::new();
            loop {
                // The last round begins after the attack.
                let last = told.load(Ordering::Acquire);
                let begun = Instant::now();
                turn(&mut carol, &mut dave, took.len()).await;
                took.push(begun.elapsed());
                if last {
                    return took;
                }
                tokio::task::yield_now().await;
            }
        });
        Self { enough, conversation }
    }

    /// They noticed nothing.
    pub(crate) async fn noticed_nothing(self) {
        self.enough.store(true, Ordering::Release);
        let took = soon("two people to finish their chat", self.conversation).await.unwrap();
        let slowest = took.iter().max().unwrap();
        assert!(*slowest < PATIENCE, "one of {} exchanges took {slowest:?}", took.len());
    }
}

async fn turn(one: &mut Person, other: &mut Person, number: usize) {
    let text = format!("line {number}");
    tells(one, other, &text).await;
    tells(other, one, &text).await;
}

async fn tells(one: &mut Person, other: &mut Person, text: &str) {
    let to = other.client.address().to_owned();
    one.says_without_waiting(&to, text).await;
    let heard = tokio::select! {
        heard = other.hears() => heard,
        refused = one.message() => panic!("instead of being delivered, {refused:?}"),
    };
    assert_eq!(heard, text);
}
