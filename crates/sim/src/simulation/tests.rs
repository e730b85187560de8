//! The simulator itself: it finds nothing where nothing is, and finds what was put there.

use super::{Options, Tally, run};

#[test]
fn no_promise_is_broken() {
    let mut tally = Tally::default();
    for seed in 0..40 {
        match run(seed, Options::default()) {
            Ok(one) => tally.add(&one),
            Err(violation) => panic!("{violation}"),
        }
    }
    assert!(tally.adopted > 20 && tally.from_heads > 20, "{tally:?}");
}
