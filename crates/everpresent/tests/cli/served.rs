//! A real server as operators start it: `everpresent serve` in a folder, on SQLite.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use everpresent_store::{Database, HomeRow, NodeRow};
use rustix::process::{Pid, Signal, kill_process};

use crate::harness::Place;

/// More than anything here takes, on a machine that is busy with other tests.
const LIMIT: Duration = Duration::from_secs(60);
/// How often is looked at what nobody tells.
const POLL: Duration = Duration::from_millis(2);

/// The process that was started, and the folder.
pub(crate) struct Served {
    pub(crate) place: Place,
    process: Child,
    http: SocketAddr,
}

impl Served {
    /// Starts it; it may not be ready yet.
    pub(crate) fn begin(arguments: &str) -> Self {
        let place = Place::new();
        // Both are held until both are found, so that none is found twice.
        let [c2s, http] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [c2s, http] = [c2s, http].map(|held| held.local_addr().unwrap());
        let config = format!(
            "[node]\nname = \"imp1\"\ndomains = [\"localhost\"]\n[listen]\nc2s = [\"{c2s}\"]\nc2s_tls = []\n\
             http = [\"{http}\"]\n"
        );
        place.write("everpresent.toml", &config);
        let process = serve(&place, arguments);
        Self { place, process, http }
    }

    /// Starts it and waits until clients may come.
    pub(crate) fn start(arguments: &str) -> Self {
        let served = Self::begin(arguments);
        served.until("it is ready", || served.answers().then_some(()));
        // It answers a moment before it has told its guardian so.
        served.until_logged("listening listener=");
        served
    }

    /// A second one in the same folder.
    pub(crate) fn another(&self) -> ExitStatus {
        serve(&self.place, "").wait().unwrap()
    }

    /// The process that was started.
    pub(crate) fn main_process(&self) -> u32 {
        self.process.id()
    }

    /// The process that serves, as `server.pid` says.
    pub(crate) fn server(&self) -> u32 {
        self.until("server.pid names a process", || self.noted())
    }

    /// Waits for a serving process that is not this one, and until it is ready.
    pub(crate) fn server_after(&self, dead: u32) -> u32 {
        let server = self.until("another process serves", || self.noted().filter(|process| *process != dead));
        self.until("it is ready", || self.answers().then_some(()));
        server
    }

    fn noted(&self) -> Option<u32> {
        std::fs::read_to_string(self.pid_file()).ok()?.trim().parse().ok()
    }

    pub(crate) fn pid_file(&self) -> PathBuf {
        self.place.path().join("data/server.pid")
    }

    fn answers(&self) -> bool {
        let ask = || {
            let mut connection = TcpStream::connect(self.http)?;
            connection.set_read_timeout(Some(LIMIT))?;
            write!(
                connection,
                "GET /health/ready HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                self.http
            )?;
            let mut answer = String::new();
            connection.read_to_string(&mut answer)?;
            Ok::<_, std::io::Error>(answer.starts_with("HTTP/1.1 200"))
        };
        ask().unwrap_or(false)
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.place.path().join("server.log")).unwrap()
    }

    /// Waits until the log says this.
    pub(crate) fn until_logged(&self, text: &str) {
        self.until(text, || self.log().contains(text).then_some(()));
    }

    /// Waits for the end of the process that was started; its exit code.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.code();
            }
            assert!(begun.elapsed() < LIMIT, "it did not end:\n{}", self.log());
            std::thread::sleep(POLL); // waits: a child that ends tells only who does not wait for it otherwise
        }
    }

    /// The witness row as the database has it now.
    pub(crate) fn row(&self) -> HomeRow {
        let url = format!("sqlite:{}", self.place.path().join("data/everpresent.db").display());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let database = Database::open(&url).await.unwrap();
            database.read_home(&HomeName::new("imp1")).await.unwrap().unwrap()
        })
    }

    /// The database, behind the server's back.
    fn with_database(&self, work: impl AsyncFnOnce(&Database)) {
        let url = format!("sqlite:{}", self.place.path().join("data/everpresent.db").display());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { work(&Database::open(&url).await.unwrap()).await });
    }

    /// `imp2` has started once, and nobody knows where it is now.
    pub(crate) fn second_node_starts(&self) {
        self.with_database(async |database| {
            let first = database.nodes().await.unwrap().remove(0);
            let second = NodeRow { name: HomeName::new("imp2"), ..first };
            database.join_node(&second).await.unwrap();
        });
    }

    /// A node last said that it is in this state.
    pub(crate) fn is_said_to_be(&self, node: &str, state: u32) {
        self.with_database(async |database| {
            let node = HomeName::new(node);
            assert!(database.set_node_state(&node, state, 8, Timestamp(0), false).await.unwrap());
        });
    }

    pub(crate) fn until<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(seen) = look() {
                return seen;
            }
            assert!(begun.elapsed() < LIMIT, "never seen: {what}\n{}", self.log());
            std::thread::sleep(POLL); // waits: files, logs and other people's processes call nobody back
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // The server goes with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve(place: &Place, arguments: &str) -> Child {
    let log = File::options().append(true).create(true).open(place.path().join("server.log")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_everpresent"));
    command.arg("serve").args(arguments.split_whitespace()).current_dir(place.path());
    command.env_remove("EVERPRESENT_CONFIG").stdin(Stdio::null());
    command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
}

/// Sends a signal to a process of this test.
pub(crate) fn signal(process: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(process).unwrap()).unwrap(), signal).unwrap();
}

/// Whether a process runs: one that is dead and not yet waited for does not.
pub(crate) fn runs(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // proc_pid_stat(5): the name is in parentheses, then comes the state.
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}
