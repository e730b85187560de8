//! What people do with their clients.

mod archive;
mod contacts;
mod management;
mod messages;
mod presence;
mod relogin;
mod restart;
mod services;
mod sign_in;
