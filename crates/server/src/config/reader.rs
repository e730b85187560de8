//! From text to typed values: places, overrides, unknown names.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::Environment;
use super::error::{ConfigError, ConfigErrors, Origin};
use super::keys::{Key, SECTIONS, Section};
use super::value::{Raw, Value};

/// How alike two names must be (Jaro-Winkler, 0 to 1) for one to be offered in place of the other.
const NEAR: f64 = 0.75;

/// Longest part of a line that is shown under an error, in characters.
const MAX_SHOWN_CHARS: usize = 160;

/// Where each key that is not a default came from, by (section, key).
pub(super) struct Origins(BTreeMap<(&'static str, &'static str), Origin>);

impl Origins {
    /// The origin of a key's value.
    pub(super) fn of(&self, section: &str, key: &str) -> Origin {
        let found = self.0.iter().find(|(name, _)| **name == (section, key));
        found.map_or(Origin::Default, |(_, origin)| origin.clone())
    }
}

/// Reads keys one by one and gathers every problem.
pub(super) struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
    table: DeTable<'a>,
    environment: &'a Environment,
    origins: Origins,
    errors: Vec<ConfigError>,
}

impl<'a> Reader<'a> {
    /// A reader of `text`; fails when it is not TOML.
    pub(super) fn new(
        text: &'a str,
        path: &'a Path,
        environment: &'a Environment,
    ) -> Result<Self, ConfigErrors> {
        let parsed = DeTable::parse(text);
        let origins = Origins(BTreeMap::new());
        let (table, failed) = match parsed {
            Ok(table) => (table.into_inner(), None),
            Err(error) => (DeTable::new(), Some(error)),
        };
        let mut reader = Self { text, path, table, environment, origins, errors: Vec::new() };
        if let Some(error) = failed {
            let origin = reader.place(&error.span().unwrap_or(0..0));
            let message = format!("is not valid TOML: {}", error.message().replace('\n', ", "));
            return Err(ConfigErrors::new(vec![ConfigError { origin, message }]));
        }
        reader.refuse_unknown_names();
        reader.refuse_unknown_variables();
        Ok(reader)
    }

    /// The origins and the problems found, in the order of the file.
    pub(super) fn finish(mut self) -> (Origins, Vec<ConfigError>) {
        self.errors.sort_by_key(|error| match error.origin {
            Origin::File { line, column, .. } => (line, column),
            _ => (usize::MAX, 0),
        });
        (self.origins, self.errors)
    }

    /// The value of `key`: the environment's, else the file's, else the default. A problem is kept for the end.
    pub(super) fn read<T: Value>(&mut self, section: &'static str, key: &'static Key) -> Option<T> {
        let from_environment = self.environment.get(&variable(section, key.name));
        let (origin, result) = if let Some(text) = from_environment {
            (Origin::Environment(variable(section, key.name)), T::read(Raw::Text(text)))
        } else if let Some(entry) = self.in_file(section, key.name) {
            (self.place(&entry.0), T::read(Raw::Toml(entry.1)))
        } else {
            let parsed = DeValue::parse(key.default).map_err(|error| error.message().to_owned());
            (Origin::Default, parsed.and_then(|value| T::read(Raw::Toml(value.get_ref()))))
        };
        let result = result.and_then(|value| in_range(value, key.range));
        let value = match result {
            Ok(value) => Some(value),
            Err(problem) => {
                let message = format!("`{}` in [{section}] {problem}", key.name);
                self.errors.push(ConfigError { origin: origin.clone(), message });
                None
            }
        };
        self.origins.0.insert((section, key.name), origin);
        value
    }

    fn in_file(&self, section: &str, key: &str) -> Option<(Range<usize>, &DeValue<'a>)> {
        let value = self.table.get(section)?.get_ref().as_table()?.get(key)?;
        Some((value.span(), value.get_ref()))
    }

    fn refuse_unknown_names(&mut self) {
        let mut problems = Vec::new();
        for (name, value) in self.table.iter() {
            let known = SECTIONS.iter().find(|section| section.name == name.get_ref());
            match (known, value.get_ref().as_table()) {
                (None, table) => problems.push((name.span(), unknown_top(name.get_ref(), table.is_some()))),
                (Some(_), None) => {
                    let name = name.get_ref();
                    problems.push((
                        value.span(),
                        format!("`{name}` is a section: write [{name}] on its own line"),
                    ));
                }
                (Some(section), Some(keys)) => {
                    let unknown =
                        keys.keys().filter(|key| !section.keys.iter().any(|k| k.name == key.get_ref()));
                    problems.extend(unknown.map(|key| (key.span(), unknown_key(section, key.get_ref()))));
                }
            }
        }
        for (span, message) in problems {
            let origin = self.place(&span);
            self.errors.push(ConfigError { origin, message });
        }
    }

    /// A variable that begins like a section's but names no key of it is a slip of the pen. Others that begin with
    /// `EVERPRESENT_` are left alone: container systems make such variables from the service's name.
    fn refuse_unknown_variables(&mut self) {
        for name in self.environment.keys().filter(|name| name.starts_with("EVERPRESENT_")) {
            let names =
                |section: &Section| section.keys.iter().any(|key| variable(section.name, key.name) == *name);
            let section = SECTIONS.iter().find(|section| name.starts_with(&variable(section.name, "")));
            if let Some(section) = section.filter(|_| !SECTIONS.iter().any(names)) {
                let candidates = section.keys.iter().map(|key| variable(section.name, key.name));
                let message = format!("names no key of [{}]{}", section.name, suggestion(name, candidates));
                self.errors.push(ConfigError { origin: Origin::Environment(name.clone()), message });
            }
        }
    }

    fn place(&self, span: &Range<usize>) -> Origin {
        let start = floor_char(self.text, span.start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_text = self.text[line_start..].lines().next().unwrap_or_default();
        let column = self.text[line_start..start].chars().count() + 1;
        let end = floor_char(self.text, span.end)
            .clamp(start, line_start + line_text.len().max(start - line_start));
        let shown: String =
            line_text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_SHOWN_CHARS).collect();
        let marked = self.text[start..end].chars().count().min(MAX_SHOWN_CHARS);
        let line = before.matches('\n').count() + 1;
        let shown = (column <= MAX_SHOWN_CHARS && !shown.trim().is_empty()).then_some((shown, marked));
        Origin::File { path: self.path.to_owned(), line, column, shown }
    }
}

/// The environment variable that overrides a key.
pub(super) fn variable(section: &str, key: &str) -> String {
    format!("EVERPRESENT_{section}_{key}").to_uppercase()
}

fn floor_char(text: &str, index: usize) -> usize {
    text.floor_char_boundary(index)
}

fn in_range<T: Value>(value: T, range: Option<(u64, u64)>) -> Result<T, String> {
    match (value.magnitude(), range) {
        (Some(number), Some((low, high))) if number < low || number > high => {
            Err(format!("must be from {low} to {high}, not {number}"))
        }
        _ => Ok(value),
    }
}

fn unknown_top(name: &str, is_table: bool) -> String {
    let holders: Vec<&str> = SECTIONS
        .iter()
        .filter(|section| section.keys.iter().any(|key| key.name == name))
        .map(|s| s.name)
        .collect();
    if !is_table && !holders.is_empty() {
        return format!("`{name}` stands outside any section; it belongs into [{}]", holders.join("] or ["));
    }
    let kind = if is_table { "section" } else { "key" };
    format!(
        "unknown {kind} `{name}`{}",
        suggestion(name, SECTIONS.iter().map(|section| format!("[{}]", section.name)))
    )
}

fn unknown_key(section: &Section, name: &str) -> String {
    let elsewhere = SECTIONS.iter().find(|other| other.keys.iter().any(|key| key.name == name));
    let hint = match elsewhere {
        Some(other) => format!("; it belongs into [{}]", other.name),
        None => suggestion(name, section.keys.iter().map(|key| format!("`{}`", key.name))),
    };
    format!("unknown key `{name}` in [{}]{hint}", section.name)
}

/// "; did you mean …?" with the most similar candidate, or a list of all when none is similar and they are few.
fn suggestion(name: &str, candidates: impl Iterator<Item = String>) -> String {
    let bare = |candidate: &str| candidate.trim_matches(['`', '[', ']']).to_lowercase();
    let name = name.to_lowercase();
    let scored = candidates.map(|candidate| (strsim::jaro_winkler(&name, &bare(&candidate)), candidate));
    let mut scored: Vec<_> = scored.collect();
    scored.sort_by(|l, r| r.0.total_cmp(&l.0));
    match scored.first() {
        Some((score, nearest)) if *score >= NEAR => format!("; did you mean {nearest}?"),
        _ => {
            let mut names: Vec<String> = scored.into_iter().map(|(_, candidate)| candidate).collect();
            names.sort();
            format!("; there are {}", names.join(", "))
        }
    }
}
