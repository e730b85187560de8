//! Reading requests so that each mistake is answered in the API's own form.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use everpresent_stanza::{BareJid, Jid};
use serde::de::DeserializeOwned;

use crate::administration::MAX_LIMIT;
use crate::refusal::{Code, Refusal};

/// A JSON body.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::BytesRejection(rejection))
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                Err(Refusal::new(Code::TooLarge, "the body is too large"))
            }
            Err(rejection) => Err(Refusal::invalid(rejection.body_text())),
        }
    }
}

/// The part after `?`.
pub(super) struct Parameters<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(query)| Self(query)).map_err(|rejection| Refusal::invalid(rejection.body_text()))
    }
}

/// The address in the path, percent-encoded there.
pub(super) struct Address(pub(super) Jid);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = path.map_err(|rejection| Refusal::invalid(rejection.body_text()))?;
        address(&text).map(Self)
    }
}

/// The account in the path.
pub(super) struct Account(pub(super) BareJid);

impl<S: Send + Sync> FromRequestParts<S> for Account {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Address(jid) = Address::from_request_parts(parts, state).await?;
        account(jid.as_str()).map(Self)
    }
}

pub(super) fn address(text: &str) -> Result<Jid, Refusal> {
    Jid::new(text).map_err(|error| Refusal::invalid(format!("{text:?} is not an XMPP address: {error}")))
}

/// Reads the address of an account: `name@domain`.
pub(super) fn account(text: &str) -> Result<BareJid, Refusal> {
    match address(text)?.try_into_full() {
        Err(bare) if bare.node().is_some() => Ok(bare),
        _ => Err(Refusal::invalid(format!("{text:?} is not the address of an account: write name@domain"))),
    }
}

pub(super) fn check_limit(limit: usize) -> Result<(), Refusal> {
    let message = || Refusal::invalid(format!("limit must be from 1 to {MAX_LIMIT}"));
    (1..=MAX_LIMIT).contains(&limit).then_some(()).ok_or_else(message)
}
