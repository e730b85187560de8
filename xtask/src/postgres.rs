//! A real PostgreSQL for the storage suite: own cluster, own folder, own port; gone at the end, also after a failure.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::install;
use crate::process::{Error, Outcome, capture, run};

/// How long a fresh cluster may take until it answers.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// How often it is asked meanwhile.
const START_POLL: Duration = Duration::from_millis(100);
/// How long it may take to stop before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Where Debian puts the programs of each version.
const DEBIAN_PROGRAMS: &str = "/usr/lib/postgresql";
/// PostgreSQL refuses to run as the super-user; Debian's package makes this account.
const ACCOUNT: &str = "postgres";

/// A running cluster; dropping it stops and removes it.
pub(crate) struct Postgres {
    server: Child,
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    /// Installs PostgreSQL when missing, makes a cluster in a temporary folder and waits until it answers.
    pub(crate) fn start() -> Outcome<Self> {
        let programs = match find_programs() {
            Some(programs) => programs,
            None => {
                install::debian_packages(&["postgresql"])?;
                find_programs().ok_or_else(|| Error::failed(format!("no initdb below {DEBIAN_PROGRAMS}")))?
            }
        };
        let folder = std::env::temp_dir().join(format!("everpresent-postgres-{}", std::process::id()));
        let started = Self::start_in(&programs, &folder);
        if started.is_err() {
            let _ = fs::remove_dir_all(&folder);
        }
        started
    }

    /// The URL of the empty server, for `EVERPRESENT_TEST_POSTGRES`.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The version, for the summary.
    pub(crate) fn version(&self) -> String {
        let text = capture(Command::new(self.programs.join("postgres")).arg("--version")).unwrap_or_default();
        text.split_whitespace().nth(2).unwrap_or("of unknown version").to_owned()
    }

    fn start_in(programs: &Path, folder: &Path) -> Outcome<Self> {
        let trouble = |error| Error::Failed(format!("cannot prepare {}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(trouble)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(trouble)?;
        if install::is_root()? {
            run(Command::new("chown").arg(ACCOUNT).arg(folder))?;
        }
        let data = folder.join("data");
        capture(as_account(&programs.join("initdb"), folder)?.arg("--pgdata").arg(&data).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]))?;
        let port = free_port()?;
        let log = fs::File::create(folder.join("log")).map_err(trouble)?;
        let errors = log.try_clone().map_err(trouble)?;
        // Without fsync: the machine's disk is not what the tests are about. Commits stay synchronous.
        let server = as_account(&programs.join("postgres"), folder)?
            .arg("-D")
            .arg(&data)
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200"])
            .args([
                "-c",
                &format!("port={port}"),
                "-c",
                &format!("unix_socket_directories={}", folder.display()),
            ])
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(|error| Error::Failed(format!("cannot start postgres: {error}")))?;
        let mut postgres = Self { server, folder: folder.to_owned(), programs: programs.to_owned(), port };
        postgres.wait_until_ready()?;
        Ok(postgres)
    }

    fn wait_until_ready(&mut self) -> Outcome {
        let deadline = Instant::now() + START_TIMEOUT;
        let mut question = Command::new(self.programs.join("pg_isready"));
        question
            .args(["--quiet", "--host=127.0.0.1", "--username=postgres", "--port"])
            .arg(self.port.to_string());
        while Instant::now() < deadline {
            if question.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if let Ok(Some(status)) = self.server.try_wait() {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(Error::Failed(format!("postgres ended while starting: {status}\n{log}")));
            }
            thread::sleep(START_POLL);
        }
        Err(Error::Failed(format!("postgres did not answer within {START_TIMEOUT:?}")))
    }

    fn stop(&mut self) {
        let deadline = Instant::now() + STOP_TIMEOUT;
        // The first line of this file is the number of the server itself, not of the program that changed the account.
        let pid_file = self.folder.join("data/postmaster.pid");
        let pid =
            fs::read_to_string(pid_file).unwrap_or_default().lines().next().unwrap_or_default().to_owned();
        let _ = Command::new("kill").args(["-INT", &pid]).stderr(Stdio::null()).status();
        while Instant::now() < deadline {
            if matches!(self.server.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(START_POLL);
        }
        let _ = Command::new("kill").args(["-QUIT", &pid]).stderr(Stdio::null()).status();
        let _ = self.server.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The folder with `initdb` and `postgres`: Debian's newest version.
fn find_programs() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN_PROGRAMS).ok()?.filter_map(Result::ok);
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest = versions
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/initdb").is_file())
        .max_by_key(number)?;
    Some(newest.join("bin"))
}

fn as_account(program: &Path, folder: &Path) -> Outcome<Command> {
    let mut command = if install::is_root()? {
        let mut runuser = Command::new("runuser");
        runuser.args(["-u", ACCOUNT, "--"]).arg(program);
        runuser
    } else {
        Command::new(program)
    };
    command.current_dir(folder);
    Ok(command)
}

/// A port that was free a moment ago. PostgreSQL cannot choose one itself; a collision is reported, not hidden.
fn free_port() -> Outcome<u16> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Error::Failed(format!("no free port: {error}")))
}
