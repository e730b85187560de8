//! All seats of a node.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use everpresent_session::ids::HomeName;

use super::Seat;
use crate::home::Home;

/// The seats, by home.
#[derive(Debug, Default)]
pub struct Seats {
    by_home: RwLock<BTreeMap<HomeName, Arc<Seat>>>,
}

impl Seats {
    /// Adds a seat.
    pub(crate) fn add(&self, seat: Arc<Seat>) {
        let mut seats = self.by_home.write().unwrap_or_else(PoisonError::into_inner);
        seats.insert(seat.name().clone(), seat);
    }

    /// Takes a seat away.
    pub(crate) fn remove(&self, home: &HomeName) {
        self.by_home.write().unwrap_or_else(PoisonError::into_inner).remove(home);
    }

    /// The seat of a home, if there is one.
    pub fn get(&self, home: &HomeName) -> Option<Arc<Seat>> {
        self.by_home.read().unwrap_or_else(PoisonError::into_inner).get(home).cloned()
    }

    /// All of them, by name.
    pub fn all(&self) -> Vec<Arc<Seat>> {
        self.by_home.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The homes that this node serves now.
    pub fn served(&self) -> Vec<Arc<Home>> {
        self.all().iter().filter_map(|seat| seat.served()).collect()
    }
}
