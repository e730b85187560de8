//! What `<stream:features/>` shows at each point of negotiation.

use everpresent_stanza::{Element, ns};

use crate::binding::{Channel, Transport};
use crate::compose::Compose;
use crate::mechanism::Mechanism;
use crate::offer::Offer;

/// Whether STARTTLS can be used on this channel.
pub(crate) fn offers_tls(offer: &Offer, channel: &Channel) -> bool {
    offer.start_tls && !channel.is_secure() && channel.transport == Transport::Tcp
}

/// Features before sign-in: STARTTLS without TLS; mechanisms, channel-binding types (XEP-0440) and SASL2 inside it.
pub fn before_sign_in(offer: &Offer, channel: &Channel) -> Element {
    let mut features = Element::bare("features", ns::STREAM);
    let mechanisms = Mechanism::for_passwords(channel, offer.allow_plain_text);
    if offers_tls(offer, channel) {
        let start_tls = Element::bare("starttls", ns::TLS);
        let required = mechanisms.is_empty().then(|| Element::bare("required", ns::TLS));
        features = features.child(start_tls.children_from(required));
    }
    if let Some(bindings) = channel.tls.as_ref().filter(|bindings| !bindings.is_empty()) {
        let binding = |kind: crate::BindingKind| {
            Element::bare("channel-binding", ns::SASL_CHANNEL_BINDING).attribute("type", kind.name())
        };
        let list = Element::bare("sasl-channel-binding", ns::SASL_CHANNEL_BINDING);
        features = features.child(list.children_from(bindings.kinds().map(binding)));
    }
    if !mechanisms.is_empty() {
        features = features.child(names("mechanisms", ns::SASL, &mechanisms));
        if channel.is_secure() {
            features = features.child(names("authentication", ns::SASL2, &mechanisms).child(inline(channel)));
        }
    }
    features.child(limits(offer.max_bytes_before_sign_in, offer.idle_seconds))
}

/// Features after sign-in, before a resource is bound.
pub fn after_sign_in(offer: &Offer) -> Element {
    let session = Element::bare("session", ns::SESSION).child(Element::bare("optional", ns::SESSION));
    let bind = Element::bare("bind", ns::BIND).child(Element::bare("required", ns::BIND));
    general(Element::bare("features", ns::STREAM).child(bind).child(session), offer)
}

/// Features once a resource is bound inside SASL2.
pub fn after_bind(offer: &Offer) -> Element {
    general(Element::bare("features", ns::STREAM), offer)
}

fn general(features: Element, offer: &Offer) -> Element {
    features
        .child(Element::bare("sm", ns::SM))
        .child(Element::bare("csi", ns::CSI))
        .child(Element::bare("ver", ns::ROSTER_VERSIONING))
        .child(Element::bare("sub", ns::PRE_APPROVAL))
        .child(limits(offer.max_bytes, offer.idle_seconds))
        .children_from(offer.features.iter().cloned())
}

/// What can be negotiated inside SASL2.
fn inline(channel: &Channel) -> Element {
    let feature = |namespace| Element::bare("feature", ns::BIND2).attribute("var", namespace);
    let bind = Element::bare("bind", ns::BIND2).child(
        Element::bare("inline", ns::BIND2)
            .child(feature(ns::CARBONS))
            .child(feature(ns::CSI))
            .child(feature(ns::SM)),
    );
    let tokens = Mechanism::for_tokens(channel);
    let fast = (!tokens.is_empty()).then(|| names("fast", ns::FAST, &tokens));
    Element::bare("inline", ns::SASL2).child(Element::bare("sm", ns::SM)).child(bind).children_from(fast)
}

fn names(element: &str, namespace: &'static str, mechanisms: &[Mechanism]) -> Element {
    let name = |mechanism: &Mechanism| Element::bare("mechanism", namespace).content(mechanism.name());
    Element::bare(element, namespace).children_from(mechanisms.iter().map(name))
}

fn limits(max_bytes: u32, idle_seconds: Option<u32>) -> Element {
    let number = |name: &str, number: u32| Element::bare(name, ns::STREAM_LIMITS).content(number.to_string());
    Element::bare("limits", ns::STREAM_LIMITS)
        .child(number("max-bytes", max_bytes))
        .children_from(idle_seconds.map(|seconds| number("idle-seconds", seconds)))
}
