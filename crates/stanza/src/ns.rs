//! The namespace names used across the server, each with the specification that owns it.

macro_rules! namespaces {
    ($($(#[$doc:meta])* $name:ident = $uri:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $uri;)*

        /// The constant equal to `uri`, so that well-known names are never stored twice.
        pub(crate) fn known(uri: &str) -> Option<&'static str> {
            match uri {
                "" => Some(""),
                $($uri => Some($uri),)*
                _ => None,
            }
        }
    };
}

namespaces! {
    /// Stanzas between client and server (RFC 6120 §4.8.2).
    CLIENT = "jabber:client";
    /// Stanzas between servers (RFC 6120 §4.8.2).
    SERVER = "jabber:server";
    /// The stream's own elements (RFC 6120 §4.8.1).
    STREAM = "http://etherx.jabber.org/streams";
    /// Stream error conditions (RFC 6120 §4.9).
    STREAMS = "urn:ietf:params:xml:ns:xmpp-streams";
    /// Stanza error conditions (RFC 6120 §8.3).
    STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";
    /// STARTTLS (RFC 6120 §5).
    TLS = "urn:ietf:params:xml:ns:xmpp-tls";
    /// SASL (RFC 6120 §6).
    SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
    /// Resource binding (RFC 6120 §7).
    BIND = "urn:ietf:params:xml:ns:xmpp-bind";
    /// Session establishment (RFC 3921 §3), offered as optional for old clients.
    SESSION = "urn:ietf:params:xml:ns:xmpp-session";
    /// The frames that open and close a stream on a WebSocket (RFC 7395 §3.3).
    FRAMING = "urn:ietf:params:xml:ns:xmpp-framing";
    /// Extensible SASL Profile (XEP-0388).
    SASL2 = "urn:xmpp:sasl:2";
    /// Bind 2 (XEP-0386).
    BIND2 = "urn:xmpp:bind:0";
    /// Fast Authentication Streamlining Tokens (XEP-0484).
    FAST = "urn:xmpp:fast:0";
    /// SASL channel-binding type capability (XEP-0440).
    SASL_CHANNEL_BINDING = "urn:xmpp:sasl-cb:0";
    /// SASL SCRAM downgrade protection (XEP-0474).
    SASL_DOWNGRADE = "urn:xmpp:ssdp:0";
    /// SASL upgrade tasks (XEP-0480).
    SASL_UPGRADE = "urn:xmpp:sasl:upgrade:0";
    /// Stream limits advertisement (XEP-0478).
    STREAM_LIMITS = "urn:xmpp:stream-limits:0";
    /// Stream management (XEP-0198).
    SM = "urn:xmpp:sm:3";
    /// Client state indication (XEP-0352).
    CSI = "urn:xmpp:csi:0";
    /// Roster (RFC 6121 §2).
    ROSTER = "jabber:iq:roster";
    /// Roster versioning feature (RFC 6121 §2.6).
    ROSTER_VERSIONING = "urn:xmpp:features:rosterver";
    /// Subscription pre-approval feature (RFC 6121 §3.4).
    PRE_APPROVAL = "urn:xmpp:features:pre-approval";
    /// Service discovery, what an entity is (XEP-0030).
    DISCO_INFO = "http://jabber.org/protocol/disco#info";
    /// Service discovery, what an entity holds (XEP-0030).
    DISCO_ITEMS = "http://jabber.org/protocol/disco#items";
    /// Entity capabilities (XEP-0115).
    CAPS = "http://jabber.org/protocol/caps";
    /// Data forms (XEP-0004).
    DATA_FORMS = "jabber:x:data";
    /// Result set management (XEP-0059).
    RSM = "http://jabber.org/protocol/rsm";
    /// Private XML storage (XEP-0049).
    PRIVATE = "jabber:iq:private";
    /// vCard (XEP-0054).
    VCARD = "vcard-temp";
    /// Multi-user chat (XEP-0045).
    MUC = "http://jabber.org/protocol/muc";
    /// Multi-user chat, what occupants see (XEP-0045).
    MUC_USER = "http://jabber.org/protocol/muc#user";
    /// Publish-subscribe (XEP-0060).
    PUBSUB = "http://jabber.org/protocol/pubsub";
    /// Publish-subscribe notifications (XEP-0060).
    PUBSUB_EVENT = "http://jabber.org/protocol/pubsub#event";
    /// In-band registration and password change (XEP-0077).
    REGISTER = "jabber:iq:register";
    /// Chat state notifications (XEP-0085).
    CHAT_STATES = "http://jabber.org/protocol/chatstates";
    /// Software version (XEP-0092).
    VERSION = "jabber:iq:version";
    /// Last activity (XEP-0012).
    LAST = "jabber:iq:last";
    /// Message delivery receipts (XEP-0184).
    RECEIPTS = "urn:xmpp:receipts";
    /// Chat markers (XEP-0333).
    CHAT_MARKERS = "urn:xmpp:chat-markers:0";
    /// Blocking command (XEP-0191).
    BLOCKING = "urn:xmpp:blocking";
    /// Errors of the blocking command (XEP-0191 §3.5).
    BLOCKING_ERRORS = "urn:xmpp:blocking:errors";
    /// Ping (XEP-0199).
    PING = "urn:xmpp:ping";
    /// Entity time (XEP-0202).
    TIME = "urn:xmpp:time";
    /// Delayed delivery (XEP-0203).
    DELAY = "urn:xmpp:delay";
    /// External service discovery (XEP-0215).
    EXTERNAL_SERVICES = "urn:xmpp:extdisco:2";
    /// Message carbons (XEP-0280).
    CARBONS = "urn:xmpp:carbons:2";
    /// The rules that decide what is copied (XEP-0280 §6.1).
    CARBONS_RULES = "urn:xmpp:carbons:rules:0";
    /// Stanza forwarding (XEP-0297).
    FORWARD = "urn:xmpp:forward:0";
    /// Message archive (XEP-0313).
    MAM = "urn:xmpp:mam:2";
    /// Message archive, pages by id and metadata (XEP-0313).
    MAM_EXTENDED = "urn:xmpp:mam:2#extended";
    /// Message processing hints (XEP-0334).
    HINTS = "urn:xmpp:hints";
    /// Unique and stable stanza ids (XEP-0359).
    STANZA_ID = "urn:xmpp:sid:0";
    /// Stateless file sharing and other explicit encryption (XEP-0380).
    EXPLICIT_ENCRYPTION = "urn:xmpp:eme:0";
    /// OMEMO as deployed (XEP-0384 version 0.3).
    OMEMO_AXOLOTL = "eu.siacs.conversations.axolotl";
    /// Jingle message initiation (XEP-0353).
    JINGLE_MESSAGE = "urn:xmpp:jingle-message:0";
    /// Jingle (XEP-0166).
    JINGLE = "urn:xmpp:jingle:1";
    /// XHTML-IM (XEP-0071).
    XHTML_IM = "http://jabber.org/protocol/xhtml-im";
    /// Attention (XEP-0224).
    ATTENTION = "urn:xmpp:attention:0";
    /// Re-login limits told by this server in Bind 2.
    RELOGIN = "urn:everpresent:relogin:0";
}
