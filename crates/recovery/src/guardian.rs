//! The guardian: the tiny parent that starts serving processes and empties what a dead one held.
//!
//! It waits for the kernel to say that its child is dead, then has the dead incarnation emptied in every row
//! that carries it, and only when none does is the next child started.

use std::collections::VecDeque;
use std::time::Duration;

use everpresent_session::ids::Incarnation;
use everpresent_session::time::Moment;

/// No more children than this are started within [`START_WINDOW_SECONDS`]; then it waits for an order.
pub const STARTS_PER_WINDOW: usize = 3;
/// See [`STARTS_PER_WINDOW`].
pub const START_WINDOW_SECONDS: u64 = 60;
/// A statement that emptied nothing for want of an answer is sent again after this.
pub const RETRY_MILLISECONDS: u64 = 50;

/// What the guardian is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input {
    /// It starts, or an operator orders a start. `fresh` is a new random incarnation, used if a child is
    /// started now.
    Start {
        /// See above.
        fresh: Incarnation,
    },
    /// The kernel says that the child is dead.
    ChildDied,
    /// The statement emptied so many rows.
    Emptied {
        /// How many.
        rows: u64,
        /// A new random incarnation, used if a child is started now.
        fresh: Incarnation,
    },
    /// The database did not say.
    EmptyUnknown,
    /// Time went by.
    Tick,
}

/// What the guardian does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Empty this incarnation in every row that carries it.
    Empty(Incarnation),
    /// Start a child with this incarnation.
    Start(Incarnation),
    /// Too many starts in a minute: it waits for an order, and an operator must be told.
    WaitForOrder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum State {
    NoChild,
    Running(Incarnation),
    Emptying { dead: Incarnation, retry_at: Option<Moment> },
}

/// The guardian of one node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Guardian {
    state: State,
    starts: VecDeque<Moment>,
}

impl Default for Guardian {
    fn default() -> Self {
        Self { state: State::NoChild, starts: VecDeque::with_capacity(STARTS_PER_WINDOW) }
    }
}

impl Guardian {
    /// Takes one input in and says what to do, if anything.
    pub fn handle(&mut self, now: Moment, input: Input) -> Option<Effect> {
        match (input, self.state) {
            (Input::Start { fresh }, State::NoChild) => {
                self.starts.clear();
                self.start(now, fresh)
            }
            (Input::ChildDied, State::Running(dead)) => self.empty(dead),
            (Input::Emptied { rows: 0, fresh }, State::Emptying { .. }) => self.start(now, fresh),
            (Input::Emptied { .. }, State::Emptying { dead, .. }) => self.empty(dead),
            (Input::EmptyUnknown, State::Emptying { dead, .. }) => {
                let retry_at = Some(now.after(Duration::from_millis(RETRY_MILLISECONDS)));
                self.state = State::Emptying { dead, retry_at };
                None
            }
            (Input::Tick, State::Emptying { dead, retry_at: Some(at) }) if now >= at => self.empty(dead),
            _ => None,
        }
    }

    /// When to call with [`Input::Tick`].
    pub fn next_wake(&self) -> Option<Moment> {
        match self.state {
            State::Emptying { retry_at, .. } => retry_at,
            State::NoChild | State::Running(_) => None,
        }
    }

    fn empty(&mut self, dead: Incarnation) -> Option<Effect> {
        self.state = State::Emptying { dead, retry_at: None };
        Some(Effect::Empty(dead))
    }

    fn start(&mut self, now: Moment, fresh: Incarnation) -> Option<Effect> {
        let window = Duration::from_secs(START_WINDOW_SECONDS);
        self.starts.retain(|start| now.since(*start) < window);
        if self.starts.len() >= STARTS_PER_WINDOW {
            self.state = State::NoChild;
            return Some(Effect::WaitForOrder);
        }
        self.starts.push_back(now);
        self.state = State::Running(fresh);
        Some(Effect::Start(fresh))
    }
}

#[cfg(test)]
mod tests;
