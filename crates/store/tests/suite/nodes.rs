//! Groups and their nodes.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_store::{Assignment, GroupRow, JoinError, NodeRow};

use crate::backend::{Place, on_both};

on_both!(
    the_first_node_makes_the_group_and_the_second_completes_it,
    a_node_that_joins_again_is_where_it_was_with_its_new_address,
    of_many_nodes_that_join_at_once_two_are_in,
    states_are_there_after_a_restart,
);

fn node(name: &str, group: &str) -> NodeRow {
    NodeRow {
        name: HomeName::new(name),
        group: group.into(),
        position: 0,
        link_address: format!("{name}.example.org:5270"),
        client_address: String::new(),
        state: 1,
        reason: 2,
        state_since: Timestamp(10),
        idle: false,
        version: "0.2.0".into(),
        seen: Timestamp(20),
    }
}

async fn the_first_node_makes_the_group_and_the_second_completes_it(place: Place) {
    let store = place.open().await;
    assert_eq!((store.groups().await.unwrap(), store.nodes().await.unwrap()), (vec![], vec![]));
    let first = store.join_node(&node("imp2", "DefaultCUPSubCluster")).await.unwrap();
    let second = store.join_node(&node("imp1", "DefaultCUPSubCluster")).await.unwrap();
    assert_eq!((first.position, second.position), (1, 2));

    let third = store.join_node(&node("imp3", "DefaultCUPSubCluster")).await.unwrap_err();
    assert!(matches!(&third, JoinError::Full(names) if names.len() == 2));
    assert_eq!(third.to_string(), "the group has 2 nodes already: imp2, imp1");
    let elsewhere = store.join_node(&node("imp1", "Another")).await;
    assert!(matches!(elsewhere, Err(JoinError::OtherGroup(group)) if group == "DefaultCUPSubCluster"));
    store.join_node(&node("imp3", "Another")).await.unwrap();

    let names: Vec<(String, String)> =
        store.nodes().await.unwrap().into_iter().map(|node| (node.group, node.name.to_string())).collect();
    let expected = [("Another", "imp3"), ("DefaultCUPSubCluster", "imp2"), ("DefaultCUPSubCluster", "imp1")];
    assert_eq!(names, expected.map(|(group, name)| (group.to_owned(), name.to_owned())));
    let group = |name: &str| GroupRow {
        name: name.to_owned(),
        ha_enabled: false,
        assignment: Assignment::Balanced,
        created: Timestamp(20),
    };
    assert_eq!(store.groups().await.unwrap(), [group("Another"), group("DefaultCUPSubCluster")]);
}

async fn a_node_that_joins_again_is_where_it_was_with_its_new_address(place: Place) {
    let store = place.open().await;
    store.join_node(&node("imp1", "g")).await.unwrap();
    store.join_node(&node("imp2", "g")).await.unwrap();
    store.set_node_state(&HomeName::new("imp1"), 7, 4, Timestamp(30), true).await.unwrap();
    let again = NodeRow {
        link_address: "192.0.2.7:5270".into(),
        client_address: "xmpp1.example.org".into(),
        version: "0.3.0".into(),
        seen: Timestamp(40),
        ..node("imp1", "g")
    };
    let row = store.join_node(&again).await.unwrap();
    let expected =
        NodeRow { position: 1, state: 7, reason: 4, state_since: Timestamp(30), idle: true, ..again };
    assert_eq!(row, expected);
    assert_eq!(store.nodes().await.unwrap()[0], expected);
}

async fn of_many_nodes_that_join_at_once_two_are_in(place: Place) {
    let store = place.open().await;
    let joins: Vec<_> = (0..6)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.join_node(&node(&format!("imp{n}"), "g")).await.is_ok() })
        })
        .collect();
    let mut joined = 0;
    for join in joins {
        joined += usize::from(join.await.unwrap());
    }
    assert_eq!(joined, 2);
    let places: Vec<u32> = store.nodes().await.unwrap().iter().map(|node| node.position).collect();
    assert_eq!(places, [1, 2]);
}

async fn states_are_there_after_a_restart(place: Place) {
    let store = place.open().await;
    let (known, stranger) = (HomeName::new("imp1"), HomeName::new("imp9"));
    store.join_node(&node("imp1", "g")).await.unwrap();
    assert!(store.set_ha_enabled("g", true).await.unwrap());
    assert!(store.set_node_state(&known, 3, 1, Timestamp(50), true).await.unwrap());
    assert!(store.touch_node(&known, Timestamp(60)).await.unwrap());
    assert!(!store.set_ha_enabled("h", true).await.unwrap());
    assert!(!store.set_node_state(&stranger, 3, 1, Timestamp(50), false).await.unwrap());
    assert!(!store.touch_node(&stranger, Timestamp(60)).await.unwrap());
    store.close().await;

    let store = place.open().await;
    assert!(store.groups().await.unwrap()[0].ha_enabled);
    let expected = NodeRow {
        position: 1,
        state: 3,
        reason: 1,
        state_since: Timestamp(50),
        idle: true,
        seen: Timestamp(60),
        ..node("imp1", "g")
    };
    assert_eq!(store.nodes().await.unwrap(), [expected]);
}
