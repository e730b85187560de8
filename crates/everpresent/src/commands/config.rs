//! `everpresent config`

use everpresent_server::config::{Config, reference};
use serde_json::json;

use crate::cli::{Cli, ConfigCommand};
use crate::failure::Failure;
use crate::output;

pub(crate) fn run(command: &ConfigCommand, cli: &Cli) -> Result<(), Failure> {
    match command {
        ConfigCommand::Reference => output::print(&reference()),
        ConfigCommand::Check { file } => {
            let path = file.as_deref().unwrap_or(cli.config_path());
            let config = Config::load(path)?;
            if cli.json {
                output::print_json(&json!({ "valid": true }))
            } else {
                output::print(&summary(path, &config))
            }
        }
    }
}

fn summary(path: &std::path::Path, config: &Config) -> String {
    let listen = &config.listen;
    let lists = [
        ("c2s", &listen.c2s),
        ("c2s_tls", &listen.c2s_tls),
        ("c2s_plain", &listen.c2s_plain),
        ("http", &listen.http),
        ("https", &listen.https),
    ];
    let listeners =
        lists.iter().flat_map(|(kind, list)| list.iter().map(move |address| format!("{kind} {address}")));
    let domains: Vec<&str> = config.node.domains.iter().map(|domain| domain.as_str()).collect();
    let certificate =
        config.tls.certificate.as_ref().map_or("self-signed".into(), |path| path.display().to_string());
    format!(
        "{} is valid.\n  node         {}\n  domains      {}\n  data         {}\n  database     {}\n  certificate  {certificate}\n  \
         listens on   {}\n",
        path.display(),
        config.node.name,
        domains.join(", "),
        config.node.data_dir.display(),
        config.database.url,
        listeners.collect::<Vec<_>>().join(", "),
    )
}
