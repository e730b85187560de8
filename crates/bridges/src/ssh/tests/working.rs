//! A server that behaves.

use russh::keys::Algorithm;

use super::server::{Fault, PASSWORD, Scene};
use crate::inventory::Authentication;
use crate::secret::SecretSource;
use crate::ssh::{CHANNEL_GAP, Command, Deadlines, Session, SshError};

#[tokio::test]
async fn a_command_is_run_with_its_fixed_text_and_its_output_read() {
    let scene = Scene::start(Fault::None).await;
    let outcome = scene.run(Deadlines::default()).await.unwrap();
    assert_eq!(outcome.text(), "SUCCESS: webbridge restarted");
    assert_eq!(outcome.exit, Some(0));
    assert!(!outcome.failed());
    let seen = scene.seen.lock().unwrap();
    assert_eq!(seen.commands, ["webbridge restart"]);
    assert_eq!(seen.passwords, [PASSWORD]);
}

#[tokio::test]
async fn a_wrong_password_reaches_the_server_once() {
    let mut scene = Scene::start(Fault::None).await;
    let wrong = scene.folder.path().join("wrong");
    std::fs::write(&wrong, "hunter2").unwrap();
    std::fs::set_permissions(&wrong, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    scene.access.authentication = Authentication::Password(SecretSource::File(wrong));
    let error = scene.run(Deadlines::default()).await.unwrap_err();
    assert!(matches!(error, SshError::Refused { .. }) && !error.may_have_run(), "{error:?}");
    assert!(
        error.to_string().contains("admin was refused") && !error.to_string().contains("hunter2"),
        "{error}"
    );
    let seen = scene.seen.lock().unwrap();
    assert_eq!(seen.passwords, ["hunter2"], "one try");
    assert!(seen.commands.is_empty());
}

#[tokio::test]
async fn a_server_that_asks_for_the_password_instead_is_answered_once() {
    let scene = Scene::start(Fault::AsksQuestions).await;
    assert!(scene.run(Deadlines::default()).await.is_ok());
    assert_eq!(scene.seen.lock().unwrap().answers, 1);
}

#[tokio::test]
async fn channels_are_opened_one_at_a_time_with_a_gap() {
    let scene = Scene::start(Fault::None).await;
    let mut session = Session::open(&scene.access, &scene.known_hosts(), Deadlines::default()).await.unwrap();
    for _ in 0..3 {
        session.run(Command::ShowWebBridge).await.unwrap();
    }
    session.close().await;
    let seen = scene.seen.lock().unwrap();
    assert_eq!(seen.channels.len(), 3);
    for pair in seen.channels.windows(2) {
        let gap = pair[1] - pair[0];
        assert!(gap >= CHANNEL_GAP, "{gap:?}");
    }
}

#[tokio::test]
async fn a_refused_channel_is_asked_for_a_second_time_and_no_third() {
    let scene = Scene::start(Fault::RefusesFirstChannel).await;
    assert!(scene.run(Deadlines::default()).await.is_ok());
    assert_eq!(scene.seen.lock().unwrap().channels.len(), 2);

    let scene = Scene::start(Fault::RefusesChannels).await;
    let error = scene.run(Deadlines::default()).await.unwrap_err();
    assert!(
        matches!(error, SshError::Channel { .. }) && error.to_string().contains("ResourceShortage"),
        "{error}"
    );
    let seen = scene.seen.lock().unwrap();
    assert_eq!(seen.channels.len(), 2);
    assert!(seen.channels[1] - seen.channels[0] >= CHANNEL_GAP);
}

#[tokio::test]
async fn a_server_with_each_type_of_key_is_worked_with() {
    for algorithm in [
        Algorithm::Ed25519,
        Algorithm::Ecdsa { curve: russh::keys::EcdsaCurve::NistP256 },
        Algorithm::Ecdsa { curve: russh::keys::EcdsaCurve::NistP384 },
    ] {
        let scene = Scene::strange(Fault::None, algorithm.clone()).await;
        let known_hosts = scene.known_hosts();
        let seen = crate::ssh::trust::look(&scene.access, &known_hosts, Deadlines::default()).await.unwrap();
        assert_eq!(seen.key.kind, algorithm.as_str());
        crate::ssh::trust::learn(&scene.access, &seen.key, &known_hosts).unwrap();
        scene.run(Deadlines::default()).await.unwrap();
    }
}
