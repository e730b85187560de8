//! What a search found, in words.

use std::fmt;

use super::{Planted, Report};

impl Planted {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::GrantWhileClaiming => "grant-while-claiming",
            Self::StartForgetsGrants => "start-forgets-grants",
            Self::ReleaseByEpoch => "release-by-epoch",
            Self::RenewalUnreleases => "renewal-unreleases",
            Self::AdoptsForeignReplica => "adopts-foreign-replica",
            Self::NoLeaseWait => "no-lease-wait",
            Self::NoGrantWait => "no-grant-wait",
            Self::CountsFromAnswer => "counts-from-answer",
            Self::NoFence => "no-fence",
        }
    }

    /// The bug of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bug| bug.name() == name)
    }
}

/// One line for the search, and for each violation its property and the path to it.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let budget = &self.options.budget;
        let nodes = if self.options.pair { "two nodes" } else { "one node" };
        write!(
            f,
            "{nodes}, messages {} statements {} cuts {} orders {} kills {} starts {}",
            budget.messages, budget.statements, budget.cuts, budget.orders, budget.kills, budget.starts,
        )?;
        if let Some(bug) = self.options.planted {
            write!(f, ", planted {}", bug.name())?;
        }
        let seconds = self.took.as_secs_f64();
        let (states, reached) = (self.states, self.reached);
        write!(f, ": {states} states ({reached} reached) in {seconds:.1} s")?;
        if self.options.planted.is_none() && !self.complete {
            write!(f, ", NOT all that there are")?;
        }
        for violation in &self.violations {
            write!(f, "\nbroken: {}\n  {}", violation.property, violation.path.join(", "))?;
        }
        Ok(())
    }
}
