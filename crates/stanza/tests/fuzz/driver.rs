//! A fuzzer for the stable toolchain: mutates what was interesting so far, and keeps what behaved as nothing before.
//!
//! Without `EVERPRESENT_FUZZ_SECONDS` it plays a fixed number of rounds from a fixed seed, as one test among others. A
//! failure shows its input, and the seed that `EVERPRESENT_FUZZ_SEED` takes to play the same game again.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant, SystemTime};

use fastrand::Rng;

/// Rounds of a run without a time.
const ROUNDS: u64 = 3_000;
/// Most of such a run, on a machine that is busy with other things.
const BRIEFLY: Duration = Duration::from_secs(1);
/// Inputs kept to be mutated further.
const MAX_CORPUS: usize = 4_096;
/// Largest input.
const MAX_INPUT_BYTES: usize = 64 * 1024;
/// Changes made to an input at once.
const MAX_CHANGES: usize = 6;
/// How often a piece is repeated at once: deeper than any limit on depth, count or length of names.
const MAX_REPEATS: usize = 300;

/// How long, and from which seed.
struct Game {
    seed: u64,
    until: Instant,
    rounds: u64,
}

impl Game {
    fn from_environment() -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let seed = number("EVERPRESENT_FUZZ_SEED");
        match number("EVERPRESENT_FUZZ_SECONDS") {
            Some(seconds) => Self {
                seed: seed.unwrap_or(u64::from(now.subsec_nanos()) ^ now.as_secs()),
                until: Instant::now() + Duration::from_secs(seconds),
                rounds: u64::MAX,
            },
            None => Self { seed: seed.unwrap_or(1), until: Instant::now() + BRIEFLY, rounds: ROUNDS },
        }
    }
}

/// Plays `target` with mutations of `corpus` and pieces of `dictionary`. `target` panics if something is wrong, and
/// says otherwise in a few words what happened, so that inputs that make something new happen are kept.
pub(crate) fn fuzz<B: Hash>(corpus: &[&[u8]], dictionary: &[&[u8]], target: impl Fn(&[u8]) -> B) {
    let game = Game::from_environment();
    let mut rng = Rng::with_seed(game.seed);
    let mut kept: Vec<Vec<u8>> = corpus.iter().map(|input| input.to_vec()).collect();
    let mut seen = HashSet::new();
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let mut round = 0;
    while round < game.rounds && Instant::now() < game.until {
        let input = match usize::try_from(round).ok().and_then(|round| kept.get(round)) {
            Some(unchanged) if round < corpus.len() as u64 => unchanged.clone(),
            _ => mutated(&mut rng, &kept, dictionary),
        };
        let behaviour = match catch_unwind(AssertUnwindSafe(|| target(&input))) {
            Ok(behaviour) => behaviour,
            Err(panic) => {
                eprintln!("seed {}, round {round}: {}", game.seed, input.escape_ascii());
                resume_unwind(panic);
            }
        };
        if seen.insert(hasher.hash_one(behaviour)) && kept.len() < MAX_CORPUS {
            kept.push(input);
        }
        round += 1;
    }
    println!("{round} rounds from seed {}, {} kinds of behaviour", game.seed, seen.len());
}

fn mutated(rng: &mut Rng, kept: &[Vec<u8>], dictionary: &[&[u8]]) -> Vec<u8> {
    let mut input = rng.choice(kept).cloned().unwrap_or_default();
    for _ in 0..rng.usize(1..=MAX_CHANGES) {
        change(rng, &mut input, kept, dictionary);
    }
    input.truncate(MAX_INPUT_BYTES);
    input
}

fn change(rng: &mut Rng, input: &mut Vec<u8>, kept: &[Vec<u8>], dictionary: &[&[u8]]) {
    let at = rng.usize(0..=input.len());
    let to = rng.usize(at..=input.len().min(at + 64));
    match rng.u8(0..9) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << rng.u8(0..8);
            }
        }
        1 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = *rng.choice(b"<>/='\"&;:! \n\t\0\x7f\x80\xc3\xed\xff?-]a1").unwrap_or(&b'<');
            }
        }
        2 => drop(input.drain(at..to)),
        3 => input.truncate(at),
        4 => {
            let piece = input[at..to].to_vec();
            let place = rng.usize(0..=input.len());
            input.splice(place..place, piece);
        }
        5 => {
            let piece = input[at..to].to_vec();
            input.splice(at..at, piece.repeat(rng.usize(1..MAX_REPEATS)));
        }
        6 => {
            let other = rng.choice(kept).map(Vec::as_slice).unwrap_or_default();
            let from = rng.usize(0..=other.len());
            input.splice(at..to, other[from..].iter().copied());
        }
        _ => {
            let piece: &[u8] = rng.choice(dictionary).copied().unwrap_or_default();
            let times = if rng.u8(0..16) == 0 { rng.usize(1..MAX_REPEATS) } else { 1 };
            input.splice(at..at, piece.repeat(times));
        }
    }
}
