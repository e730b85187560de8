//! The form of a query: what it may ask for (XEP-0313 §4.1.5).

use bytes::Bytes;
use everpresent_stanza::{Element, ErrorCondition, StanzaError, build, ns};

/// Data forms validation, which marks a list as open (XEP-0122 §3.2.2).
const VALIDATE: &str = "http://jabber.org/protocol/xdata-validate";

/// The `<query/>` that shows the empty form. All fields are optional.
pub(super) fn payload() -> Bytes {
    let mut fields = field("FORM_TYPE", "hidden", &build::stanza("value", &[], ns::MAM.as_bytes())).to_vec();
    fields.extend_from_slice(&field("with", "jid-single", b""));
    for name in ["start", "end", "before-id", "after-id"] {
        fields.extend_from_slice(&field(name, "text-single", b""));
    }
    let open = build::stanza("open", &[], b"");
    let any = build::wrapped("validate", VALIDATE, &[("datatype", Some("xs:string"))], &open);
    fields.extend_from_slice(&field("ids", "list-multi", &any));
    let form = build::wrapped("x", ns::DATA_FORMS, &[("type", Some("form"))], &fields);
    build::wrapped("query", ns::MAM, &[], &form)
}

fn field(name: &str, kind: &str, content: &[u8]) -> Bytes {
    build::stanza("field", &[("type", Some(kind)), ("var", Some(name))], content)
}

/// A field of a submitted form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// Its values, without white space around; empty ones are none.
    pub(super) values: Vec<String>,
}

impl Field {
    /// The one value; nothing if the field was left empty.
    ///
    /// # Errors
    /// `bad-request` for more than one.
    pub(super) fn single(&self) -> Result<Option<&str>, StanzaError> {
        match self.values.as_slice() {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(malformed("a field of the form has more than one value")),
        }
    }
}

/// Reads a submitted form, but for its type, which must be that of archive queries.
///
/// # Errors
/// `bad-request` for another form, one that is not submitted, or a field without a name or given twice.
pub(super) fn fields(form: &Element) -> Result<Vec<Field>, StanzaError> {
    if form.attr("type") != Some("submit") {
        return Err(malformed("the form of a query is one of type submit"));
    }
    let mut fields: Vec<Field> = Vec::new();
    for element in form.children().filter(|child| child.is("field", ns::DATA_FORMS)) {
        let name = element.attr("var").ok_or_else(|| malformed("a field of the form has no name"))?;
        if fields.iter().any(|field| field.name == name) {
            return Err(malformed("a field of the form is given twice"));
        }
        // Every name that passes is one of few, so that forms of many fields end here.
        if !is_known(name) {
            let text = "the form holds a field that archive queries do not have";
            return Err(StanzaError::new(ErrorCondition::FeatureNotImplemented).with_text(text));
        }
        let values = element.children().filter(|child| child.is("value", ns::DATA_FORMS));
        let values = values.map(|value| value.text().trim().to_owned()).filter(|value| !value.is_empty());
        fields.push(Field { name: name.to_owned(), values: values.collect() });
    }
    let form_type = fields.iter().position(|field| field.name == "FORM_TYPE");
    let form_type = form_type.map(|place| fields.swap_remove(place));
    match form_type.as_ref().map(Field::single).transpose()? {
        Some(Some(ns::MAM)) => Ok(fields),
        _ => Err(malformed("the FORM_TYPE of a query is urn:xmpp:mam:2")),
    }
}

fn is_known(name: &str) -> bool {
    matches!(name, "FORM_TYPE" | "with" | "start" | "end" | "before-id" | "after-id" | "ids")
}

fn malformed(text: &str) -> StanzaError {
    StanzaError::new(ErrorCondition::BadRequest).with_text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_shown_can_be_submitted() {
        let query: Element = String::from_utf8(payload().to_vec()).unwrap().parse().unwrap();
        let form = query.get_child("x", ns::DATA_FORMS).unwrap();
        assert_eq!(form.attr("type"), Some("form"));
        let names: Vec<&str> = form.children().filter_map(|field| field.attr("var")).collect();
        assert_eq!(names, ["FORM_TYPE", "with", "start", "end", "before-id", "after-id", "ids"]);
        assert!(names.into_iter().all(is_known));
        let ids = form.children().last().unwrap();
        let validate = ids.get_child("validate", VALIDATE).unwrap();
        assert!(validate.has_child("open", VALIDATE), "any id may be named");
    }
}
