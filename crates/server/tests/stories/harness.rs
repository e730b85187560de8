//! A server of one's own for each test, people with chat clients, and hands that write whatever they like.

pub(crate) mod bystanders;
pub(crate) mod house;
pub(crate) mod person;
pub(crate) mod raw;
pub(crate) mod sasl;

use std::time::Duration;

pub(crate) use bystanders::Bystanders;
pub(crate) use house::House;
pub(crate) use person::Person;
pub(crate) use raw::Raw;

/// The domain of the house.
pub(crate) const DOMAIN: &str = "example.org";
/// Everybody's password.
pub(crate) const PASSWORD: &str = "the password of everybody";
/// Bound of every wait: generous, because the machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How often a condition without an event of its own is looked at.
const GLANCE: Duration = Duration::from_millis(5);

/// Waits for something, but not for ever.
pub(crate) async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

/// Waits until something becomes true that no event tells.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let mut glances = tokio::time::interval(GLANCE);
    soon(what, async {
        while !holds() {
            glances.tick().await;
        }
    })
    .await;
}
