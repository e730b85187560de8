//! A configuration and a database that two nodes have written to, and no server.

use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_store::{Database, NodeRow};

use crate::harness::Place;

/// A configuration whose database knows `imp1` and `imp2`; what else is to be done with it comes along.
pub(crate) fn pair(also: impl AsyncFnOnce(&Database)) -> Place {
    let place = Place::new();
    place.write("everpresent.toml", "[database]\nurl = \"sqlite:ever.db\"\n[listen]\nhttp = []\n");
    let url = format!("sqlite:{}", place.path().join("ever.db").display());
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let store = Database::open(&url).await.unwrap();
        for name in ["imp1", "imp2"] {
            store.join_node(&node(name)).await.unwrap();
        }
        also(&store).await;
        store.close().await;
    });
    place
}

pub(crate) fn node(name: &str) -> NodeRow {
    NodeRow {
        name: HomeName::new(name),
        group: "DefaultCUPSubCluster".into(),
        position: 0,
        link_address: String::new(),
        client_address: String::new(),
        state: 3,
        reason: 1,
        state_since: Timestamp(1_700_000_000_000),
        idle: false,
        version: "0.1.0".into(),
        seen: Timestamp(1_700_000_000_000),
    }
}
