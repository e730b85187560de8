//! A deployment in which calls become more, or fewer, everywhere, at any rates; and sessions leak. All is known.

use everpresent_audit::line::{CallBridgeStats, NowAndPeak, WebBridgeStats};
use everpresent_audit::{Auditor, Deployment, Event, Role, Server, Settings};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// How far a peak reaches back.
const PEAK_SECONDS: i64 = 300;
/// How long a story lasts.
pub(crate) const STORY_SECONDS: i64 = 3_600;

/// What happens in a deployment.
#[derive(Debug, Clone)]
pub(crate) struct Ramp {
    /// For each Web Bridge and each Call Bridge: calls between them at the beginning, and seconds for one more (or less).
    pairs: Vec<Vec<(u32, i64)>>,
    upwards: bool,
    /// For each Web Bridge: leaked sessions at the beginning, and seconds for one more.
    leaks: Vec<(u32, i64)>,
    /// How often each Web Bridge counts, and when first.
    web_every: Vec<(i64, i64)>,
    /// When each Call Bridge counts first.
    call_first: Vec<i64>,
    /// How far each clock is ahead, Web Bridges first.
    clocks: Vec<i64>,
    /// How far clocks may differ.
    skew: i64,
}

pub(crate) fn ramps() -> impl Strategy<Value = Ramp> {
    (1_usize..4, 1_usize..4, prop_oneof![Just(0_i64), 1_i64..60]).prop_flat_map(|(web, call, skew)| {
        let pair = (0_u32..40, 5_i64..2_000);
        (
            prop::collection::vec(prop::collection::vec(pair, call), web),
            any::<bool>(),
            prop::collection::vec((0_u32..100, 20_i64..4_000), web),
            prop::collection::vec((10_i64..200, 0_i64..200), web),
            prop::collection::vec(0_i64..PEAK_SECONDS, call),
            prop::collection::vec(0..=skew, web + call),
        )
            .prop_map(move |(pairs, upwards, leaks, web_every, call_first, clocks)| Ramp {
                pairs,
                upwards,
                leaks,
                web_every,
                call_first,
                clocks,
                skew,
            })
    })
}

/// A line that a server wrote: which server, when by its own clock, what.
pub(crate) type Told = (String, Timestamp, Event);

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

impl Ramp {
    pub(crate) fn auditor(&self) -> Auditor {
        let web = (0..self.pairs.len()).map(|number| Server::new(format!("w{number}"), Role::WebBridge));
        let call =
            (0..self.call_first.len()).map(|number| Server::new(format!("c{number}"), Role::CallBridge));
        let settings = Settings { skew: SignedDuration::from_secs(self.skew), ..Settings::default() };
        Auditor::new(Deployment::new(web.chain(call).collect()).unwrap(), settings).unwrap()
    }

    fn calls_between(&self, web: usize, call: usize, second: i64) -> u32 {
        let (first, every) = self.pairs[web][call];
        let steps = u32::try_from(second.max(0) / every).unwrap();
        if self.upwards { first + steps } else { first.saturating_sub(steps) }
    }

    fn leaked_on(&self, web: usize, second: i64) -> u32 {
        let (first, every) = self.leaks[web];
        first + u32::try_from(second.max(0) / every).unwrap()
    }

    /// What leaked in the deployment.
    pub(crate) fn leaked(&self, at: Timestamp) -> u32 {
        let second = at.as_second() - moment(0).as_second();
        (0..self.leaks.len()).map(|web| self.leaked_on(web, second)).sum()
    }

    /// How far clocks may differ.
    pub(crate) fn skew(&self) -> SignedDuration {
        SignedDuration::from_secs(self.skew)
    }

    /// Whether the window has room for sessions before and after the calls of all Call Bridges, whose counts may be five
    /// minutes apart.
    pub(crate) fn counts_often(&self) -> bool {
        let longest = self.web_every.iter().map(|(every, _)| *every).max().unwrap_or(0);
        PEAK_SECONDS + 2 * (longest + 2 * self.skew) < 600
    }

    /// Every line of the story, server by server.
    pub(crate) fn told(&self) -> Vec<Told> {
        let mut told = Vec::new();
        for (web, (every, first)) in self.web_every.iter().enumerate() {
            for second in (*first..STORY_SECONDS).step_by(usize::try_from(*every).unwrap()) {
                let live: u32 =
                    (0..self.call_first.len()).map(|call| self.calls_between(web, call, second)).sum();
                let c = u64::try_from(second).unwrap();
                let stats = WebBridgeStats { sessions: live + self.leaked_on(web, second), c, d: c };
                told.push((format!("w{web}"), moment(second + self.clocks[web]), Event::WebBridge(stats)));
            }
        }
        for (call, first) in self.call_first.iter().enumerate() {
            for second in (*first..STORY_SECONDS).step_by(300) {
                let sum =
                    |at| (0..self.pairs.len()).map(|web| self.calls_between(web, call, at)).sum::<u32>();
                let cma = NowAndPeak { now: sum(second), peak: sum(second).max(sum(second - PEAK_SECONDS)) };
                let stats = CallBridgeStats { cma, call_legs: None, sip: None, rest: Default::default() };
                let clock = self.clocks[self.pairs.len() + call];
                told.push((format!("c{call}"), moment(second + clock), Event::CallBridge(stats)));
            }
        }
        told
    }
}

/// Lets an audit hear lines.
pub(crate) fn hear<'t>(auditor: &mut Auditor, told: impl IntoIterator<Item = &'t Told>) {
    for (name, at, event) in told {
        let server = auditor.deployment().by_name(name).unwrap();
        auditor.observe(server, *at, event);
    }
}

/// A moment of the story.
pub(crate) fn at(second: i64) -> Timestamp {
    moment(second)
}
