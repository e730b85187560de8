//! How long those who cannot resume have to come back, and what clients are told of it.

use everpresent_console::Administration as _;
use everpresent_console::administration::{ClientNode, Relogin, SessionInfo, SessionQuery};

use crate::harness::House;

async fn with_limits(lower: &str, upper: &str) -> House {
    let house = House::with(&[("NODE_CLIENT_ADDRESS", "imp1.example.net")]).await;
    let store = &house.server.node().store;
    store.set_setting("ha.client_relogin_lower_limit", lower).await.unwrap();
    store.set_setting("ha.client_relogin_upper_limit", upper).await.unwrap();
    house.restarted().await
}

/// In how many seconds the only session ends, after the server let go of its connection.
async fn seconds_left(house: &House) -> u64 {
    let person = house.online("alice", "old client").await;
    house.home().pause();
    house.home().go_on();
    drop(person);
    house.until_sessions(0, 1).await;
    let now = house.server.node().clock.now();
    let query = SessionQuery { limit: 10, ..Default::default() };
    let sessions: Vec<SessionInfo> = house.server.admin().list_sessions(query).await.unwrap().sessions;
    let left = sessions[0].until.unwrap().0 - now.wall.0;
    u64::try_from(left).unwrap().div_ceil(1_000)
}

#[tokio::test]
async fn limits_that_an_operator_sets_are_told_and_kept() {
    let house = with_limits("10s", "100s").await;
    let profile = house.server.admin().client_profile();
    assert_eq!(profile.relogin, Relogin { lower_seconds: 10, upper_seconds: 100, computed: false });
    // The ports are those of the configuration; there they are zero, for any.
    let host = "imp1.example.net".to_owned();
    assert_eq!(profile.nodes, [ClientNode { host, starttls_port: Some(0), direct_tls_port: Some(0) }]);
    let left = seconds_left(&house).await;
    assert!((90..=100).contains(&left), "{left}");
}

#[tokio::test]
async fn limits_that_are_not_set_follow_the_number_of_sessions() {
    let house = with_limits("auto", "auto").await;
    let profile = house.server.admin().client_profile();
    assert_eq!(profile.relogin, Relogin { lower_seconds: 0, upper_seconds: 1, computed: true });
    let left = seconds_left(&house).await;
    assert!((50..=61).contains(&left), "{left}");
}
