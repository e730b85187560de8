//! The command line of `everpresent-chaos`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Kills real servers under traffic and checks that nothing acknowledged is lost.
#[derive(Parser, Clone, Debug)]
#[command(name = "everpresent-chaos", version)]
pub struct Arguments {
    /// What is killed.
    #[command(subcommand)]
    pub scene: Scene,
    /// Print one JSON object per round, and one for the end.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What stands on the stage.
#[derive(Subcommand, Clone, Debug)]
pub enum Scene {
    /// One node, killed with SIGKILL and started again.
    Single(Single),
    /// Two nodes that cover for each other, in network namespaces of their own; one of them is killed with SIGKILL.
    Pair(Pair),
}

/// Settings of `single`.
#[derive(Args, Clone, Debug)]
pub struct Single {
    /// How many times the node is killed.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rounds: u32,
    /// Messages per second of all users together.
    #[arg(long, default_value_t = 200.0)]
    pub rate: f64,
    /// Pairs of users who write to each other.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub pairs: u16,
    /// The longest time from the return of all users to the next kill, in seconds. The shortest is a tenth of it; one
    /// kill in ten comes while users are still coming back.
    #[arg(long, default_value_t = 2.0)]
    pub longest_life_seconds: f64,
    /// What the moments of the kills are drawn from; printed, so that a run can be repeated.
    #[arg(long)]
    pub seed: Option<u64>,
    /// The server's program; without it, `everpresent` beside this one.
    #[arg(long, value_name = "FILE")]
    pub everpresent: Option<PathBuf>,
    /// Where database and log go; without it, a temporary folder that stays only if something was found.
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
}

/// Settings of `pair`. Needs the rights of the super-user, for the namespaces.
#[derive(Args, Clone, Debug)]
pub struct Pair {
    /// Which server.
    #[arg(long, value_enum, default_value = "everpresent")]
    pub server: ServerKind,
    /// Afterwards play a scene with both servers and --side-by-side-sessions sessions, all on the node that is killed.
    #[arg(long)]
    pub with_ejabberd: bool,
    /// How many times a node is killed.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub kills: u32,
    /// What is killed.
    #[arg(long, value_enum, default_value = "alternate")]
    pub victim: Victim,
    /// Restart both nodes in turn, cleanly, instead of killing one.
    #[arg(long)]
    pub restart_both: bool,
    /// With --restart-both: start each node again with this program, a newer version.
    #[arg(long, value_name = "FILE", requires = "restart_both")]
    pub upgrade_to: Option<PathBuf>,
    /// With --upgrade-to: how long the nodes run different versions.
    #[arg(long, value_name = "SECONDS", default_value_t = 300.0)]
    pub mixed_seconds: f64,
    /// Instead of killing a node, make everything else go wrong that can, each so many times.
    #[arg(long, value_name = "TIMES", conflicts_with = "restart_both", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub faults: Option<u32>,
    /// Instead of killing a node, make two things go wrong, the second before all is well again: each pair of faults so
    /// many times.
    #[arg(long, value_name = "TIMES", conflicts_with_all = ["restart_both", "faults"], value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub sequences: Option<u32>,
    /// Only faults whose names contain this.
    #[arg(long, value_name = "WORDS")]
    pub only: Option<String>,
    /// Where the sessions are.
    #[arg(long, value_enum, default_value = "split")]
    pub layout: Layout,
    /// Sessions of the load generator's own clients.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=5_000))]
    pub sessions: u32,
    /// Clients that see the presence of all others.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub watchers: u32,
    /// Messages per second of all clients together.
    #[arg(long, default_value_t = 200.0)]
    pub rate: f64,
    /// slixmpp clients beside them.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=50))]
    pub slixmpp: u32,
    /// Let clients that lost their connection sign in anew, without trying to resume. The comparison plays ejabberd
    /// both ways: after a crash it has nothing to resume.
    #[arg(long)]
    pub without_resume: bool,
    /// Profanity beside them; always there with --restart-both.
    #[arg(long)]
    pub profanity: bool,
    /// The share of clients that go back to the node that owns their session, when it has come back.
    #[arg(long, default_value_t = 0.75)]
    pub home_share: f64,
    /// The longest time from a sound pair to the next kill, in seconds. The shortest is a tenth of it.
    #[arg(long, default_value_t = 2.0)]
    pub longest_life_seconds: f64,
    /// Sessions of the comparison.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=5_000))]
    pub side_by_side_sessions: u32,
    /// Kills of the comparison, for each server.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub side_by_side_kills: u32,
    /// What the moments and victims are drawn from; printed, so that a run can be repeated.
    #[arg(long)]
    pub seed: Option<u64>,
    /// The server's program; without it, `everpresent` beside this one.
    #[arg(long, value_name = "FILE")]
    pub everpresent: Option<PathBuf>,
    /// The Python that has slixmpp.
    #[arg(long, value_name = "FILE", default_value = "python3")]
    pub python: PathBuf,
    /// The script of the slixmpp clients.
    #[arg(long, value_name = "FILE", default_value = "e2e/pair_clients.py")]
    pub script: PathBuf,
    /// Write the tables into this Markdown file, between its marks.
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Where databases and logs go; without it, a temporary folder that stays only if something was found.
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
    /// The folder of a scene whose namespaces are there already: for the process that plays inside of them.
    #[arg(long, hide = true, value_name = "FOLDER")]
    pub inside: Option<PathBuf>,
}

/// The servers that can be a pair.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServerKind {
    /// This server, on PostgreSQL.
    Everpresent,
    /// Two nodes of Debian's ejabberd in a cluster.
    Ejabberd,
}

/// What SIGKILL goes to. ejabberd has one process only.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Victim {
    /// One after the other.
    Alternate,
    /// The server process; its guardian lives on.
    Server,
    /// Guardian and server.
    Both,
}

/// How sessions are spread.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// Half on each node.
    Split,
    /// All on the node that is killed; only every other watcher is on the other.
    One,
}
