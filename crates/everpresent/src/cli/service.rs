//! The command line of `everpresent service`.

use clap::{Subcommand, ValueEnum};
use everpresent_console::administration::ServiceAct;

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Show the monitored services of this node
    #[command(
        after_help = "Example:\n  everpresent service list --json | jq -r '.services[] | select(.state != \"up\") | .name'"
    )]
    List,
    /// Stop a service; it stays down until it is started
    ///
    /// Clients are not told: what they send waits.
    #[command(after_help = "Example:\n  everpresent service stop presence-engine")]
    Stop {
        /// Name of the service
        name: String,
    },
    /// Start a service that is down
    #[command(after_help = "Example:\n  everpresent service start presence-engine")]
    Start {
        /// Name of the service
        name: String,
    },
    /// Stop a service and start it again
    #[command(after_help = "Example:\n  everpresent service restart router")]
    Restart {
        /// Name of the service
        name: String,
    },
    /// Break a service until it is started, to rehearse what follows
    #[command(after_help = "Example:\n  everpresent service break router --fault stuck")]
    Break {
        /// Name of the service
        name: String,
        /// How it fails
        #[arg(long, default_value = "crash")]
        fault: FaultArgument,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FaultArgument {
    /// It crashes again and again
    Crash,
    /// It makes no progress
    Stuck,
}

impl ServiceCommand {
    /// What is ordered, of which service; nothing if they are only to be shown.
    pub(crate) fn order(&self) -> Option<(&str, ServiceAct)> {
        match self {
            Self::List => None,
            Self::Stop { name } => Some((name, ServiceAct::Stop)),
            Self::Start { name } => Some((name, ServiceAct::Start)),
            Self::Restart { name } => Some((name, ServiceAct::Restart)),
            Self::Break { name, fault: FaultArgument::Crash } => Some((name, ServiceAct::Crash)),
            Self::Break { name, fault: FaultArgument::Stuck } => Some((name, ServiceAct::Stick)),
        }
    }
}
