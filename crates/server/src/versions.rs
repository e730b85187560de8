//! Versions that work together: a cluster has one, kept in its settings, and its nodes run that one or the next minor one.
//! So nodes are upgraded one after the other, and until the last of them is, each can go back.

use everpresent_console::{Code, Refusal};
use everpresent_store::{Database, StoreError};
use thiserror::Error;

/// The setting that holds the version of the cluster, as `major.minor`.
const SETTING: &str = "cluster-version";

/// A version as far as nodes must agree on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
}

/// Why a node cannot be in its cluster.
#[derive(Debug, Error)]
pub enum VersionError {
    /// The cluster has finished an upgrade that this node has not.
    #[error("this is version {own}, and the cluster was finalized at {cluster}: upgrade this node")]
    TooOld {
        /// Of this program.
        own: Version,
        /// Of the cluster.
        cluster: Version,
    },
    /// A version was left out.
    #[error(
        "this is version {own}, and the cluster is at {cluster}: upgrade by one minor version at a time, and end each \
         upgrade with `everpresent ha finalize`"
    )]
    TooNew {
        /// Of this program.
        own: Version,
        /// Of the cluster.
        cluster: Version,
    },
    /// Somebody wrote something else there.
    #[error("the setting {SETTING} in the database is {0:?}, which is no version")]
    Unreadable(String),
    /// The database failed.
    #[error("the database does not answer: {0}")]
    Store(#[from] StoreError),
}

impl Version {
    /// Of this program.
    pub fn own() -> Self {
        // Cargo makes sure that it is one.
        Self::parse(env!("CARGO_PKG_VERSION")).unwrap_or(Self { major: 0, minor: 0 })
    }

    /// The first two numbers of `major.minor` or `major.minor.patch`.
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.');
        let mut next = || numbers.next()?.parse().ok();
        Some(Self { major: next()?, minor: next()? })
    }

    fn is_next_to(self, cluster: Self) -> bool {
        self == cluster || (self.major == cluster.major && self.minor == cluster.minor.saturating_add(1))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Whether this node may be in its cluster. The first node says which version that has.
///
/// # Errors
/// [`VersionError`].
pub async fn check(store: &Database) -> Result<(), VersionError> {
    let own = Version::own();
    let cluster = store.setting_or_insert(SETTING, &own.to_string()).await?;
    fits(own, &cluster)
}

fn fits(own: Version, cluster: &str) -> Result<(), VersionError> {
    let cluster = Version::parse(cluster).ok_or_else(|| VersionError::Unreadable(cluster.to_owned()))?;
    match () {
        () if own.is_next_to(cluster) => Ok(()),
        () if own < cluster => Err(VersionError::TooOld { own, cluster }),
        () => Err(VersionError::TooNew { own, cluster }),
    }
}

/// Ends an upgrade: all nodes run one version, and from now on the cluster has that one. Returns it.
///
/// # Errors
/// [`Code::Conflict`] when nodes differ or nothing is to be ended.
pub async fn finalize(store: &Database) -> Result<Version, Refusal> {
    let broken = |error: StoreError| Refusal::new(Code::Unavailable, error.to_string());
    let own = Version::own();
    let nodes = store.nodes().await.map_err(broken)?;
    let others: Vec<String> = nodes
        .iter()
        .filter(|node| Version::parse(&node.version) != Some(own))
        .map(|node| {
            format!("{} has {}", node.name, if node.version.is_empty() { "none yet" } else { &node.version })
        })
        .collect();
    if !others.is_empty() {
        let others = others.join(", ");
        return Err(Refusal::conflict(format!("not all nodes run version {own}: {others}")));
    }
    let cluster = store.settings().await.map_err(broken)?.get(SETTING).and_then(|text| Version::parse(text));
    if cluster == Some(own) {
        return Err(Refusal::conflict(format!("the cluster is at version {own} already")));
    }
    store.set_setting(SETTING, &own.to_string()).await.map_err(broken)?;
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn a_node_is_at_the_clusters_version_or_one_minor_version_ahead() {
        for good in ["1.4.0", "1.4.9", "1.5.0"] {
            assert!(fits(of(good), "1.4").is_ok(), "{good}");
        }
        assert!(matches!(fits(of("1.3.9"), "1.4"), Err(VersionError::TooOld { .. })));
        for new in ["1.6.0", "2.0.0", "2.5.0"] {
            assert!(matches!(fits(of(new), "1.4"), Err(VersionError::TooNew { .. })), "{new}");
        }
        assert!(matches!(fits(of("1.4.0"), "new"), Err(VersionError::Unreadable(_))));
    }

    #[tokio::test]
    async fn an_upgrade_is_ended_once_and_only_when_all_nodes_have_it() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Database::open(&format!("sqlite:{}", folder.path().join("v.db").display())).await.unwrap();
        check(&store).await.unwrap();
        let done = finalize(&store).await.unwrap_err();
        assert!(done.message.contains("already"), "{done:?}");
        let own = Version::own();
        store.set_setting(SETTING, &format!("{}.{}", own.major, own.minor.wrapping_sub(1))).await.unwrap();
        assert_eq!(finalize(&store).await.unwrap(), own);
        store.set_setting(SETTING, &format!("{}.{}", own.major, own.minor + 1)).await.unwrap();
        assert!(matches!(check(&store).await, Err(VersionError::TooOld { .. })));
    }
}
