//! Notices to operators: what began and what is over, each once, in order, by webhook, e-mail and syslog.
//!
//! A [`Deliverer`] is told what holds ([`Deliverer::raise`]) and what does not hold any more ([`Deliverer::clear`]), or what only happened ([`Deliverer::tell`]). It
//! never blocks who tells it. What was raised already is not told again, and what was never raised is not told to be over;
//! with a [memory](Options::memory) that is so across restarts too.
//!
//! Each [`Channel`] has a queue and a thread of its own: a webhook that hangs does not hold up e-mail, and within one channel
//! nothing overtakes. Pure parts are [`notice`] (texts and JSON), `open` (what holds) and [`Patience`] (when to try again).

mod channel;
mod deliverer;
mod memory;
pub mod notice;
mod open;
mod patience;
mod roots;
mod secret;
pub mod settings;

pub use channel::{Channel, ChannelError};
pub use deliverer::{Deliverer, Options, QUEUE_LENGTH};
pub use notice::{Notice, State};
pub use open::Key;
pub use patience::Patience;
pub use roots::{RootError, check_ca_file};
pub use secret::{Secret, SecretError};
pub use settings::Settings;
