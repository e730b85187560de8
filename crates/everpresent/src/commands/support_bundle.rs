//! `everpresent support-bundle`: what is needed to understand an event, in one file, without secrets.

mod archive;
mod config_text;
mod logs;
mod scrub;
mod state;

use std::path::PathBuf;

use everpresent_server::config::Config;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::cli::{Cli, SupportBundleArguments};
use crate::failure::Failure;
use crate::output;
use archive::Archive;
use logs::Window;
use scrub::Scrubber;

/// What goes into the file, and what does not because it could not be had.
struct Bundle {
    scrubber: Scrubber,
    entries: Vec<Entry>,
    missing: Vec<Missing>,
}

/// A file in the bundle.
struct Entry {
    name: String,
    text: String,
}

/// Something that could not be had.
#[derive(Debug, Serialize)]
struct Missing {
    what: String,
    why: String,
}

impl Bundle {
    /// Adds text; what is secret in it is taken out here, whatever it is.
    fn add(&mut self, name: impl Into<String>, text: &str) {
        self.entries.push(Entry { name: name.into(), text: self.scrubber.clean(text) });
    }

    /// Adds what was found, or says why it was not.
    fn add_found(&mut self, name: &str, found: Result<String, String>) {
        match found {
            Ok(text) => self.add(name, &text),
            Err(why) => self.miss(name, &why),
        }
    }

    fn miss(&mut self, what: &str, why: &str) {
        self.missing.push(Missing { what: what.to_owned(), why: self.scrubber.clean(why) });
    }
}

pub(crate) fn run(arguments: &SupportBundleArguments, cli: &Cli) -> Result<(), Failure> {
    let config = cli.load_config()?;
    let made = Timestamp::now();
    let window = Window::around(arguments.around.unwrap_or(made), arguments.span)?;
    let stem = format!("everpresent-support-{}-{}", config.node.name, made.strftime("%Y%m%dT%H%M%SZ"));
    let path = arguments.output.clone().unwrap_or_else(|| PathBuf::from(format!("{stem}.tar.gz")));
    // Made first: nothing is gathered for a file that cannot be written.
    let mut archive = Archive::create(&path, &stem, made)?;
    let mut bundle = Bundle { scrubber: Scrubber::of(&config), entries: Vec::new(), missing: Vec::new() };
    gather(&mut bundle, arguments, &window, &config, cli)?;
    describe(&mut bundle, &window, made)?;
    for entry in &bundle.entries {
        archive.add(&entry.name, entry.text.as_bytes())?;
    }
    archive.finish()?;
    report(&bundle, &path, cli)
}

fn gather(
    bundle: &mut Bundle,
    arguments: &SupportBundleArguments,
    window: &Window,
    config: &Config,
    cli: &Cli,
) -> Result<(), Failure> {
    bundle.add_found("config.toml", config_text::of(cli.config_path(), config));
    bundle.add("versions.json", &pretty(&state::versions())?);
    state::tables(bundle, config);
    state::running(bundle, config);
    if arguments.logs.is_empty() {
        bundle.add_found("logs/journal.log", logs::journal(&arguments.unit, window));
    }
    for (number, file) in arguments.logs.iter().enumerate() {
        let name = file.file_name().map_or_else(|| "log".into(), |name| name.to_string_lossy().into_owned());
        let found = logs::from_file(file, window);
        bundle.add_found(&format!("logs/{}-{name}", number + 1), found);
    }
    Ok(())
}

/// The first thing to read.
fn describe(bundle: &mut Bundle, window: &Window, made: Timestamp) -> Result<(), Failure> {
    let files: Vec<&str> = bundle.entries.iter().map(|entry| entry.name.as_str()).collect();
    let manifest = json!({
        "made": made.to_string(),
        "logs_from": window.from.to_string(),
        "logs_to": window.to.to_string(),
        "files": files,
        "missing": bundle.missing,
    });
    let text = pretty(&manifest)?;
    bundle.add("manifest.json", &text);
    Ok(())
}

fn pretty(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(|error| Failure::failed(error.to_string()))
}

fn report(bundle: &Bundle, path: &std::path::Path, cli: &Cli) -> Result<(), Failure> {
    if cli.json {
        let files: Vec<&str> = bundle.entries.iter().map(|entry| entry.name.as_str()).collect();
        return output::print_json(&json!({ "file": path, "files": files, "missing": bundle.missing }));
    }
    let mut text = format!("{} is written; look at it before you send it to anybody.", path.display());
    for Missing { what, why } in &bundle.missing {
        text.push_str(&format!("\nmissing: {what}: {why}"));
    }
    output::print(&text)
}
