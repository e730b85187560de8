//! What operators do with groups.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_store::{Assignment, Database, GroupError, HomeRow, NodeRow};

use crate::backend::{Place, on_both};
use crate::rows::{home_row, renewed, with_account};

on_both!(
    a_group_is_made_named_once_and_removed_when_it_is_empty,
    a_place_is_kept_for_a_node_until_it_starts,
    a_node_leaves_only_when_nothing_is_left_of_it,
);

fn named(name: &str) -> HomeName {
    HomeName::new(name)
}

async fn starts(store: &Database, name: &str, group: &str) -> NodeRow {
    let row = NodeRow {
        name: named(name),
        group: group.into(),
        position: 0,
        link_address: format!("{name}:5290"),
        client_address: String::new(),
        state: 12,
        reason: 16,
        state_since: Timestamp(1),
        idle: false,
        version: "0.1.0".into(),
        seen: Timestamp(1),
    };
    store.join_node(&row).await.unwrap()
}

async fn a_group_is_made_named_once_and_removed_when_it_is_empty(place: Place) {
    let store = place.open().await;
    store.create_group("branch", Assignment::ActiveStandby, Timestamp(7)).await.unwrap();
    let again = store.create_group("branch", Assignment::Balanced, Timestamp(8)).await;
    assert!(matches!(again, Err(GroupError::GroupExists(name)) if name == "branch"));
    let group = store.groups().await.unwrap().remove(0);
    assert_eq!((group.assignment, group.created), (Assignment::ActiveStandby, Timestamp(7)));
    store.set_assignment("branch", Assignment::ByHand).await.unwrap();
    assert_eq!(store.groups().await.unwrap()[0].assignment, Assignment::ByHand);
    assert!(matches!(
        store.set_assignment("nowhere", Assignment::ByHand).await,
        Err(GroupError::NoGroup(name)) if name == "nowhere"
    ));

    starts(&store, "imp1", "branch").await;
    assert!(matches!(store.remove_group("branch").await, Err(GroupError::NotEmpty(_))));
    store.remove_node("branch", &named("imp1")).await.unwrap();
    store.remove_group("branch").await.unwrap();
    assert!(matches!(store.remove_group("branch").await, Err(GroupError::NoGroup(_))));
    assert_eq!(store.groups().await.unwrap(), []);
}

async fn a_place_is_kept_for_a_node_until_it_starts(place: Place) {
    let store = place.open().await;
    let at = Timestamp(9);
    assert!(matches!(store.reserve_node("branch", &named("imp1"), at).await, Err(GroupError::NoGroup(_))));
    store.create_group("branch", Assignment::Balanced, at).await.unwrap();
    starts(&store, "imp9", "Another").await;
    store.reserve_node("branch", &named("imp1"), at).await.unwrap();
    store.reserve_node("branch", &named("imp2"), at).await.unwrap();
    for (name, group) in [("imp1", "branch"), ("imp9", "Another")] {
        let refused = store.reserve_node("branch", &named(name), at).await.unwrap_err();
        assert_eq!(refused.to_string(), format!("node {name} is in group {group} already"));
    }
    let full = store.reserve_node("branch", &named("imp3"), at).await;
    assert!(matches!(full, Err(GroupError::Full(_))));

    let started = starts(&store, "imp2", "branch").await;
    assert_eq!((started.position, started.version.as_str()), (2, "0.1.0"));
    store.remove_node("branch", &named("imp1")).await.unwrap();
    store.reserve_node("branch", &named("imp3"), at).await.unwrap();
    let places: Vec<(String, u32)> = store
        .nodes()
        .await
        .unwrap()
        .into_iter()
        .filter(|node| node.group == "branch")
        .map(|node| (node.name.to_string(), node.position))
        .collect();
    assert_eq!(places, [("imp2".to_owned(), 2), ("imp3".to_owned(), 3)]);
}

async fn a_node_leaves_only_when_nothing_is_left_of_it(place: Place) {
    let store = place.open().await;
    starts(&store, "imp1", "g").await;
    let imp1 = named("imp1");
    let remove = || store.remove_node("g", &imp1);

    store.set_ha_enabled("g", true).await.unwrap();
    assert!(matches!(remove().await, Err(GroupError::Enabled(_))));
    store.set_ha_enabled("g", false).await.unwrap();

    store.insert_home(&home_row()).await.unwrap();
    assert!(matches!(remove().await, Err(GroupError::Serving(_))));
    let released = HomeRow { incarnation: None, ..renewed(&home_row()) };
    store.swap_home(&home_row(), &released).await.unwrap();

    let alice = with_account(&store, "alice@example.org").await;
    assert!(matches!(remove().await, Err(GroupError::HasUsers(_, 1))));
    store.assign_home(&alice, &named("imp2")).await.unwrap();

    place.ask("INSERT INTO routes (home, id, to_home, stanza) VALUES ('imp2', '1', 'imp1', '')").await;
    assert!(matches!(remove().await, Err(GroupError::HasMessages(_))));
    place.ask("DELETE FROM routes").await;

    assert_eq!(store.nodes().await.unwrap().len(), 1, "nothing happened meanwhile");
    remove().await.unwrap();
    assert!(matches!(remove().await, Err(GroupError::NoNode(..))));
    assert!(store.read_home(&named("imp1")).await.unwrap().is_some(), "its epoch is not forgotten");
}
