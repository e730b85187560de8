//! The crate graph is the architecture: who may depend on whom, as data.

use super::Complaint;
use crate::workspace::{Metadata, Package, short_name};

/// What one crate may depend on.
struct Allowed {
    /// Short name: `session` for `everpresent-session`.
    name: &'static str,
    /// Short names of workspace crates that it may use.
    uses: &'static [&'static str],
}

/// Crates without I/O, clock and randomness. Also the list for [`super::pure`].
pub(super) const PURE: &[&str] =
    &["stanza", "stream", "session", "presence", "recovery", "rooms", "audit", "explain"];

/// Crates that never reach a user's machine as part of the server.
pub(super) const DEVELOPMENT_ONLY: &[&str] = &["sim", "load", "xtask"];

/// Every crate of the workspace. One that is not here may not exist: add it with its reason in `docs/adr/`.
const DIRECTION: &[Allowed] = &[
    Allowed { name: "stanza", uses: &[] },
    Allowed { name: "session", uses: &["stanza"] },
    Allowed { name: "stream", uses: &["stanza", "session"] },
    Allowed { name: "presence", uses: &["stanza", "session"] },
    Allowed { name: "recovery", uses: &["stanza", "session"] },
    Allowed { name: "rooms", uses: &["stanza", "session", "presence"] },
    Allowed { name: "store", uses: &["stanza", "session"] },
    Allowed { name: "link", uses: &["stanza", "session", "recovery"] },
    Allowed { name: "alerts", uses: &[] },
    Allowed { name: "audit", uses: &[] },
    Allowed { name: "explain", uses: &["recovery"] },
    Allowed { name: "bridges", uses: &["audit", "alerts", "store"] },
    Allowed { name: "console", uses: &["stanza", "session"] },
    Allowed { name: "client", uses: &["stanza", "stream"] },
    Allowed {
        name: "server",
        uses: &[
            "stanza", "stream", "session", "presence", "recovery", "rooms", "store", "link", "console",
            "alerts",
        ],
    },
    Allowed {
        name: "everpresent",
        uses: &[
            "stanza", "stream", "session", "recovery", "store", "link", "console", "alerts", "server",
            "client", "audit", "explain", "bridges",
        ],
    },
    Allowed { name: "sim", uses: &["stanza", "session", "presence", "recovery", "rooms"] },
    Allowed { name: "load", uses: &["stanza", "client"] },
    Allowed { name: "xtask", uses: &[] },
];

/// Crates that tests of others may use although the crate itself may not.
const TEST_HELPERS: &[&str] = &["client", "sim"];

/// Crates from outside with the only crates of ours that may name them, and why.
const RESERVED: &[(&[&str], &[&str], &str)] = &[
    (&["sqlx", "rusqlite", "tokio-postgres", "diesel"], &["store"], "SQL is in `store` only"),
    (
        &["axum", "hyper", "tower", "tower-http", "utoipa", "utoipa-axum"],
        &["console"],
        "HTTP is served by `console` only",
    ),
    (
        &["ureq"],
        &["alerts", "bridges", "everpresent", "load", "xtask"],
        "commands, alerts and bridges ask over HTTP",
    ),
    (&["lettre"], &["alerts"], "e-mail is written by `alerts` only"),
    (
        &["serde_json"],
        &["alerts", "audit", "bridges", "console", "everpresent", "load", "sim", "xtask"],
        "JSON is an affair of `console`, of `alerts`, of bridges and of commands",
    ),
    (&["russh", "ssh2", "openssh"], &["bridges"], "SSH is in `bridges` only"),
    (&["tonic", "tonic-prost", "prost"], &["link"], "the node-to-node protocol is in `link` only"),
    (&["xmpp-parsers", "rxml", "xso"], &["stanza"], "wire types reach other crates through `stanza`"),
];

/// Compares the manifests with the tables.
pub(crate) fn check(metadata: &Metadata, complaints: &mut Vec<Complaint>) {
    for package in metadata.members() {
        let name = package.short_name();
        let Some(allowed) = DIRECTION.iter().find(|allowed| allowed.name == name) else {
            complaints.push(Complaint::new(
                &package.name,
                "is not in the dependency table of xtask/src/tidy/direction.rs; add it there, and the reason to docs/adr/",
            ));
            continue;
        };
        check_inner(metadata, package, allowed, complaints);
        check_outer(package, complaints);
    }
}

fn check_inner(metadata: &Metadata, package: &Package, allowed: &Allowed, complaints: &mut Vec<Complaint>) {
    let pure = PURE.contains(&allowed.name);
    for dependency in &package.dependencies {
        if !metadata.members().any(|member| member.name == dependency.name) {
            continue;
        }
        let used = short_name(&dependency.name);
        let test_only = dependency.kind.as_deref() == Some("dev");
        let helper = test_only && TEST_HELPERS.contains(&used) && !pure;
        // A dev-dependency on oneself switches nothing on and is how an integration test names its own crate.
        let itself = test_only && used == allowed.name;
        if !allowed.uses.contains(&used) && !helper && !itself {
            let text = format!("may not depend on `{used}`; it may use: {}", listed(allowed.uses));
            complaints.push(Complaint::new(&package.name, text));
        }
    }
}

fn check_outer(package: &Package, complaints: &mut Vec<Complaint>) {
    for dependency in package.dependencies.iter().filter(|dependency| dependency.kind.is_none()) {
        for (names, owners, reason) in RESERVED {
            if names.contains(&dependency.name.as_str()) && !owners.contains(&package.short_name()) {
                let text = format!("may not depend on `{}`: {reason}", dependency.name);
                complaints.push(Complaint::new(&package.name, text));
            }
        }
    }
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "none of ours".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(dependencies: &str) -> Metadata {
        let package = |name: &str, dependencies: &str| {
            format!(
                r#"{{"id":"{name}","name":"{name}","dependencies":[{dependencies}],
                "features":{{}},"manifest_path":"/x/Cargo.toml","targets":[]}}"#
            )
        };
        let packages =
            [package("everpresent-session", dependencies), package("everpresent-store", "")].join(",");
        serde_json::from_str(&format!(
            r#"{{"packages":[{packages}],"workspace_members":["everpresent-session","everpresent-store"]}}"#
        ))
        .unwrap()
    }

    fn complaints(dependencies: &str) -> Vec<String> {
        let mut complaints = Vec::new();
        check(&workspace(dependencies), &mut complaints);
        complaints.into_iter().map(|complaint| complaint.text).collect()
    }

    #[test]
    fn a_pure_crate_may_not_reach_for_the_store_even_in_tests() {
        assert_eq!(complaints(r#"{"name":"everpresent-store","kind":null}"#).len(), 1);
        assert_eq!(complaints(r#"{"name":"everpresent-store","kind":"dev"}"#).len(), 1);
        assert_eq!(complaints(r#"{"name":"bytes","kind":null}"#).len(), 0);
    }

    #[test]
    fn sql_libraries_belong_to_the_store() {
        let found = complaints(r#"{"name":"sqlx","kind":null}"#);
        assert!(found[0].contains("SQL is in `store` only"), "{found:?}");
    }

    #[test]
    fn the_table_has_no_cycle() {
        for (index, allowed) in DIRECTION.iter().enumerate() {
            for used in allowed.uses {
                let target = DIRECTION.iter().find(|other| other.name == *used).unwrap();
                assert!(
                    !target.uses.contains(&allowed.name),
                    "{} and {used} use each other",
                    DIRECTION[index].name
                );
            }
        }
    }
}
