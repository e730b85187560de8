//! Channels between homes.

use std::collections::VecDeque;

use super::replication::batches;
use super::{Malformed, Message, each, kept, needed};
use crate::delivery::{Answer, Item, Items};
use crate::wire;
use crate::wire::delivery::Kind;
use crate::wire::delivery_answer::Kind as AnswerKind;

impl Message for Items {
    type Wire = wire::Delivery;

    fn write(self, out: &mut VecDeque<Self::Wire>) {
        let items = self.0.into_iter();
        let items = items.map(|item| wire::Item { number: item.number, stanza: item.stanza });
        batches(
            items,
            |item| item.stanza.len(),
            |items| {
                out.push_back(wire::Delivery { kind: Some(Kind::Items(wire::Items { items })) });
            },
        );
    }

    fn read(wire: Self::Wire) -> Result<Self, Malformed> {
        match needed(wire.kind, "a delivery is of an unknown kind")? {
            Kind::Open(_) => Err(Malformed("a channel is opened twice")),
            Kind::Items(items) => Ok(Self(each(items.items, |item| {
                Ok(Item { number: item.number, stanza: kept(item.stanza) })
            })?)),
        }
    }
}

impl Message for Answer {
    type Wire = wire::DeliveryAnswer;

    fn write(self, out: &mut VecDeque<Self::Wire>) {
        let kind = match self {
            Self::Ready { received } => AnswerKind::Ready(received),
            Self::Confirmed { up_to } => AnswerKind::Confirmed(up_to),
            Self::NotOwner { owner } => AnswerKind::NotOwner(wire::NotOwner { owner }),
        };
        out.push_back(wire::DeliveryAnswer { kind: Some(kind) });
    }

    fn read(wire: Self::Wire) -> Result<Self, Malformed> {
        Ok(match needed(wire.kind, "an answer of a channel is of an unknown kind")? {
            AnswerKind::Ready(received) => Self::Ready { received },
            AnswerKind::Confirmed(up_to) => Self::Confirmed { up_to },
            AnswerKind::NotOwner(not_owner) => Self::NotOwner { owner: not_owner.owner },
        })
    }
}
