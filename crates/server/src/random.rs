//! Random bytes from the operating system.

/// Fills an array with random bytes.
///
/// # Panics
/// When the operating system has no randomness: nothing that this process does would be safe.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system provides randomness");
    bytes
}

/// A random 128-bit number.
pub(crate) fn id() -> u128 {
    u128::from_ne_bytes(bytes())
}

/// A random stream id of 32 hexadecimal digits.
pub(crate) fn stream_id() -> String {
    format!("{:032x}", id())
}
