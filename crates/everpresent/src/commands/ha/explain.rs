//! `everpresent ha explain`

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use everpresent_explain::{Explainer, Limits};
use flate2::bufread::MultiGzDecoder;
use jiff::Zoned;

use crate::cli::{Cli, ExplainArguments};
use crate::failure::{Exit, Failure};
use crate::output;

/// What is read at once. Files are never held as a whole.
const PIECE_BYTES: usize = 64 * 1024;
/// How a file that gzip made begins (RFC 1952 §2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

pub(super) fn run(arguments: &ExplainArguments, cli: &Cli) -> Result<(), Failure> {
    if let Some(page) = &arguments.html {
        refuse_input_as_output(page, &arguments.files)?;
    }
    let limits = Limits { keep_alive_timeout_seconds: arguments.keep_alive_timeout, ..Limits::default() };
    let mut explainer = Explainer::new(limits, Zoned::now().date());
    for path in &arguments.files {
        let name = path.display().to_string();
        explainer.begin(&name);
        read(path, &mut explainer)
            .map_err(|error| Failure::failed(format!("{name} is not readable: {error}")))?;
    }
    let report = explainer.finish();
    if let Some(page) = &arguments.html {
        std::fs::write(page, report.html()).map_err(|error| {
            Failure::failed(format!("{} is not writable: {error}; give another --html", page.display()))
        })?;
    }
    if cli.json {
        output::print_json(&report)?;
    } else {
        output::print(&report.text(output::colours()))?;
    }
    if report.is_empty() {
        let message = "nothing in these files is understood: give Server Recovery Manager logs, the outputs of `run sql` on \
                       enterprisenode and enterprisesubcluster, or event viewer logs";
        return Err(Failure::new(Exit::Refused, message));
    }
    Ok(())
}

fn read(path: &Path, explainer: &mut Explainer) -> io::Result<()> {
    if path.as_os_str() == "-" {
        return unpack(BufReader::new(io::stdin().lock()), explainer);
    }
    unpack(BufReader::new(File::open(path)?), explainer)
}

fn unpack(mut reader: impl BufRead, explainer: &mut Explainer) -> io::Result<()> {
    if reader.fill_buf()?.starts_with(&GZIP) {
        feed(MultiGzDecoder::new(reader), explainer)
    } else {
        feed(reader, explainer)
    }
}

fn feed(mut reader: impl Read, explainer: &mut Explainer) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(length) => explainer.feed(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A slip of the hand must not write over the log that is to be explained.
fn refuse_input_as_output(page: &Path, files: &[std::path::PathBuf]) -> Result<(), Failure> {
    let Ok(page) = page.canonicalize() else { return Ok(()) };
    if files.iter().any(|file| file.canonicalize().is_ok_and(|file| file == page)) {
        let text = format!("--html would write over {}, which is to be read", page.display());
        return Err(Failure::new(Exit::Usage, text));
    }
    Ok(())
}
