//! The audit from outside: against known truth, and against whatever a generator thinks of.

#[cfg(test)]
mod properties;
#[cfg(test)]
mod ramp;
#[cfg(test)]
mod two_weeks;
