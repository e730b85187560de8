//! The simulator itself: it finds nothing where nothing is, and finds what was put there.
