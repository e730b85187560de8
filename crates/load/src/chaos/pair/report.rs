//! What the scenes found: as tables for people and documents, and as JSON.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::tally::{Kind, Spread, Tally};
use crate::chaos::report::json;

/// So many findings with a server that promises nothing are shown.
const EXAMPLES: usize = 3;

/// One round, as it is shown while the scene is played.
#[derive(Serialize, Debug)]
pub(crate) struct Round {
    pub(crate) number: u32,
    pub(crate) kind: Kind,
    /// Which node, from 1.
    pub(crate) node: usize,
    /// Clients that lost their connection.
    pub(crate) lost: usize,
    /// Seconds until the last of them was back.
    pub(crate) last: Option<f64>,
    /// Seconds until the pair was sound.
    pub(crate) sound: f64,
    /// Sessions left over.
    pub(crate) left_over: u64,
}

impl Round {
    pub(crate) fn json(&self) -> String {
        json(self)
    }
}

impl fmt::Display for Round {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, kind, node, lost, last, sound, left_over } = self;
        let back = last.map_or_else(|| "-".to_owned(), |last| format!("{last:.3} s"));
        write!(
            out,
            "{number:>4}  {:<33}  node {node}  {lost:>5} connections lost, last back after {back:>9}, sound after \
             {sound:>6.2} s, {left_over} left over",
            kind.name()
        )
    }
}

/// One scene.
#[derive(Serialize, Debug)]
pub(crate) struct SceneReport {
    pub(crate) server: String,
    pub(crate) layout: &'static str,
    pub(crate) ways_back: &'static str,
    pub(crate) sessions: usize,
    pub(crate) rate: f64,
    pub(crate) seed: u64,
    pub(crate) tallies: BTreeMap<Kind, Tally>,
    /// What should not be, described.
    pub(crate) findings: Vec<String>,
    /// Whether it ended before its time; the last finding says why.
    pub(crate) broken_off: bool,
    /// Whether its zeros are promises of ours: another server's figures only stand beside.
    pub(crate) promises: bool,
}

/// All scenes of a run.
#[derive(Serialize, Debug)]
pub(crate) struct PairReport {
    pub(crate) scenes: Vec<SceneReport>,
    /// Where logs and databases are, if they were kept.
    pub(crate) kept: Option<String>,
}

impl SceneReport {
    /// Whether it was played to its end, all that must be 0 is 0, and nothing else was found where everything is promised.
    pub(crate) fn holds(&self) -> bool {
        let mut zeros = self.tallies.iter().flat_map(|(kind, tally)| tally.must_be_zero(*kind));
        let all = self.columns().all(|(kind, _)| kind.promises_all());
        let found = self.broken_off || (all && !self.findings.is_empty());
        !self.promises || (!found && zeros.all(|(_, count)| count == 0))
    }

    /// The kinds of rounds that were played.
    fn columns(&self) -> impl Iterator<Item = (Kind, &Tally)> {
        self.tallies.iter().filter(|(_, tally)| tally.rounds > 0).map(|(kind, tally)| (*kind, tally))
    }

    fn title(&self) -> String {
        let Self { server, layout, ways_back, sessions, rate, .. } = self;
        format!("{server}: {sessions} clients, {layout}, {rate} messages/s, {ways_back}")
    }
}

impl PairReport {
    /// Whether all promises were kept.
    pub(crate) fn holds(&self) -> bool {
        self.scenes.iter().all(SceneReport::holds)
    }

    pub(crate) fn json(&self) -> String {
        json(self)
    }

    /// A table for each group of scenes that were played alike.
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        let mut rest = self.scenes.as_slice();
        while let Some(first) = rest.first() {
            let alike =
                |scene: &SceneReport| (scene.sessions, scene.layout) == (first.sessions, first.layout);
            let count = rest.iter().take_while(|scene| alike(scene)).count();
            let (group, others) = rest.split_at(count);
            text.push_str(&table(group));
            text.push('\n');
            rest = others;
        }
        text
    }

    /// What was found besides the figures.
    pub(crate) fn findings(&self) -> String {
        let mut text = String::new();
        for scene in &self.scenes {
            // Of another server the figures are enough, with an example or two.
            let shown = if scene.promises { usize::MAX } else { EXAMPLES };
            for finding in scene.findings.iter().take(shown) {
                let _ = writeln!(text, "found with {}: {finding}", scene.server);
            }
        }
        if let Some(kept) = &self.kept {
            let _ = writeln!(text, "logs and databases are kept in {kept}");
        }
        text
    }
}

/// Name of a row and what stands in it.
type Row = (&'static str, fn(&Tally) -> String);

const ROWS: [Row; 19] = [
    ("rounds", |tally| tally.rounds.to_string()),
    ("connections lost", |tally| tally.connections_lost.to_string()),
    ("… of clients of the other node", |tally| tally.others_cut.to_string()),
    ("messages sent", |tally| tally.sent.to_string()),
    ("… between a kill and the last return", |tally| tally.sent_meanwhile.to_string()),
    ("acknowledged", |tally| tally.acknowledged.to_string()),
    ("**acknowledged and lost**", |tally| tally.acknowledged_lost.to_string()),
    ("never acknowledged and lost", |tally| tally.unacknowledged_lost.to_string()),
    ("sent again by clients", |tally| tally.sent_again.to_string()),
    ("**doubled**", |tally| tally.doubled.to_string()),
    ("**`unavailable` seen**", |tally| tally.unavailable_seen.to_string()),
    ("**full JIDs changed**", |tally| tally.addresses_changed.to_string()),
    ("sessions resumed", |tally| tally.resumed.to_string()),
    ("**sessions not resumed**", |tally| tally.not_resumed.to_string()),
    ("**sessions left over**", |tally| tally.left_over.to_string()),
    ("first client back after", |tally| times(&tally.first_seconds)),
    ("half of them back after", |tally| times(&tally.median_seconds)),
    ("last client back after", |tally| times(&tally.last_seconds)),
    ("pair as before after", |tally| times(&tally.sound_seconds)),
];

fn times(spread: &Spread) -> String {
    spread
        .median_and_longest()
        .map_or_else(|| "–".to_owned(), |(median, longest)| format!("{median:.3} s (longest {longest:.3} s)"))
}

/// What stands in a line for each fault.
const FAULT_COLUMNS: [Row; 13] = [
    ("rounds", |tally| tally.rounds.to_string()),
    ("connections lost", |tally| tally.connections_lost.to_string()),
    ("messages sent", |tally| tally.sent.to_string()),
    ("acknowledged", |tally| tally.acknowledged.to_string()),
    ("**acknowledged and lost**", |tally| tally.acknowledged_lost.to_string()),
    ("never acknowledged and lost", |tally| tally.unacknowledged_lost.to_string()),
    ("**doubled**", |tally| tally.doubled.to_string()),
    ("**`unavailable` seen**", |tally| tally.unavailable_seen.to_string()),
    ("**full JIDs changed**", |tally| tally.addresses_changed.to_string()),
    ("**sessions not resumed**", |tally| tally.not_resumed.to_string()),
    ("**sessions left over**", |tally| tally.left_over.to_string()),
    ("last client back after", |tally| times(&tally.last_seconds)),
    ("pair as before after", |tally| times(&tally.sound_seconds)),
];

/// One line for each kind of fault.
fn fault_table(scene: &SceneReport) -> String {
    let mut text = format!("- {}\n\n| |", scene.title());
    FAULT_COLUMNS.iter().for_each(|(name, _)| {
        let _ = write!(text, " {name} |");
    });
    text.push_str("\n|---|");
    FAULT_COLUMNS.iter().for_each(|_| text.push_str("---:|"));
    for (kind, tally) in scene.columns() {
        let _ = write!(text, "\n| {} |", kind.name());
        FAULT_COLUMNS.iter().for_each(|(_, cell)| {
            let _ = write!(text, " {} |", cell(tally));
        });
    }
    text.push('\n');
    text
}

fn table(scenes: &[SceneReport]) -> String {
    let has_faults = |scene: &SceneReport| {
        scene.columns().any(|(kind, _)| matches!(kind, Kind::Fault(_) | Kind::Sequence(..)))
    };
    if let [scene] = scenes
        && has_faults(scene)
    {
        return fault_table(scene);
    }
    let mut text = String::new();
    scenes.iter().for_each(|scene| {
        let _ = writeln!(text, "- {}", scene.title());
    });
    let columns: Vec<(&SceneReport, Kind, &Tally)> = scenes
        .iter()
        .flat_map(|scene| scene.columns().map(move |(kind, tally)| (scene, kind, tally)))
        .collect();
    text.push_str("\n| |");
    for (scene, kind, _) in &columns {
        let server = scene.server.split(' ').next().unwrap_or_default();
        let _ = write!(text, " {server}, {}, {} |", kind.name(), scene.ways_back);
    }
    text.push_str("\n|---|");
    columns.iter().for_each(|_| text.push_str("---:|"));
    for (name, cell) in ROWS {
        let _ = write!(text, "\n| {name} |");
        for (_, _, tally) in &columns {
            let _ = write!(text, " {} |", cell(tally));
        }
    }
    text.push('\n');
    text
}

impl fmt::Display for PairReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.markdown(), self.findings())?;
        match (self.holds(), self.scenes.iter().any(|scene| scene.promises)) {
            (true, true) => write!(out, "All that must be 0 is 0."),
            (true, false) => Ok(()),
            (false, _) => write!(out, "FAILED: see above."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chaos::pair::fault::Fault;

    fn scene(tally: Tally, promises: bool) -> SceneReport {
        SceneReport {
            server: "everpresent 1".to_owned(),
            layout: "half of the sessions on each node",
            ways_back: "resume tried first",
            sessions: 10,
            rate: 200.0,
            seed: 1,
            tallies: BTreeMap::from([(Kind::Server, Tally { rounds: 1, ..tally })]),
            findings: Vec::new(),
            broken_off: false,
            promises,
        }
    }

    #[test]
    fn each_figure_that_must_be_zero_fails_the_run_when_it_is_not() {
        let one_too_many: [fn(&mut Tally); 6] = [
            |tally| tally.acknowledged_lost = 1,
            |tally| tally.doubled = 1,
            |tally| tally.unavailable_seen = 1,
            |tally| tally.addresses_changed = 1,
            |tally| tally.not_resumed = 1,
            |tally| tally.left_over = 1,
        ];
        assert!(scene(Tally::default(), true).holds());
        for spoil in one_too_many {
            let mut tally = Tally::default();
            spoil(&mut tally);
            assert!(!scene(tally.clone(), true).holds());
            assert!(scene(tally, false).holds(), "another server's figures are no promise of ours");
        }
    }

    #[test]
    fn a_finding_fails_the_run() {
        let mut found = scene(Tally::default(), true);
        found.findings.push("something".to_owned());
        assert!(!found.holds());
    }

    #[test]
    fn what_is_found_with_two_faults_in_sequence_is_reported_and_what_is_lost_fails_the_run() {
        let sequence = Kind::Sequence(Fault::Frozen, Fault::LinkCut);
        let played = |tally: Tally| {
            let mut played = scene(Tally::default(), true);
            played.findings.push("something".to_owned());
            played.tallies = BTreeMap::from([(sequence, Tally { rounds: 1, ..tally })]);
            played
        };
        assert!(played(Tally { not_resumed: 1, doubled: 1, ..Tally::default() }).holds());
        assert!(!played(Tally { acknowledged_lost: 1, ..Tally::default() }).holds());
        assert!(!SceneReport { broken_off: true, ..played(Tally::default()) }.holds());
    }

    #[test]
    fn scenes_that_were_played_alike_share_a_table() {
        let scenes = vec![scene(Tally::default(), true), scene(Tally::default(), false)];
        let text = PairReport { scenes, kept: None }.markdown();
        assert_eq!(text.matches("| rounds |").count(), 1);
        assert!(text.contains("| rounds | 1 | 1 |"), "{text}");
    }
}
