//! A stream both ways, in messages of the domain.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use futures_core::Stream;
use tokio::sync::mpsc;
use tonic::{Status, Streaming};

use crate::LinkError;
use crate::convert::Message;

/// One end of a stream: sends `S`, receives `R`.
///
/// Both directions end when the connection does, or when the other end is dropped. What is sent waits while the other
/// end does not read: first in a short queue, then in the windows of HTTP/2, then [`mpsc::Sender::send`] waits.
#[derive(Debug)]
pub struct Duplex<S, R> {
    /// For what goes out. [`mpsc::Sender::closed`] tells at once that the stream has ended.
    pub sender: mpsc::Sender<S>,
    /// For what comes in.
    pub receiver: Incoming<R>,
}

impl<S: Send + 'static, R: Send + 'static> Duplex<S, R> {
    /// Two ends in one process, with room for so many messages each way.
    pub fn pair(capacity: usize) -> (Self, Duplex<R, S>) {
        let (there, receiver_there) = mpsc::channel(capacity);
        let (back, receiver_back) = mpsc::channel(capacity);
        let near = Self { sender: there, receiver: Incoming::new(Memory(receiver_back)) };
        (near, Duplex { sender: back, receiver: Incoming::new(Memory(receiver_there)) })
    }
}

/// What comes in.
pub struct Incoming<R> {
    source: Option<Source<R>>,
    problem: Option<LinkError>,
}

type Source<R> = Pin<Box<dyn Stream<Item = Result<R, LinkError>> + Send>>;

impl<R> fmt::Debug for Incoming<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("problem", &self.problem).finish_non_exhaustive()
    }
}

impl<R> Incoming<R> {
    fn new(source: impl Stream<Item = Result<R, LinkError>> + Send + 'static) -> Self {
        Self { source: Some(Box::pin(source)), problem: None }
    }

    /// The next message; nothing when the stream has ended. May be given up at any time without losing one.
    pub async fn recv(&mut self) -> Option<R> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    /// The next message if it is there already; nothing does not mean that the stream has ended.
    pub fn try_recv(&mut self) -> Option<R> {
        match self.poll_recv(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(message) => message,
            Poll::Pending => None,
        }
    }

    /// As [`Incoming::recv`].
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<R>> {
        let Some(source) = &mut self.source else { return Poll::Ready(None) };
        let next = ready!(source.as_mut().poll_next(context));
        let message = match next {
            Some(Ok(message)) => return Poll::Ready(Some(message)),
            Some(Err(problem)) => Some(problem),
            None => None,
        };
        self.problem = message;
        // Dropped at once, so that the other end learns that nobody reads any more.
        self.source = None;
        Poll::Ready(None)
    }

    /// Why the stream ended, if it did not end in order.
    pub fn problem(&self) -> Option<&LinkError> {
        self.problem.as_ref()
    }
}

/// The other end is in this process.
struct Memory<R>(mpsc::Receiver<R>);

impl<R> Stream for Memory<R> {
    type Item = Result<R, LinkError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|message| message.map(Ok))
    }
}

/// The other end is another node.
struct Wire<R: Message> {
    node: String,
    stream: Streaming<R::Wire>,
}

impl<R: Message> Stream for Wire<R> {
    type Item = Result<R, LinkError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut self.stream).poll_next(context));
        Poll::Ready(next.map(|message| {
            match message {
                Ok(wire) => R::read(wire)
                    .map_err(|what| LinkError::Malformed { node: self.node.clone(), what: what.to_string() }),
                Err(status) => Err(LinkError::from_status(&self.node, &status)),
            }
        }))
    }
}

/// What comes in from another node.
pub(crate) fn incoming<R: Message>(node: &str, stream: Streaming<R::Wire>) -> Incoming<R> {
    Incoming::new(Wire { node: node.to_owned(), stream })
}

/// What goes out to another node, as wire messages.
pub(crate) struct Outgoing<S: Message> {
    receiver: mpsc::Receiver<S>,
    ready: VecDeque<S::Wire>,
}

/// A queue of so many messages, and the stream that it feeds. `first` goes out before anything else.
pub(crate) fn outgoing<S: Message>(
    capacity: usize,
    first: impl IntoIterator<Item = S::Wire>,
) -> (mpsc::Sender<S>, Outgoing<S>) {
    let (sender, receiver) = mpsc::channel(capacity);
    (sender, Outgoing { receiver, ready: first.into_iter().collect() })
}

impl<S: Message> Outgoing<S> {
    fn poll_wire(&mut self, context: &mut Context<'_>) -> Poll<Option<S::Wire>> {
        loop {
            if let Some(wire) = self.ready.pop_front() {
                return Poll::Ready(Some(wire));
            }
            match ready!(self.receiver.poll_recv(context)) {
                Some(message) => message.write(&mut self.ready),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Messages and wire messages are never pinned in place.
impl<S: Message> Unpin for Outgoing<S> {}

/// What a client sends.
impl<S: Message> Stream for Outgoing<S> {
    type Item = S::Wire;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_wire(context)
    }
}

/// What a server answers.
pub(crate) struct Answers<S: Message>(pub(crate) Outgoing<S>);

impl<S: Message> Stream for Answers<S> {
    type Item = Result<S::Wire, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_wire(context).map(|wire| wire.map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_ends_in_one_process_end_together() {
        let (l, mut r) = Duplex::<u8, &str>::pair(1);
        l.sender.send(7).await.unwrap();
        assert_eq!(r.receiver.try_recv(), Some(7));
        assert_eq!(r.receiver.try_recv(), None);
        drop(l);
        assert_eq!(r.receiver.recv().await, None);
        assert_eq!(r.receiver.problem(), None);
        assert!(r.sender.is_closed());
    }
}
