//! Text made safe for XML.

/// Writes text for between tags.
pub fn escape_text(text: &str, out: &mut Vec<u8>) {
    escape(text, text_replacement, out);
}

/// Writes text for between apostrophes or quotation marks.
pub fn escape_attribute(text: &str, out: &mut Vec<u8>) {
    escape(text, attribute_replacement, out);
}

/// How many bytes [`escape_attribute`] writes.
pub(crate) fn escaped_attribute_len(text: &str) -> usize {
    let extra = |index: usize, byte: u8| {
        replacement(text.as_bytes(), index, byte, attribute_replacement)
            .map_or(0, |(with, instead_of)| with.len() - instead_of)
    };
    text.len() + text.bytes().enumerate().map(|(index, byte)| extra(index, byte)).sum::<usize>()
}

/// U+FFFD, in place of what XML cannot hold at all.
const REPLACEMENT: &str = "\u{fffd}";

fn text_replacement(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        // Would be read as a line feed.
        b'\r' => Some("&#xD;"),
        b'\t' | b'\n' => None,
        ..0x20 => Some(REPLACEMENT),
        _ => None,
    }
}

fn attribute_replacement(byte: u8) -> Option<&'static str> {
    match byte {
        b'\'' => Some("&apos;"),
        b'"' => Some("&quot;"),
        // Would be read as spaces.
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        other => text_replacement(other),
    }
}

/// What to write at `index`, and for how many bytes.
fn replacement(
    bytes: &[u8],
    index: usize,
    byte: u8,
    of: fn(u8) -> Option<&'static str>,
) -> Option<(&'static str, usize)> {
    if byte >= 0x40 {
        // U+FFFE and U+FFFF are no characters of XML either.
        let is_noncharacter =
            byte == 0xef && matches!(bytes.get(index + 1..index + 3), Some([0xbf, 0xbe | 0xbf]));
        return is_noncharacter.then_some((REPLACEMENT, REPLACEMENT.len()));
    }
    of(byte).map(|with| (with, 1))
}

fn escape(text: &str, of: fn(u8) -> Option<&'static str>, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (index, byte) in text.bytes().enumerate() {
        if let Some((with, instead_of)) = replacement(bytes, index, byte, of) {
            out.extend_from_slice(bytes.get(copied..index).unwrap_or_default());
            out.extend_from_slice(with.as_bytes());
            copied = index + instead_of;
        }
    }
    out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_xml_forbids_or_changes_is_written() {
        let text = "a<b>&'\"\t\n\r\u{0}\u{fffe}\u{ffff}ü😀";
        let (mut plain, mut quoted) = (Vec::new(), Vec::new());
        escape_text(text, &mut plain);
        escape_attribute(text, &mut quoted);
        assert_eq!(
            String::from_utf8(plain).unwrap(),
            "a&lt;b&gt;&amp;'\"\t\n&#xD;\u{fffd}\u{fffd}\u{fffd}ü😀"
        );
        let expected = "a&lt;b&gt;&amp;&apos;&quot;&#x9;&#xA;&#xD;\u{fffd}\u{fffd}\u{fffd}ü😀";
        assert_eq!(quoted.len(), escaped_attribute_len(text));
        assert_eq!(String::from_utf8(quoted).unwrap(), expected);
    }
}
