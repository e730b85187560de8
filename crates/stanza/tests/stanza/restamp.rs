//! A new start tag, the same content.

use bytes::Bytes;
use everpresent_stanza::{Child, Element, Mark, Stamp, build, ns, parse_stanza};
use proptest::prelude::*;
use rxml::{Namespace, NcName};

use crate::story::stanza;

#[test]
fn only_what_is_stamped_changes() {
    let message = stanza(
        "<message to='x@y' xml:lang='de' from='forged@y' note='&#10;&quot;' ><body>ü</body></message>",
    );
    let stamp = Stamp { from: Mark::Set("a'@b/c"), id: Mark::Set("1"), ..Stamp::default() };
    assert_eq!(
        message.restamp(&stamp),
        "<message to='x@y' xml:lang='de' from='a&apos;@b/c' note='&#xA;&quot;' id='1'><body>ü</body></message>"
    );
    let stamp = Stamp { to: Mark::Remove, from: Mark::Remove, type_: Mark::Set("chat"), ..Stamp::default() };
    assert_eq!(
        message.restamp(&stamp),
        "<message xml:lang='de' note='&#xA;&quot;' type='chat'><body>ü</body></message>"
    );
}

#[test]
fn children_are_left_out_and_added() {
    let spoofed = |child: &Child| child.is("stanza-id", ns::STANZA_ID);
    let append = [build::stanza_id("1", "a@b"), Bytes::from_static(b"<x xmlns='urn:x'/>")];
    let stamp = Stamp { remove: Some(&spoofed), append: &append, ..Stamp::default() };
    let message = stanza(
        "<message>a<stanza-id xmlns='urn:xmpp:sid:0'>b</stanza-id>c<body/><stanza-id xmlns='urn:xmpp:sid:0'/></message>",
    );
    assert_eq!(
        message.restamp(&stamp),
        "<message>ac<body/><stanza-id xmlns='urn:xmpp:sid:0' by='a@b' id='1'/><x xmlns='urn:x'/></message>"
    );
    let emptied = stanza("<message><stanza-id xmlns='urn:xmpp:sid:0'/></message>");
    assert_eq!(emptied.restamp(&Stamp { remove: Some(&spoofed), ..Stamp::default() }), "<message/>");
    assert_eq!(
        stanza("<message/>").restamp(&Stamp { append: &append[1..], ..Stamp::default() }),
        "<message><x xmlns='urn:x'/></message>"
    );
}

#[test]
fn the_namespace_goes_with_nonzas_only() {
    assert_eq!(stanza("<iq xmlns='jabber:client' id='1'><a/></iq>").to_tcp_form(), "<iq id='1'><a/></iq>");
    assert_eq!(stanza("<a h='1' xmlns='urn:xmpp:sm:3'/>").to_tcp_form(), "<a xmlns='urn:xmpp:sm:3' h='1'/>");
}

#[test]
fn the_result_holds_no_more_memory_than_it_needs() {
    let message = stanza("<message to='&amp;' b='\u{ffee}&#9;'><body>x</body><y/></message>");
    let remove = |child: &Child| child.is("y", ns::CLIENT);
    let stamp = Stamp { from: Mark::Set("'<&>\u{0}\u{fffe}"), remove: Some(&remove), ..Stamp::default() };
    let written = Vec::from(message.restamp(&stamp));
    assert_eq!(written.capacity(), written.len());
}

fn text() -> impl Strategy<Value = String> {
    // Characters that XML can hold; those that it cannot are replaced, see the tests of escaping.
    "[\\t\\n\\r -~äß\u{85}\u{2028}😀<>&'\"\\]]{1,12}"
}

fn element(namespaces: &'static [&'static str]) -> impl Strategy<Value = Element> {
    let attribute = (proptest::sample::select(vec!["a", "b", "to", "from", "xml:lang"]), text());
    let start = (
        proptest::sample::select(vec!["message", "body", "x", "y-z"]),
        proptest::sample::select(namespaces),
        proptest::collection::vec(attribute, 0..3),
    );
    start.prop_map(|(name, namespace, attributes)| {
        let mut element = Element::bare(name, namespace);
        for (name, value) in attributes {
            let (namespace, name) = match name.strip_prefix("xml:") {
                Some(name) => (Namespace::XML, name),
                None => (Namespace::NONE, name),
            };
            element.attrs_mut().insert(namespace, NcName::try_from(name).expect("a name"), value);
        }
        element
    })
}

const NAMESPACES: &[&str] = &["jabber:client", "urn:x", "http://e.org/?a&b=c", ""];

fn tree() -> impl Strategy<Value = Element> {
    element(NAMESPACES).prop_recursive(4, 24, 4, |inner| {
        let node = prop_oneof![inner.prop_map(Ok), text().prop_map(Err)];
        (element(NAMESPACES), proptest::collection::vec(node, 0..4)).prop_map(|(mut element, nodes)| {
            for node in nodes {
                match node {
                    Ok(child) => drop(element.append_child(child)),
                    Err(text) => element.append_text(text),
                }
            }
            element
        })
    })
}

proptest! {
    #[test]
    fn a_stamped_stanza_is_the_same_but_for_the_stamp(mut expected in element(&["jabber:client"]), children in proptest::collection::vec(tree(), 0..4)) {
        for child in children {
            expected.append_child(child);
        }
        let sent = build::element_bytes(&expected);
        let received = stanza(std::str::from_utf8(&sent).unwrap());
        prop_assert_eq!(&received.to_element().unwrap(), &expected);

        let remove = |child: &Child| child.is("body", "urn:x");
        let append = [build::delay(0, None)];
        let stamp = Stamp { from: Mark::Set("<a@b/'>"), to: Mark::Remove, remove: Some(&remove), append: &append, ..Stamp::default() };
        let restamped = parse_stanza(&received.restamp(&stamp)).unwrap().to_element().unwrap();

        expected.attrs_mut().insert(Namespace::NONE, NcName::try_from("from").unwrap(), "<a@b/'>".to_owned());
        expected.attrs_mut().remove(&Namespace::NONE, "to");
        while expected.remove_child("body", "urn:x").is_some() {}
        expected.append_child(Element::builder("delay", ns::DELAY)
            .attr(NcName::try_from("stamp").unwrap(), "1970-01-01T00:00:00.000Z").build());
        prop_assert_eq!(restamped, expected);
    }
}
