//! The command line of `everpresent bridges janus`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use everpresent_bridges::timing::Length;

/// Grace time when neither the command line nor the inventory names one.
const DEFAULT_GRACE: Length = Length::minutes(5);

const AUDIT_EXAMPLES: &str = "\
Examples:
  everpresent bridges janus audit --url http://127.0.0.1:7088/admin --admin-secret-file janus-secret
  everpresent bridges janus audit --server janus1 --grace 2m --again
  everpresent bridges janus audit --server janus1 --json | jq '.sessions[] | select(.verdict == \"leaked\")'

Exit codes:
  0   no session is leaked
  1   sessions are leaked
  2   not known: there are suspects; look --again
  64  wrong use of the command line
  69  Janus does not answer, or refuses
  78  wrong inventory or secret file";

const END_EXAMPLES: &str = "\
Examples:
  everpresent bridges janus end --leaked --server janus1 --dry-run
  everpresent bridges janus end --leaked --url unix:/run/janus/admin --admin-secret-file janus-secret

Exit codes:
  0   no leaked session is left, of those that are known
  1   a session was ended and is still there
  64, 69, 78  as for audit";

const DRAIN_EXAMPLES: &str = "\
Examples:
  everpresent bridges janus drain --server janus1 --restart
  everpresent bridges janus drain --url http://127.0.0.1:7088/admin --admin-secret-file janus-secret --longest 2h \\
      -- systemctl restart janus

Exit codes:
  0   empty; if it was to be restarted, it is back and takes sessions
  1   given up: Janus takes sessions again; or the restart failed or is not verified
  64, 69, 78  as for audit";

#[derive(Debug, Subcommand)]
pub(crate) enum JanusCommand {
    /// List the sessions of a Janus server, which are leaked, and why
    ///
    /// Leaked is a session that for longer than the grace time had no PeerConnection and whose client asked for nothing. One
    /// look knows that of handles that never had one; of a PeerConnection that is gone, and of a session without handles,
    /// two looks the grace time apart do: --again.
    #[command(after_help = AUDIT_EXAMPLES)]
    Audit {
        #[command(flatten)]
        target: JanusTarget,
        /// If there are suspects, go on looking for the grace time
        #[arg(long)]
        again: bool,
    },
    /// End leaked sessions, one at a time, each after one more look at it
    ///
    /// Suspects are looked at for the grace time first. A session that is live or used again is never ended.
    #[command(after_help = END_EXAMPLES)]
    End {
        #[command(flatten)]
        target: JanusTarget,
        /// Which sessions: those that are leaked
        #[arg(long, required = true)]
        leaked: bool,
        /// Only say what would be ended
        #[arg(long)]
        dry_run: bool,
        /// End only what one look knows to be leaked
        #[arg(long)]
        no_wait: bool,
    },
    /// Let Janus take no new sessions, wait until nothing lives in it, then restart it
    ///
    /// Interrupted or past --longest, Janus is told to take sessions again. Killed in the middle, it stays as it was: see
    /// `everpresent bridges janus open`.
    #[command(after_help = DRAIN_EXAMPLES)]
    Drain {
        #[command(flatten)]
        target: JanusTarget,
        /// How long to wait for live sessions to end: 90s, 30m, 2h
        #[arg(long, value_name = "LENGTH", default_value = "30m")]
        longest: Length,
        /// Within this Janus must take sessions again after its restart
        #[arg(long, value_name = "LENGTH", default_value = "60s")]
        back_within: Length,
        /// Restart it over SSH, as the inventory says
        #[arg(long, requires = "server", conflicts_with_all = ["command", "url"])]
        restart: bool,
        /// Restart it with this command on this machine
        #[arg(last = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// Let Janus take new sessions again, after a drain that was killed
    #[command(after_help = "Example:\n  everpresent bridges janus open --server janus1")]
    Open {
        #[command(flatten)]
        target: JanusTarget,
    },
}

/// Which Janus server.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["url", "server"]))]
pub(crate) struct JanusTarget {
    /// Its Admin API: http://HOST:7088/admin, https://…, unix:/PATH (SOCK_SEQPACKET) or unix-dgram:/PATH
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// File with the admin secret, readable by its owner only
    #[arg(long, value_name = "FILE", requires = "url", conflicts_with = "server")]
    pub(crate) admin_secret_file: Option<PathBuf>,
    /// Its name in the inventory
    #[arg(long, value_name = "NAME")]
    pub(crate) server: Option<String>,
    /// The inventory
    #[arg(long, value_name = "FILE", default_value = "bridges.toml", requires = "server")]
    pub(crate) inventory: PathBuf,
    /// How long a session may be without a PeerConnection; left out: what the inventory says, or 5m
    #[arg(long, value_name = "LENGTH")]
    grace: Option<Length>,
}

impl JanusTarget {
    /// The grace time: of the command line, of the inventory, the default.
    pub(crate) fn grace(&self, inventory: Option<Length>) -> std::time::Duration {
        self.grace.or(inventory).unwrap_or(DEFAULT_GRACE).duration()
    }
}
