//! `everpresent service`

use everpresent_console::administration::{ServiceInfo, ServiceList};

use crate::cli::{Cli, ServiceCommand};
use crate::failure::Failure;
use crate::node::Services;
use crate::output;

pub(crate) fn run(command: &ServiceCommand, cli: &Cli) -> Result<(), Failure> {
    let services = Services::of(&cli.load_config()?)?;
    let list = match command.order() {
        None => services.list()?,
        Some((name, act)) => services.order(name, act)?,
    };
    if cli.json { output::print_json(&list) } else { print(&list) }
}

fn print(list: &ServiceList) -> Result<(), Failure> {
    output::print(&format!("Services of {}:", list.node))?;
    output::print_table(["SERVICE", "STATE", "SINCE", "RESTARTS", "WHY"], list.services.iter().map(row))
}

fn row(service: &ServiceInfo) -> [String; 5] {
    [
        service.name.clone(),
        service.state.as_str().to_owned(),
        service.since.map_or_else(|| "-".to_owned(), |since| since.to_string()),
        service.restarts.map_or_else(|| "-".to_owned(), |restarts| restarts.to_string()),
        service.why.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}
