//! `everpresent ha dns`: what it prints can be pasted into a zone.

use serde_json::json;

use crate::cluster_file::{node, pair};
use everpresent_store::NodeRow;

const CONFIG: &str =
    "[database]\nurl = \"sqlite:ever.db\"\n[node]\nname = \"imp1\"\ndomains = [\"example.org\"]\n";

#[test]
fn records_for_all_nodes_are_printed_and_what_is_not_known_is_said() {
    let place = pair(async |store| {
        let told = |name, host: &str| NodeRow { client_address: host.into(), ..node(name) };
        store.join_node(&told("imp1", "imp1.example.net")).await.unwrap();
        store.join_node(&told("imp2", "192.0.2.2")).await.unwrap();
        store.join_node(&NodeRow { group: "branch".into(), ..told("imp3", "") }).await.unwrap();
        store.join_node(&NodeRow { group: "branch".into(), ..told("imp4", "x. IN TXT evil") }).await.unwrap();
    });
    place.write(
        "everpresent.toml",
        &format!("{CONFIG}[websocket]\nurl = \"wss://chat.example.org/xmpp-websocket\"\n"),
    );
    let zone = place.run("ha dns").ok();
    let expected = [
        "_xmpps-client._tcp.example.org. 3600 IN SRV 5 10 5223 imp2.example.org.",
        "_xmpps-client._tcp.example.org. 3600 IN SRV 5 10 5223 imp1.example.net.",
        "_xmpp-client._tcp.example.org. 3600 IN SRV 10 10 5222 imp1.example.net.",
        "; imp1.example.net. 3600 IN A (address of imp1)",
        "imp2.example.org. 3600 IN A 192.0.2.2",
        "; https://example.org/.well-known/host-meta tells web clients wss://chat.example.org/xmpp-websocket",
        "; not known: imp3: its host is not known; set `client_address` in [node] of its configuration and start it again",
        "; not known: imp1.example.net: its address is not known here; write its A and AAAA records yourself",
        "; not known: imp4: what it says of itself is no host: \"x. IN TXT evil\"; see `client_address` in [node]",
    ];
    for line in expected {
        assert!(zone.lines().any(|printed| printed == line), "{line}\nis not in\n{zone}");
    }
    assert!(zone.lines().all(|line| line.starts_with(';') || !line.contains("evil")), "{zone}");
    let records = zone.lines().filter(|line| !line.starts_with(';')).count();
    assert_eq!(records, 5, "{zone}");

    let told = place.run("ha dns chat.example.com --json").json();
    let first = json!({ "name": "_xmpps-client._tcp.chat.example.com", "ttl_seconds": 3600, "priority": 5,
                        "weight": 10, "port": 5223, "target": "imp1.example.net" });
    assert_eq!(told["services"][0], first);
    assert_eq!(told["hosts"][1]["name"], "imp2.chat.example.com");
    assert_eq!(place.run("ha dns alice@example.com").code, 64);
}

#[test]
fn a_service_that_nobody_listens_for_is_said_not_to_be_there() {
    let place = pair(async |store| {
        let told = NodeRow { client_address: "imp1.example.net".into(), ..node("imp1") };
        store.join_node(&told).await.unwrap();
    });
    let listen = "[listen]\nc2s = []\nc2s_tls = [\"198.51.100.7:443\"]\n[websocket]\nenabled = false\n";
    place.write("everpresent.toml", &format!("{CONFIG}{listen}"));
    let zone = place.run("ha dns").ok();
    assert!(zone.contains("_xmpp-client._tcp.example.org. 3600 IN SRV 0 0 0 .\n"), "{zone}");
    assert!(zone.contains("SRV 5 10 443 imp1.example.net."), "{zone}");
    assert!(zone.contains("\nimp1.example.net. 3600 IN A 198.51.100.7\n"), "{zone}");
    place.write("everpresent.toml", "[node]\nclient_address = \"imp1.example.net:5222\"\n");
    let refused = place.run("ha dns");
    assert_eq!(refused.code, 78);
    assert!(refused.err.contains("`client_address` in [node]"), "{}", refused.err);
}
