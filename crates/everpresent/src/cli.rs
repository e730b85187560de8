//! The command line. Help, completions and manual pages are made from these definitions.

mod bridges;
mod group;
mod ha;
mod service;
mod sql;
mod support_bundle;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use everpresent_console::administration::SessionState;
use everpresent_server::config::Config;
use everpresent_session::ids::Incarnation;

use crate::failure::Failure;
pub(crate) use bridges::{
    AuditArguments, BridgesCommand, BridgesInitArguments, ConductArgument, HistoryArguments,
    InventoryArgument, JanusCommand, JanusTarget, LogFormatArgument, RehearseArguments, RestartArguments,
    ScheduleArguments, TrustArguments, WatchArguments,
};
pub(crate) use group::{AssignArguments, GroupCommand};
pub(crate) use ha::{ExplainArguments, HaCommand};
pub(crate) use service::ServiceCommand;
pub(crate) use sql::SqlArguments;
pub(crate) use support_bundle::SupportBundleArguments;

/// Where the configuration is looked for.
const DEFAULT_CONFIG: &str = "everpresent.toml";

const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   failed
  2   refused by the server, or not found
  64  wrong use of the command line
  66  a file that was named cannot be read
  69  server not reachable
  78  wrong configuration";

/// An instant-messaging and presence server (XMPP) whose sessions survive their server and never outlive their user.
#[derive(Debug, Parser)]
#[command(name = "everpresent", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    /// Configuration file
    #[arg(long, short, global = true, env = "EVERPRESENT_CONFIG", value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub(crate) config: PathBuf,

    /// Print JSON instead of text and tables
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// The configuration that the command line names.
    pub(crate) fn load_config(&self) -> Result<Config, Failure> {
        Ok(Config::load(self.config_path())?)
    }

    pub(crate) fn config_path(&self) -> &Path {
        &self.config
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    ///
    /// Two processes: a small guardian, which is the one to send signals to, and the server, whose process id is in
    /// server.pid in the data folder. When the server dies, the guardian frees its homes at once and starts it again;
    /// after three starts within a minute it waits for SIGHUP instead. SIGTERM stops cleanly (exit code 0), SIGHUP reads
    /// the certificate again. A server that refuses to start is not started again: its exit code is that of the command.
    /// Logs go to standard error.
    #[command(after_help = "Example:\n  everpresent serve --config /etc/everpresent/everpresent.toml")]
    Serve(ServeArguments),

    /// Write a commented configuration file into a folder
    #[command(after_help = "Example:\n  everpresent init /etc/everpresent --domain chat.example.org")]
    Init(InitArguments),

    /// Check a configuration, or print the reference of all keys
    #[command(subcommand)]
    Config(ConfigCommand),

    /// The ways by which operators are told of alerts: test
    #[command(subcommand)]
    Alerts(AlertsCommand),

    /// Accounts: add, list, password, disable, enable, remove, import
    ///
    /// Works with the running server, or on its database while it does not run.
    #[command(subcommand)]
    User(UserCommand),

    /// Sessions of the running server: list, audit, end
    #[command(subcommand)]
    Sessions(SessionsCommand),

    /// The cluster that this node belongs to: init, invite, join, status
    ///
    /// Nodes know each other by certificates of their cluster. Works on the files of this node; only `join` speaks with
    /// another node, which must be running.
    #[command(subcommand)]
    Cluster(ClusterCommand),

    /// High availability: status, explain, failover, fallback, enable, disable, recover, maintenance, finalize, dns, states, set
    #[command(subcommand)]
    Ha(HaCommand),

    /// The monitored services of the running node: list, start, stop, restart, break
    ///
    /// A failover is decided by them: one that is down for critical_service_down_delay, while the partner's is up, lets
    /// the partner serve the users of this node.
    #[command(subcommand)]
    Service(ServiceCommand),

    /// Redundancy groups: list, create, add, remove, assign
    ///
    /// A group is one or two nodes that cover for each other. Its users are assigned to its nodes; a failover does not change
    /// that. Works with the running server.
    #[command(subcommand)]
    Group(GroupCommand),

    /// Ask about redundancy groups and nodes with SQL
    ///
    /// There are two tables: enterprisesubcluster, a row for each redundancy group, and enterprisenode, a row for each node.
    /// They are read from the database at that moment; whether the server runs makes no difference. Nothing else can be
    /// read, and nothing changed.
    #[command(after_help = "Examples:\n  everpresent sql \"select * from enterprisenode\"\n  \
                            everpresent sql \"select name, tkhaserverstate from enterprisenode\" --csv\n  \
                            everpresent sql --json - < question.sql | jq '.rows[].state'")]
    Sql(SqlArguments),

    /// Pack what is needed to understand an event into one file, without secrets
    ///
    /// Log lines around it, the tables enterprisesubcluster and enterprisenode, the configuration without comments and passwords,
    /// states, parameters, metrics and versions. Works while the server does not run, too, and says what is missing then.
    #[command(after_help = "Examples:\n  everpresent support-bundle\n  \
                            everpresent support-bundle --around 2026-11-26T12:00:00Z --span 10m\n  \
                            everpresent support-bundle --log /var/log/everpresent.log --output bundle.tar.gz")]
    SupportBundle(SupportBundleArguments),

    /// Meeting bridges of others: audit, watch, init, check, trust, restart, schedule, rehearse, history, janus
    ///
    /// For operators of Cisco Meeting Server and of Janus. Needs no Everpresent server.
    #[command(subcommand)]
    Bridges(BridgesCommand),

    /// Start a complete server in a folder of its own and show what it does
    #[command(
        after_help = "Examples:\n  everpresent demo\n  everpresent demo --once --json\n  everpresent demo --once --sessions 2000"
    )]
    Demo(DemoArguments),

    /// Print which XMPP specifications are implemented, as Markdown
    #[command(after_help = "Example:\n  everpresent specifications > docs/xeps.md")]
    Specifications,

    /// Print shell completions
    #[command(after_help = "Example:\n  everpresent completions bash > /etc/bash_completion.d/everpresent")]
    Completions {
        /// Which shell
        shell: Shell,
    },

    /// Print the manual page, or write all of them into a folder
    #[command(after_help = "Example:\n  everpresent man /usr/local/share/man/man1")]
    Man {
        /// Folder for everpresent.1, everpresent-serve.1, …
        dir: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Serve in this very process, under a supervisor of your own; if it dies, nobody releases its homes: only the lease
    /// tells that it died
    #[arg(long)]
    pub(crate) no_guardian: bool,
    /// Given by the guardian: who its child is in the witness rows
    #[arg(long, hide = true, value_name = "INCARNATION", value_parser = incarnation, requires = "guardian")]
    pub(crate) child: Option<Incarnation>,
    /// Given by the guardian: its process id
    #[arg(long, hide = true, value_name = "PROCESS", requires = "child", conflicts_with = "no_guardian")]
    pub(crate) guardian: Option<u32>,
}

/// 32 hexadecimal digits, as it is written everywhere.
fn incarnation(text: &str) -> Result<Incarnation, String> {
    let number = u128::from_str_radix(text, 16).map(Incarnation).map_err(|error| error.to_string())?;
    if number.to_string() == text { Ok(number) } else { Err("not 32 hexadecimal digits".to_owned()) }
}

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// Folder; made if it is missing
    pub(crate) dir: PathBuf,
    /// Domain that is served: what stands after the @ of the users' addresses
    #[arg(long, default_value = "localhost")]
    pub(crate) domain: String,
    /// Overwrite an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check a configuration file: every problem with line and column
    #[command(after_help = "Example:\n  everpresent config check /etc/everpresent/everpresent.toml")]
    Check {
        /// The file; left out: the one of --config
        file: Option<PathBuf>,
    },
    /// Print the reference of all keys as Markdown
    #[command(after_help = "Example:\n  everpresent config reference > docs/config.md")]
    Reference,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AlertsCommand {
    /// Send a test notice by every way that is set in [alerts] and say whether it arrived
    ///
    /// The server need not run. Each way is tried once. Exit code 1 if the notice did not arrive everywhere, or nothing is set.
    #[command(after_help = "Example:\n  everpresent alerts test")]
    Test,
}

/// Where a password comes from: never from the command line, which other users of the machine can read.
#[derive(Debug, Args)]
pub(crate) struct PasswordArguments {
    /// Read the password from the first line of this file, instead of asking (or reading standard input)
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make an account
    #[command(after_help = "Examples:\n  everpresent user add alice@example.org\n  \
                            pwgen 20 1 | tee alice.txt | everpresent user add alice@example.org")]
    Add {
        /// Address of the account, such as alice@example.org
        jid: String,
        #[command(flatten)]
        password: PasswordArguments,
    },
    /// List accounts
    #[command(after_help = "Example:\n  everpresent user list --json | jq -r '.users[].jid'")]
    List(PageArguments),
    /// Set a password
    #[command(after_help = "Example:\n  everpresent user password alice@example.org --password-file new.txt")]
    Password {
        /// Address of the account
        jid: String,
        #[command(flatten)]
        password: PasswordArguments,
    },
    /// Keep a user from signing in and end the user's sessions; nothing is deleted
    #[command(after_help = "Example:\n  everpresent user disable alice@example.org")]
    Disable {
        /// Address of the account
        jid: String,
    },
    /// Let a disabled user sign in again
    #[command(after_help = "Example:\n  everpresent user enable alice@example.org")]
    Enable {
        /// Address of the account
        jid: String,
    },
    /// Remove an account with its roster, archive and messages
    #[command(after_help = "Example:\n  everpresent user remove alice@example.org --yes")]
    Remove {
        /// Address of the account
        jid: String,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
    },
    /// Make accounts from a CSV file with the columns jid and password
    #[command(after_help = "Example:\n  everpresent user import users.csv\n\nusers.csv:\n  jid,password\n  \
                            alice@example.org,wonderland")]
    Import {
        /// The file, or - for standard input
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsCommand {
    /// List sessions
    #[command(after_help = "Examples:\n  everpresent sessions list --user alice@example.org\n  \
                            everpresent sessions list --state detached")]
    List {
        /// Only those of this user
        #[arg(long, value_name = "JID")]
        user: Option<String>,
        /// Only those in this state
        #[arg(long)]
        state: Option<StateArgument>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Count connections, sessions and presences against each other and name every difference
    ///
    /// Exit code 1 if they do not agree.
    #[command(after_help = "Example:\n  everpresent sessions audit")]
    Audit,
    /// End one session (full address) or all sessions of a user (bare address)
    #[command(after_help = "Examples:\n  everpresent sessions end alice@example.org/phone\n  \
                            everpresent sessions end alice@example.org")]
    End {
        /// Full or bare address
        jid: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    /// Make a cluster with this node as its first
    ///
    /// This node then holds the key of the cluster: it invites other nodes and renews their certificates.
    #[command(after_help = "Example:\n  everpresent cluster init")]
    Init,
    /// Print a token with which another node can join, once and within an hour
    #[command(after_help = "Examples:\n  everpresent cluster invite imp2\n  \
                            everpresent cluster invite imp2 --address imp1.example.org:5290")]
    Invite {
        /// Name of the node that is invited: `name` in [node] of its configuration
        node: String,
        /// Where the new node reaches this one; left out: `advertise` in [link]
        #[arg(long, value_name = "HOST:PORT")]
        address: Option<String>,
    },
    /// Join the cluster of the node that made the token
    #[command(after_help = "Examples:\n  everpresent cluster join ep1.EzE5Mi4wLjIuMTo1MjkwBGltcDE\n  \
                            everpresent cluster join - < token.txt")]
    Join {
        /// What `everpresent cluster invite` printed, or - to read it from standard input
        token: String,
    },
    /// Show this node's certificate, until when it is valid, and open invitations
    #[command(after_help = "Example:\n  everpresent cluster status --json | jq -r .not_after")]
    Status,
}

#[derive(Debug, Args)]
pub(crate) struct PageArguments {
    /// Most entries
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
    /// Begin after this address
    #[arg(long, value_name = "JID")]
    pub(crate) after: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum StateArgument {
    /// With a connection
    Open,
    /// Without one, waiting for its client
    Detached,
    /// Ending
    Closing,
}

impl From<StateArgument> for SessionState {
    fn from(state: StateArgument) -> Self {
        match state {
            StateArgument::Open => Self::Open,
            StateArgument::Detached => Self::Detached,
            StateArgument::Closing => Self::Closing,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Folder for certificate, database and configuration
    #[arg(long, default_value = "everpresent-demo")]
    pub(crate) dir: PathBuf,
    /// End after the story; exit code 0 only if each step held
    #[arg(long)]
    pub(crate) once: bool,
    /// Do it with a crowd too: so many further sessions on the node that is killed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_DEMO_SESSIONS))]
    pub(crate) sessions: Option<u32>,
}

/// The largest crowd of the demo.
const MAX_DEMO_SESSIONS: i64 = 20_000;

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definitions_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_is_for_and_shows_an_example() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} has no description", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {argument} has no help", command.get_name());
            }
            let is_leaf = command.get_subcommands().next().is_none();
            let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(!is_leaf || example.contains("everpresent "), "{} shows no example", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
