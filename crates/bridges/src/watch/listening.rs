//! Opens every source of the inventory, and keeps it open.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::inventory::{Access, Inventory, Source};
use crate::sources::follow::{self, Start};
use crate::sources::sftp::{LOG, Tail};
use crate::sources::syslog::{Admission, Limits, stream, tls, udp};
use crate::sources::{Inlet, Line, Lines, Origin, Status, queue, supervise};
use crate::ssh::{Deadlines, Session};

/// How far before its end a log file is read when the watch begins: some hours of a busy server.
const FIRST_BYTES: u64 = 64 << 20;

/// Files are not looked at more often, however fast the clock runs.
const SHORTEST_LOOK: Duration = Duration::from_millis(10);

/// The sources of an inventory. Dropped, they end.
pub struct Listening {
    stop: CancellationToken,
    statuses: Vec<Arc<Status>>,
    tasks: JoinSet<()>,
}

/// Opens sources into one queue.
struct Opener {
    inlet: Inlet,
    look_every: Duration,
    listening: Listening,
}

impl Listening {
    /// Opens all sources. What cannot be opened now is tried again.
    pub fn begin(inventory: &Inventory, admission: &Admission, clock: &Clock) -> (Self, Lines) {
        let (inlet, lines) = queue(Arc::new(Status::new("all")));
        let look_every = clock.real_time(follow::LOOK_EVERY).max(SHORTEST_LOOK);
        let mut opener = Opener { inlet, look_every, listening: Self::none() };
        let mut files: Vec<&PathBuf> = inventory.servers.iter().flat_map(|entry| entry.files()).collect();
        files.sort();
        files.dedup();
        for path in files {
            opener.file(path.clone());
        }
        for entry in &inventory.servers {
            if entry.sources.contains(&Source::Sftp)
                && let Some(access) = &entry.ssh
            {
                let visits = Visits {
                    server: entry.name.clone(),
                    access: access.clone(),
                    known_hosts: inventory.known_hosts.clone(),
                    every: inventory.watch.sftp_every.duration(),
                };
                opener.mmp(visits);
            }
        }
        for address in &inventory.watch.udp {
            opener.udp(*address, admission.clone());
        }
        for address in &inventory.watch.tcp {
            opener.stream(*address, None, admission.clone());
        }
        for address in &inventory.watch.tls {
            opener.stream(*address, inventory.watch.tls_settings.clone(), admission.clone());
        }
        (opener.listening, lines)
    }

    /// No source at all.
    pub fn none() -> Self {
        Self { stop: CancellationToken::new(), statuses: Vec::new(), tasks: JoinSet::new() }
    }

    /// How each source fares.
    pub fn reports(&self) -> Vec<crate::sources::Report> {
        self.statuses.iter().map(|status| status.report()).collect()
    }

    /// Ends all sources and waits for them.
    pub async fn end(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Opener {
    fn source(&mut self, name: String) -> (Arc<Status>, Inlet, CancellationToken) {
        let status = Arc::new(Status::new(name));
        self.listening.statuses.push(status.clone());
        (status.clone(), self.inlet.for_source(status), self.listening.stop.clone())
    }

    fn file(&mut self, path: PathBuf) {
        let (status, inlet, stop) = self.source(format!("file {}", path.display()));
        let every = self.look_every;
        self.listening.tasks.spawn(async move {
            // After a failure the end is read again; what is known already changes nothing.
            supervise(&status, &stop, || follow::run(path.clone(), Start::Last(FIRST_BYTES), every, &inlet))
                .await;
        });
    }

    fn udp(&mut self, address: SocketAddr, admission: Admission) {
        let (status, inlet, stop) = self.source(format!("udp {address}"));
        self.listening.tasks.spawn(async move {
            supervise(&status, &stop, async || {
                let socket = udp::bind(address)?;
                udp::run(&socket, &admission, &inlet).await
            })
            .await;
        });
    }

    fn stream(&mut self, address: SocketAddr, settings: Option<tls::Settings>, admission: Admission) {
        let kind = if settings.is_some() { "tls" } else { "tcp" };
        let (status, inlet, stop) = self.source(format!("{kind} {address}"));
        self.listening.tasks.spawn(async move {
            supervise(&status, &stop, async || {
                let acceptor = match &settings {
                    None => None,
                    Some(settings) => Some(tls::acceptor(settings).map_err(|error| error.to_string())?),
                };
                let listener = TcpListener::bind(address).await.map_err(|error| error.to_string())?;
                let ended = stream::run(&listener, acceptor, &admission, Limits::default(), &inlet).await;
                ended.map_err(|error| error.to_string())
            })
            .await;
        });
    }

    fn mmp(&mut self, visits: Visits) {
        let (status, inlet, stop) = self.source(format!("log of {}", visits.server));
        self.listening.tasks.spawn(async move {
            let tail = tokio::sync::Mutex::new(Tail::new());
            supervise(&status, &stop, async || visits.go_on(&mut *tail.lock().await, &inlet).await).await;
        });
    }
}

/// Visits to the log of one server.
struct Visits {
    server: String,
    access: Access,
    known_hosts: PathBuf,
    every: Duration,
}

impl Visits {
    /// Visits the log again and again; ends with the first failure, or when nobody takes lines any more.
    async fn go_on(&self, tail: &mut Tail, inlet: &Inlet) -> Result<(), String> {
        loop {
            let (lines, more) = self.visit(tail, inlet).await?;
            inlet.status().set_open();
            for line in lines {
                if inlet.push(line).await.is_err() {
                    return Ok(());
                }
            }
            if !more {
                tokio::time::sleep(self.every).await;
            }
        }
    }

    async fn visit(&self, tail: &mut Tail, inlet: &Inlet) -> Result<(Vec<Line>, bool), String> {
        let origin = Origin::Mmp(self.server.as_str().into());
        let opened = Session::open(&self.access, &self.known_hosts, Deadlines::default()).await;
        let mut session = opened.map_err(|error| error.to_string())?;
        let channel = session.sftp().await.map_err(|error| error.to_string())?;
        let mut lines = Vec::new();
        // How long a line has waited for the visit is not known, so it shows nothing of the server's clock.
        let mut each = |line: &[u8], cut: bool| lines.push(inlet.line(&origin, line, cut, false));
        let visited = tail.visit(channel, LOG, &mut each).await;
        session.close().await;
        let more = visited.map_err(|error| error.to_string())?;
        Ok((lines, more))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::sources::State;
    use crate::sources::syslog::Admit;

    #[tokio::test]
    async fn every_source_of_the_inventory_is_opened_once_and_one_that_cannot_be_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("all.log"), "one\n").unwrap();
        // An address that no machine has (RFC 5737).
        let text = "[watch]\nudp = [\"127.0.0.1:0\"]\ntcp = [\"192.0.2.1:601\"]\n\
                    [[server]]\nname = \"web1\"\nrole = \"web bridge\"\nfiles = [\"all.log\"]\n\
                    [[server]]\nname = \"core1\"\nrole = \"call bridge\"\nfiles = [\"all.log\"]\n";
        let path: &Path = &folder.path().join("bridges.toml");
        let inventory = Inventory::parse(text, path).unwrap();
        let (listening, mut lines) =
            Listening::begin(&inventory, &Admission::new(Admit::All), &Clock::real());
        assert_eq!(&*lines.next().await.unwrap().bytes, b"one");
        let names: Vec<String> = listening.reports().into_iter().map(|report| report.name).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        assert_eq!(names[1..], ["udp 127.0.0.1:0", "tcp 192.0.2.1:601"]);
        let away = async {
            while !matches!(listening.reports()[2].state, State::Away { .. }) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), away).await.unwrap();
        listening.end().await;
        assert!(lines.next().await.is_none(), "nobody writes any more");
    }
}
