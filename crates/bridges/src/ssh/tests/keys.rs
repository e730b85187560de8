//! Host keys: nobody is trusted by being met.

use russh::keys::Algorithm;

use super::server::{Fault, Scene};
use crate::ssh::known_hosts::Verdict;
use crate::ssh::{Deadlines, SshError, trust};

async fn look(scene: &Scene) -> trust::Seen {
    trust::look(&scene.access, &scene.known_hosts(), Deadlines::default()).await.unwrap()
}

/// What the server heard: nothing, if the client broke off in time.
fn nothing_was_sent(scene: &Scene) {
    let seen = scene.seen.lock().unwrap();
    assert!(seen.passwords.is_empty() && seen.commands.is_empty(), "{seen:?}");
}

#[tokio::test]
async fn a_strange_server_gets_no_password_and_its_key_is_not_learnt() {
    let scene = Scene::strange(Fault::None, Algorithm::Ed25519).await;
    for _ in 0..2 {
        let error = scene.run(Deadlines::default()).await.unwrap_err();
        assert!(matches!(error, SshError::HostKeyUnknown { .. }), "{error:?}");
        assert!(
            error.to_string().contains("SHA256:") && error.to_string().contains("bridges trust"),
            "{error}"
        );
    }
    nothing_was_sent(&scene);
    assert!(!scene.known_hosts().exists());
}

#[tokio::test]
async fn a_changed_key_is_refused_also_when_it_is_of_another_type() {
    let scene = Scene::strange(Fault::None, Algorithm::Ed25519).await;
    for algorithm in [Algorithm::Ed25519, Algorithm::Ecdsa { curve: russh::keys::EcdsaCurve::NistP256 }] {
        let other = Scene::strange(Fault::None, algorithm).await;
        let key = look(&other).await.key;
        std::fs::write(scene.known_hosts(), "# ours\n").unwrap();
        trust::learn(&scene.access, &key, &scene.known_hosts()).unwrap();
        let error = scene.run(Deadlines::default()).await.unwrap_err();
        assert!(matches!(error, SshError::HostKeyChanged { line: 2, .. }), "{error:?}");
        assert!(error.to_string().contains("HAS CHANGED"), "{error}");
        assert_eq!(look(&scene).await.verdict, Verdict::Changed { line: 2 });
    }
    nothing_was_sent(&scene);
}

#[tokio::test]
async fn a_revoked_key_is_refused_although_it_is_known() {
    let scene = Scene::start(Fault::None).await;
    scene.run(Deadlines::default()).await.unwrap();
    let known = std::fs::read_to_string(scene.known_hosts()).unwrap();
    let key = known.trim_end().split_once(' ').unwrap().1;
    std::fs::write(scene.known_hosts(), format!("{known}@revoked * {key}\n")).unwrap();
    let error = scene.run(Deadlines::default()).await.unwrap_err();
    assert!(matches!(error, SshError::HostKeyRevoked { line: 2, .. }), "{error:?}");
    assert_eq!(scene.seen.lock().unwrap().passwords.len(), 1, "only the first time");
}

#[tokio::test]
async fn known_hosts_that_cannot_be_understood_let_nobody_in() {
    let scene = Scene::start(Fault::None).await;
    let known = std::fs::read_to_string(scene.known_hosts()).unwrap();
    std::fs::write(scene.known_hosts(), format!("{known}nonsense\n")).unwrap();
    let error = scene.run(Deadlines::default()).await.unwrap_err();
    assert!(matches!(error, SshError::KnownHosts(_)) && error.to_string().contains("line 2"), "{error}");
    nothing_was_sent(&scene);
}

#[tokio::test]
async fn a_learnt_key_is_a_line_of_its_own_after_a_last_line_without_end() {
    let scene = Scene::strange(Fault::None, Algorithm::Ed25519).await;
    let key = look(&scene).await.key;
    std::fs::write(scene.known_hosts(), "# no end").unwrap();
    trust::learn(&scene.access, &key, &scene.known_hosts()).unwrap();
    let text = std::fs::read_to_string(scene.known_hosts()).unwrap();
    assert!(text.starts_with("# no end\n[127.0.0.1]:") && text.ends_with('\n'), "{text}");
    assert_eq!(look(&scene).await.verdict, Verdict::Known);
    scene.run(Deadlines::default()).await.unwrap();
}
