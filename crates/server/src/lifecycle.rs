//! The life of a session: bound, resumed, detached, ended.

pub mod bind;
pub mod end;
pub mod resume;
pub mod spool;
pub mod switches;

#[cfg(test)]
mod tests;
