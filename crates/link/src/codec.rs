//! Encodes and decodes wire messages, with buffers that fit what a stream is for.
//!
//! There are few streams of records and tens of thousands of carried clients. The usual 8 KiB for each direction at each
//! end would be most of what a carried client costs.

use std::marker::PhantomData;

use prost::Message;
use tonic::Status;
use tonic::codec::{BufferSettings, Codec};
use tonic_prost::{ProstCodec, ProstDecoder, ProstEncoder};

use crate::wire;

/// How a buffer grows.
const BUFFER_BYTES: usize = 8 * 1024;
/// The same for a carried client.
const CARRY_BUFFER_BYTES: usize = 512;
/// How much is gathered before it is written.
const WRITE_BYTES: usize = 32 * 1024;

/// How large the buffers for a message are.
pub(crate) trait Buffered: Message + Default + 'static {
    const BUFFER_BYTES: usize = BUFFER_BYTES;
}

impl Buffered for wire::ToOwner {
    const BUFFER_BYTES: usize = CARRY_BUFFER_BYTES;
}
impl Buffered for wire::ToCarrier {
    const BUFFER_BYTES: usize = CARRY_BUFFER_BYTES;
}
impl Buffered for wire::ControlMessage {}
impl Buffered for wire::ReplicationFrame {}
impl Buffered for wire::ReplicationAnswer {}
impl Buffered for wire::Delivery {}
impl Buffered for wire::DeliveryAnswer {}
impl Buffered for wire::OrderRequest {}
impl Buffered for wire::OrderReply {}
impl Buffered for wire::JoinRequest {}
impl Buffered for wire::RenewRequest {}
impl Buffered for wire::CertificateReply {}

/// Encodes `T`, decodes `U`.
#[derive(Debug)]
pub(crate) struct LinkCodec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for LinkCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: Buffered, U: Buffered> Codec for LinkCodec<T, U> {
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = ProstDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::raw_encoder(BufferSettings::new(T::BUFFER_BYTES, WRITE_BYTES))
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstCodec::<T, U>::raw_decoder(BufferSettings::new(U::BUFFER_BYTES, WRITE_BYTES))
    }
}

/// A fault of the peer's bytes as gRPC tells it.
pub(crate) fn malformed(what: &str) -> Status {
    Status::invalid_argument(format!("malformed: {what}"))
}
