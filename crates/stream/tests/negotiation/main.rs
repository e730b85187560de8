//! Whole negotiations, as clients and attackers live through them.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic like the tests")]

mod house;

mod binding;
mod classic;
mod hostile;
mod inline;
mod random;
mod secrets;
mod tokens;
