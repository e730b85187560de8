//! What can happen next. Nodes are 0 (the home node) and 1 (its partner).

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// One second goes by: nothing is on its way that was not held back.
    Tick,
    /// The database carries out the node's statement.
    Execute(usize),
    /// The database's answer reaches the node.
    Answer(usize),
    /// A message reaches its node, or is dropped if there is no process.
    Deliver(usize),
    /// Fault: a message is held back; it arrives later, or never.
    Hold(usize),
    /// Fault: a message arrives, and once more later, or not.
    Double(usize),
    /// Fault: the node's statement or its answer takes as long as it likes.
    Slow(usize),
    /// Fault: the node is told nothing of its statement, which is carried out later, or never.
    Late(usize),
    /// Fault: the statement was carried out, and the node is told nothing.
    LoseAnswer(usize),
    /// A late statement is carried out.
    Land(usize),
    /// Fault: the link is cut; what is on it is gone.
    CutLink,
    /// The link is whole again.
    HealLink,
    /// Fault: the node cannot reach the database.
    CutDatabase(usize),
    /// It can again.
    HealDatabase(usize),
    /// Fault: the process dies, its guardian lives.
    KillProcess(usize),
    /// Fault: the machine dies, guardian and all.
    KillMachine(usize),
    /// The guardian empties what the dead process held.
    Empty(usize),
    /// Fault: the guardian's statement is carried out later, or never, and it is told nothing.
    EmptyLate(usize),
    /// The next process starts.
    Start(usize),
    /// Order: the owner gives the home to its partner.
    Yield(usize),
    /// Order: the owner stops cleanly.
    Stop(usize),
}
