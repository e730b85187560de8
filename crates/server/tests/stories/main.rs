//! Stories of people and attackers at a real server: everything from the socket to the database, in one process.

#[cfg(test)]
mod alerts;
#[cfg(test)]
mod attacks;
#[cfg(test)]
mod chat;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod homes;
#[cfg(test)]
mod tls;
