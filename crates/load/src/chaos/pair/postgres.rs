//! PostgreSQL in a namespace of its own, with a fresh cluster; with a standby that takes its place, if that is asked for.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::{Child, Command};

use super::network::{DATABASE, DATABASE_ADDRESS, Place, STANDBY, move_database_to, output, program};
use super::server::{interrupt, kill_now, run, wait_until};
use crate::Error;

/// Where Debian puts the programs of each version.
const PROGRAMS: &str = "/usr/lib/postgresql";
/// PostgreSQL refuses to run as the super-user; Debian's package makes this account.
const ACCOUNT: &str = "postgres";
const START_LIMIT: Duration = Duration::from_secs(30);
/// The size of its disk, where that is to be filled.
const DISK_MEGABYTES: u32 = 1536;

/// A running cluster; ends when dropped.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    place: Place,
    data: PathBuf,
    server: Child,
    /// Counts the standbys that there were.
    generation: u32,
}

impl Postgres {
    /// Makes a cluster that trusts this network and starts it, on a small disk of its own if that is to be filled.
    pub(crate) async fn start(folder: &Path, on_small_disk: bool) -> Result<Self, Error> {
        let programs = programs()?;
        let folder = folder.join("postgres");
        let data = folder.join("data");
        fs::create_dir_all(&folder)?;
        if on_small_disk {
            let size = format!("size={DISK_MEGABYTES}m");
            run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&folder)).await?;
        }
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        run(Command::new("chown").arg(ACCOUNT).arg(&folder)).await?;
        let words =
            ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        let mut initdb = as_account(DATABASE, &programs.join("initdb"), &folder);
        run(initdb.arg("--pgdata").arg(&data).args(words)).await?;
        let access = data.join("pg_hba.conf");
        let network = format!(
            "host all all {address}/24 trust\nhost replication all {address}/24 trust\n",
            address = DATABASE.address
        );
        fs::write(&access, fs::read_to_string(&access)? + &network)?;
        move_database_to(DATABASE).await?;
        let server = launch(&programs, DATABASE, &data, &folder)?;
        let postgres = Self { programs, folder, place: DATABASE, data, server, generation: 0 };
        postgres.until_ready(DATABASE).await?;
        Ok(postgres)
    }

    /// Stops it in good order, whoever is connected.
    pub(crate) async fn stop(&mut self) -> Result<(), Error> {
        self.server.id().into_iter().for_each(interrupt);
        self.server.wait().await?;
        Ok(())
    }

    /// Starts it, if it does not run.
    pub(crate) async fn go_on(&mut self) -> Result<(), Error> {
        if self.server.try_wait()?.is_some() {
            self.server = launch(&self.programs, self.place, &self.data, &self.folder)?;
        }
        self.until_ready(self.place).await
    }

    /// A synchronous standby is made; then the cluster dies, and the standby takes its place and its address.
    pub(crate) async fn fail_over(&mut self) -> Result<(), Error> {
        let place = if self.place == DATABASE { STANDBY } else { DATABASE };
        self.generation += 1;
        let data = self.folder.join(format!("data{}", self.generation));
        let mut copy = as_account(place, &self.programs.join("pg_basebackup"), &self.folder);
        let from = format!("host={} user=postgres", self.place.address);
        copy.args(["--dbname", &from, "--checkpoint=fast", "--no-sync", "--write-recovery-conf", "--pgdata"]);
        run(copy.arg(&data)).await?;
        let standby = launch(&self.programs, place, &data, &self.folder)?;
        self.until_ready(place).await?;
        self.execute("ALTER SYSTEM SET synchronous_standby_names = '*'").await?;
        self.execute(&perform("pg_reload_conf()")).await?;
        let in_step = perform("1 / count(*) FROM pg_stat_replication WHERE sync_state = 'sync'");
        wait_until("the standby to be in step", START_LIMIT, || async {
            // Dividing by nothing is refused.
            Ok(self.execute(&in_step).await.is_ok())
        })
        .await?;
        self.server.id().into_iter().for_each(kill_now);
        self.server.wait().await?;
        move_database_to(place).await?;
        let old = std::mem::replace(&mut self.data, data);
        (self.server, self.place) = (standby, place);
        self.execute(&perform("pg_promote()")).await?;
        fs::remove_dir_all(old)?;
        Ok(())
    }

    /// A file on its disk that does not belong to it.
    pub(crate) fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }

    async fn until_ready(&self, place: Place) -> Result<(), Error> {
        let ready = self.programs.join("pg_isready");
        wait_until("starting PostgreSQL", START_LIMIT, || {
            let mut question = program(place.namespace, &ready);
            question.args(["--quiet", "--host", &place.address.to_string()]);
            async move { Ok(question.status().await?.success()) }
        })
        .await
    }

    /// Carries out statements.
    pub(crate) async fn execute(&self, statements: &str) -> Result<(), Error> {
        let mut command = program(self.place.namespace, self.programs.join("psql"));
        command.args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", &Self::url()]);
        run(command.args(["--command", statements])).await.map(drop)
    }

    /// The URL of its only database.
    pub(crate) fn url() -> String {
        format!("postgres://postgres@{DATABASE_ADDRESS}:5432/postgres")
    }
}

/// A statement that has a question answered, and forgets the answer.
fn perform(question: &str) -> String {
    format!("DO $$ BEGIN PERFORM {question}; END $$")
}

fn launch(programs: &Path, place: Place, data: &Path, folder: &Path) -> Result<Child, Error> {
    // Beside the folder: its disk may be full, and is gone when the scene is.
    let log = output(&folder.with_extension("log"))?;
    let mut command = as_account(place, &programs.join("postgres"), folder);
    command.arg("-D").arg(data).args(["-c", "listen_addresses=*"]);
    // Without fsync: nobody cuts its power, and the machine's disk is not what the scene is about. Commits stay
    // synchronous. The other server's database does not wait for the disk either.
    command.args(["-c", "max_connections=200", "-c", "fsync=off", "-c", "max_wal_size=64MB", "-c"]);
    // Nobody uses its socket in the file system.
    command.arg("unix_socket_directories=");
    Ok(command.stdin(std::process::Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?)
}

fn as_account(place: Place, path: &Path, folder: &Path) -> Command {
    let mut command = program(place.namespace, "setpriv");
    let account = [format!("--reuid={ACCOUNT}"), format!("--regid={ACCOUNT}")];
    command.args(account).args(["--clear-groups", "--pdeathsig", "KILL", "--"]).arg(path);
    command.current_dir(folder);
    command
}

/// The folder with `initdb` and `postgres`: Debian's newest version.
fn programs() -> Result<PathBuf, Error> {
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let versions = fs::read_dir(PROGRAMS).into_iter().flatten().flatten().map(|entry| entry.path());
    let newest = versions.filter(|path| path.join("bin/initdb").is_file()).max_by_key(number);
    let missing = || Error::Preparation(format!("no initdb below {PROGRAMS}: install postgresql"));
    Ok(newest.ok_or_else(missing)?.join("bin"))
}
