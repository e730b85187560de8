//! A peer that says things, and the frames that are understood.

use everpresent_stanza::{Frame, FrameError, Framer, Limits, RawStanza};
use proptest::prelude::*;
use proptest::sample::Index;

/// The header that clients open a stream with.
pub(crate) const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' to='example.org' version='1.0' xml:lang='de'>";

/// A framer that has just signed in.
pub(crate) fn open_stream() -> Framer {
    open_stream_with(HEADER, Limits::SIGNED_IN)
}

/// A framer behind this header.
pub(crate) fn open_stream_with(header: &str, limits: Limits) -> Framer {
    let mut framer = Framer::new(limits);
    framer.push(header.as_bytes());
    assert!(matches!(framer.next_frame(), Ok(Some(Frame::StreamOpen(_)))), "{header}");
    framer
}

/// All frames that are there.
pub(crate) fn drain(framer: &mut Framer) -> Result<Vec<Frame>, FrameError> {
    std::iter::from_fn(|| framer.next_frame().transpose()).collect()
}

/// The one stanza that a signed-in client sends.
pub(crate) fn stanza(xml: &str) -> RawStanza {
    let mut framer = open_stream();
    framer.push(xml.as_bytes());
    match drain(&mut framer).as_deref() {
        Ok([Frame::Stanza(stanza)]) => stanza.clone(),
        other => panic!("{xml} gave {other:?}"),
    }
}

/// Why a signed-in client's bytes are refused.
pub(crate) fn refusal(bytes: impl AsRef<[u8]>) -> FrameError {
    let mut framer = open_stream();
    framer.push(bytes.as_ref());
    match drain(&mut framer) {
        Err(error) => error,
        Ok(frames) => panic!("{:?} gave {frames:?}", String::from_utf8_lossy(bytes.as_ref())),
    }
}

/// Pushes `bytes` in pieces that end where `cuts` say, takes all frames after each, and describes them.
pub(crate) fn described(bytes: &[u8], cuts: &[Index]) -> (Vec<String>, Option<FrameError>) {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let mut framer = Framer::new(Limits::SIGNED_IN);
    let (mut seen, mut begin) = (Vec::new(), 0);
    for end in ends {
        framer.push(&bytes[begin..end]);
        begin = end;
        loop {
            match framer.next_frame() {
                Ok(Some(frame)) => seen.push(describe(&frame)),
                Ok(None) => break,
                Err(error) => return (seen, Some(error)),
            }
        }
    }
    (seen, None)
}

fn describe(frame: &Frame) -> String {
    match frame {
        Frame::Stanza(stanza) => {
            let children: Vec<_> = stanza
                .children()
                .iter()
                .map(|c| (c.name(), c.namespace(), c.range(), c.has_text()))
                .collect();
            let attributes: Vec<_> =
                stanza.attributes().iter().map(|a| (a.prefix(), a.name(), a.value())).collect();
            let place =
                (stanza.name(), stanza.namespace(), String::from_utf8_lossy(stanza.inner()).into_owned());
            format!("{place:?} {attributes:?} {children:?} {:?}", stanza.bytes())
        }
        other => format!("{other:?}"),
    }
}

/// Places to cut at, for [`described`].
pub(crate) fn cuts() -> impl Strategy<Value = Vec<Index>> {
    proptest::collection::vec(any::<Index>(), 0..12)
}
