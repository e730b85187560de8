//! Who is believed, and who is not.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use everpresent_audit::line::WebBridgeStats;
use everpresent_audit::{Deployment, Event, Role, Server, ServerId};
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::sources::{ClientCertificate, Origin};

const WEB1: &str = "192.0.2.26";
const RELAY: &str = "192.0.2.50";

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn tls(from: &str, names: &[&str]) -> Origin {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Origin::Tls { from: address(from), certificate: Some(Arc::new(ClientCertificate { names })) }
}

/// What a line about web1 is worth.
fn worth(origin: &Origin, trust_files: bool) -> Worth {
    let names = ["web1", "web1.example.org", WEB1].map(str::to_owned).into();
    let (addresses, relays) = (BTreeSet::from([address(WEB1)]), BTreeSet::from([address(RELAY)]));
    Worth::of(origin, Known { names: &names, addresses: &addresses, relays: &relays, trust_files })
}

#[test]
fn a_certificate_of_the_server_from_its_address_is_good_and_so_is_its_own_log() {
    assert_eq!(worth(&tls(WEB1, &["web1.example.org"]), true), Worth::Good(Reason::OwnCertificate));
    assert_eq!(worth(&Origin::Mmp("Web1".into()), true), Worth::Good(Reason::OnTheServer));
    assert_eq!(worth(&tls(RELAY, &[RELAY]), true), Worth::Good(Reason::RelayCertificate));
}

#[test]
fn a_certificate_for_other_names_or_from_elsewhere_is_not() {
    assert!(matches!(
        worth(&tls(WEB1, &["web2.example.org"]), true),
        Worth::Half(Reason::OtherCertificate(_))
    ));
    assert!(matches!(
        worth(&tls(RELAY, &["web1.example.org"]), true),
        Worth::Half(Reason::OtherCertificate(_))
    ));
    let stranger = tls("192.0.2.99", &["web1.example.org"]);
    assert!(matches!(worth(&stranger, true), Worth::Nothing(Reason::UnknownAddress(_))));
}

#[test]
fn an_address_alone_is_worth_half_and_an_unknown_one_nothing() {
    let anonymous = Origin::Tls { from: address(WEB1), certificate: None };
    for origin in
        [Origin::Udp(address(WEB1)), Origin::Tcp(address(WEB1)), Origin::Udp(address(RELAY)), anonymous]
    {
        assert!(matches!(worth(&origin, true), Worth::Half(Reason::AddressOnly(..))), "{origin}");
    }
    assert!(matches!(worth(&Origin::Udp(address("192.0.2.99")), true), Worth::Nothing(_)));
    assert!(matches!(worth(&Origin::Mmp("web2".into()), true), Worth::Nothing(_)), "another server's log");
}

#[test]
fn files_are_as_good_as_the_inventory_says() {
    let file = Origin::File(Arc::from(std::path::Path::new("web1.log")));
    assert_eq!(worth(&file, true), Worth::Good(Reason::NamedFile));
    assert_eq!(worth(&file, false), Worth::Half(Reason::DoubtedFile));
}

/// A jury and the lines that it hears of one server.
struct Court {
    jury: Jury,
    server: ServerId,
    start: Timestamp,
}

impl Court {
    fn new() -> Self {
        let deployment = Deployment::new(vec![Server::new("web1", Role::WebBridge)]).unwrap();
        let server = deployment.by_name("web1").unwrap();
        Self { jury: Jury::default(), server, start: "2020-06-08T14:53:18Z".parse().unwrap() }
    }

    fn at(&self, second: i64) -> Timestamp {
        self.start + SignedDuration::from_secs(second)
    }

    /// A count of so many sessions at that second.
    fn hears(&mut self, origin: &Origin, second: i64, sessions: u32) -> Heard {
        let event = Event::WebBridge(WebBridgeStats { sessions, c: 9, d: 4 });
        let at = self.at(second);
        self.jury.hear(self.server, (Kind::of(origin), worth(origin, true)), at, &event, at)
    }

    fn says(&self, second: i64) -> (bool, String) {
        let evidence = self.jury.evidence(self.server, self.at(second));
        (evidence.is_good(), evidence.to_string())
    }
}

#[test]
fn a_thousand_datagrams_are_one_source() {
    let (mut court, udp) = (Court::new(), Origin::Udp(address(WEB1)));
    for second in 0..1_000 {
        assert_eq!(court.hears(&udp, second, 149), Heard::Waiting);
        assert_eq!(court.hears(&udp, second, 149), Heard::Waiting, "the same again is no second source");
    }
    let (good, why) = court.says(1_000);
    assert!(!good && why.contains("anybody can write that address into one"), "{why}");
    assert!(court.jury.servers_waiting() <= 64);
}

#[test]
fn two_kinds_of_sources_that_agree_are_enough() {
    let (mut court, udp, tcp) = (Court::new(), Origin::Udp(address(WEB1)), Origin::Tcp(address(WEB1)));
    assert_eq!(court.hears(&udp, 0, 149), Heard::Waiting);
    assert_eq!(court.hears(&tcp, 1, 149), Heard::Good, "a second apart: one of them has whole seconds");
    assert_eq!(court.says(1), (true, "good enough: UDP and TCP tell the same".to_owned()));
    let (good, why) = court.says(700);
    assert!(!good && why.contains("nothing that counts was heard"), "{why}");
}

#[test]
fn sources_that_contradict_each_other_are_not_enough_even_after_they_agreed() {
    let (mut court, udp, tcp) = (Court::new(), Origin::Udp(address(WEB1)), Origin::Tcp(address(WEB1)));
    court.hears(&udp, 0, 149);
    court.hears(&tcp, 0, 149);
    court.hears(&tcp, 300, 7);
    assert_eq!(court.hears(&udp, 300, 149), Heard::Contradiction);
    let (good, why) = court.says(301);
    assert!(!good && why.contains("different counts for the same moment"), "{why}");
}

#[test]
fn what_is_proved_stands_whatever_is_forged_beside_it() {
    let (mut court, udp) = (Court::new(), Origin::Udp(address(WEB1)));
    assert_eq!(court.hears(&tls(WEB1, &["web1"]), 0, 7), Heard::Good);
    assert_eq!(court.hears(&udp, 0, 149), Heard::Waiting, "and does not count");
    let (good, why) = court.says(1);
    assert!(good && why.contains("TLS with a certificate of the server"), "{why}");
}
