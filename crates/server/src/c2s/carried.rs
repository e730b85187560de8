//! A client that is connected to another node, as the owner of its home sees it: that node carries its stanzas here.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use everpresent_link::carry::{Ending, ToCarrier, ToOwner};
use everpresent_link::{Duplex, Incoming};
use everpresent_stanza::{Frame, StreamCondition, parse_stanza};
use tokio_util::sync::PollSender;

use super::wire::WireEvent;

/// While more than this waits for the carrier, nothing further is read.
const READ_PAUSE_BYTES: usize = 256 * 1024;
/// How long the last words to a carrier may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A client's way through another node.
#[derive(Debug)]
pub struct CarriedWire {
    sender: PollSender<ToCarrier>,
    receiver: Incoming<ToOwner>,
    output: VecDeque<Bytes>,
    output_bytes: usize,
    ending: Option<Ending>,
    peer: SocketAddr,
}

impl CarriedWire {
    /// A client that signed in at its carrier, from this address.
    pub fn new(duplex: Duplex<ToCarrier, ToOwner>, peer: SocketAddr) -> Self {
        Self {
            sender: PollSender::new(duplex.sender),
            receiver: duplex.receiver,
            output: VecDeque::new(),
            output_bytes: 0,
            ending: None,
            peer,
        }
    }

    /// See [`super::wire::Wire::poll`].
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<WireEvent> {
        if self.pending() > 0 {
            match self.poll_write(context) {
                Poll::Ready(true) => return Poll::Ready(WireEvent::Drained),
                Poll::Ready(false) => return Poll::Ready(WireEvent::Gone),
                Poll::Pending if self.output_bytes > READ_PAUSE_BYTES => return Poll::Pending,
                Poll::Pending => {}
            }
        }
        Poll::Ready(match ready!(self.receiver.poll_recv(context)) {
            Some(ToOwner::Stanza(bytes)) => match parse_stanza(&bytes) {
                Ok(stanza) => WireEvent::Frame(Frame::Stanza(stanza)),
                Err(error) => WireEvent::Malformed(error.condition()),
            },
            Some(ToOwner::StreamClose) => WireEvent::Frame(Frame::StreamClose),
            Some(ToOwner::Malformed { condition }) => {
                let known = StreamCondition::ALL.iter().find(|known| known.name() == condition);
                WireEvent::Malformed(known.copied().unwrap_or(StreamCondition::BadFormat))
            }
            // Nobody signs in twice on one way.
            Some(ToOwner::StoreTokens(_) | ToOwner::Bind(_) | ToOwner::Resume { .. } | ToOwner::Gone)
            | None => WireEvent::Gone,
        })
    }

    /// Hands what waits to the link; false if the carrier is gone.
    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        while let Some(next) = self.output.front() {
            if ready!(self.sender.poll_reserve(context)).is_err() {
                return Poll::Ready(false);
            }
            let bytes = next.clone();
            self.output_bytes -= bytes.len();
            self.output.pop_front();
            if self.sender.send_item(ToCarrier::Output(bytes)).is_err() {
                return Poll::Ready(false);
            }
        }
        Poll::Ready(true)
    }

    /// Adds an element to what is to be written.
    pub fn queue(&mut self, element: Bytes) {
        self.output_bytes += element.len();
        self.output.push_back(element);
    }

    /// The client is to be told that the stream ends, in good order.
    pub fn queue_close(&mut self) {
        self.ending.get_or_insert(Ending::Closed);
    }

    /// The client is to be told that the stream ends, and why.
    pub fn queue_error(&mut self, error: Bytes) {
        self.ending.get_or_insert(Ending::Error(error));
    }

    /// How many bytes wait.
    pub fn pending(&self) -> usize {
        self.output_bytes
    }

    /// Where the client is.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Ends the way; what is not said to be the end of the stream lets the client go.
    pub async fn close(&mut self) {
        let ending = self.ending.take().unwrap_or(Ending::LetGo);
        let last_words = async {
            if std::future::poll_fn(|context| self.poll_write(context)).await
                && std::future::poll_fn(|context| self.sender.poll_reserve(context)).await.is_ok()
            {
                // A carrier that is gone needs to be told nothing.
                let _ = self.sender.send_item(ToCarrier::Ending(ending));
            }
        };
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, last_words).await;
        self.sender.close();
    }
}
