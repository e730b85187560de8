//! How a node joins.

use std::time::SystemTime;

use everpresent_link::pki::{self, Invitation, PkiError, open_invitations};

use crate::harness::{Node, soon};

#[tokio::test]
async fn an_invited_node_joins_while_the_inviting_one_serves() {
    let first = Node::first("imp1").await;
    let token = first.invite("imp2").token();
    let folder = tempfile::tempdir().unwrap();
    let invitation = Invitation::parse(&format!(" {token}\n")).unwrap();
    let identity = soon(pki::join(folder.path(), "imp2", &invitation)).await.unwrap();
    assert_eq!(&*identity.node(), "imp2");
    assert_eq!(identity.authority(), first.identity.authority());
    assert!(!folder.path().join(pki::AUTHORITY_KEY).exists(), "the key of the cluster stays where it is");
    let second = Node::start("imp2", folder, "127.0.0.1:0").await;
    soon(first.peer(&second).control()).await.unwrap();
    soon(second.peer(&first).control()).await.unwrap();
}

#[tokio::test]
async fn an_invitation_is_used_once() {
    let first = Node::first("imp1").await;
    let invitation = first.invite("imp2");
    let (once, twice) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    soon(pki::join(once.path(), "imp2", &invitation)).await.unwrap();
    let error = soon(pki::join(twice.path(), "imp2", &invitation)).await.unwrap_err();
    assert!(error.to_string().contains("it was used"), "{error}");
    assert_eq!(std::fs::read_dir(twice.path()).unwrap().count(), 0, "nothing is written");
    let again = soon(pki::join(once.path(), "imp2", &first.invite("imp2"))).await.unwrap_err();
    assert!(matches!(again, PkiError::Exists { .. }), "{again}");
}

#[tokio::test]
async fn an_invitation_is_for_one_name() {
    let first = Node::first("imp1").await;
    let folder = tempfile::tempdir().unwrap();
    let error = soon(pki::join(folder.path(), "imp3", &first.invite("imp2"))).await.unwrap_err();
    assert!(error.to_string().contains("for node imp2, but this node is called imp3"), "{error}");
    // A node that lies to itself about whom the invitation is for is told by the inviting node.
    let mut changed = first.invite("imp2");
    changed.node = "imp3".into();
    let error = soon(pki::join(folder.path(), "imp3", &changed)).await.unwrap_err();
    assert!(error.to_string().contains("for node imp2, but this node is called imp3"), "{error}");
}

#[tokio::test]
async fn the_secret_goes_only_to_the_right_cluster_and_node() {
    let (first, impostor) = (Node::first("imp1").await, Node::first("imp1").await);
    let folder = tempfile::tempdir().unwrap();
    let mut misled = first.invite("imp2");
    misled.address = impostor.address.to_string();
    let error = soon(pki::join(folder.path(), "imp2", &misled)).await.unwrap_err();
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    // Not even to another node of the same cluster.
    let second = first.another("imp2").await;
    let mut misled = first.invite("imp3");
    misled.address = second.address.to_string();
    let error = soon(pki::join(folder.path(), "imp3", &misled)).await.unwrap_err();
    assert!(error.to_string().contains("not valid for name"), "{error}");
    // The invitation still stands.
    misled.address = first.address.to_string();
    soon(pki::join(folder.path(), "imp3", &misled)).await.unwrap();
}

#[tokio::test]
async fn only_the_node_with_the_key_of_the_cluster_invites() {
    let first = Node::first("imp1").await;
    let second = first.another("imp2").await;
    let now = SystemTime::now();
    let error = Invitation::create(second.dir(), "imp3", "127.0.0.1:1", now).unwrap_err();
    assert!(matches!(error, PkiError::NoAuthority { .. }), "{error}");
    for address in ["", "host", "host:", ":1", "host:0", "host:70000", "0.0.0.0:5", "[::]:5"] {
        let error = Invitation::create(first.dir(), "imp3", address, now).unwrap_err();
        assert!(matches!(error, PkiError::Address { .. }), "{address}: {error}");
    }
    assert!(open_invitations(first.dir(), now).unwrap().is_empty());
    first.invite("imp3");
    let open = open_invitations(first.dir(), now).unwrap();
    assert_eq!(open.iter().map(|open| open.node.as_str()).collect::<Vec<_>>(), ["imp3"]);
}

#[tokio::test]
async fn a_token_that_was_not_copied_whole_is_told() {
    let token = Node::first("imp1").await.invite("imp2").token();
    assert_eq!(Invitation::parse(&token).unwrap().token(), token);
    let mut mistyped = token.clone();
    let swapped = if token.ends_with('A') { "B" } else { "A" };
    mistyped.replace_range(token.len() - 20..token.len() - 19, swapped);
    let mut changed = token.clone().into_bytes();
    changed[40] = if changed[40] == b'x' { b'y' } else { b'x' };
    let changed = String::from_utf8(changed).unwrap();
    for broken in ["", "ep1.", "hello", &token[4..], &token[..token.len() - 1], &token[..60], &changed] {
        let error = Invitation::parse(broken).unwrap_err();
        assert!(matches!(error, PkiError::Token(_)), "{broken}: {error}");
        assert!(error.to_string().contains("cluster invite"), "{error}");
    }
}
