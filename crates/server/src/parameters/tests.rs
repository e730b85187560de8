//! Parameters as operators change them, on a database.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_store::nodes::NodeRow;

use super::*;

async fn store() -> (tempfile::TempDir, Database) {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("test.db").display());
    (dir, Database::open(&url).await.unwrap())
}

fn values(values: &[(&str, &str)]) -> HaParameterChange {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    HaParameterChange { preset: None, values: values.collect() }
}

fn preset(name: &str) -> HaParameterChange {
    HaParameterChange { preset: Some(name.to_owned()), ..HaParameterChange::default() }
}

#[tokio::test]
async fn what_is_set_is_in_force_and_what_is_refused_changes_nothing() {
    let (_dir, store) = store().await;
    assert_eq!(load(&store).await.unwrap(), Parameters::default());
    let shown = change(&store, values(&[("keep_alive_timeout", "2m")])).await.unwrap();
    assert_eq!(shown, show(&store).await.unwrap());
    assert_eq!((shown.parameters[1].value.as_str(), shown.parameters[1].default.as_str()), ("120s", "60s"));
    let both = values(&[("automatic_fallback_delay", "5m"), ("keep_alive_interval", "2m")]);
    assert_eq!(change(&store, both).await.unwrap_err().code, Code::Invalid);
    assert_eq!(shown, show(&store).await.unwrap());
    change(&store, preset("lan")).await.unwrap();
    assert_eq!(load(&store).await.unwrap(), Parameters::lan());
    change(&store, preset("default")).await.unwrap();
    assert_eq!(load(&store).await.unwrap(), Parameters::default());
}

fn node() -> NodeRow {
    NodeRow {
        name: HomeName::new("imp1"),
        group: "DefaultCUPSubCluster".into(),
        position: 0,
        link_address: String::new(),
        client_address: String::new(),
        state: 12,
        reason: 16,
        state_since: Timestamp(0),
        idle: false,
        version: String::new(),
        seen: Timestamp(0),
    }
}

#[tokio::test]
async fn promises_do_not_change_while_nodes_give_them_to_each_other() {
    let (_dir, store) = store().await;
    store.join_node(&node()).await.unwrap();
    assert!(store.set_ha_enabled("DefaultCUPSubCluster", true).await.unwrap());
    assert_eq!(change(&store, preset("lan")).await.unwrap_err().code, Code::Conflict);
    change(&store, values(&[("enable_automatic_fallback", "true")])).await.unwrap();
    assert!(store.set_ha_enabled("DefaultCUPSubCluster", false).await.unwrap());
    change(&store, preset("lan")).await.unwrap();
}

#[tokio::test]
async fn parameters_that_somebody_broke_by_hand_can_be_replaced() {
    let (_dir, store) = store().await;
    store.set_setting("ha.keep_alive_timeout", "soon").await.unwrap();
    let refused = show(&store).await.unwrap_err();
    assert!(refused.message.contains("keep_alive_timeout cannot be \"soon\""), "{refused}");
    assert!(change(&store, values(&[("keep_alive_timeout", "2m")])).await.is_err());
    change(&store, preset("default")).await.unwrap();
    assert_eq!(load(&store).await.unwrap(), Parameters::default());
}
