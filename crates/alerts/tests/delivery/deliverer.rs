//! Stories about what is told, how often and in which order.

use std::time::{Duration, SystemTime};

use everpresent_alerts::{Channel, Deliverer, Key, Options, QUEUE_LENGTH, Settings};
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::http::HttpServer;
use crate::smtp::{Manners, SmtpRelay};
use crate::{SOON, at, channel, failover, next, tries};

fn start(settings: &Settings, options: Options) -> Deliverer {
    Deliverer::start(Channel::all(settings).unwrap(), options).unwrap()
}

/// What was asked until now, as name and state.
fn told(server: &HttpServer) -> Vec<(String, String)> {
    server.asked.try_iter().map(|asked| asked.told()).collect()
}

#[test]
fn what_is_raised_twice_is_told_once_and_what_never_began_is_not_over() {
    let server = HttpServer::answering(&[200; 9]);
    let deliverer = start(&server.settings(), Options::default());
    deliverer.clear(&failover(), at(0), "never began");
    deliverer.raise(&failover(), at(1), "");
    deliverer.raise(&failover(), at(2), "");
    deliverer.clear(&failover(), at(3), "");
    deliverer.clear(&failover(), at(4), "");
    deliverer.raise(&failover(), at(5), "");
    assert!(deliverer.finish(SOON));
    let states: Vec<String> = told(&server).into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, ["raised", "over", "raised"]);
}

#[test]
fn a_webhook_that_hangs_holds_up_neither_the_caller_nor_the_mail() {
    let (server, relay) = (HttpServer::answering(&[]), SmtpRelay::start(Manners::plain()));
    let settings = Settings { mail: relay.settings().mail, ..server.settings() };
    let deliverer = start(&settings, Options::default());
    let names: Vec<String> = (0..20).map(|number| format!("alert{number}")).collect();
    for name in &names {
        deliverer.raise(&Key::new("imp1", name), at(0), "");
    }
    next(&server.asked);
    for name in &names {
        let text = next(&relay.taken).text;
        assert!(text.contains(&format!("Subject: [everpresent] imp1: {name}\n")), "{text}");
    }
    assert!(told(&server).is_empty(), "the first was not answered");
    assert!(!deliverer.finish(Duration::ZERO));
}

#[test]
fn what_does_not_fit_is_counted_and_what_fits_arrives_in_order() {
    let server = HttpServer::answering(&[]);
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let deliverer = start(&server.settings(), Options::default());
    let raise = |number: usize| deliverer.raise(&Key::new("imp1", number.to_string()), at(0), "");
    raise(0);
    let first = next(&server.asked);
    metrics::with_local_recorder(&recorder, || (1..=QUEUE_LENGTH + 3).for_each(raise));
    let counted = "everpresent_alert_notices_total{channel=\"webhook\",result=\"dropped\"} 3\n";
    assert!(metrics.render().contains(counted), "{}", metrics.render());
    (0..=QUEUE_LENGTH).for_each(|_| server.answers.send(200).unwrap());
    assert!(deliverer.finish(SOON));
    let names: Vec<String> =
        std::iter::once(first.told()).chain(told(&server)).map(|(name, _)| name).collect();
    assert_eq!(names, (0..=QUEUE_LENGTH).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[test]
fn an_end_does_not_wait_for_the_next_attempt_and_tries_what_waits_once() {
    let server = HttpServer::answering(&[503, 503, 200]);
    let patience = everpresent_alerts::Patience { waits: vec![Duration::from_secs(3600)], ..tries(1) };
    let deliverer = start(&server.settings(), Options { patience, ..Options::default() });
    for name in ["a", "b", "c"] {
        deliverer.raise(&Key::new("imp1", name), at(0), "");
    }
    assert!(deliverer.finish(SOON));
    let names: Vec<String> = told(&server).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "b", "c"]);
    deliverer.raise(&Key::new("imp1", "late"), at(0), "");
    assert!(told(&server).is_empty());
}

#[test]
fn the_next_process_tells_nothing_twice_and_says_what_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let server = HttpServer::answering(&[200; 9]);
    let options =
        |settle| Options { memory: Some(folder.path().join("alerts.json")), settle, ..Options::default() };
    let (holds, ends) = (failover(), Key::new("imp1", "ServiceDown").about("router"));
    let process = start(&server.settings(), options(SOON));
    process.raise(&holds, at(1), "");
    process.raise(&ends, at(2), "");
    assert!(process.finish(SOON));
    assert_eq!(told(&server).len(), 2);

    let process = start(&server.settings(), options(SOON));
    process.raise(&holds, at(100), "");
    assert!(process.finish(SOON));
    assert!(told(&server).is_empty(), "it was told by the process before");

    let process = start(&server.settings(), options(Duration::ZERO));
    let over = [next(&server.asked), next(&server.asked)];
    assert_eq!(over.each_ref().map(|over| over.told().1), ["over", "over"]);
    assert!(
        over[0].body.contains(r#""state":"over","since":"2027-01-15T08:00:01.000Z""#),
        "{}",
        over[0].body
    );
    assert!(over[1].body.contains(r#""subject":"router","state":"over","since":"2027-01-15T08:00:02.000Z""#));
    process.clear(&holds, at(300), "");
    assert!(process.finish(SOON));
    assert!(told(&server).is_empty());
    assert_eq!(
        std::fs::read_to_string(folder.path().join("alerts.json")).unwrap(),
        r#"{"version":1,"told":[]}"#
    );
}

#[test]
fn what_was_lost_with_a_process_is_told_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { memory: Some(folder.path().join("alerts.json")), ..Options::default() };
    let silent = HttpServer::answering(&[]);
    let process = start(&silent.settings(), options());
    process.raise(&failover(), at(1), "");
    next(&silent.asked);
    assert!(!process.finish(Duration::ZERO), "nobody has answered");
    let server = HttpServer::answering(&[200]);
    let process = start(&server.settings(), options());
    process.raise(&failover(), at(2), "");
    assert!(process.finish(SOON));
    assert_eq!(told(&server).len(), 1);
}

#[test]
fn nothing_shows_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, secret: &str| {
        std::fs::write(folder.path().join(name), secret).unwrap();
        folder.path().join(name)
    };
    let server = HttpServer::answering(&[]);
    let mut settings = server.settings();
    settings.webhook.as_mut().unwrap().token_file = Some(file("token", "t0ken"));
    settings.mail = SmtpRelay::start(Manners::plain()).settings().mail;
    settings.mail.as_mut().unwrap().login = Some(("user".into(), file("password", "hunter2")));
    let channels = Channel::all(&settings).unwrap();
    let targets: Vec<String> = channels.iter().map(Channel::target).collect();
    let shown = format!("{settings:?} {channels:?} {targets:?}");
    let deliverer = Deliverer::start(channels, Options::default()).unwrap();
    let shown = format!("{shown} {deliverer:?}");
    for secret in ["s3cret", "t0ken", "hunter2"] {
        assert!(!shown.contains(secret), "{secret} is shown: {shown}");
    }
}

#[test]
fn without_channels_nothing_is_sent_and_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let memory = folder.path().join("alerts.json");
    let deliverer =
        Deliverer::start(Vec::new(), Options { memory: Some(memory.clone()), ..Options::default() }).unwrap();
    deliverer.raise(&failover(), SystemTime::now(), "");
    deliverer.clear(&failover(), SystemTime::now(), "");
    assert!(deliverer.finish(SOON));
    assert!(!memory.exists());
    assert_eq!(channel(&HttpServer::answering(&[]).settings()).name(), "webhook");
}

#[test]
fn what_only_happened_is_told_each_time_and_is_never_over() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { memory: Some(folder.path().join("alerts.json")), ..Options::default() };
    let server = HttpServer::answering(&[200]);
    let process = start(&server.settings(), options());
    process.tell(&failover(), at(1), "done");
    process.tell(&failover(), at(2), "done again");
    process.clear(&failover(), at(3), "");
    assert!(process.finish(SOON));
    let told = told(&server);
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|(_, state)| state == "happened"), "{told:?}");
    assert!(!folder.path().join("alerts.json").exists(), "nothing is to be over after a restart");
}
