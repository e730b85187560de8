//! Stories about webhooks.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use everpresent_alerts::settings::Webhook;
use everpresent_alerts::{Channel, ChannelError, Deliverer, Options, Settings};

use crate::http::HttpServer;
use crate::pki::Authority;
use crate::{SOON, at, channel, failover, next, raised, tries};

#[test]
fn a_notice_is_posted_as_json_with_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, "t0ken\n").unwrap();
    let server = HttpServer::answering(&[204]);
    let mut settings = server.settings();
    settings.webhook.as_mut().unwrap().token_file = Some(token_file);
    assert_eq!(channel(&settings).send(&raised(failover()), SOON), Ok(()));
    let asked = next(&server.asked);
    let head = asked.head.to_lowercase();
    assert!(head.starts_with("post /hook/s3cret http/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/json\r\n"), "{head}");
    assert!(head.contains("authorization: bearer t0ken\r\n"), "{head}");
    assert_eq!(
        asked.body,
        r#"{"when":"2027-01-15T08:00:00.000Z","node":"imp1","name":"SRMFailover","state":"raised","text":"This node serves its partner's users."}"#
    );
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_nothing_overtakes() {
    let server = HttpServer::answering(&[503, 429, 200, 200, 200]);
    let options = Options { patience: tries(3), ..Options::default() };
    let deliverer = Deliverer::start(vec![channel(&server.settings())], options).unwrap();
    deliverer.raise(&failover(), at(0), "began");
    deliverer.clear(&failover(), at(5), "ended");
    deliverer.raise(&failover(), at(9), "began again");
    let told: Vec<_> = (0..5).map(|_| next(&server.asked).told().1).collect();
    assert_eq!(told, ["raised", "raised", "raised", "over", "raised"]);
    assert!(deliverer.finish(SOON));
}

#[test]
fn a_server_that_refuses_is_not_asked_again_and_one_that_stays_busy_is_given_up() {
    let server = HttpServer::answering(&[404, 503, 503, 200]);
    let options = Options { patience: tries(2), ..Options::default() };
    let deliverer = Deliverer::start(vec![channel(&server.settings())], options).unwrap();
    for name in ["refused", "busy", "last"] {
        deliverer.raise(&everpresent_alerts::Key::new("imp1", name), at(0), "");
    }
    let told: Vec<_> = (0..4).map(|_| next(&server.asked).told().0).collect();
    assert_eq!(told, ["refused", "busy", "busy", "last"]);
    assert!(deliverer.finish(SOON));
    assert!(server.asked.try_recv().is_err());
}

#[test]
fn a_redirect_is_told_and_not_followed() {
    let server = HttpServer::answering(&[307]);
    let why = channel(&server.settings()).send(&raised(failover()), SOON).unwrap_err();
    assert!(why.contains("307") && why.contains("`webhook`"), "{why}");
    next(&server.asked);
    assert!(server.asked.try_recv().is_err());
}

#[test]
fn a_server_with_a_certificate_of_an_own_authority_is_asked_if_that_is_named() {
    let authority = Authority::new();
    let server = HttpServer::start(Some(authority.server()));
    server.answers.send(200).unwrap();
    let url = format!("https://localhost:{}/", server.address.port()).parse().unwrap();
    let webhook = Some(Webhook { url, token_file: None });
    let settings = Settings { webhook, ca_file: Some(authority.file()), ..Settings::default() };
    assert_eq!(channel(&settings).send(&raised(failover()), SOON), Ok(()));
    next(&server.asked);
    let another = Authority::new();
    let settings = Settings { ca_file: Some(another.file()), ..settings };
    let why = channel(&settings).send(&raised(failover()), SOON).unwrap_err();
    assert!(why.contains("certificate"), "{why}");
    assert!(server.asked.try_recv().is_err());
}

#[test]
fn a_server_that_never_answers_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let settings = Settings { webhook: Some(Webhook { url, token_file: None }), ..Settings::default() };
    let began = Instant::now();
    let why = channel(&settings).send(&raised(failover()), Duration::from_millis(200)).unwrap_err();
    assert_eq!(why, "no answer within 0.2 s");
    assert!(began.elapsed() < SOON);
}

#[test]
fn a_token_does_not_cross_a_network_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, "t0ken").unwrap();
    let url = "http://alerts.example.org/hook".parse().unwrap();
    let webhook = Some(Webhook { url, token_file: Some(token_file) });
    let refused = Channel::all(&Settings { webhook, ..Settings::default() }).unwrap_err();
    assert!(matches!(refused, ChannelError::InClear(_)), "{refused}");
}
