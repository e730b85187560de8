//! `everpresent sql`

use std::io::{self, Read as _};
use std::time::Duration;

use everpresent_store::{Answer, AskError, Cell, Limits};
use serde_json::{Map, Value, json};

use crate::cli::{Cli, SqlArguments};
use crate::failure::{Exit, Failure};
use crate::{output, views};

/// The longest statement on standard input.
const MAX_INPUT_BYTES: u64 = 1024 * 1024;

pub(crate) fn run(arguments: &SqlArguments, cli: &Cli) -> Result<(), Failure> {
    let config = cli.load_config()?;
    let statement = if arguments.statement == "-" { read()? } else { arguments.statement.clone() };
    let time = Duration::from_secs(arguments.timeout);
    let rows = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let answer = views::ask(&config, &statement, Limits { time, rows })?.map_err(|error| failure(&error))?;
    if cli.json {
        return output::print_json(&to_json(&answer));
    }
    let (columns, rows) = (&answer.columns, answer.rows.iter().map(|row| row.iter().map(text)));
    if arguments.csv {
        output::print(&to_csv(&answer)?)?;
    } else {
        output::print(&output::table_of(columns, rows.map(Iterator::collect)))?;
    }
    if answer.more {
        // Not on standard output: there it would be a row.
        anstream::eprintln!("note: there are more than {} rows; see --limit", answer.rows.len());
    }
    Ok(())
}

fn read() -> Result<String, Failure> {
    let mut text = String::new();
    let read = io::stdin().lock().take(MAX_INPUT_BYTES).read_to_string(&mut text);
    read.map_err(|error| Failure::failed(format!("standard input: {error}")))?;
    Ok(text)
}

fn failure(error: &AskError) -> Failure {
    let exit = match error {
        AskError::NotAQuestion(_) => Exit::Usage,
        AskError::Refused(_) => Exit::Refused,
        AskError::TooLong(_) => Exit::Failed,
    };
    let hint = if exit == Exit::Failed { "; see --timeout" } else { "" };
    Failure::new(exit, format!("{error}{hint}"))
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
    }
}

/// An answer as comma-separated values.
pub(crate) fn to_csv(answer: &Answer) -> Result<String, Failure> {
    output::csv(&answer.columns, answer.rows.iter().map(|row| row.iter().map(csv_text)))
}

/// In CSV nothing stands for none.
fn csv_text(cell: &Cell) -> String {
    if *cell == Cell::Null { String::new() } else { text(cell) }
}

/// Rows as objects, for programs that look for a column by its name; of columns with the same name the last counts.
fn to_json(answer: &Answer) -> Value {
    let value = |cell: &Cell| match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number) => json!(number),
        Cell::Real(number) => json!(number),
        Cell::Text(text) => json!(text),
    };
    let row = |row: &Vec<Cell>| answer.columns.iter().cloned().zip(row.iter().map(value)).collect();
    let rows: Vec<Map<String, Value>> = answer.rows.iter().map(row).collect();
    json!({ "columns": answer.columns, "rows": rows, "more": answer.more })
}
