//! What the commands do.

pub(crate) mod planted;
pub(crate) mod search;
pub(crate) mod seeds;
pub(crate) mod simulate;
