//! What goes to standard output: text, tables and JSON.

use std::io::{self, IsTerminal as _, Write as _};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::failure::Failure;

/// Prints text with a line end. A reader that has seen enough (`| head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_to_reader(text).map(|_| ())
}

/// The same, and says whether anybody reads on.
pub(crate) fn print_to_reader(text: &str) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| {
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        out.flush()
    });
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::failed(format!("standard output: {error}"))),
    }
}

/// Prints a value as JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::failed(error.to_string()))?;
    print(&text)
}

/// A value as JSON on one line.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::failed(error.to_string()))
}

/// Whether standard output takes colours: a terminal, unless the environment says otherwise (`NO_COLOR`).
pub(crate) fn colours() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// What makes a terminal show only what follows; nothing if there is none.
pub(crate) fn clear() -> &'static str {
    if io::stdout().is_terminal() { "\u{1b}[2J\u{1b}[H" } else { "" }
}

/// A table is fitted into terminals of this width and wider.
const NARROWEST_COLUMNS: u16 = 60;

/// Prints a table. Without a terminal it has no lines and is not broken to any width, for other programs.
pub(crate) fn print_table<const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> Result<(), Failure> {
    print(&table(header, rows))
}

/// What [`print_table`] prints, without the last line end.
pub(crate) fn table<const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> String {
    table_of(&header.map(str::to_owned), rows.map(Vec::from))
}

/// The same for columns that nobody knows before.
pub(crate) fn table_of(header: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows = rows.map(|row| row.iter().map(|cell| printable(cell)).collect::<Vec<String>>());
    let header: Vec<String> = header.iter().map(|name| printable(name)).collect();
    if !io::stdout().is_terminal() {
        return rows.fold(header.join("\t"), |text, row| text + "\n" + &row.join("\t"));
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    // A terminal that does not know its width, or that nothing fits into, breaks lines better than a table does.
    if table.width().is_some_and(|width| width >= NARROWEST_COLUMNS) {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    for row in rows {
        table.add_row(row);
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Comma-separated values (RFC 4180), the header first.
pub(crate) fn csv(
    header: &[String],
    rows: impl Iterator<Item = impl Iterator<Item = String>>,
) -> Result<String, Failure> {
    let failed = |error: String| Failure::failed(format!("CSV: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|error| failed(error.to_string()))?;
    for row in rows {
        writer.write_record(row.collect::<Vec<String>>()).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

/// Text from elsewhere, without what could steer a terminal or break a table.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
