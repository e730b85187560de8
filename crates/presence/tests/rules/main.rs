//! The rules as stories: Romeo's and Juliet's servers, without a server.

#[cfg(test)]
mod appendix_a;
#[cfg(test)]
mod archiving;
#[cfg(test)]
mod audience;
#[cfg(test)]
mod blocking;
#[cfg(test)]
mod catching_up;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod roster;
#[cfg(test)]
mod subscriptions;
#[cfg(test)]
mod world;
