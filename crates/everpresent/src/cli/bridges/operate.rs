//! The command line of `everpresent bridges` for operators: inventory, trust, restart, schedule, rehearsal.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use everpresent_bridges::inventory::DEFAULT_FILE;
use everpresent_bridges::timing::Length;

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  everpresent bridges init
  everpresent bridges init /etc/everpresent/bridges.toml";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  everpresent bridges check
  everpresent bridges check --inventory /etc/everpresent/bridges.toml --json | jq '.findings[] | select(.holds | not)'

Exit codes:
  0   everything leads where it should
  1   something does not
  78  wrong inventory";

pub(super) const TRUST_EXAMPLES: &str = "\
Examples:
  everpresent bridges trust webbridge1
  everpresent bridges trust webbridge1 --fingerprint SHA256:Io4kXz2Yb4cI1ixJy2LUDNTfgEYXkHgaZv5YYmmGuYk

Exit codes:
  0   the host key is known
  1   the server shows none, or it cannot be written down
  2   refused: the key is another one than known or than given, is revoked, or was not confirmed
  64  wrong use of the command line
  78  wrong inventory";

pub(super) const RESTART_EXAMPLES: &str = "\
Examples:
  everpresent bridges restart --leaking --dry-run
  everpresent bridges restart webbridge1 webbridge2
  everpresent bridges restart --leaking --wait 2h --json
  everpresent bridges restart webbridge1 --now --force

Exit codes:
  0   all were restarted, which the log shows; or nothing leaks
  1   one failed, or is not verified; or the journal cannot be written
  2   one was not allowed now; or the audit cannot say; or another run goes on
  64  wrong use of the command line
  78  wrong inventory";

pub(super) const SCHEDULE_EXAMPLES: &str = "\
Examples:
  everpresent bridges schedule --systemd
  everpresent bridges schedule --cron >> /etc/cron.d/everpresent-bridges
  everpresent bridges schedule --windows-task > restart.xml

Exit codes:
  0   printed
  2   the scheduler has no words for this schedule
  78  wrong inventory, or it has no schedule";

pub(super) const REHEARSE_EXAMPLES: &str = "\
Examples:
  everpresent bridges rehearse --once
  everpresent bridges rehearse --dir rehearsal --ssh-port 2222
  everpresent bridges rehearse --bridges 2 --leak-percent 30

Exit codes:
  0   the story held, or it was ended with Ctrl-C
  1   something did not hold
  64  wrong use of the command line";

/// Which inventory.
#[derive(Debug, Args)]
pub(crate) struct InventoryArgument {
    /// The inventory, a file as `bridges init` writes it
    #[arg(long, value_name = "FILE", env = "EVERPRESENT_BRIDGES", default_value = DEFAULT_FILE)]
    pub(crate) inventory: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct BridgesInitArguments {
    /// The file
    #[arg(value_name = "FILE", default_value = DEFAULT_FILE)]
    pub(crate) file: PathBuf,
    /// Overwrite an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TrustArguments {
    /// Name of the server in the inventory
    pub(crate) name: String,
    /// Do not ask: the key is trusted if it has this fingerprint, as the console of the server shows it
    #[arg(long, value_name = "SHA256:…")]
    pub(crate) fingerprint: Option<String>,
    #[command(flatten)]
    pub(crate) inventory: InventoryArgument,
}

#[derive(Debug, Args)]
pub(crate) struct RestartArguments {
    /// Names of servers in the inventory
    #[arg(required_unless_present = "leaking", value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Those of which the audit says that they leak, or that are full
    #[arg(long, conflicts_with = "names")]
    pub(crate) leaking: bool,
    /// Outside of the maintenance windows too
    #[arg(long)]
    pub(crate) now: bool,
    /// With calls going on too; says how many it will cut
    #[arg(long)]
    pub(crate) force: bool,
    /// So many at a time; left out: what the inventory says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) parallel: Option<u8>,
    /// Wait so long in all for calls to end, while nothing else is in the way
    #[arg(long, value_name = "LENGTH", conflicts_with = "force")]
    pub(crate) wait: Option<Length>,
    /// Decide, print the reasons, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) inventory: InventoryArgument,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false, id = "scheduler")]
pub(crate) struct SchedulerArguments {
    /// A service and a timer for systemd
    #[arg(long)]
    pub(crate) systemd: bool,
    /// A line for a crontab
    #[arg(long)]
    pub(crate) cron: bool,
    /// A task for the Windows Task Scheduler, as XML
    #[arg(long)]
    pub(crate) windows_task: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ScheduleArguments {
    #[command(flatten)]
    pub(crate) scheduler: SchedulerArguments,
    #[command(flatten)]
    pub(crate) inventory: InventoryArgument,
}

/// What a bridge of a rehearsal does when it is told to restart.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum ConductArgument {
    /// It restarts
    #[default]
    Restarts,
    /// It says so, and goes on as before
    Pretends,
    /// It ends, and does not come back
    StaysDown,
}

#[derive(Debug, Args)]
pub(crate) struct RehearseArguments {
    /// Folder for inventory, logs, keys and journal
    #[arg(long, value_name = "DIR", default_value = "bridges-rehearsal")]
    pub(crate) dir: PathBuf,
    /// Tell the whole story in fast time, then end; exit code 0 only if each step held
    #[arg(long)]
    pub(crate) once: bool,
    /// Web Bridges
    #[arg(long, value_name = "N", default_value_t = 4, conflicts_with = "once",
          value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) bridges: u8,
    /// Of a hundred guests so many leave a session behind
    #[arg(long, value_name = "N", default_value_t = 20, conflicts_with = "once",
          value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) leak_percent: u8,
    /// What the first bridge does when it is told to restart
    #[arg(long, value_enum, default_value_t, conflicts_with = "once")]
    pub(crate) conduct: ConductArgument,
    /// Port of the SSH servers, each on a loopback address of its own; left out: a free one for each
    #[arg(long, value_name = "PORT")]
    pub(crate) ssh_port: Option<u16>,
}
