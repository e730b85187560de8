//! What the watch knows, shared with a run of restarts: the run asks the same facts that everything else follows from.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use everpresent_audit::line::WebBridgeStats;
use everpresent_audit::{Record, ServerId};
use jiff::Timestamp;
use tokio::sync::broadcast;

use super::ingest::Ingest;
use crate::restart::{EVIDENCE_LENGTH, Evidence, Facts, Leaking, leaking, live_calls};
use crate::trust;

/// What the watch knows.
#[derive(Clone)]
pub struct Knowledge {
    ingest: Arc<Mutex<Ingest>>,
    records: broadcast::Sender<Evidence>,
}

impl Knowledge {
    /// Shares it.
    pub fn new(ingest: Ingest) -> Self {
        let (records, _) = broadcast::channel(EVIDENCE_LENGTH);
        Self { ingest: Arc::new(Mutex::new(ingest)), records }
    }

    /// For a moment; nothing is waited for while it is held.
    pub fn lock(&self) -> MutexGuard<'_, Ingest> {
        // A line that was half taken leaves counts that are right by themselves.
        self.ingest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever verifies a restart.
    pub fn tell(&self, server: ServerId, record: Record) {
        // Nobody verifies at the moment: the audit has it all the same.
        let _ = self.records.send(Evidence { server, record });
    }

    /// Who is to be restarted without anybody's order, by what is good enough for that alone.
    pub fn leaking(&self, now: Timestamp) -> Leaking {
        let ingest = self.lock();
        let servers = || ingest.trusted().deployment().servers();
        let contradicted = servers().find_map(|(id, server)| {
            let evidence = ingest.evidence(id, now);
            matches!(evidence, trust::Evidence::Contradicted(..))
                .then(|| format!("{}: {evidence}", server.name))
        });
        if let Some(why) = contradicted {
            return Leaking::Unknown(why);
        }
        match leaking(ingest.trusted(), now) {
            Leaking::Unknown(why) => {
                // What is missing is often there, but not good enough.
                let doubts: Vec<String> = servers()
                    .map(|(id, server)| (server, ingest.evidence(id, now)))
                    .filter(|(_, evidence)| !evidence.is_good())
                    .map(|(server, evidence)| format!("{}: {evidence}", server.name))
                    .collect();
                Leaking::Unknown(if doubts.is_empty() {
                    why
                } else {
                    format!("{why} ({})", doubts.join("; "))
                })
            }
            known => known,
        }
    }
}

impl Facts for Knowledge {
    /// The higher number of what is proved and what is said: a forged line may keep a restart back, never bring one about.
    fn live_calls(&self, now: Timestamp) -> Result<u32, String> {
        let ingest = self.lock();
        let proved = live_calls(ingest.trusted(), now)?;
        Ok(live_calls(ingest.seen(), now).unwrap_or(proved).max(proved))
    }

    fn newest(&self, server: ServerId) -> Option<(Timestamp, WebBridgeStats)> {
        self.lock().newest(server)
    }

    fn subscribe(&self) -> broadcast::Receiver<Evidence> {
        self.records.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use everpresent_audit::Settings;
    use jiff::SignedDuration;

    use super::*;
    use crate::inventory::Inventory;
    use crate::sources::{Line, Origin};
    use crate::watch::whose::Register;

    const INVENTORY: &str = "[[server]]\nname = \"web1\"\nrole = \"web bridge\"\naddress = \"192.0.2.26\"\nfiles = [\"web1.log\"]\n\
                             [[server]]\nname = \"core1\"\nrole = \"call bridge\"\naddress = \"192.0.2.27\"\n\
                             files = [\"core1.log\"]\n";

    struct Scene {
        knowledge: Knowledge,
        now: Timestamp,
    }

    impl Scene {
        fn new() -> Self {
            let inventory = Arc::new(Inventory::parse(INVENTORY, Path::new("/etc/bridges.toml")).unwrap());
            let register = Register::new(&inventory, &BTreeMap::new());
            let ingest = Ingest::new(inventory, register, &Settings::default()).unwrap();
            Self { knowledge: Knowledge::new(ingest), now: "2020-06-08T14:00:00Z".parse().unwrap() }
        }

        /// An hour in which web1 has 60 sessions and core1 so many calls, told by these.
        fn hour(&mut self, web1: &Origin, core1: &Origin, calls: u32) {
            for _ in 0..60 {
                self.now += SignedDuration::from_mins(1);
                let at = self.now.strftime("%Y-%m-%dT%H:%M:%SZ");
                let lines = [
                    (web1, format!("{at} user.info web1 webbridge: INFO : [DEBUG] Stats 60, c:9, d:4")),
                    (
                        core1,
                        format!(
                            "{at} user.info core1 host:server: INFO : STATS: {{\"CMA\": \"{calls}/{calls}\"}}"
                        ),
                    ),
                ];
                for (origin, text) in lines {
                    let bytes = text.into_bytes().into();
                    let line = Line { origin: origin.clone(), received: self.now, live: true, bytes };
                    self.knowledge.lock().take(&line);
                }
            }
        }
    }

    fn file(name: &str) -> Origin {
        Origin::File(Arc::from(Path::new("/etc").join(name)))
    }

    fn udp(from: &str) -> Origin {
        Origin::Udp(from.parse().unwrap())
    }

    #[test]
    fn a_leak_that_two_files_show_may_be_restarted() {
        let mut scene = Scene::new();
        scene.hour(&file("web1.log"), &file("core1.log"), 0);
        assert!(matches!(scene.knowledge.leaking(scene.now), Leaking::These(servers) if servers.len() == 1));
        assert_eq!(scene.knowledge.live_calls(scene.now), Ok(0));
    }

    #[test]
    fn a_leak_that_only_datagrams_show_is_refused_with_the_reason() {
        let mut scene = Scene::new();
        scene.hour(&udp("192.0.2.26"), &file("core1.log"), 0);
        match scene.knowledge.leaking(scene.now) {
            Leaking::Unknown(why) => {
                assert!(
                    why.contains("web1: not good enough: it came in a datagram from 192.0.2.26"),
                    "{why}"
                );
                assert!(!why.contains("core1: not good enough"), "{why}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_forged_line_can_keep_a_restart_back_and_cannot_hide_calls() {
        let mut scene = Scene::new();
        scene.hour(&file("web1.log"), &file("core1.log"), 3);
        scene.hour(&file("web1.log"), &udp("192.0.2.27"), 0);
        assert!(scene.knowledge.live_calls(scene.now).is_err(), "the calls that are proved are an hour old");
        let mut scene = Scene::new();
        scene.hour(&file("web1.log"), &file("core1.log"), 0);
        let at = scene.now + SignedDuration::from_millis(500);
        let text = format!("{at} user.info core1 host:server: INFO : STATS: {{\"CMA\": \"7/7\"}}");
        let forged = Line {
            origin: udp("192.0.2.27"),
            received: scene.now,
            live: true,
            bytes: text.into_bytes().into(),
        };
        scene.now += SignedDuration::from_secs(1);
        assert_eq!(scene.knowledge.live_calls(scene.now), Ok(0));
        scene.knowledge.lock().take(&forged);
        assert_eq!(scene.knowledge.live_calls(scene.now), Ok(7), "whoever forges calls keeps a restart back");
    }
}
