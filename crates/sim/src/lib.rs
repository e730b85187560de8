//! Seeded simulator, client model and checkers for the promises.
