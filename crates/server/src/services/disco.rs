//! What the server and its accounts are and can do (XEP-0030), and its short form in the stream features (XEP-0115).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use everpresent_stanza::{BareJid, Element, ErrorCondition, IqType, Jid, StanzaError, build, ns};
use everpresent_stream::ScramHash;

use super::request::{Request, Stop};
use super::{Addressee, features, version};
use crate::home::HomeState;
use crate::node::Node;

/// The software behind the capabilities hash (XEP-0115 §4).
const NODE: &str = "urn:everpresent:server";

/// What an entity is (XEP-0030 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    category: &'static str,
    kind: &'static str,
    name: &'static str,
}

const SERVER: Identity = Identity { category: "server", kind: "im", name: version::NAME };
const ACCOUNT: Identity = Identity { category: "account", kind: "registered", name: "" };

/// Tells what the addressee is and can do.
pub(super) fn info(request: &Request<'_>) -> Result<(), Stop> {
    request.only(IqType::Get)?;
    let query = request.element()?;
    let node = query.attr("node");
    match &request.to {
        Addressee::Server if node.is_none_or(is_own_node) => {
            request.result(&info_payload(node, SERVER, &features::of_server()))
        }
        Addressee::Server => Err(no_such_node().into()),
        Addressee::OwnAccount => request.result(&info_of_account(request.turn.node(), &query, true)?),
    }
}

/// Tells what belongs to the addressee: nothing to the server, the available sessions to an account.
pub(super) fn items(request: &Request<'_>) -> Result<(), Stop> {
    request.only(IqType::Get)?;
    let query = request.element()?;
    request.record(|state, transaction| {
        let items = match &request.to {
            Addressee::Server if query.attr("node").is_some() => return Err(no_such_node()),
            Addressee::Server => items_payload(None, &[]),
            Addressee::OwnAccount => items_of_account(state, &query, request.turn.user, true)?,
        };
        request.add_result(state, transaction, &items);
        Ok(())
    })
}

/// What an account is and can do. Whoever may not see it gets the answer for an account which does not exist
/// (XEP-0030 §8).
pub(super) fn info_of_account(node: &Node, query: &Element, is_visible: bool) -> Result<Bytes, StanzaError> {
    if !is_visible {
        return Err(StanzaError::new(ErrorCondition::ServiceUnavailable));
    }
    if query.attr("node").is_some() {
        return Err(no_such_node());
    }
    Ok(info_payload(None, ACCOUNT, &features::of_account(node.config.archive.enabled)))
}

/// The available sessions of an account; none for whoever may not see it.
pub(super) fn items_of_account(
    state: &HomeState,
    query: &Element,
    user: &BareJid,
    is_visible: bool,
) -> Result<Bytes, StanzaError> {
    match query.attr("node") {
        node if !is_visible => Ok(items_payload(node, &[])),
        Some(_) => Err(no_such_node()),
        None => Ok(items_payload(None, &available(state, user))),
    }
}

fn no_such_node() -> StanzaError {
    StanzaError::new(ErrorCondition::ItemNotFound).with_text("there is no such node")
}

fn available(state: &HomeState, user: &BareJid) -> Vec<Jid> {
    let sessions = state.owner.ledger().sessions_of(user).filter(|session| session.is_available());
    sessions.map(|session| Jid::from(session.jid.clone())).collect()
}

fn info_payload(node: Option<&str>, identity: Identity, features: &[&str]) -> Bytes {
    let name = (!identity.name.is_empty()).then_some(identity.name);
    let identity = [("category", Some(identity.category)), ("type", Some(identity.kind)), ("name", name)];
    let mut content = build::stanza("identity", &identity, b"").to_vec();
    for feature in features {
        content.extend_from_slice(&build::stanza("feature", &[("var", Some(feature))], b""));
    }
    build::wrapped("query", ns::DISCO_INFO, &[("node", node)], &content)
}

fn items_payload(node: Option<&str>, items: &[Jid]) -> Bytes {
    let items = items.iter().map(|jid| build::stanza("item", &[("jid", Some(jid.as_str()))], b""));
    let content: Vec<u8> = items.flatten().collect();
    build::wrapped("query", ns::DISCO_ITEMS, &[("node", node)], &content)
}

/// The node under which the present capabilities can be asked for (XEP-0115 §6.2).
fn is_own_node(node: &str) -> bool {
    let hash = node.strip_prefix(NODE).and_then(|rest| rest.strip_prefix('#'));
    hash.is_some_and(|hash| hash == verification(SERVER, &features::of_server()))
}

/// The server's capabilities for the stream features (XEP-0115 §6.3), so that clients that know them need not ask.
/// Nothing only if the element could not be built.
pub fn capabilities() -> Option<Element> {
    let ver = verification(SERVER, &features::of_server());
    format!("<c xmlns='{}' hash='sha-1' node='{NODE}' ver='{ver}'/>", ns::CAPS).parse().ok()
}

/// The verification string of an entity with one identity, in no language, and without forms (XEP-0115 §5.1).
/// `features` are in the order of their bytes.
fn verification(identity: Identity, features: &[&str]) -> String {
    let Identity { category, kind, name } = identity;
    let mut text = format!("{category}/{kind}//{name}<");
    for feature in features {
        text.push_str(feature);
        text.push('<');
    }
    STANDARD.encode(ScramHash::Sha1.digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_has_its_hash() {
        let exodus = Identity { category: "client", kind: "pc", name: "Exodus 0.9.1" };
        let features = [ns::CAPS, ns::DISCO_INFO, ns::DISCO_ITEMS, ns::MUC];
        assert_eq!(verification(exodus, &features), "QgayPKawpkPSDYmwT/WM94uAlu0=");
    }

    #[test]
    fn what_the_stream_features_announce_can_be_asked_for() {
        let capabilities = capabilities().unwrap();
        assert_eq!(capabilities.attr("hash"), Some("sha-1"));
        let ver = capabilities.attr("ver").unwrap();
        assert!(is_own_node(&format!("{NODE}#{ver}")));
        assert!(!is_own_node(&format!("{NODE}#AAAA")));
        assert!(!is_own_node(NODE));
    }

    #[test]
    fn an_answer_repeats_the_node_and_nothing_breaks_out_of_it() {
        let info: Element = String::from_utf8(info_payload(Some("a'b<"), ACCOUNT, &[ns::PING]).to_vec())
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(info.attr("node"), Some("a'b<"));
        let identity = info.get_child("identity", ns::DISCO_INFO).unwrap();
        assert_eq!((identity.attr("category"), identity.attr("type")), (Some("account"), Some("registered")));
        assert_eq!(identity.attr("name"), None);
        let feature = info.get_child("feature", ns::DISCO_INFO).unwrap();
        assert_eq!(feature.attr("var"), Some("urn:xmpp:ping"));
    }

    #[test]
    fn sessions_are_listed_by_their_full_addresses() {
        let items = items_payload(None, &[Jid::new("alice@example.org/o'clock").unwrap()]);
        assert_eq!(
            items,
            "<query xmlns='http://jabber.org/protocol/disco#items'><item jid='alice@example.org/o&apos;clock'/></query>"
        );
        assert_eq!(items_payload(None, &[]), "<query xmlns='http://jabber.org/protocol/disco#items'/>");
    }
}
