//! Each rule of the audit on figures that were worked out by hand.

mod bounds;
mod calendar;
mod findings;
mod forecasts;
mod proofs;
mod restarts;
mod story;
