//! What the rest of the server, and everybody who sends to it, can count on in stanzas and their framing.

mod documents;
mod errors;
mod framing;
mod hostile;
mod reading;
mod restamp;
mod story;
