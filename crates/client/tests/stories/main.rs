//! Stories of a client and a scripted server over real sockets.

#[cfg(test)]
mod scripted;

use std::time::Duration;

use everpresent_client::{Client, Error, Event, Security, StreamManagement, Trust, tls};
use scripted::{PASSWORD, Server, message};

#[tokio::test]
async fn alice_signs_in_over_checked_tls_and_chats() {
    let server = Server::start().await;
    let tls = tls::config(server.trust.clone()).unwrap();
    let options = server.options().security(Security::Direct(tls));
    let server_side = async {
        let mut actor = server.accept_tls().await.unwrap();
        actor.signs_in(PASSWORD).await;
        actor.binds().await;
        let sent = actor.reads("</message>").await;
        assert_eq!(sent, "<message to='bob@x' id='1' type='chat'><body>1 &lt; 2</body></message>");
        actor.writes("<message from='bob@x/y'><body>yes &amp; no</body></message>").await;
        actor.reads("</stream:stream>").await;
        actor.writes("</stream:stream>").await;
    };
    let client_side = async {
        let mut alice = Client::connect(&options).await.unwrap();
        assert_eq!((alice.address(), alice.account()), ("alice@example.net/here", "alice@example.net"));
        alice.send_message("bob@x", "1", "1 < 2").await.unwrap();
        assert_eq!(message(&mut alice).await, "yes & no");
        alice.close().await.unwrap();
    };
    tokio::join!(server_side, client_side);
}

#[tokio::test]
async fn a_certificate_of_another_name_or_issuer_is_refused_unless_nobody_is_to_be_trusted() {
    let server = Server::start().await;
    let stranger = Server::start().await.trust;
    let with = |trust: Trust| server.options().security(Security::Direct(tls::config(trust).unwrap()));
    let mut other_name = with(server.trust.clone());
    other_name.domain = "other.example".to_owned();
    for options in [other_name, with(stranger)] {
        let (connected, accepted) = tokio::join!(Client::connect(&options), server.accept_tls());
        assert!(matches!(connected, Err(Error::Io(_))), "{connected:?}");
        assert!(accepted.is_none());
    }
    let options = with(Trust::Nobody);
    let server_side = async {
        let mut actor = server.accept_tls().await.unwrap();
        actor.signs_in(PASSWORD).await;
        actor.binds().await;
    };
    assert!(tokio::join!(Client::connect(&options), server_side).0.is_ok());
}

#[tokio::test]
async fn what_comes_in_the_clear_behind_starttls_is_not_believed() {
    let server = Server::start().await;
    let tls = tls::config(server.trust.clone()).unwrap();
    let options = server.options().security(Security::StartTls(tls));
    let server_side = async {
        let mut actor = server.accept_starttls("<message><body>in the clear</body></message>").await;
        actor.signs_in(PASSWORD).await;
        actor.binds().await;
        actor.writes("<message><body>over TLS</body></message>").await;
        actor.sees_the_client_leave().await
    };
    let client_side = async {
        let mut alice = Client::connect(&options).await.unwrap();
        assert_eq!(message(&mut alice).await, "over TLS");
    };
    tokio::join!(server_side, client_side);
}

#[tokio::test]
async fn a_wrong_password_is_refused_with_the_servers_condition() {
    let server = Server::start().await;
    let options = server.options();
    let server_side = async { server.accept().await.signs_in("other password").await };
    let (refused, ()) = tokio::join!(Client::connect(&options), server_side);
    assert!(matches!(refused, Err(Error::SignInRefused(condition)) if condition == "not-authorized"));
}

#[tokio::test]
async fn a_silent_server_does_not_hold_a_client_for_ever() {
    let server = Server::start().await;
    let mut options = server.options();
    options.timeout = Duration::from_millis(20);
    let refused = Client::connect(&options).await;
    assert!(matches!(refused, Err(Error::Timeout("signing in"))));
}

#[tokio::test]
async fn both_sides_count_and_acknowledge() {
    let server = Server::start().await;
    let options = server.options().stream_management(StreamManagement::Resumable);
    let server_side = async {
        let mut actor = server.accept().await;
        actor.welcomes_with_stream_management().await;
        actor
            .writes(
                "<message><body>1</body></message><iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>",
            )
            .await;
        actor.writes("<r xmlns='urn:xmpp:sm:3'/><presence/><r xmlns='urn:xmpp:sm:3'/>").await;
        let answers = actor.reads("h='3'/>").await;
        assert!(answers.contains("<iq type='result' id='p'/>") && answers.contains("h='2'/>"), "{answers}");
        actor.reads("<r xmlns='urn:xmpp:sm:3'/>").await;
        actor.writes("<message><body>2</body></message><a xmlns='urn:xmpp:sm:3' h='3'/>").await;
        actor.sees_the_client_leave().await
    };
    let client_side = async {
        let mut alice = Client::connect(&options).await.unwrap();
        assert_eq!(message(&mut alice).await, "1");
        assert!(matches!(alice.next().await.unwrap(), Event::AcknowledgementRequested));
        assert!(matches!(alice.next().await.unwrap(), Event::Presence(_)));
        assert!(matches!(alice.next().await.unwrap(), Event::AcknowledgementRequested));
        alice.send_message("bob@x", "1", "one").await.unwrap();
        alice.send_message("bob@x", "2", "two").await.unwrap();
        // The answer to the ping was a stanza too.
        assert_eq!(alice.unacknowledged(), 3);
        alice.all_acknowledged().await.unwrap();
        assert_eq!(alice.unacknowledged(), 0);
        assert_eq!(message(&mut alice).await, "2", "what came before the acknowledgement is not lost");
        let counters = alice.counters();
        assert_eq!(
            (counters.stanzas_sent, counters.stanzas_received, counters.stanzas_acknowledged),
            (3, 4, 3)
        );
    };
    tokio::join!(server_side, client_side);
}

#[tokio::test]
async fn a_cut_connection_is_resumed_and_only_the_lost_stanza_is_sent_again() {
    let server = Server::start().await;
    let options = server.options().stream_management(StreamManagement::Resumable);
    let server_side = async {
        let mut actor = server.accept().await;
        actor.welcomes_with_stream_management().await;
        actor.writes("<message><body>hello</body></message>").await;
        actor.reads("<body>two</body></message>").await;
        let rest = actor.sees_the_client_leave().await;
        assert!(!rest.contains("</stream:stream>"), "a cut is not a goodbye");

        let mut actor = server.accept().await;
        actor.signs_in(PASSWORD).await;
        actor.reads("<resume xmlns='urn:xmpp:sm:3' previd='some-id' h='1'/>").await;
        actor.writes("<resumed xmlns='urn:xmpp:sm:3' previd='some-id' h='1'/>").await;
        let again = actor.reads("<r xmlns='urn:xmpp:sm:3'/>").await;
        assert!(again.contains("two") && !again.contains("one"), "{again}");
        actor.writes("<a xmlns='urn:xmpp:sm:3' h='2'/>").await;
        actor.sees_the_client_leave().await
    };
    let client_side = async {
        let mut alice = Client::connect(&options).await.unwrap();
        assert_eq!(message(&mut alice).await, "hello");
        alice.send_message("bob@x", "1", "one").await.unwrap();
        alice.send_message("bob@x", "2", "two").await.unwrap();
        let saved = alice.cut().unwrap();
        assert_eq!((saved.id(), saved.handled(), saved.unacknowledged().len()), ("some-id", 1, 2));
        let mut alice = Client::resume(&options, saved).await.unwrap();
        assert_eq!(alice.address(), "alice@example.net/here");
        alice.all_acknowledged().await.unwrap();
        assert_eq!(alice.counters().stanzas_acknowledged, 2);
    };
    tokio::join!(server_side, client_side);
}

#[tokio::test]
async fn a_refused_resumption_gives_back_what_the_server_never_handled() {
    let server = Server::start().await;
    let options = server.options().stream_management(StreamManagement::Resumable);
    let server_side = async {
        server.accept().await.welcomes_with_stream_management().await;
        let mut actor = server.accept().await;
        actor.signs_in(PASSWORD).await;
        actor.reads("previd='some-id' h='0'/>").await;
        actor.writes("<failed xmlns='urn:xmpp:sm:3' h='1'><item-not-found/></failed>").await;
    };
    let client_side = async {
        let mut alice = Client::connect(&options).await.unwrap();
        for (id, body) in [("1", "one"), ("2", "two")] {
            alice.queue(format!("<message id='{id}'><body>{body}</body></message>").as_bytes()).unwrap();
        }
        let refused = Client::resume(&options, alice.cut().unwrap()).await.unwrap_err();
        let Error::NotResumed { condition, handled, saved } = refused else { panic!("{refused}") };
        assert_eq!((condition.as_str(), handled), ("item-not-found", Some(1)));
        let left: Vec<_> = saved.unacknowledged().collect();
        assert_eq!(left, ["<message id='2'><body>two</body></message>"]);
    };
    tokio::join!(server_side, client_side);
}

#[tokio::test]
async fn an_acknowledgement_for_what_was_never_sent_ends_the_connection() {
    let server = Server::start().await;
    let options = server.options().stream_management(StreamManagement::Resumable);
    let server_side = async {
        let mut actor = server.accept().await;
        actor.welcomes_with_stream_management().await;
        actor.writes("<a xmlns='urn:xmpp:sm:3' h='5'/>").await;
        actor.sees_the_client_leave().await
    };
    let client_side = async {
        let mut alice = Client::connect(&options).await.unwrap();
        assert!(matches!(alice.next().await, Err(Error::AcknowledgedTooMuch { handled: 5, sent: 0 })));
    };
    tokio::join!(server_side, client_side);
}

#[tokio::test]
async fn a_stream_error_and_a_vanished_server_are_told_apart() {
    let server = Server::start().await;
    let options = server.options();
    let server_side = async {
        for farewell in ["<stream:error><conflict/></stream:error></stream:stream>", "</stream:stream>", ""] {
            let mut actor = server.accept().await;
            actor.signs_in(PASSWORD).await;
            actor.binds().await;
            actor.writes(farewell).await;
        }
    };
    let client_side = async {
        let mut alice = Client::connect(&options).await.unwrap();
        assert!(matches!(alice.next().await, Err(Error::Stream(condition)) if condition == "conflict"));
        let mut alice = Client::connect(&options).await.unwrap();
        assert!(matches!(alice.next().await, Ok(Event::Closed)));
        let mut alice = Client::connect(&options).await.unwrap();
        assert!(matches!(alice.next().await, Err(Error::Disconnected)));
    };
    tokio::join!(server_side, client_side);
}

#[tokio::test]
async fn a_request_finds_its_answer_among_other_traffic() {
    let server = Server::start().await;
    let options = server.options();
    let server_side = async {
        let mut actor = server.accept().await;
        actor.signs_in(PASSWORD).await;
        actor.binds().await;
        actor.reads("</iq>").await;
        actor.writes("<message><body>first</body></message><iq type='set' id='request-1'/>").await;
        actor.writes("<iq type='result' id='request-1'><query><item jid='bob@x'/></query></iq>").await;
        actor.sees_the_client_leave().await
    };
    let client_side = async {
        let mut alice = Client::connect(&options).await.unwrap();
        let roster = alice.request("get", "", "<query xmlns='jabber:iq:roster'/>").await.unwrap();
        assert_eq!(roster.element().find("item").unwrap().attribute("jid").unwrap(), "bob@x");
        assert_eq!(message(&mut alice).await, "first");
        assert!(matches!(alice.next().await.unwrap(), Event::Iq(_)));
    };
    tokio::join!(server_side, client_side);
}

#[tokio::test]
async fn two_sides_with_much_to_say_do_not_wait_for_each_other() {
    const STANZAS: usize = 10_000;
    let stanza = format!("<message><body>{}</body></message>", "x".repeat(1_000));
    let server = Server::start().await;
    let options = server.options();
    let server_side = async {
        let mut actor = server.accept().await;
        actor.signs_in(PASSWORD).await;
        actor.binds().await;
        actor.writes(&stanza.repeat(STANZAS)).await;
        for _ in 0..STANZAS {
            actor.reads("</message>").await;
        }
        actor.writes("</stream:stream>").await;
    };
    let client_side = async {
        let mut alice = Client::connect(&options).await.unwrap();
        for _ in 0..STANZAS {
            alice.queue(stanza.as_bytes()).unwrap();
        }
        alice.flush().await.unwrap();
        for _ in 0..STANZAS {
            message(&mut alice).await;
        }
        assert!(matches!(alice.next().await, Ok(Event::Closed)));
    };
    tokio::join!(server_side, client_side);
}
