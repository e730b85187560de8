//! `everpresent user`

use std::fs::File;
use std::io::{self, BufRead as _, IsTerminal as _, Read, Write as _};
use std::path::Path;

use everpresent_console::Password;
use everpresent_console::administration::{ImportReport, NewUser, UserPage, UserQuery};
use everpresent_server::config::Config;
use everpresent_stanza::BareJid;
use serde_json::json;

use super::sessions::count;
use crate::cli::{Cli, PageArguments, UserCommand};
use crate::failure::{Exit, Failure};
use crate::node::Node;
use crate::{output, password};

/// Accounts that are imported with one request. Each takes the server some ten milliseconds.
const IMPORT_CHUNK: usize = 200;
/// Largest import file.
const MAX_IMPORT_BYTES: u64 = 256 * 1024 * 1024;

pub(crate) fn run(command: &UserCommand, cli: &Cli) -> Result<(), Failure> {
    let config = cli.load_config()?;
    match command {
        UserCommand::Add { jid, password } => {
            let jid = account(jid, &config)?;
            let password = password::read(password, jid.as_str())?;
            Node::of(&config)?.create_user(jid.clone(), password)?;
            done(cli, &jid, "added")
        }
        UserCommand::List(PageArguments { limit, after }) => {
            let query = UserQuery { after: after.clone(), limit: *limit as usize };
            let page = Node::of(&config)?.list_users(query)?;
            if cli.json { output::print_json(&page) } else { print_page(&page) }
        }
        UserCommand::Password { jid, password } => {
            let jid = account(jid, &config)?;
            let password = password::read(password, jid.as_str())?;
            Node::of(&config)?.set_password(jid.clone(), password)?;
            done(cli, &jid, "has a new password")
        }
        UserCommand::Disable { jid } => {
            let jid = account(jid, &config)?;
            Node::of(&config)?.set_enabled(jid.clone(), false)?;
            done(cli, &jid, "disabled")
        }
        UserCommand::Enable { jid } => {
            let jid = account(jid, &config)?;
            Node::of(&config)?.set_enabled(jid.clone(), true)?;
            done(cli, &jid, "enabled")
        }
        UserCommand::Remove { jid, yes } => {
            let jid = account(jid, &config)?;
            if !yes {
                confirm(&jid)?;
            }
            Node::of(&config)?.remove_user(jid.clone())?;
            done(cli, &jid, "removed")
        }
        UserCommand::Import { file } => import(file, cli, &config),
    }
}

/// Reads the address of an account. A bare name means the domain of the server if it has only one.
pub(super) fn account(text: &str, config: &Config) -> Result<BareJid, Failure> {
    let usage =
        |why: String| Failure::new(Exit::Usage, format!("{text:?} is not the address of an account: {why}"));
    let full = match (text.contains('@'), config.node.domains.as_slice()) {
        (false, [domain]) => format!("{text}@{domain}"),
        _ => text.to_owned(),
    };
    let jid = BareJid::new(&full).map_err(|error| usage(error.to_string()))?;
    if jid.node().is_none() { Err(usage("write name@domain".into())) } else { Ok(jid) }
}

fn done(cli: &Cli, jid: &BareJid, what: &str) -> Result<(), Failure> {
    if cli.json {
        output::print_json(&json!({ "jid": jid.as_str() }))
    } else {
        output::print(&format!("{jid} {what}."))
    }
}

fn print_page(page: &UserPage) -> Result<(), Failure> {
    let rows = page.users.iter().map(|user| {
        let state = if user.enabled { "enabled" } else { "disabled" };
        let sessions = user.sessions.map_or_else(|| "-".into(), |sessions| sessions.to_string());
        [user.jid.clone(), state.to_owned(), sessions, user.created.to_string()]
    });
    output::print_table(["USER", "STATE", "SESSIONS", "CREATED"], rows)?;
    match &page.next {
        Some(next) => {
            output::print(&format!("{} of {} shown; go on with --after {next}", page.users.len(), page.total))
        }
        None => Ok(()),
    }
}

/// Asks on a terminal; without one the command itself is the decision.
fn confirm(jid: &BareJid) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    let mut terminal = io::stderr();
    let asked = write!(terminal, "Remove {jid} with roster, archive and messages? [y/N] ")
        .and_then(|()| terminal.flush());
    asked.map_err(|error| Failure::failed(error.to_string()))?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Failure::failed(error.to_string()))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::failed("nothing was removed"))
    }
}

fn import(path: &Path, cli: &Cli, config: &Config) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::failed(format!("{}: {error}", path.display()));
    let users = if path == Path::new("-") {
        read_users(io::stdin().lock(), config)?
    } else {
        read_users(File::open(path).map_err(failed)?, config)?
    };
    let node = Node::of(config)?;
    let mut total = ImportReport::default();
    for (chunk_number, chunk) in users.chunks(IMPORT_CHUNK).enumerate() {
        let report = node.import_users(chunk.to_vec())?;
        total.created += report.created;
        total.failed.extend(report.failed.into_iter().map(|mut failure| {
            failure.index += chunk_number * IMPORT_CHUNK;
            failure
        }));
    }
    if cli.json {
        output::print_json(&total)?;
    } else {
        output::print(&format!("{} made.", count(total.created, "account")))?;
        let rows = total
            .failed
            .iter()
            .map(|failure| [(failure.index + 1).to_string(), failure.jid.clone(), failure.message.clone()]);
        if !total.failed.is_empty() {
            output::print_table(["RECORD", "USER", "NOT MADE BECAUSE"], rows)?;
        }
    }
    let missing = total.failed.len() as u64;
    if missing == 0 {
        Ok(())
    } else {
        Err(Failure::new(Exit::Refused, format!("{} not made", count(missing, "account"))))
    }
}

/// Reads the whole file before the first account is made, so that a broken file changes nothing.
fn read_users(input: impl Read, config: &Config) -> Result<Vec<NewUser>, Failure> {
    let usage =
        |error: csv::Error| Failure::new(Exit::Usage, format!("the CSV file is not understood: {error}"));
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(input.take(MAX_IMPORT_BYTES));
    let header = reader.headers().map_err(usage)?;
    let column = |name: &str| header.iter().position(|column| column == name);
    let (Some(jid), Some(password)) = (column("jid"), column("password")) else {
        return Err(Failure::new(
            Exit::Usage,
            "the first line of the CSV file must name the columns jid and password",
        ));
    };
    let mut users = Vec::new();
    for record in reader.into_records() {
        let record = record.map_err(usage)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |index: usize| record.get(index).unwrap_or_default();
        let at_line =
            |failure: Failure| Failure::new(Exit::Usage, format!("line {line}: {}", failure.message));
        let jid = account(cell(jid).trim(), config).map_err(at_line)?.to_string();
        let password = Password::new(cell(password));
        password.check().map_err(|refusal| at_line(refusal.into()))?;
        users.push(NewUser { jid, password });
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config::parse("", Path::new("everpresent.toml"), &std::collections::BTreeMap::new()).unwrap()
    }

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        let users = read_users(text.as_bytes(), &config()).map_err(|failure| failure.message)?;
        Ok(users.into_iter().map(|user| (user.jid, user.password.expose().to_owned())).collect())
    }

    #[test]
    fn accounts_are_read_from_csv_whatever_the_order_of_its_columns() {
        let users = read("name,password,jid\nA,\" w,\"\"x\"\" \",Alice@Example.org\nB,y,bob\n").unwrap();
        assert_eq!(users[0], ("alice@example.org".into(), " w,\"x\" ".into()));
        assert_eq!(users[1], ("bob@localhost".into(), "y".into()));
    }

    #[test]
    fn a_broken_file_is_refused_with_its_line() {
        assert!(read("alice@x,secret\n").unwrap_err().contains("jid and password"));
        assert!(read("jid,password\na@x,1\nb@x\n").unwrap_err().contains("line: 3"));
        assert!(
            read("jid,password\na@x,1\nb@x,\n").unwrap_err().starts_with("line 3: the password is empty")
        );
        assert!(read("jid,password\n@@,1\n").unwrap_err().starts_with("line 2: \"@@\" is not"));
    }

    #[test]
    fn a_name_alone_means_the_only_domain() {
        assert_eq!(account("alice", &config()).unwrap().as_str(), "alice@localhost");
        assert_eq!(account("a@b", &config()).unwrap().as_str(), "a@b");
        assert!(account("a@b/c", &config()).is_err());
    }
}
