//! Which counts of a window belong together.
//!
//! Servers count at different moments. For the lower figure each count of sessions must lie in time that the peaks of every
//! Call Bridge cover. For the upper one sessions must be counted before and after the calls: if calls become more in
//! between, the later count has them, if they become fewer, the earlier one. So both figures hold for any ramp.

use jiff::Timestamp;

use super::round::{Bounds, Missing, Silent, What};
use super::{Auditor, PEAK_OVER, earlier, later};
use crate::deployment::ServerId;
use crate::series::{Calls, Sample, Sessions};

/// One count of each server.
struct Chosen {
    sessions: Vec<Sample<Sessions>>,
    calls: Vec<Sample<Calls>>,
}

impl Auditor {
    /// The newest counts of which the sessions enclose the calls, if there are such in the window.
    pub(super) fn enclosed(&self, from: Timestamp, at: Timestamp) -> Option<Bounds> {
        let skew = self.settings.skew;
        let newest = self.sessions().map(|(_, series)| series.newest(at).map(|(at, _)| at));
        let counted_after = earlier(newest.min().flatten()?, skew);
        let calls: Option<Vec<_>> =
            self.calls().map(|(_, series)| series.newest_within(from, counted_after)).collect();
        let calls = calls.filter(|calls| !calls.is_empty())?;
        let first = earlier(calls.iter().map(|(at, _)| *at).min()?, skew);
        let last = later(calls.iter().map(|(at, _)| *at).max()?, skew);
        let sessions: Option<Vec<_>> =
            self.sessions().map(|(_, series)| series.newest_within(from, first)).collect();
        let chosen = Chosen { sessions: sessions?, calls };
        let highest = self.sessions().zip(&chosen.sessions).map(|((_, series), (before, _))| {
            let after = series.first_from(last).map_or(*before, |(at, _)| at);
            series.between(*before, after).map(|(_, count)| count.sessions).max().unwrap_or(0)
        });
        let highest = highest.sum();
        self.bounds(&chosen, at, highest, true).ok()
    }

    /// The newest counts of sessions that peaks cover; the calls may have changed since.
    pub(super) fn newest_counts(&self, from: Timestamp, at: Timestamp) -> Result<Bounds, Vec<Silent>> {
        let calls: Vec<_> = self.calls().filter_map(|(_, series)| series.newest_within(from, at)).collect();
        let covered = calls.iter().map(|(at, _)| *at).min().unwrap_or(at);
        let mut sessions = Vec::new();
        let mut silent = Vec::new();
        for (server, series) in self.sessions() {
            // A clock may be behind: better a count within the difference than none.
            let newest = series.newest_within(from, covered);
            let newest =
                newest.or_else(|| series.newest_within(from, later(covered, self.settings.skew).min(at)));
            match (newest, series.newest_within(from, at)) {
                (Some(count), _) => sessions.push(count),
                (None, Some((counted, _))) => silent.extend(self.not_covering(counted, at)),
                (None, None) => silent.push(Silent { server, what: What::Sessions, missing: Missing::Never }),
            }
        }
        if !silent.is_empty() {
            return Err(silent);
        }
        let sum = sessions.iter().map(|(_, count)| count.sessions).sum();
        self.bounds(&Chosen { sessions, calls }, at, sum, false)
    }

    /// The figures, or who leaves a count of sessions uncovered.
    fn bounds(
        &self,
        chosen: &Chosen,
        at: Timestamp,
        highest: u32,
        enclosed: bool,
    ) -> Result<Bounds, Vec<Silent>> {
        let moments: Vec<Timestamp> = chosen.sessions.iter().map(|(at, _)| *at).collect();
        let uncovered: Vec<Silent> =
            moments.iter().flat_map(|moment| self.not_covering(*moment, at)).collect();
        if !uncovered.is_empty() {
            return Err(one_for_each(uncovered));
        }
        let sessions = chosen.sessions.iter().map(|(_, count)| count.sessions).sum::<u32>();
        let calls = chosen.calls.iter().map(|(_, count)| count.now).sum::<u32>();
        let calls_peak = self.calls_peak(&moments, at);
        Ok(Bounds {
            sessions,
            calls,
            calls_peak,
            least: sessions.saturating_sub(calls_peak),
            most: highest.saturating_sub(calls),
            from: moments.iter().min().copied().unwrap_or(at),
            to: moments.iter().max().copied().unwrap_or(at),
            enclosed,
            more_calls_than_sessions: highest < calls,
        })
    }

    /// Y: of each Call Bridge the highest peak among the counts that cover any of these moments.
    fn calls_peak(&self, moments: &[Timestamp], at: Timestamp) -> u32 {
        let skew = self.settings.skew;
        let highest = self.calls().map(|(_, series)| {
            let covering = moments.iter().flat_map(|moment| {
                let to = later(*moment, PEAK_OVER + skew).min(at);
                series.between(earlier(*moment, skew), to)
            });
            covering.map(|(_, count)| count.peak).max().unwrap_or(0)
        });
        highest.sum()
    }

    /// The Call Bridges whose counts do not cover a moment.
    fn not_covering(&self, moment: Timestamp, at: Timestamp) -> Vec<Silent> {
        let skew = self.settings.skew;
        let uncovered = self.calls().filter(|(_, series)| {
            let to = later(moment, PEAK_OVER + skew).min(at);
            series.between(earlier(moment, skew), to).next().is_none()
        });
        let missing = Missing::NotCovered(moment);
        uncovered.map(|(server, _)| Silent { server, what: What::Calls, missing }).collect()
    }
}

/// Names each server once, with the first of its moments.
fn one_for_each(mut silent: Vec<Silent>) -> Vec<Silent> {
    let order = |silent: &Silent| -> (ServerId, Timestamp) {
        let moment = match silent.missing {
            Missing::NotCovered(moment) | Missing::Since(moment) => moment,
            Missing::Never => Timestamp::MIN,
        };
        (silent.server, moment)
    };
    silent.sort_by_key(order);
    silent.dedup_by_key(|silent| silent.server);
    silent
}
