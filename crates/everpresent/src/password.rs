//! Passwords: asked for without echo, or read from a file or standard input; never from the command line.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read};

use everpresent_console::Password;

use crate::cli::PasswordArguments;
use crate::failure::{Exit, Failure};

/// Reads a password from where the command line says.
pub(crate) fn read(arguments: &PasswordArguments, jid: &str) -> Result<Password, Failure> {
    let password = match &arguments.password_file {
        Some(path) => {
            let file =
                File::open(path).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
            first_line(file, &path.display().to_string())?
        }
        None if io::stdin().is_terminal() => ask(jid)?,
        None => first_line(io::stdin().lock(), "standard input")?,
    };
    let password = Password::new(password);
    password.check().map_err(|refusal| Failure::new(Exit::Usage, refusal.message))?;
    Ok(password)
}

fn ask(jid: &str) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::failed(format!("the password cannot be read: {error}"));
    let first = rpassword::prompt_password(format!("Password for {jid}: ")).map_err(failed)?;
    let second = rpassword::prompt_password("The same again: ").map_err(failed)?;
    if first != second {
        return Err(Failure::new(Exit::Usage, "the two passwords differ; nothing was changed"));
    }
    Ok(first)
}

/// The first line without its end. Only the line end is taken off: blanks may belong to the password.
fn first_line(input: impl Read, name: &str) -> Result<String, Failure> {
    let mut line = String::new();
    let limit = Password::MAX_BYTES as u64 + 2;
    let read = BufReader::new(input.take(limit)).read_line(&mut line);
    read.map_err(|error| Failure::failed(format!("the password cannot be read from {name}: {error}")))?;
    let without_end = line.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    Ok(without_end.unwrap_or(&line).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_password_with_its_blanks() {
        let read = |text: &str| first_line(text.as_bytes(), "test").unwrap();
        assert_eq!(read(" wonder land \nsecond"), " wonder land ");
        assert_eq!(read("windows\r\n"), "windows");
        assert_eq!(read("no end"), "no end");
        assert!(Password::new(read(&"x".repeat(5000))).check().is_err());
        assert!(first_line([0xff_u8, 0xfe].as_slice(), "test").is_err());
    }
}
