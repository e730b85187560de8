//! Many runs at once: each thread takes the next one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Runs `run` for every number below `count` on so many threads and adds the results up. Ends early at a failure; of
/// several the one with the lowest number is returned.
///
/// # Errors
/// What `run` returned, with its number.
pub(crate) fn all<T: Default + Send, E: Send>(
    count: u64,
    threads: usize,
    run: impl Fn(u64) -> Result<T, E> + Sync,
    add: impl Fn(&mut T, &T) + Sync,
) -> Result<T, (u64, E)> {
    let next = AtomicU64::new(0);
    let failed = Mutex::new(None::<(u64, E)>);
    let total = Mutex::new(T::default());
    let work = || {
        let mut mine = T::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                break;
            }
            match run(number) {
                Ok(one) => add(&mut mine, &one),
                Err(error) => {
                    next.store(count, Ordering::Relaxed);
                    if let Ok(mut failed) = failed.lock()
                        && failed.as_ref().is_none_or(|(known, _)| number < *known)
                    {
                        *failed = Some((number, error));
                    }
                }
            }
        }
        if let Ok(mut total) = total.lock() {
            add(&mut total, &mine);
        }
    };
    thread::scope(|scope| (0..threads.max(1)).for_each(|_| drop(scope.spawn(work))));
    match failed.into_inner() {
        Ok(Some(failed)) => Err(failed),
        _ => Ok(total.into_inner().unwrap_or_default()),
    }
}
