//! Queries as clients send them.

use everpresent_session::ids::{Epoch, RecordNumber};

use super::*;

const ID: &str = "00000001-000000000002-0000";
const OTHER_ID: &str = "00000001-00000000000a-0001";

fn row(record: u64, index: u16) -> RowId {
    RowId { epoch: Epoch(1), record: RecordNumber(record), index }
}

fn parse(content: &str) -> Result<Query, StanzaError> {
    let query = format!("<query xmlns='urn:xmpp:mam:2' queryid='q1'>{content}</query>");
    Query::parse(&query.parse().unwrap(), 100)
}

fn with_fields(fields: &[(&str, &str)]) -> Result<Query, StanzaError> {
    let fields: String = fields
        .iter()
        .map(|(name, value)| format!("<field var='{name}'><value>{value}</value></field>"))
        .collect();
    parse(&format!(
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value>\
         </field>{fields}</x>"
    ))
}

fn page(set: &str) -> Result<Paging, StanzaError> {
    parse(&format!("<set xmlns='http://jabber.org/protocol/rsm'>{set}</set>")).map(|query| query.paging)
}

fn condition<T: std::fmt::Debug>(answer: Result<T, StanzaError>) -> ErrorCondition {
    answer.unwrap_err().condition
}

#[test]
fn a_query_without_conditions_asks_for_the_first_page_of_everything() {
    let query = parse("").unwrap();
    assert_eq!(query.query_id.as_deref(), Some("q1"));
    assert_eq!(query.filter, Filter::default());
    assert_eq!(query.paging, Paging { max: 100, from: PageFrom::First, flip: false });
}

#[test]
fn each_field_of_the_form_narrows_the_answer() {
    let query = with_fields(&[
        ("with", "bob@example.org"),
        ("start", "1970-01-01T00:00:01Z"),
        ("end", "1970-01-01T01:00:02+01:00"),
        ("before-id", OTHER_ID),
        ("after-id", ID),
    ]);
    let expected = Filter {
        with: Some(Jid::new("bob@example.org").unwrap()),
        start: Some(Timestamp(1_000)),
        end: Some(Timestamp(2_000)),
        before_id: Some(row(10, 1)),
        after_id: Some(row(2, 0)),
        ids: Vec::new(),
    };
    assert_eq!(query.unwrap().filter, expected);
    let single = with_fields(&[("ids", &format!("{ID}</value><value>{OTHER_ID}"))]).unwrap();
    assert_eq!(single.filter.ids, [row(2, 0), row(10, 1)]);
}

#[test]
fn a_field_that_was_left_empty_is_not_there() {
    let query = with_fields(&[("with", ""), ("start", ""), ("before-id", " ")]).unwrap();
    assert_eq!(query.filter, Filter::default());
    // But no ids are not all ids.
    assert_eq!(condition(with_fields(&[("ids", "")])), ErrorCondition::BadRequest);
}

#[test]
fn what_the_form_does_not_have_is_refused() {
    assert_eq!(
        condition(with_fields(&[("include-groupchat", "true")])),
        ErrorCondition::FeatureNotImplemented
    );
    assert_eq!(condition(with_fields(&[("with", "a@b"), ("with", "c@d")])), ErrorCondition::BadRequest);
    assert_eq!(condition(with_fields(&[("with", "a@b</value><value>c@d")])), ErrorCondition::BadRequest);
    assert_eq!(condition(with_fields(&[("with", "@")])), ErrorCondition::JidMalformed);
    assert_eq!(condition(with_fields(&[("start", "yesterday")])), ErrorCondition::BadRequest);
    let untyped = "<x xmlns='jabber:x:data' type='submit'><field var='with'><value>a@b</value></field></x>";
    assert_eq!(condition(parse(untyped)), ErrorCondition::BadRequest);
    let shown = "<x xmlns='jabber:x:data' type='form'/>";
    assert_eq!(condition(parse(shown)), ErrorCondition::BadRequest);
}

#[test]
fn an_id_from_elsewhere_is_not_in_the_archive() {
    for field in ["before-id", "after-id", "ids"] {
        assert_eq!(
            condition(with_fields(&[(field, "28482-98726-73623")])),
            ErrorCondition::ItemNotFound,
            "{field}"
        );
    }
    assert_eq!(condition(page("<after>1' OR '1'='1</after>")), ErrorCondition::ItemNotFound);
    assert_eq!(condition(page("<before>x</before>")), ErrorCondition::ItemNotFound);
}

#[test]
fn pages_are_walked_in_both_directions() {
    let from = |set: &str| page(set).map(|paging| paging.from);
    assert_eq!(from(&format!("<after>{ID}</after>")), Ok(PageFrom::After(row(2, 0))));
    assert_eq!(from(&format!("<before>{ID}</before>")), Ok(PageFrom::Before(row(2, 0))));
    assert_eq!(from("<before/>"), Ok(PageFrom::Last));
    assert_eq!(from("<max>10</max>"), Ok(PageFrom::First));
    assert_eq!(from("<after/>"), Ok(PageFrom::First));
    let both = format!("<before>{OTHER_ID}</before><after>{ID}</after>");
    assert_eq!(condition(page(&both)), ErrorCondition::BadRequest);
    assert_eq!(condition(page("<index>5</index>")), ErrorCondition::FeatureNotImplemented);
    assert!(parse("<flip-page/>").unwrap().paging.flip);
}

#[test]
fn the_size_of_a_page_is_the_clients_wish_up_to_the_servers_limit() {
    let max = |text: &str| page(&format!("<max>{text}</max>")).map(|paging| paging.max);
    assert_eq!(max("10"), Ok(10));
    assert_eq!(max("0"), Ok(0));
    assert_eq!(max("101"), Ok(100));
    assert_eq!(max("99999999999999999999999"), Ok(100));
    for text in ["", "-1", "+1", "ten", "1.5"] {
        assert_eq!(condition(max(text)), ErrorCondition::BadRequest, "{text}");
    }
}

#[test]
fn no_query_makes_its_answer_many_times_larger_than_itself() {
    let query = |id: usize| format!("<query xmlns='urn:xmpp:mam:2' queryid='{}'/>", "x".repeat(id));
    assert!(Query::parse(&query(QUERY_ID_BYTES_MAX).parse().unwrap(), 100).is_ok());
    let long = Query::parse(&query(QUERY_ID_BYTES_MAX + 1).parse().unwrap(), 100);
    assert_eq!(condition(long), ErrorCondition::PolicyViolation);
    let ids = vec![ID; ARCHIVE_IDS_MAX + 1].join("</value><value>");
    assert_eq!(condition(with_fields(&[("ids", &ids)])), ErrorCondition::PolicyViolation);
}
