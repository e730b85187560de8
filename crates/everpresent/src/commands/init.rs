//! `everpresent init`

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use everpresent_server::config::{Config, template};
use everpresent_stanza::BareJid;

use crate::cli::InitArguments;
use crate::failure::{Exit, Failure};
use crate::output;

/// Name of the file that is written.
const FILE: &str = "everpresent.toml";

pub(crate) fn run(arguments: &InitArguments) -> Result<(), Failure> {
    let domain = BareJid::new(&arguments.domain).ok().filter(|domain| domain.node().is_none());
    let domain = domain.ok_or_else(|| {
        let message = format!("{:?} is not a domain; write one like chat.example.org", arguments.domain);
        Failure::new(Exit::Usage, message)
    })?;
    let path = arguments.dir.join(FILE);
    let failed = |error: std::io::Error| Failure::failed(format!("{}: {error}", path.display()));
    std::fs::create_dir_all(&arguments.dir).map_err(failed)?;
    write(&path, &template(domain.as_str()), arguments.force).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::failed(format!("{} exists already; --force overwrites it", path.display()))
        }
        _ => failed(error),
    })?;
    Config::load(&path)?;
    let file = path.display();
    output::print(&format!(
        "Wrote {file}, which serves {domain}.\n\nNext:\n  \
         everpresent --config {file} user add alice@{domain}\n  \
         everpresent --config {file} serve\n"
    ))
}

/// Writes the file for its owner and group: a password may be put into it later.
fn write(path: &Path, text: &str, force: bool) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o640);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
