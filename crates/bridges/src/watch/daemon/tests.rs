//! The watch from its start to its end, over real files and sockets, by a clock that runs fast.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use everpresent_store::BridgeHistory;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// Longer than anything here takes on a machine that does much else.
const SOON: Duration = Duration::from_secs(60);
/// A minute takes a fifth of a second.
const FACTOR: u32 = 300;

/// How a watch ended.
type Ended = Result<(), WatchError>;

/// A folder with an inventory and logs, whoever is told, and the watch.
struct Scene {
    folder: tempfile::TempDir,
    told: UdpSocket,
    clock: Clock,
    watch: Option<(mpsc::Sender<Order>, JoinHandle<Ended>)>,
    signs: Option<mpsc::Receiver<Sign>>,
}

impl Scene {
    async fn new() -> Self {
        let told = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let clock = Clock::fast("2026-11-28T00:30:00Z".parse().unwrap(), FACTOR);
        Self { folder: tempfile::tempdir().unwrap(), told, clock, watch: None, signs: None }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the inventory of one bridge and one core, with more of it.
    fn inventory(&self, before: &str, web1: &str) {
        let told = self.told.local_addr().unwrap();
        let text = format!(
            "{before}\n[alerts]\nsyslog = \"udp:{told}\"\n[[server]]\nname = \"web1\"\nrole = \"web bridge\"\n\
             address = \"127.0.0.1\"\n{web1}\n[[server]]\nname = \"core1\"\nrole = \"call bridge\"\naddress = \"127.0.0.2\"\n\
             files = [\"core1.log\"]\n"
        );
        fs::write(self.path("bridges.toml"), text).unwrap();
    }

    /// Appends a count of each server at this moment.
    fn count(&self, at: Timestamp, sessions: u32, calls: u32) {
        let at = at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
        self.append(
            "web1.log",
            &format!("{at} user.info web1 webbridge: INFO : [DEBUG] Stats {sessions}, c:9, d:4\n"),
        );
        self.append(
            "core1.log",
            &format!("{at} user.info core1 host:server: INFO : STATS: {{\"CMA\": \"{calls}/{calls}\"}}\n"),
        );
    }

    /// So many minutes up to now with these counts.
    fn past(&self, minutes: i64, sessions: u32, calls: u32) {
        let now = self.clock.now();
        for minute in (0..minutes).rev() {
            self.count(now - SignedDuration::from_mins(minute), sessions, calls);
        }
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn options(&self) -> Options {
        Options { inventory: self.path("bridges.toml"), clock: self.clock, round: ROUND }
    }

    async fn start(&mut self) -> Option<std::net::SocketAddr> {
        let (orders, taken) = mpsc::channel(4);
        let (signs, mut seen) = mpsc::channel(10_000);
        let options = self.options();
        let tell = move |sign| signs.try_send(sign).unwrap();
        self.watch = Some((orders, tokio::spawn(run(options, taken, tell))));
        let Some(Sign::Ready { metrics }) = timeout(SOON, seen.recv()).await.unwrap() else {
            panic!("not ready")
        };
        self.signs = Some(seen);
        metrics
    }

    async fn order(&self, order: Order) {
        self.watch.as_ref().unwrap().0.send(order).await.unwrap();
    }

    async fn stop(&mut self) {
        self.order(Order::Stop).await;
        let (_, task) = self.watch.take().unwrap();
        timeout(SOON, task).await.unwrap().unwrap().unwrap();
    }

    /// Waits until operators are told something with all these words; meanwhile, minute by minute, these counts come in.
    async fn told_while(&self, words: &[&str], sessions: u32, calls: u32) -> String {
        let mut heard: Vec<String> = Vec::new();
        let hear = async {
            let mut buffer = [0; 4096];
            loop {
                let received = timeout(Duration::from_millis(200), self.told.recv(&mut buffer)).await;
                let Ok(received) = received else {
                    self.count(self.clock.now(), sessions, calls);
                    continue;
                };
                let text = String::from_utf8_lossy(&buffer[..received.unwrap()]).into_owned();
                if words.iter().all(|word| text.contains(word)) {
                    return text;
                }
                heard.push(text);
            }
        };
        let told = timeout(SOON, hear).await;
        told.unwrap_or_else(|_| panic!("nobody was told {words:?}, but {heard:#?}"))
    }

    /// The verdicts of the next so many rounds.
    async fn rounds(&mut self, count: usize) -> Vec<String> {
        let mut verdicts = Vec::new();
        while verdicts.len() < count {
            let sign = timeout(SOON, self.signs.as_mut().unwrap().recv()).await.unwrap().unwrap();
            if let Sign::Round(verdict) = sign {
                verdicts.push(verdict);
            }
        }
        verdicts
    }
}

const FILES: &str = "files = [\"web1.log\"]";
/// A management shell at a port where nobody listens.
const NO_SHELL: &str = "files = [\"web1.log\"]\n[server.ssh]\nport = 1\nkey_file = \"none\"";

#[tokio::test]
async fn a_leak_is_told_shown_recorded_and_over_when_it_is_over() {
    let mut scene = Scene::new().await;
    scene.inventory("[watch]\nmetrics = \"127.0.0.1:0\"", FILES);
    scene.past(45, 60, 14);
    let metrics = scene.start().await.unwrap();
    let text = scene.told_while(&["SessionsLeaked", "raised"], 60, 14).await;
    assert!(
        text.contains("46 to 46 sessions leaked, by 3 windows in a row; in the newest 60 sessions on all Web Bridges and 14 CMA calls"),
        "{text}"
    );
    let mut page = String::new();
    let mut stream = TcpStream::connect(metrics).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").await.unwrap();
    stream.read_to_string(&mut page).await.unwrap();
    assert!(page.contains("everpresent_bridges_verdict{verdict=\"leak\"} 1"), "{page}");
    scene.told_while(&["SessionsLeaked", "over"], 14, 14).await;
    scene.stop().await;
    let history = BridgeHistory::open(&scene.path("history.db")).await.unwrap();
    assert!(history.sessions("web1", 0, 1_000).await.unwrap().len() > 45);
    let leaks = history.leak_buckets((0, i64::MAX), 1).await.unwrap();
    assert!(leaks.iter().any(|leak| leak.least == 46) && leaks.iter().any(|leak| leak.most == 0));
}

#[tokio::test]
async fn what_was_told_is_not_told_again_by_the_next_watch_which_knows_the_past_from_the_history() {
    let mut scene = Scene::new().await;
    scene.inventory("", FILES);
    scene.past(45, 149, 14);
    scene.start().await;
    scene.told_while(&["BridgeFull (web1)", "raised"], 149, 14).await;
    scene.told_while(&["SessionsLeaked", "raised"], 149, 14).await;
    scene.stop().await;
    fs::remove_file(scene.path("web1.log")).unwrap();
    fs::remove_file(scene.path("core1.log")).unwrap();
    scene.start().await;
    assert_eq!(scene.rounds(1).await, ["leak"], "from the history alone");
    scene.told_while(&["SessionsLeaked", "over"], 14, 14).await;
    scene.stop().await;
}

#[tokio::test]
async fn a_second_watch_is_refused() {
    let mut scene = Scene::new().await;
    scene.inventory("", FILES);
    scene.start().await;
    let (_orders, taken) = mpsc::channel(1);
    let error = run(scene.options(), taken, |_| ()).await.unwrap_err().to_string();
    assert!(error.contains("another watch runs"), "{error}");
    scene.stop().await;
}

#[tokio::test]
async fn an_inventory_that_cannot_be_read_changes_nothing_and_is_told_until_it_is_put_right() {
    let mut scene = Scene::new().await;
    scene.inventory("", FILES);
    scene.past(20, 14, 14);
    scene.start().await;
    fs::write(scene.path("bridges.toml"), "[[server]]\nname = 7\n").unwrap();
    scene.order(Order::Reload).await;
    let text = scene.told_while(&["InventoryRefused", "raised"], 14, 14).await;
    assert!(text.contains("bridges.toml:2:8"), "{text}");
    scene.inventory("", "files = [\"renamed.log\"]");
    scene.append("renamed.log", "");
    scene.order(Order::Reload).await;
    // The new inventory looks elsewhere for web1, where nothing is written.
    scene.told_while(&["InventoryRefused", "over"], 14, 14).await;
    let text = scene.told_while(&["AuditUnknown", "raised"], 14, 14).await;
    assert!(text.contains("web1 has not counted sessions since"), "{text}");
    scene.stop().await;
}

#[tokio::test]
async fn with_a_damaged_history_the_watch_goes_on_and_says_so() {
    let mut scene = Scene::new().await;
    scene.inventory("", FILES);
    fs::write(scene.path("history.db"), "damaged ".repeat(1_000)).unwrap();
    scene.past(45, 60, 14);
    scene.start().await;
    scene.told_while(&["HistoryUnavailable", "history.db"], 60, 14).await;
    scene.told_while(&["SessionsLeaked", "raised"], 60, 14).await;
    scene.stop().await;
}

#[tokio::test]
async fn when_restarts_are_due_and_the_shell_is_not_there_operators_hear_of_the_failure() {
    let mut scene = Scene::new().await;
    let restart = "[restart]\nschedule = \"Sat 01:00 UTC\"\nwindows = [\"Sat 00:00 UTC for 20h\"]\nverify_within = \"1m\"";
    scene.inventory(restart, NO_SHELL);
    scene.past(45, 60, 0);
    scene.start().await;
    let text = scene.told_while(&["RestartFailed (web1)", "happened"], 60, 0).await;
    assert!(text.contains("web1: failed: "), "{text}");
    scene.stop().await;
}

#[tokio::test]
async fn calls_that_go_on_keep_a_restart_back() {
    let mut scene = Scene::new().await;
    let restart = "[restart]\nschedule = \"Sat 01:00 UTC\"\nwindows = [\"Sat 00:00 UTC for 20h\"]";
    scene.inventory(restart, NO_SHELL);
    scene.past(45, 60, 3);
    scene.start().await;
    let text = scene.told_while(&["RestartRefused (web1)", "happened"], 60, 3).await;
    assert!(text.contains("3"), "{text}");
    scene.stop().await;
}

#[tokio::test]
async fn what_only_datagrams_show_is_told_and_restarts_nothing() {
    let mut scene = Scene::new().await;
    let port = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let restart = "[restart]\nschedule = \"Sat 01:00 UTC\"\nwindows = [\"Sat 00:00 UTC for 20h\"]";
    let watch = format!("{restart}\n[watch]\nudp = [\"127.0.0.1:{port}\"]");
    scene.inventory(&watch, "[server.ssh]\nport = 1\nkey_file = \"none\"");
    scene.past(45, 60, 0);
    scene.start().await;
    // What stands in web1.log is sent as datagrams, again and again: the receiver may not listen yet.
    let sender = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (log, clock) = (scene.path("web1.log"), scene.clock);
    let sending = tokio::spawn(async move {
        loop {
            for line in fs::read_to_string(&log).unwrap().lines() {
                let _ = sender.send_to(line.as_bytes(), ("127.0.0.1", port)).await;
            }
            clock.sleep(Duration::from_secs(60)).await;
        }
    });
    let text = scene.told_while(&["RestartSkipped", "happened"], 60, 0).await;
    assert!(text.contains("web1: not good enough: it came in a datagram from 127.0.0.1"), "{text}");
    sending.abort();
    scene.stop().await;
}
