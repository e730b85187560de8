//! Whose datagrams and connections are taken.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

/// Whose datagrams and connections are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admit {
    /// Everybody's.
    All,
    /// Those from these addresses: servers of the inventory, and relays that are named in it.
    Only(BTreeSet<IpAddr>),
}

/// The same, replaceable while sources run: the inventory can be read anew.
#[derive(Debug, Clone)]
pub struct Admission(Arc<RwLock<Admit>>);

impl Admission {
    /// Takes these.
    pub fn new(admit: Admit) -> Self {
        Self(Arc::new(RwLock::new(admit)))
    }

    /// Takes others from now on.
    pub fn replace(&self, admit: Admit) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = admit;
    }

    /// Whether the sender is taken.
    pub fn takes(&self, address: IpAddr) -> bool {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Admit::All => true,
            Admit::Only(addresses) => addresses.contains(&address.to_canonical()),
        }
    }
}
