//! The command line of `everpresent group`.

use clap::{Args, Subcommand, ValueEnum};
use everpresent_console::administration::AssignmentMode;

#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// List groups with their nodes, and how many users each has
    #[command(after_help = "Example:\n  everpresent group list --json | jq '.groups[].nodes'")]
    List,
    /// Make an empty group
    ///
    /// The first node of a cluster makes `DefaultCUPSubCluster` by itself.
    #[command(after_help = "Example:\n  everpresent group create branch --assignment active-standby")]
    Create {
        /// Its name: up to 128 letters, digits, _ and -
        group: String,
        /// How its new users are shared out among its nodes
        #[arg(long, default_value = "balanced")]
        assignment: Mode,
    },
    /// Keep a place in a group for a node that has not started yet
    ///
    /// A group has two nodes at most, and a node is in one group. The node names the same group in its own configuration
    /// (`group` in [node]); if there is a place left, it then joins by itself when it starts.
    #[command(after_help = "Example:\n  everpresent group add branch imp4")]
    Add {
        /// Name of the group
        group: String,
        /// Name of the node: `name` in [node] of its configuration
        node: String,
    },
    /// Take a node out of its group, or remove a group that has no nodes
    ///
    /// The node must have stopped and have no users, and high availability must be disabled in the group.
    #[command(
        after_help = "Examples:\n  everpresent group remove branch imp4\n  everpresent group remove branch"
    )]
    Remove {
        /// Name of the group
        group: String,
        /// Name of the node; left out: the group itself
        node: Option<String>,
    },
    /// Assign users to another node, or say how new users are assigned
    ///
    /// A user with sessions is not moved: end the sessions first, or do it when the user is away. The order is for the node
    /// that serves the users now. While a node of the group is failed over nobody is moved.
    #[command(after_help = "Examples:\n  everpresent group assign alice bob@example.org --to imp2\n  \
                            everpresent group assign --balanced\n  \
                            everpresent group assign --mode active-standby --group branch")]
    Assign(AssignArguments),
}

#[derive(Debug, Args)]
pub(crate) struct AssignArguments {
    /// Addresses of accounts
    #[arg(value_name = "USER", required_unless_present_any = ["balanced", "mode"], requires = "to")]
    pub(crate) users: Vec<String>,
    /// The node that they are assigned to
    #[arg(long, value_name = "NODE", requires = "users")]
    pub(crate) to: Option<String>,
    /// Move users until both nodes of the group have the same number
    #[arg(long, conflicts_with_all = ["users", "mode"])]
    pub(crate) balanced: bool,
    /// How new users are shared out from now on; nobody is moved
    #[arg(long, conflicts_with = "users")]
    pub(crate) mode: Option<Mode>,
    /// Which group; left out: that of the node that is asked
    #[arg(long, conflicts_with = "users")]
    pub(crate) group: Option<String>,
}

/// How new users are shared out among the nodes of a group.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Mode {
    /// To the node that has the fewest
    Balanced,
    /// To the first node; the second stands by
    ActiveStandby,
    /// To the node at which the account is made
    ByHand,
}

impl From<Mode> for AssignmentMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Balanced => Self::Balanced,
            Mode::ActiveStandby => Self::ActiveStandby,
            Mode::ByHand => Self::ByHand,
        }
    }
}
