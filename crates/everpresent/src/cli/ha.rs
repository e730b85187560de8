//! The command line of `everpresent ha`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum HaCommand {
    /// Show state and reason of every node, and who owns which home
    #[command(after_help = "Examples:\n  everpresent ha status\n  everpresent ha status --watch\n  \
                            everpresent ha status --json | jq -r '.groups[].nodes[] | \"\\(.name) \\(.state)\"'\n  \
                            everpresent ha status --parameters")]
    Status {
        /// Go on showing it, once a second, until interrupted; with --json one line each time
        #[arg(long, conflicts_with = "parameters")]
        watch: bool,
        /// Show the recovery parameters in force, with their defaults, instead
        #[arg(long)]
        parameters: bool,
    },
    /// Print all states and reasons, what to do in them, and what leads where, as Markdown
    #[command(after_help = "Example:\n  everpresent ha states | less")]
    States,
    /// Say why a pair of Cisco IM & Presence nodes failed over, from its logs
    ///
    /// Takes Server Recovery Manager logs, outputs of `run sql select * from enterprisesubcluster` and `… enterprisenode`, and event
    /// viewer system and application logs, in any mixture and order, compressed with gzip or not. Prints causes with what
    /// to do, and a time line. No server is needed.
    #[command(after_help = "Examples:\n  everpresent ha explain srm00000012.log\n  \
                            everpresent ha explain imp1/*.log imp2/*.log.gz nodes.txt --html report.html\n  \
                            everpresent ha explain --json - < srm.log | jq -r '.causes[].title'\n\n\
                            Exit codes:\n  0   explained\n  1   a file is not readable\n  \
                            2   nothing in the files is understood\n  64  wrong use of the command line")]
    Explain(ExplainArguments),
    /// Let the partner serve the users of a node, whose services then stop until a fallback
    ///
    /// No session ends. The order can be given at either node.
    #[command(
        after_help = "Examples:\n  everpresent ha failover imp1\n  everpresent ha failover imp1 --wait 60"
    )]
    Failover {
        /// Name of the node
        node: String,
        #[command(flatten)]
        wait: WaitArguments,
    },
    /// Let a node that is failed over serve its users itself again
    #[command(after_help = "Example:\n  everpresent ha fallback imp1 --wait 60")]
    Fallback {
        /// Name of the node
        node: String,
        #[command(flatten)]
        wait: WaitArguments,
    },
    /// Enable high availability in a group of two nodes
    #[command(after_help = "Example:\n  everpresent ha enable --wait 120")]
    Enable {
        /// Name of the group; left out: that of the node that is asked
        group: Option<String>,
        #[command(flatten)]
        wait: WaitArguments,
    },
    /// Disable high availability in a group: its nodes do not stand in for each other any more
    #[command(after_help = "Example:\n  everpresent ha disable")]
    Disable {
        /// Name of the group; left out: that of the node that is asked
        group: Option<String>,
        /// Also while a node is failed over: its users then stay where they are
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        wait: WaitArguments,
    },
    /// Let the nodes of a group out of Running in Failed Mode
    ///
    /// What keeps them in it must be put right first; they come out of it by themselves too, a while after it was.
    #[command(after_help = "Example:\n  everpresent ha recover --wait 120")]
    Recover {
        /// Name of the group; left out: that of the node that is asked
        group: Option<String>,
        #[command(flatten)]
        wait: WaitArguments,
    },
    /// Hold automatic failover for faults of the services of a node while you work on it
    ///
    /// Ends by itself. Failover for the death of the node is not held.
    #[command(after_help = "Examples:\n  everpresent ha maintenance imp1 --for 30m\n  \
                            everpresent ha maintenance imp1 --end")]
    Maintenance {
        /// Name of the node
        node: String,
        /// For how long, with a unit: 90s, 30m, 2h; a day at most
        #[arg(long = "for", value_name = "LENGTH", value_parser = length, required_unless_present = "end")]
        length: Option<u64>,
        /// End it now
        #[arg(long, conflicts_with = "length")]
        end: bool,
    },
    /// Print the DNS records and host-meta to publish, so that clients find every node
    ///
    /// Text of a zone file; what is not known is said in comments, with what to set. Whether the server runs makes no
    /// difference.
    #[command(
        after_help = "Examples:\n  everpresent ha dns\n  everpresent ha dns example.org --json | jq -r '.unknown[]'"
    )]
    Dns {
        /// Domains; left out: `domains` in [node]
        domains: Vec<String>,
    },
    /// End an upgrade, when all nodes run the new version: none can go back from then on
    #[command(after_help = "Example:\n  everpresent ha finalize")]
    Finalize,
    /// Set a recovery parameter for the whole cluster, or all of them from a preset
    ///
    /// Lengths have a unit: 200ms, 15s, 2m, 1h. Works with the running server, or on its database while it does not run.
    #[command(after_help = "Examples:\n  everpresent ha set automatic_fallback_delay 10m\n  \
                            everpresent ha set --preset lan\n\n`everpresent ha status --parameters` lists them.")]
    Set {
        /// Name of the parameter
        #[arg(required_unless_present = "preset", requires = "value")]
        name: Option<String>,
        /// Its new value
        value: Option<String>,
        /// Set all of them: to their defaults, or for two nodes in one network
        #[arg(long, conflicts_with = "name")]
        preset: Option<Preset>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Preset {
    /// Minutes: for any network
    Default,
    /// Seconds: for two nodes in one network
    Lan,
}

impl Preset {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Lan => "lan",
        }
    }
}

/// Seconds of a length such as `30m`.
fn length(text: &str) -> Result<u64, String> {
    let units = [("s", 1), ("m", 60), ("h", 3_600)];
    let found = units.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    let seconds = found.and_then(|(number, seconds)| number.parse::<u64>().ok()?.checked_mul(*seconds));
    seconds
        .filter(|seconds| (1..=86_400).contains(seconds))
        .ok_or_else(|| "a length has a unit and is a day at most: 90s, 30m, 2h".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct WaitArguments {
    /// Wait until it is done; exit code 1, with the state, if it is not by then
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) wait: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The files; - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Write the report as one HTML page, too
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// The Keep Alive (Heartbeat) Timeout that is set on the nodes, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) keep_alive_timeout: u64,
}
