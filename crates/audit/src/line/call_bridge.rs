//! `INFO : STATS: {"CMA": "14/17", …}`: what a Call Bridge counts, every five minutes, from version 2.8.

use serde_json::{Map, Value};

use super::{Almost, Event, Line, MAX_COUNT, after_level};

/// One count of a Call Bridge.
#[derive(Debug, Clone, PartialEq)]
pub struct CallBridgeStats {
    /// Calls of CMA clients: those of Web Bridges, and native clients if there are any.
    pub cma: NowAndPeak,
    /// All call legs, if the line tells.
    pub call_legs: Option<NowAndPeak>,
    /// SIP calls, standard and between Call Bridges, if the line tells.
    pub sip: Option<[NowAndPeak; 2]>,
    /// Everything else that the line tells, unread.
    pub rest: Map<String, Value>,
}

/// A figure now and the highest of the five minutes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NowAndPeak {
    /// At the moment of the line.
    pub now: u32,
    /// In the five minutes up to it.
    pub peak: u32,
}

impl CallBridgeStats {
    /// Whether call legs are the sum of their kinds. `None` if the line does not tell all of them.
    #[must_use]
    pub fn adds_up(&self) -> Option<bool> {
        let [standard, peer] = self.sip?;
        Some(self.call_legs?.now == self.cma.now + standard.now + peer.now)
    }
}

/// Reads a message under the Call Bridge's tag or under none.
pub(super) fn read(message: &str) -> Line {
    let beginning = after_level(message).and_then(after_word).or_else(|| after_word(message));
    let Some(json) = beginning else {
        return misplaced(message);
    };
    match stats(json) {
        Ok(stats) => Line::Event(Event::CallBridge(stats)),
        Err(reason) => Line::Almost(reason),
    }
}

/// Looks at the message of another program, or at one in which the word does not come first.
pub(super) fn misplaced(message: &str) -> Line {
    let looks_alike =
        message.match_indices("STATS").any(|(place, _)| after_word(&message[place..]).is_some());
    if looks_alike { Line::Almost(Almost::StatisticsElsewhere) } else { Line::Other }
}

/// Takes `STATS:`, with or without a space before the colon, if an object follows.
fn after_word(text: &str) -> Option<&str> {
    let json = text.strip_prefix("STATS")?.trim_start().strip_prefix(':')?.trim_start();
    json.starts_with('{').then_some(json)
}

fn stats(json: &str) -> Result<CallBridgeStats, Almost> {
    let mut figures: Map<String, Value> = serde_json::from_str(json).map_err(|error| {
        // An end of the object with more behind it is another fault than an object without an end.
        if json.ends_with('}') || !error.is_syntax() { Almost::Json } else { Almost::More }
    })?;
    let cma = now_and_peak(&figures.remove("CMA").ok_or(Almost::NoCma)?)?;
    let call_legs = figures.remove("callLegs").map(|figure| now_and_peak(&figure)).transpose()?;
    let sip = figures.get("sip").and_then(|sip| Some([sip.get("std")?, sip.get("peer")?]));
    let sip = match sip {
        Some([standard, peer]) => Some([now_and_peak(standard)?, now_and_peak(peer)?]),
        None => None,
    };
    if sip.is_some() {
        figures.remove("sip");
    }
    Ok(CallBridgeStats { cma, call_legs, sip, rest: figures })
}

fn now_and_peak(figure: &Value) -> Result<NowAndPeak, Almost> {
    let (now, peak) = figure.as_str().and_then(|text| text.split_once('/')).ok_or(Almost::NowAndPeak)?;
    let (now, peak) = (number(now)?, number(peak)?);
    if peak < now { Err(Almost::PeakBelowNow) } else { Ok(NowAndPeak { now, peak }) }
}

fn number(text: &str) -> Result<u32, Almost> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Almost::NowAndPeak);
    }
    text.parse().ok().filter(|number| *number <= MAX_COUNT).ok_or(Almost::TooHigh)
}
