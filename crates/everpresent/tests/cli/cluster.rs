//! `everpresent cluster`, against a node that listens.

use std::path::PathBuf;
use std::sync::Arc;

use everpresent_link::carry::{Line, ToCarrier, ToOwner};
use everpresent_link::control::Control;
use everpresent_link::delivery::{self, Items};
use everpresent_link::order::{Order, OrderReply};
use everpresent_link::pki::{self, Certificates, Identity, JoinRequest, SigningRequest};
use everpresent_link::replication::{self, Frame};
use everpresent_link::{Duplex, Handled, Service, listen};
use tokio_util::sync::CancellationToken;

use crate::harness::Place;

/// A node that does nothing but let others join.
struct Door(PathBuf);

fn nothing() -> Handled {
    Box::pin(std::future::ready(()))
}

impl Service for Door {
    fn control(&self, _: String, _: Duplex<Control, Control>) -> Handled {
        nothing()
    }
    fn replicate(&self, _: String, _: replication::Begin, _: Duplex<replication::Answer, Frame>) -> Handled {
        nothing()
    }
    fn deliver(&self, _: String, _: delivery::Open, _: Duplex<delivery::Answer, Items>) -> Handled {
        nothing()
    }
    fn carry(&self, _: String, _: Line, _: Duplex<ToCarrier, ToOwner>) -> Handled {
        nothing()
    }
    fn order(&self, _: String, _: Order) -> Handled<OrderReply> {
        Box::pin(std::future::ready(Err("not here".into())))
    }
    fn join(&self, request: JoinRequest) -> Handled<Result<Certificates, String>> {
        pki::admit(self.0.clone(), request)
    }
    fn renew(&self, _: String, _: SigningRequest) -> Handled<Result<Certificates, String>> {
        Box::pin(std::future::ready(Err("not here".into())))
    }
}

/// Lets the node whose files are in this place listen, and returns where.
fn serving(place: &Place) -> String {
    let dir = place.path().join("data/cluster");
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap().to_string()).unwrap();
            let identity = Arc::new(Identity::load(&dir).unwrap());
            listen(listener, identity, Arc::new(Door(dir)), CancellationToken::new()).await;
        });
    });
    told.recv().unwrap()
}

fn node(name: &str) -> Place {
    let place = Place::new();
    place.write("everpresent.toml", &format!("[node]\nname = \"{name}\"\n"));
    place
}

#[test]
fn a_node_makes_a_cluster_and_another_joins_it() {
    let (first, second) = (node("imp1"), node("imp2"));
    let made = first.run("cluster init").ok();
    assert!(made.contains("imp1 as its first node") && made.contains("everpresent cluster invite"), "{made}");
    let address = serving(&first);
    let invited = first.run(&format!("cluster invite imp2 --address {address}")).ok();
    let token = invited.split_whitespace().find(|word| word.starts_with("ep1.")).unwrap().to_owned();
    let open = first.run("cluster status --json").json();
    assert_eq!(
        (open["invitations"][0]["node"].as_str(), open["holds_cluster_key"].as_bool()),
        (Some("imp2"), Some(true))
    );

    let joined = second.run_with("cluster join -", &format!("{token}\n")).ok();
    assert!(joined.contains("imp2 is in the cluster of imp1 now"), "{joined}");
    let status = second.run("cluster status --json").json();
    assert_eq!(status["cluster"], open["cluster"]);
    assert_eq!((status["node"].as_str(), status["holds_cluster_key"].as_bool()), (Some("imp2"), Some(false)));
    let text = second.run("cluster status").ok();
    assert!(text.contains("cluster key  on another node") && text.contains("renewal      after 2"), "{text}");

    let third = node("imp2");
    let used = third.run(&format!("cluster join {token}"));
    assert_eq!(used.code, 2, "{}", used.err);
    assert!(used.err.contains("it was used") && used.err.contains("cluster invite"), "{}", used.err);
}

#[test]
fn what_cannot_be_done_says_what_to_do() {
    let first = node("imp1");
    let none = first.run("cluster status");
    assert_eq!(none.code, 2);
    assert!(none.err.contains("everpresent cluster init"), "{}", none.err);
    let early = first.run("cluster invite imp2 --address 127.0.0.1:1");
    assert_eq!(early.code, 2, "{}", early.err);
    first.run("cluster init").ok();
    let again = first.run("cluster init");
    assert_eq!(again.code, 2);
    assert!(again.err.contains("belongs to a cluster"), "{}", again.err);
    let unreachable = first.run("cluster invite imp2");
    assert_eq!(unreachable.code, 78);
    assert!(
        unreachable.err.contains("[link]") && unreachable.err.contains("--address"),
        "{}",
        unreachable.err
    );
    assert_eq!(first.run("cluster invite imp2 --address nowhere").code, 64);
    assert_eq!(first.run("cluster invite Imp_2 --address 127.0.0.1:1").code, 64);

    // Nobody listens there.
    let invited = first.run("--json cluster invite imp2 --address 127.0.0.1:1").json();
    let token = invited["token"].as_str().unwrap();
    let other = node("imp3").run(&format!("cluster join {token}"));
    assert_eq!(other.code, 2);
    assert!(other.err.contains("is for node imp2, but this node is called imp3"), "{}", other.err);
    let away = node("imp2").run(&format!("cluster join {token}"));
    assert_eq!(away.code, 69, "{}", away.err);
    assert!(away.err.contains("it must be running"), "{}", away.err);
    let half = node("imp2").run(&format!("cluster join {}", &token[..40]));
    assert_eq!(half.code, 64, "{}", half.err);
    for outcome in [&away, &half] {
        assert!(!outcome.err.contains(&token[20..40]), "the secret is not repeated: {}", outcome.err);
    }
}
