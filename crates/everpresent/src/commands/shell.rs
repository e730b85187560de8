//! `everpresent completions` and `everpresent man`

use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output;

pub(crate) fn completions(shell: Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut without_hidden_arguments(), "everpresent", &mut text);
    output::print(&String::from_utf8_lossy(&text))
}

/// The command line as people use it: completions would offer what `serve` says to itself.
fn without_hidden_arguments() -> Command {
    Cli::command().mut_subcommand("serve", |serve| {
        let shown = serve.get_arguments().filter(|argument| !argument.is_hide_set()).cloned();
        Command::new("serve").about(serve.get_about().cloned().unwrap_or_default()).args(shown)
    })
}

/// Prints the main page, or writes the pages of all commands into `dir`.
pub(crate) fn man(dir: Option<&Path>) -> Result<(), Failure> {
    let Some(dir) = dir else {
        let mut page = Vec::new();
        let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
        rendered.map_err(|error| Failure::failed(error.to_string()))?;
        return output::print(&String::from_utf8_lossy(&page));
    };
    let written = std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(Cli::command(), dir));
    written.map_err(|error| Failure::failed(format!("{}: {error}", dir.display())))
}
