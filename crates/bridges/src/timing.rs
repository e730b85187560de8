//! Times as operators write them: lengths, moments of the week, cron expressions, windows of maintenance.

mod days;
mod length;
mod opening;
mod window;

pub use days::DayError;
pub use length::{Length, LengthError};
pub(crate) use opening::clock;
pub use opening::{Opening, OpeningError};
pub use window::{DEFAULT_WINDOW, Window, WindowError};
