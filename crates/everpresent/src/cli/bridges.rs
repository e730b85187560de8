//! The command line of `everpresent bridges`.

mod janus;
mod operate;
mod watch;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use everpresent_audit::deployment::DEFAULT_LIMIT;

pub(crate) use janus::{JanusCommand, JanusTarget};
pub(crate) use operate::{
    BridgesInitArguments, ConductArgument, InventoryArgument, RehearseArguments, RestartArguments,
    ScheduleArguments, TrustArguments,
};
pub(crate) use watch::{HistoryArguments, LogFormatArgument, WatchArguments};

const AUDIT_EXAMPLES: &str = "\
Examples:
  everpresent bridges audit /var/log/meetings.log
  everpresent bridges audit messages.1.gz messages --inventory bridges.toml --plot leaks.svg
  everpresent bridges audit meetings.log --year 2020 --zone Europe/Brussels --json | jq .leaked
  journalctl -o cat | everpresent bridges audit -

Exit codes:
  0   healthy
  1   sessions leaked, or a bridge is full
  2   unknown: a server is silent, or there are too few counts
  64  wrong use of the command line
  66  a log cannot be read
  78  wrong inventory";

#[derive(Debug, Subcommand)]
pub(crate) enum BridgesCommand {
    /// Find leaked sessions of Web Bridges in log files
    ///
    /// Compares the sessions that Web Bridges count (`Stats` lines) with the calls that Call Bridges count (`STATS: {…}`
    /// lines), over the whole deployment: a session on one bridge may be a call on another. Needs no running server. The
    /// verdict is that of the last moment in the logs.
    #[command(after_help = AUDIT_EXAMPLES)]
    Audit(AuditArguments),
    /// Watch the bridges for ever: read logs, audit each minute, tell operators, restart on schedule
    ///
    /// Takes lines from the files of the inventory, from the logs on the servers (SFTP), and by syslog over UDP, TCP and
    /// TLS. Notices go where [alerts] says, metrics are served for Prometheus, counts are kept in the history. Restarts are
    /// those of [restart], decided as by `bridges restart --leaking`; what a forged datagram could have told is no reason
    /// for one. Logs go to standard error.
    #[command(after_help = watch::WATCH_EXAMPLES)]
    Watch(WatchArguments),
    /// Show what the watch has kept: sessions, restarts, the quietest hours of the week
    ///
    /// Works while the watch runs, too.
    #[command(after_help = watch::HISTORY_EXAMPLES)]
    History(HistoryArguments),
    /// Write a commented inventory: which servers there are, how they are reached, when they may be restarted
    #[command(after_help = operate::INIT_EXAMPLES)]
    Init(BridgesInitArguments),
    /// Try every entry of the inventory: name, sign-in, log, port, Admin API; nothing is changed
    #[command(after_help = operate::CHECK_EXAMPLES)]
    Check(InventoryArgument),
    /// Learn the host key of a server, once
    ///
    /// Prints the fingerprint and asks. Compare it with the one that the console of the server shows. A key that has changed
    /// is refused.
    #[command(after_help = operate::TRUST_EXAMPLES)]
    Trust(TrustArguments),
    /// Restart servers: in their window, without calls, one by one, looked at afterwards
    ///
    /// What is known of calls and counts is read from the log files that the inventory names. Each restart, allowed or not, is
    /// decided at its turn; what is done is written to the journal in two forms before and after. A restart is called
    /// successful only if the log shows it.
    #[command(after_help = operate::RESTART_EXAMPLES)]
    Restart(RestartArguments),
    /// Print what makes systemd, cron or the Windows Task Scheduler run `bridges restart`
    #[command(after_help = operate::SCHEDULE_EXAMPLES)]
    Schedule(ScheduleArguments),
    /// Stand-ins for meeting servers on this machine, to rehearse with
    ///
    /// SSH servers on loopback that behave like the management shell, guests who leak sessions, and logs of the shape that is
    /// seen in the field. They are no meeting servers. Without --once they stay until Ctrl-C.
    #[command(after_help = operate::REHEARSE_EXAMPLES)]
    Rehearse(RehearseArguments),
    /// Janus: find leaked sessions, end them, drain the server for a restart
    ///
    /// Over the Admin API of Janus 1.x.
    #[command(subcommand)]
    Janus(JanusCommand),
}

#[derive(Debug, Args)]
pub(crate) struct AuditArguments {
    /// Log files, plain or compressed with gzip; - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The servers of the deployment, a file as `bridges init` writes it; left out: the servers that the logs show
    #[arg(long, value_name = "FILE")]
    pub(crate) inventory: Option<PathBuf>,
    /// Sessions at which a bridge takes no new guest, without an inventory
    #[arg(long, value_name = "N", default_value_t = DEFAULT_LIMIT, conflicts_with = "inventory",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// All counts of a round lie within so much time: 10m, 1h
    #[arg(long, value_name = "LENGTH", default_value = "10m")]
    pub(crate) window: String,
    /// The clocks of servers differ by so much at most
    #[arg(long, value_name = "LENGTH", default_value = "10s")]
    pub(crate) skew: String,
    /// Year of the first line of each file, if lines do not tell; left out: the latest in which it is not in the future
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(2000..=2100))]
    pub(crate) year: Option<i16>,
    /// Time zone of lines that do not tell; left out: that of the inventory, or UTC
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// Write a plot of sessions and leaked sessions over time into this file
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) plot: Option<PathBuf>,
}
