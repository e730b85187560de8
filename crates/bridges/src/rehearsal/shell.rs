//! The management shell: a line comes in, a text goes out. Pure.

/// What a command asks of the bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// The Web Bridge starts anew.
    RestartWebBridge,
    /// The session ends.
    Leave,
}

/// What the shell answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) status: u32,
    pub(super) effect: Effect,
}

/// What `help` shows.
const HELP: &[(&str, &str)] = &[
    ("help", "Prints this list"),
    ("webbridge", "Shows the configuration of the Web Bridge"),
    ("webbridge restart", "Restarts the Web Bridge"),
    ("version", "Shows the version"),
    ("exit", "Ends the session"),
];

/// What is said after a restart.
const RESTARTED: &str = "SUCCESS: Key and certificate pair match\n\
                         SUCCESS: certificate verified against CA bundle\n\
                         SUCCESS: webbridge enabled\n";

/// Answers a command of this shell.
pub(super) fn answer(command: &str, web_port: u16) -> Reply {
    let words: Vec<&str> = command.split_whitespace().collect();
    let reply = |text: String, effect| Reply { text, status: 0, effect };
    match words.as_slice() {
        [] => reply(String::new(), Effect::None),
        ["help" | "?"] => {
            let lines = HELP.iter().map(|(name, meaning)| format!("{name:<20} {meaning}\n"));
            reply(lines.collect(), Effect::None)
        }
        ["webbridge"] => reply(configuration(web_port), Effect::None),
        ["webbridge", "restart"] => reply(RESTARTED.to_owned(), Effect::RestartWebBridge),
        ["version"] => reply("stand-in of everpresent bridges rehearse\n".to_owned(), Effect::None),
        ["exit" | "logout" | "quit"] => reply(String::new(), Effect::Leave),
        [first, ..] => {
            let known = HELP.iter().any(|(name, _)| name.split(' ').next() == Some(first));
            let text = match known {
                true => format!("FAILURE: wrong use of {}: see help\n", shown(first)),
                false => format!("FAILURE: unknown command {}: see help\n", shown(first)),
            };
            Reply { text, status: 1, effect: Effect::None }
        }
    }
}

fn configuration(web_port: u16) -> String {
    format!(
        "Enabled                 : true\n\
         Interface whitelist     : a:{web_port}\n\
         Key file                : webbridge.key\n\
         Certificate file        : webbridge.crt\n\
         CA Bundle file          : ca.crt\n\
         Trust bundle            : callbridge.crt\n\
         HTTP redirect           : Disabled\n"
    )
}

/// Longest word that is repeated, in characters.
const MAX_SHOWN_CHARS: usize = 40;

fn shown(word: &str) -> String {
    word.chars().take(MAX_SHOWN_CHARS).map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// Longest line that is typed, in bytes.
const MAX_LINE_BYTES: usize = 1024;

/// Makes lines of what is typed. Shows what is typed if the other side has a terminal.
#[derive(Debug, Default)]
pub(super) struct Editor {
    line: Vec<u8>,
    pub(super) echoes: bool,
}

/// What came of some typed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// To be shown.
    Echo(Vec<u8>),
    /// A whole line.
    Line(String),
    /// End of the input.
    End,
}

impl Editor {
    /// Takes bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Typed> {
        let mut typed = Vec::new();
        for byte in bytes {
            match byte {
                b'\r' | b'\n' => {
                    self.echo(b"\r\n", &mut typed);
                    let line = String::from_utf8_lossy(&self.line).into_owned();
                    self.line.clear();
                    typed.push(Typed::Line(line));
                }
                // Ctrl-D on an empty line.
                4 if self.line.is_empty() => typed.push(Typed::End),
                8 | 127 if self.line.pop().is_some() => self.echo(b"\x08 \x08", &mut typed),
                byte if byte.is_ascii_control() => {}
                byte if self.line.len() < MAX_LINE_BYTES => {
                    self.line.push(*byte);
                    self.echo(&[*byte], &mut typed);
                }
                _ => {}
            }
        }
        typed
    }

    fn echo(&self, bytes: &[u8], typed: &mut Vec<Typed>) {
        if self.echoes {
            typed.push(Typed::Echo(bytes.to_vec()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_answered_and_only_one_of_them_does_something() {
        assert_eq!(answer("webbridge restart", 443).effect, Effect::RestartWebBridge);
        assert_eq!(answer("  webbridge   restart ", 443).effect, Effect::RestartWebBridge);
        assert!(answer("webbridge", 8443).text.contains("a:8443"));
        assert!(answer("help", 443).text.contains("webbridge restart"));
        for wrong in
            ["webbridge restart now", "webbridge enable", "reboot", "webbridge restart; reboot", "\x1b[2J"]
        {
            let reply = answer(wrong, 443);
            assert_eq!((reply.status, reply.effect), (1, Effect::None), "{wrong:?}");
            assert!(reply.text.starts_with("FAILURE: ") && !reply.text.contains('\x1b'), "{}", reply.text);
        }
    }

    #[test]
    fn typed_bytes_become_lines_whatever_the_pieces() {
        let mut editor = Editor { echoes: true, ..Editor::default() };
        assert_eq!(editor.take(b"he"), [Typed::Echo(b"h".to_vec()), Typed::Echo(b"e".to_vec())]);
        let typed = editor.take(b"x\x7flp\r");
        assert_eq!(typed.last(), Some(&Typed::Line("help".into())));
        let mut silent = Editor::default();
        assert_eq!(silent.take(b"webbridge restart\nexit\n\x04").len(), 3);
        let endless = silent.take(&vec![b'a'; 1 << 20]);
        assert!(endless.is_empty());
        assert_eq!(silent.take(b"\n"), [Typed::Line("a".repeat(MAX_LINE_BYTES))]);
    }
}
