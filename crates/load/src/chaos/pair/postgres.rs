//! PostgreSQL in a namespace of its own, with a fresh cluster.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Child;

use super::network::{DATABASE, output, program};
use super::server::{run, wait_until};
use crate::Error;

/// Where Debian puts the programs of each version.
const PROGRAMS: &str = "/usr/lib/postgresql";
/// PostgreSQL refuses to run as the super-user; Debian's package makes this account.
const ACCOUNT: &str = "postgres";
const START_LIMIT: Duration = Duration::from_secs(30);

/// A running cluster; ends when dropped.
pub(crate) struct Postgres {
    programs: PathBuf,
    _server: Child,
}

impl Postgres {
    /// Makes a cluster that trusts this network and starts it.
    pub(crate) async fn start(folder: &Path) -> Result<Self, Error> {
        let programs = programs()?;
        let folder = folder.join("postgres");
        let data = folder.join("data");
        fs::create_dir_all(&folder)?;
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        run(tokio::process::Command::new("chown").arg(ACCOUNT).arg(&folder)).await?;
        let words =
            ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        run(as_account(&programs.join("initdb"), &folder).arg("--pgdata").arg(&data).args(words)).await?;
        let access = data.join("pg_hba.conf");
        let network = format!("host all all {}/24 trust\n", DATABASE.address);
        fs::write(&access, fs::read_to_string(&access)? + &network)?;
        let log = output(&folder.join("log"))?;
        let mut command = as_account(&programs.join("postgres"), &folder);
        command.arg("-D").arg(&data).args(["-c", &format!("listen_addresses={}", DATABASE.address)]);
        // Without fsync: nobody cuts its power, and the machine's disk is not what the scene is about. Commits stay
        // synchronous. The other server's database does not wait for the disk either.
        command.args(["-c", "max_connections=200", "-c", "fsync=off", "-c"]);
        command.arg(format!("unix_socket_directories={}", folder.display()));
        command.stdin(std::process::Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let server = command.spawn()?;
        let postgres = Self { programs: programs.clone(), _server: server };
        let ready = programs.join("pg_isready");
        wait_until("starting PostgreSQL", START_LIMIT, || {
            let mut question = program(DATABASE.namespace, &ready);
            question.args(["--quiet", "--host", &DATABASE.address.to_string()]);
            async move { Ok(question.status().await?.success()) }
        })
        .await?;
        Ok(postgres)
    }

    /// Carries out statements.
    pub(crate) async fn execute(&self, statements: &str) -> Result<(), Error> {
        let mut command = program(DATABASE.namespace, self.programs.join("psql"));
        command.args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", &Self::url()]);
        run(command.args(["--command", statements])).await.map(drop)
    }

    /// The URL of its only database.
    pub(crate) fn url() -> String {
        format!("postgres://postgres@{}:5432/postgres", DATABASE.address)
    }
}

fn as_account(path: &Path, folder: &Path) -> tokio::process::Command {
    let mut command = program(DATABASE.namespace, "setpriv");
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
