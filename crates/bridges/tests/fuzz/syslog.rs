//! Lines and syslog messages out of streams: the same however the bytes come, and none longer than a line may be.

use everpresent_bridges::sources::syslog::{FrameError, Frames};
use everpresent_bridges::sources::{MAX_LINE_BYTES, Splitter};

use crate::driver::fuzz;

/// What came out: lines, and whether each was cut.
type Lines = Vec<(Vec<u8>, bool)>;

const LONG: &[u8] = &[b'x'; MAX_LINE_BYTES];
const THOUSAND: &[u8] = &[b'y'; 1_000];

const PIECES: [&[u8]; 18] = [
    b"<13>one",
    b"7 <13>two",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b" ",
    b"0 ",
    b"1 ",
    b"12345",
    b"65536 ",
    b"65537 ",
    b"8192 ",
    b"8193 ",
    LONG,
    THOUSAND,
    b"\xff",
    b"2024-03-05T16:50:25.736 ",
];

/// Sizes of the pieces that the same bytes come in.
fn cuts(length: usize) -> [usize; 5] {
    [1, length % 13 + 1, 4_096, MAX_LINE_BYTES + 1, length / 2 + 1]
}

fn is_line((line, _): &(Vec<u8>, bool)) -> bool {
    !line.is_empty() && line.len() <= MAX_LINE_BYTES && !line.contains(&b'\n')
}

fn behaviour(lines: &Lines) -> Vec<(usize, bool)> {
    lines.iter().take(6).map(|(line, cut)| (line.len().ilog2() as usize, *cut)).collect()
}

#[test]
fn lines_of_a_stream() {
    let corpus: [&[u8]; 4] =
        [b"one\r\n\ntwo\nthree", LONG, &[LONG, b"\r\r\n"].concat(), &[&LONG[1..], b"\r\n"].concat()];
    fuzz(&corpus, &PIECES, |input| {
        let split = |piece: usize| {
            let (mut splitter, mut lines) = (Splitter::default(), Lines::new());
            let mut each = |line: &[u8], cut: bool| lines.push((line.to_vec(), cut));
            for piece in input.chunks(piece) {
                splitter.feed(piece, &mut each);
            }
            splitter.finish(&mut each);
            lines
        };
        let whole = split(input.len().max(1));
        assert!(whole.iter().all(is_line));
        for piece in cuts(input.len()) {
            assert!(split(piece) == whole, "other lines in pieces of {piece}");
        }
        behaviour(&whole)
    });
}

#[test]
fn syslog_stream() {
    let counted = [b"8192 ", LONG, b"8193 ", LONG, b"\n7 <13>two"].concat();
    let corpus: [&[u8]; 6] = [
        b"<13>one\n<13>two\r\n<13>three\0four",
        b"7 <13>one8 <13>two\n9 <13>three",
        b"2024-03-05T16:50:25.736 user.info cms01\n",
        b"12345",
        &counted,
        &[LONG, b"\r\0", LONG, b"\r\r\n"].concat(),
    ];
    fuzz(&corpus, &PIECES, |input| {
        let read = |piece: usize| -> (Lines, Option<FrameError>) {
            let (mut frames, mut lines) = (Frames::default(), Lines::new());
            let mut each = |line: &[u8], cut: bool| lines.push((line.to_vec(), cut));
            for piece in input.chunks(piece) {
                if let Err(error) = frames.feed(piece, &mut each) {
                    return (lines, Some(error));
                }
            }
            frames.finish(&mut each);
            (lines, None)
        };
        let (whole, error) = read(input.len().max(1));
        assert!(whole.iter().all(is_line));
        assert!(whole.iter().all(|(line, _)| !line.contains(&0)));
        for piece in cuts(input.len()) {
            assert!(read(piece) == (whole.clone(), error.clone()), "other messages in pieces of {piece}");
        }
        (behaviour(&whole), error.map(|error| std::mem::discriminant(&error)))
    });
}
