//! Somebody with a well-behaved chat client.

use everpresent_client::{Client, Event, Frame, Options, SavedSession};

use super::{DOMAIN, soon};

/// A signed-in client, and what it needs to come back.
pub(crate) struct Person {
    pub(crate) client: Client,
    options: Options,
    messages: u32,
}

impl Person {
    pub(crate) async fn connect(options: &Options) -> Self {
        let client = Client::connect(options).await.unwrap();
        Self { client, options: options.clone(), messages: 0 }
    }

    /// Becomes available, and waits until the server has dealt with that.
    pub(crate) async fn appears(&mut self) {
        self.sends("<presence/>").await;
    }

    /// Sends a stanza and waits until the server has dealt with it.
    pub(crate) async fn sends(&mut self, stanza: &str) {
        self.client.send(stanza).await.unwrap();
        self.asks("get", DOMAIN, "<ping xmlns='urn:xmpp:ping'/>").await;
    }

    /// Waits until all that was sent to users of another home has arrived there, and all that was answered, here. What
    /// is between two homes arrives in order, so a question that nobody answers but the home itself does.
    pub(crate) async fn hears_from_the_home_of(&mut self, user: &str) {
        let to = format!("{user}@{DOMAIN}/nobody");
        let answer = self.asks("get", &to, "<ping xmlns='urn:xmpp:ping'/>").await;
        assert!(answer.has("service-unavailable"), "{answer:?}");
    }

    /// Sends a chat message and waits until the server has dealt with it.
    pub(crate) async fn says(&mut self, to: &str, text: &str) {
        self.says_without_waiting(to, text).await;
        self.asks("get", DOMAIN, "<ping xmlns='urn:xmpp:ping'/>").await;
    }

    /// Sends a chat message.
    pub(crate) async fn says_without_waiting(&mut self, to: &str, text: &str) {
        self.messages += 1;
        let id = format!("message-{}", self.messages);
        self.client.send_message(to, &id, text).await.unwrap();
    }

    /// An iq and its answer.
    pub(crate) async fn asks(&mut self, kind: &str, to: &str, payload: &str) -> Frame {
        self.client.request(kind, to, payload).await.unwrap()
    }

    /// The next stanza that is wanted; others are passed over.
    async fn next(&mut self, what: &str, wanted: impl Fn(&Event) -> bool) -> Frame {
        let found = soon(what, async {
            loop {
                let event = self.client.next().await.unwrap();
                if wanted(&event) {
                    return event;
                }
            }
        });
        match found.await {
            Event::Message(frame) | Event::Presence(frame) | Event::Iq(frame) => frame,
            other => panic!("{other:?}"),
        }
    }

    /// The next message.
    pub(crate) async fn message(&mut self) -> Frame {
        self.next("a message", |event| matches!(event, Event::Message(_))).await
    }

    /// The text of the next message.
    pub(crate) async fn hears(&mut self) -> String {
        let message = self.message().await;
        message.text("body").unwrap_or_else(|| panic!("no body in {message:?}"))
    }

    /// The next presence of somebody else.
    pub(crate) async fn presence(&mut self) -> Frame {
        let own = self.client.address().to_owned();
        let of_others = |frame: &Frame| frame.attribute("from").as_deref() != Some(&*own);
        self.next("a presence", |event| matches!(event, Event::Presence(frame) if of_others(frame))).await
    }

    /// The next iq that asks for something, such as a roster push.
    pub(crate) async fn push(&mut self) -> Frame {
        let asks = |frame: &Frame| frame.attribute("type").as_deref() == Some("set");
        self.next("a push", |event| matches!(event, Event::Iq(frame) if asks(frame))).await
    }

    /// Everything that the server has sent so far and that nobody looked at.
    pub(crate) async fn catches_up(&mut self) -> Vec<Frame> {
        self.asks("get", DOMAIN, "<ping xmlns='urn:xmpp:ping'/>").await;
        let mut seen = Vec::new();
        while let Some(event) = self.client.buffered().unwrap() {
            if let Event::Message(frame) | Event::Presence(frame) | Event::Iq(frame) = event {
                seen.push(frame);
            }
        }
        seen
    }

    /// The presences of others among everything that came so far: from whom and, if not available, of which type.
    pub(crate) async fn has_seen(&mut self) -> Vec<String> {
        let frames = self.catches_up().await;
        let own = self.client.address();
        let of_others = frames
            .iter()
            .filter(|frame| frame.name() == "presence")
            .filter(|frame| frame.attribute("from").as_deref() != Some(own));
        of_others.map(told).collect()
    }

    /// The texts of the messages among everything that came so far.
    pub(crate) async fn has_heard(&mut self) -> Vec<String> {
        self.catches_up().await.iter().filter_map(|frame| frame.text("body")).collect()
    }

    /// How the server ended the stream: the condition of its error, or `closed`.
    pub(crate) async fn farewell(mut self) -> String {
        let end = soon("the end of the stream", async {
            loop {
                match self.client.next().await {
                    Ok(Event::Closed) => return "closed".to_owned(),
                    Ok(_) => {}
                    Err(everpresent_client::Error::Stream(condition)) => return condition,
                    Err(error) => return error.to_string(),
                }
            }
        });
        end.await
    }

    /// Signs off in good order.
    pub(crate) async fn leaves(self) {
        self.client.close().await.unwrap();
    }

    /// The network fails.
    pub(crate) fn loses_connection(self) -> Away {
        let session = self.client.cut().unwrap();
        Away { session, options: self.options, messages: self.messages }
    }
}

/// A presence in short: its sender, and its type unless that is to be available.
pub(crate) fn told(presence: &Frame) -> String {
    let from = presence.attribute("from").unwrap_or_default();
    match presence.attribute("type") {
        Some(kind) => format!("{from} {kind}"),
        None => from.into_owned(),
    }
}

/// Somebody whose connection is gone and whose session can be resumed.
pub(crate) struct Away {
    pub(crate) session: SavedSession,
    options: Options,
    messages: u32,
}

impl Away {
    /// Another way back than the one that was cut.
    pub(crate) fn by_way_of(mut self, options: &Options) -> Self {
        self.options.port = options.port;
        self
    }

    /// Resumes the session.
    pub(crate) async fn returns(self) -> Person {
        let client = Client::resume(&self.options, self.session).await.unwrap();
        Person { client, options: self.options, messages: self.messages }
    }

    /// Tries to resume the session, in vain: the condition and the server's count.
    pub(crate) async fn fails_to_return(self) -> (String, Option<u32>) {
        match Client::resume(&self.options, self.session).await {
            Err(everpresent_client::Error::NotResumed { condition, handled, .. }) => (condition, handled),
            other => panic!("{other:?}"),
        }
    }
}
