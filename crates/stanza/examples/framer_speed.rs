//! Prints what one chat message costs: `cargo run --release -p everpresent-stanza --example framer_speed`.

#![expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]

use std::time::Instant;

use everpresent_stanza::{Frame, Framer, Limits, Mark, RawStanza, Stamp, build, parse_stanza};

const HEADER: &[u8] = b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' to='example.org' version='1.0'>";
const MESSAGE: &str = "<message to='juliet@example.org/balcony-5f2a' from='romeo@example.org/orchard-91bc' \
    id='a8f3c2d1-77' type='chat'><body>Art thou not Romeo, and a Montague?</body>\
    <active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/></message>";
const ROUNDS: usize = 400_000;
const IDLE_STREAMS: usize = 20_000;
/// Messages in one read.
const BATCHES: [usize; 2] = [1, 16];

fn main() {
    println!("message of {} bytes, framer of {} bytes", MESSAGE.len(), size_of::<Framer>());
    for batch in BATCHES {
        let read = MESSAGE.repeat(batch);
        measure(&format!("frame, {batch} a read"), batch, &read, |_| {});
        measure(&format!("frame and restamp, {batch} a read"), batch, &read, |stanza| {
            let stamp = Stamp { from: Mark::Set("romeo@example.org/orchard-91bc"), ..Stamp::default() };
            std::hint::black_box(stanza.restamp(&stamp));
        });
    }
    measure("frame, restamp, append a stanza id", 1, MESSAGE, |stanza| {
        let append = [build::stanza_id("00000001-000000000001-0000", "juliet@example.org")];
        std::hint::black_box(stanza.restamp(&Stamp { append: &append, ..Stamp::default() }));
    });
    measure("frame and build a tree", 1, MESSAGE, |stanza| {
        std::hint::black_box(stanza.to_element().is_ok());
    });
    measure("frame and parse the stored bytes again", 1, MESSAGE, |stanza| {
        std::hint::black_box(parse_stanza(stanza.bytes()).is_ok());
    });
    let prefixed = MESSAGE.replace("<active xmlns", "<x:active xmlns:x");
    measure("with a prefix", 1, &prefixed, |_| {});
    println!("{:40} {:>6} bytes", "an idle stream after a message", idle_bytes().unwrap_or_default());
}

/// Resident memory per stream that has seen a header and a message and waits, framer included. Linux only.
fn idle_bytes() -> Option<usize> {
    let resident = || {
        let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
        pages.split(' ').nth(1)?.parse::<usize>().ok().map(|pages| pages * 4096)
    };
    let before = resident()?;
    let mut framers: Vec<Framer> = (0..IDLE_STREAMS).map(|_| Framer::new(Limits::SIGNED_IN)).collect();
    for framer in &mut framers {
        framer.push(HEADER);
        framer.push(MESSAGE.as_bytes());
        while let Ok(Some(_)) = framer.next_frame() {}
    }
    Some((resident()? - before) / framers.len())
}

fn measure(what: &str, batch: usize, read: &str, each: impl Fn(&RawStanza)) {
    let mut framer = Framer::new(Limits::SIGNED_IN);
    framer.push(HEADER);
    let mut stanzas = 0;
    let start = Instant::now();
    for _ in 0..ROUNDS / batch {
        framer.push(read.as_bytes());
        while let Ok(Some(frame)) = framer.next_frame() {
            if let Frame::Stanza(stanza) = frame {
                each(&stanza);
                stanzas += 1;
            }
        }
    }
    let nanoseconds = start.elapsed().as_nanos() / stanzas.max(1);
    println!("{what:40} {nanoseconds:>6} ns");
}
