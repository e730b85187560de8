//! Handing a home to the partner: no more records, the partner has all of them, then it is yielded.

use std::time::Duration;

use everpresent_session::ids::HomeName;
use everpresent_session::owner::Mode;
use tokio::time::timeout;

use super::keeper::Event;
use crate::home::Home;
use crate::node::Node;

/// How long the partner may take to confirm what is left.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the keeper may take to yield.
const YIELD_TIMEOUT: Duration = Duration::from_secs(3);

impl Node {
    /// Hands a home that this node serves to its partner. Clients are let go; their sessions live on there.
    ///
    /// # Errors
    /// Why not, as a sentence; the home is served on then.
    pub(crate) async fn hand_over(&self, home: &HomeName) -> Result<(), String> {
        let seat = self.seats.get(home).ok_or_else(|| format!("this node has no seat for {home}"))?;
        let served = seat.served().ok_or_else(|| format!("this node does not serve {home}"))?;
        if !is_protected(&served) {
            return Err(format!("the partner has no complete replica of {home}"));
        }
        if self.pair.partner().is_none_or(|partner| partner.alive().borrow().is_none()) {
            return Err("the partner is not connected".to_owned());
        }
        served.pause();
        let confirmed = timeout(CONFIRM_TIMEOUT, served.settled()).await;
        if !matches!(confirmed, Ok(Ok(()))) || !is_protected(&served) {
            served.go_on();
            return Err(format!("the partner did not confirm the last records of {home} in time"));
        }
        seat.order(Event::Yield).await;
        match timeout(YIELD_TIMEOUT, served.until_closed()).await {
            Ok(()) => Ok(()),
            Err(_) => Err(format!("{home} was not yielded in time")),
        }
    }
}

fn is_protected(home: &Home) -> bool {
    home.enter(|state| matches!(state.owner.mode(), Mode::Protected { .. }))
}
