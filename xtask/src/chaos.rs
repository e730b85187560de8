//! `chaos`: real processes, killed under traffic.

use std::process::Command;

use clap::{Args, ValueEnum};

use crate::end_to_end;
use crate::install;
use crate::next_version;
use crate::process::{Outcome, run as run_command};
use crate::simulate::require_binary;
use crate::workspace::{build_release, root, target_folder};

/// The package and binary that play the scenes.
const PACKAGE: &str = "everpresent-load";
const BINARY: &str = "everpresent-chaos";
/// Programs that the scene `pair` starts, with the Debian packages that they come in.
const PROGRAMS: &[(&str, &str)] = &[
    ("ip", "iproute2"),
    ("setpriv", "util-linux"),
    ("openssl", "openssl"),
    ("ejabberdctl", "ejabberd"),
    ("profanity", "profanity"),
    ("tmux", "tmux"),
    ("pg_createcluster", "postgresql"),
    ("python3", "python3"),
    ("gcc", "gcc"),
];
/// The slixmpp clients of the scene `pair`.
const SCRIPT: &str = "e2e/pair_clients.py";

/// Options of `cargo xtask chaos`.
#[derive(Args)]
pub(crate) struct Options {
    /// What is killed.
    scene: Scene,
    /// More words for the scene itself.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// What stands on the stage.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scene {
    /// One node, killed and started again.
    Single,
    /// Two nodes that cover for each other.
    Pair,
    /// The same two, upgraded one after the other to the next minor version of this tree.
    Upgrade,
}

/// Builds the server as it ships and hands over to the binary `everpresent-chaos` of crate `load`.
pub(crate) fn run(options: &Options) -> Outcome {
    require_binary(PACKAGE, BINARY)?;
    let newer = if options.scene == Scene::Upgrade { Some(next_version::build()?) } else { None };
    build_release()?;
    let mut words = vec![match options.scene {
        Scene::Single => "single".to_owned(),
        Scene::Pair | Scene::Upgrade => "pair".to_owned(),
    }];
    if let Some(newer) = newer {
        words.extend(["--restart-both", "--upgrade-to"].map(str::to_owned));
        words.push(newer.display().to_string());
    }
    if options.scene != Scene::Single {
        install::debian(PROGRAMS)?;
        let python = end_to_end::environment()?;
        words.extend(["--python".to_owned(), python.display().to_string()]);
        words.extend(["--script".to_owned(), root().join(SCRIPT).display().to_string()]);
    }
    words.extend(options.rest.iter().cloned());
    run_command(Command::new(target_folder().join("release").join(BINARY)).args(words))
}
