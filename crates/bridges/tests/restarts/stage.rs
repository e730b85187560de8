//! Stand-ins, an inventory that trusts them, and a clock that runs fast.

#![expect(clippy::unwrap_used, reason = "a helper of tests: a failed setup fails the test")]

use std::path::PathBuf;
use std::sync::Arc;

use everpresent_audit::{ServerId, Settings};
use everpresent_bridges::Inventory;
use everpresent_bridges::clock::Clock;
use everpresent_bridges::rehearsal::{BridgePlan, Call, Plan, Scene};
use everpresent_bridges::restart::journal::JSON_FILE;
use everpresent_bridges::restart::{Leaking, Logs, Options, Outcome, Restarted, Run, RunError, leaking};
use everpresent_bridges::ssh::{Deadlines, trust};
use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;
use tempfile::TempDir;

/// A minute of the scene is a quarter of a second.
const FACTOR: u32 = 240;

/// What has happened when the scene opens.
const HISTORY_HOURS: i64 = 40;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn outcomes(results: &[Restarted]) -> Vec<Outcome> {
    results.iter().filter_map(|result| result.outcome).collect()
}

pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) clock: Clock,
    inventory: Arc<Inventory>,
    logs: Arc<Logs>,
    _folder: TempDir,
}

impl Stage {
    /// Opens at this moment, with hours of history.
    pub(crate) async fn begin(now: &str, bridges: Vec<BridgePlan>, calls: Vec<Call>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::fast(at(now), FACTOR);
        let plan = Plan {
            folder: folder.path().to_owned(),
            bridges,
            cores: 2,
            ssh_port: None,
            clock,
            from: at(now).checked_sub(HISTORY_HOURS.hours()).unwrap(),
            zone: "Europe/Brussels".into(),
            calls,
            window: Some("Sat 02:00 Europe/Brussels for 2h".into()),
            password: "rehearsal-1".into(),
        };
        let scene = Scene::start(plan).await.unwrap();
        let inventory = Arc::new(Inventory::load(scene.inventory()).unwrap());
        for entry in &inventory.servers {
            let Some(access) = &entry.ssh else { continue };
            // A dead host shows no key.
            if let Ok(seen) = trust::look(access, &inventory.known_hosts, Deadlines::default()).await {
                trust::learn(access, &seen.key, &inventory.known_hosts).unwrap();
            }
        }
        let logs = Arc::new(Logs::follow(&inventory, Settings::default(), clock).unwrap());
        Self { scene, clock, inventory, logs, _folder: folder }
    }

    /// The same with another inventory.
    pub(crate) fn with_inventory(mut self, change: impl FnOnce(String) -> String) -> Self {
        let text = change(std::fs::read_to_string(&self.inventory.path).unwrap());
        self.inventory = Arc::new(Inventory::parse(&text, &self.inventory.path).unwrap());
        self.logs = Arc::new(Logs::follow(&self.inventory, Settings::default(), self.clock).unwrap());
        self
    }

    pub(crate) fn leaking(&self) -> Leaking {
        self.logs.ask(|auditor| leaking(auditor, self.clock.now()))
    }

    /// All Web Bridges.
    pub(crate) fn all(&self) -> Vec<ServerId> {
        self.inventory.deployment.web_bridges().map(|(id, _)| id).collect()
    }

    pub(crate) async fn run(
        &self,
        servers: &[ServerId],
        options: Options,
    ) -> Result<Vec<Restarted>, RunError> {
        let run = Run {
            inventory: Arc::clone(&self.inventory),
            facts: Arc::clone(&self.logs) as Arc<_>,
            options,
            clock: self.clock,
            deadlines: Deadlines::default(),
        };
        run.restart(servers, |_| {}).await
    }

    fn journal_file(&self, name: &str) -> PathBuf {
        self.inventory.journal.join(name)
    }

    pub(crate) fn journal(&self, name: &str) -> String {
        std::fs::read_to_string(self.journal_file(name)).unwrap()
    }

    pub(crate) fn has_journal(&self) -> bool {
        self.inventory.journal.exists()
    }

    pub(crate) fn has_script(&self) -> bool {
        self.journal_file(everpresent_bridges::restart::journal::SCRIPT_FILE).exists()
    }

    pub(crate) fn write_journal(&self, name: &str, text: &str) {
        std::fs::create_dir_all(&self.inventory.journal).unwrap();
        std::fs::write(self.journal_file(name), text).unwrap();
    }

    /// The journal is on a disk that is always full (null(4)).
    pub(crate) fn journal_is_full(&self) {
        std::fs::create_dir_all(&self.inventory.journal).unwrap();
        std::os::unix::fs::symlink("/dev/full", self.journal_file(JSON_FILE)).unwrap();
    }

    fn events(&self) -> Vec<String> {
        let text = self.journal(JSON_FILE);
        let event = |line: &str| {
            let entry: Value = serde_json::from_str(line).unwrap();
            let refused = entry["outcome"] == "refused";
            (!refused).then(|| entry["event"].as_str().unwrap().to_owned())
        };
        text.lines().filter_map(event).collect()
    }

    /// The most restarts that were going on together, by the journal.
    pub(crate) fn most_at_a_time(&self) -> usize {
        let mut going_on = 0_usize;
        let mut most = 0;
        for event in self.events() {
            match event.as_str() {
                "attempt" => going_on += 1,
                "result" => going_on -= 1,
                _ => {}
            }
            most = most.max(going_on);
        }
        most
    }

    pub(crate) fn each_attempt_came_after_the_result_before(&self) {
        assert_eq!(self.most_at_a_time(), 1, "{}", self.journal(JSON_FILE));
    }
}
