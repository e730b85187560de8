//! `everpresent bridges init`

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::ExitCode;

use everpresent_bridges::inventory::TEMPLATE;

use crate::cli::BridgesInitArguments;
use crate::failure::Failure;
use crate::output;

pub(super) fn run(arguments: &BridgesInitArguments) -> Result<ExitCode, Failure> {
    let path = &arguments.file;
    let mut options = OpenOptions::new();
    options.write(true).mode(0o640);
    if arguments.force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let written = options.open(path).and_then(|mut file| {
        file.write_all(TEMPLATE.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::failed(format!("{} exists already; --force overwrites it", path.display()))
        }
        _ => Failure::failed(format!("{}: {error}", path.display())),
    })?;
    let file = path.display();
    output::print(&format!(
        "Wrote {file}. Put your servers into it, then:\n  \
         everpresent bridges trust NAME --inventory {file}\n  \
         everpresent bridges check --inventory {file}\n  \
         everpresent bridges restart --leaking --dry-run --inventory {file}\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}
