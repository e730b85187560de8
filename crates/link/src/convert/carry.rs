//! Carried clients. What is passed on at once is not copied.

use std::collections::VecDeque;

use super::row::{read_row, write_row};
use super::{Malformed, Message, each, kept, narrow, needed, read_bare, read_full};
use crate::carry::{Bind, Enabled, Ending, ToCarrier, ToOwner};
use crate::wire;
use crate::wire::ending::Kind as EndingKind;
use crate::wire::to_carrier::Kind as CarrierKind;
use crate::wire::to_owner::Kind;

impl Message for ToOwner {
    type Wire = wire::ToOwner;

    fn write(self, out: &mut VecDeque<Self::Wire>) {
        let kind = match self {
            Self::StoreTokens(rows) => {
                Kind::StoreTokens(wire::StoreTokens { rows: rows.into_iter().map(write_row).collect() })
            }
            Self::Bind(bind) => Kind::Bind(wire::Bind {
                jid: bind.jid.to_string(),
                user_agent: bind.user_agent,
                enable: bind.enable,
                carbons: bind.carbons,
                inactive: bind.inactive,
            }),
            Self::Resume { user, id, h } => Kind::Resume(wire::Resume { user: user.to_string(), id, h }),
            Self::Stanza(stanza) => Kind::Stanza(stanza),
            Self::StreamClose => Kind::StreamClose(wire::StreamClose {}),
            Self::Gone => Kind::Gone(wire::Gone {}),
            Self::Malformed { condition } => Kind::Malformed(wire::Malformed { condition }),
        };
        out.push_back(wire::ToOwner { kind: Some(kind) });
    }

    fn read(wire: Self::Wire) -> Result<Self, Malformed> {
        Ok(match needed(wire.kind, "a message to an owner is of an unknown kind")? {
            Kind::Open(_) => return Err(Malformed("the way of a client is opened twice")),
            Kind::StoreTokens(tokens) => Self::StoreTokens(each(tokens.rows, read_row)?),
            Kind::Bind(bind) => Self::Bind(Box::new(Bind {
                jid: read_full(&bind.jid)?,
                user_agent: bind.user_agent,
                enable: bind.enable,
                carbons: bind.carbons,
                inactive: bind.inactive,
            })),
            Kind::Resume(resume) => {
                Self::Resume { user: read_bare(&resume.user)?, id: resume.id, h: resume.h }
            }
            // Parts of it may end in a queue.
            Kind::Stanza(stanza) => Self::Stanza(kept(stanza)),
            Kind::StreamClose(wire::StreamClose {}) => Self::StreamClose,
            Kind::Gone(wire::Gone {}) => Self::Gone,
            Kind::Malformed(malformed) => Self::Malformed { condition: malformed.condition },
        })
    }
}

impl Message for ToCarrier {
    type Wire = wire::ToCarrier;

    fn write(self, out: &mut VecDeque<Self::Wire>) {
        let kind = match self {
            Self::TokensStored => CarrierKind::TokensStored(wire::TokensStored {}),
            Self::Bound { jid, enabled } => CarrierKind::Bound(wire::Bound {
                jid: jid.to_string(),
                enabled: enabled.map(|enabled| wire::Enabled { id: enabled.id, max: enabled.max_seconds }),
            }),
            Self::BindFailed { code } => CarrierKind::BindFailed(wire::BindFailed { code: u32::from(code) }),
            Self::Resumed { jid, handled } => {
                CarrierKind::Resumed(wire::Resumed { jid: jid.to_string(), handled })
            }
            Self::ResumeFailed { handled } => CarrierKind::ResumeFailed(wire::ResumeFailed { handled }),
            Self::TooHigh { h, sent } => CarrierKind::TooHigh(wire::TooHigh { h, sent }),
            Self::NotOwner => CarrierKind::NotOwner(wire::NotOwner { owner: None }),
            Self::Output(bytes) => CarrierKind::Output(bytes),
            Self::Ending(ending) => {
                let kind = match ending {
                    Ending::LetGo => EndingKind::LetGo(wire::LetGo {}),
                    Ending::Closed => EndingKind::Closed(wire::Closed {}),
                    Ending::Error(error) => EndingKind::Error(error),
                };
                CarrierKind::Ending(wire::Ending { kind: Some(kind) })
            }
        };
        out.push_back(wire::ToCarrier { kind: Some(kind) });
    }

    fn read(wire: Self::Wire) -> Result<Self, Malformed> {
        Ok(match needed(wire.kind, "a message to a carrier is of an unknown kind")? {
            CarrierKind::TokensStored(wire::TokensStored {}) => Self::TokensStored,
            CarrierKind::Bound(bound) => Self::Bound {
                jid: read_full(&bound.jid)?,
                enabled: bound.enabled.map(|enabled| Enabled { id: enabled.id, max_seconds: enabled.max }),
            },
            CarrierKind::BindFailed(failed) => {
                Self::BindFailed { code: narrow(failed.code, "a code is out of range")? }
            }
            CarrierKind::Resumed(resumed) => {
                Self::Resumed { jid: read_full(&resumed.jid)?, handled: resumed.handled }
            }
            CarrierKind::ResumeFailed(failed) => Self::ResumeFailed { handled: failed.handled },
            CarrierKind::TooHigh(high) => Self::TooHigh { h: high.h, sent: high.sent },
            CarrierKind::NotOwner(_) => Self::NotOwner,
            CarrierKind::Output(bytes) => Self::Output(bytes),
            CarrierKind::Ending(ending) => Self::Ending(match needed(ending.kind, "an ending is unknown")? {
                EndingKind::LetGo(wire::LetGo {}) => Ending::LetGo,
                EndingKind::Closed(wire::Closed {}) => Ending::Closed,
                EndingKind::Error(error) => Ending::Error(error),
            }),
        })
    }
}
