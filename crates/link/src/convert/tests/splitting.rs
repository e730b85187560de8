//! Frames are of bounded size.

use std::collections::VecDeque;

use bytes::Bytes;
use everpresent_session::record::{Cause, Effect, Record};
use prost::Message as _;

use super::super::Message;
use super::samples::{SESSION, record};
use crate::replication::Frame;
use crate::transport::limits::{BATCH_BYTES, BATCH_ITEMS};

fn of_size(bytes: usize) -> Record {
    let stanza = Bytes::from(vec![b'x'; bytes]);
    record(Cause::Channel, vec![Effect::Enqueued { session: SESSION, stanza, spool: None }])
}

/// How many records each frame has; none may be too large unless it has only one.
fn frames(records: &[Record]) -> Vec<usize> {
    let mut wires = VecDeque::new();
    Frame::Records(records.to_vec()).write(&mut wires);
    let mut read = Vec::new();
    let sizes = wires.into_iter().map(|wire| {
        let bytes = wire.encoded_len();
        let Ok(Frame::Records(records)) = Frame::read(wire) else { panic!("no records") };
        assert!(records.len() == 1 || bytes < BATCH_BYTES + 1024, "{bytes} bytes in a frame");
        let count = records.len();
        read.extend(records);
        count
    });
    let sizes = sizes.collect();
    assert_eq!(read, records, "all are there, in order");
    sizes
}

#[test]
fn many_small_records_go_in_frames_of_so_many() {
    let records: Vec<Record> = (0..BATCH_ITEMS * 2 + 1).map(|_| of_size(1)).collect();
    assert_eq!(frames(&records), [BATCH_ITEMS, BATCH_ITEMS, 1]);
    assert_eq!(frames(&[]), [0; 0]);
}

#[test]
fn a_large_record_goes_alone() {
    let half = BATCH_BYTES / 2;
    assert_eq!(frames(&[of_size(10), of_size(BATCH_BYTES * 3), of_size(10), of_size(half)]), [1, 1, 2]);
    assert_eq!(frames(&[of_size(half), of_size(half), of_size(half)]), [1, 1, 1]);
}
