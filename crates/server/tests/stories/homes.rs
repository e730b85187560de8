//! Users of two homes, alice and carol of one, bob and dave of the other: they notice nothing of it.

mod contacts;
mod messages;
mod moves;
mod once;
mod requests;
