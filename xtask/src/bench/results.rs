//! Collects the numbers of all runs and makes tables of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::generator::Report;
use super::scenario::{Better, Measure, Scenario};
use super::server::Kind;

/// Above this share of its core, the generator may be what limited a result.
const GENERATOR_BOUND_SHARE: f64 = 0.9;

/// All numbers, in the order in which they were first seen.
#[derive(Default)]
pub(super) struct Results {
    rows: Vec<Row>,
    loads: Vec<Load>,
    trouble: Vec<String>,
}

struct Row {
    measure: &'static Measure,
    values: BTreeMap<Kind, Vec<f64>>,
}

/// Shares of their cores that server and generator used in a scenario.
struct Load {
    scenario: &'static str,
    shares: BTreeMap<Kind, Vec<(f64, f64)>>,
}

impl Results {
    /// Takes the numbers of one run.
    pub(super) fn add(&mut self, kind: Kind, scenario: &Scenario, report: &Report) {
        for measure in scenario.measures {
            if let Some(value) = (measure.value)(report) {
                self.row(measure).values.entry(kind).or_default().push(value);
            }
        }
        if report.per_second > 0.0 {
            let server = report.server.as_ref().map_or(0.0, |server| server.core_share);
            let shares = (server, report.generator.core_share);
            self.load(scenario.name).shares.entry(kind).or_default().push(shares);
        }
        let trouble = report.trouble();
        if !trouble.is_empty() {
            self.trouble.push(format!("{kind}, {}: {trouble}", scenario.name));
        }
    }

    fn row(&mut self, measure: &'static Measure) -> &mut Row {
        let found = self
            .rows
            .iter()
            .position(|row| row.measure.name == measure.name && row.measure.unit == measure.unit);
        let at = found.unwrap_or_else(|| {
            self.rows.push(Row { measure, values: BTreeMap::new() });
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }

    fn load(&mut self, scenario: &'static str) -> &mut Load {
        let found = self.loads.iter().position(|load| load.scenario == scenario);
        let at = found.unwrap_or_else(|| {
            self.loads.push(Load { scenario, shares: BTreeMap::new() });
            self.loads.len() - 1
        });
        &mut self.loads[at]
    }

    /// Medians with their spread, and how many times better Everpresent is.
    pub(super) fn table(&self, kinds: &[Kind]) -> String {
        let mut table = header("measurement", kinds, &["× ejabberd", "target", "× Prosody"]);
        for Row { measure, values } in &self.rows {
            let _ = write!(table, "| {}, {} |", measure.name, measure.unit);
            for kind in kinds {
                let _ = write!(
                    table,
                    " {} |",
                    values.get(kind).map_or("–".to_owned(), |all| spread(all, measure.digits))
                );
            }
            let target = measure.target.map_or(String::new(), |target| format!("{target} ×"));
            let (ejabberd, prosody) =
                (ratio(measure, values, Kind::Ejabberd), ratio(measure, values, Kind::Prosody));
            let _ = writeln!(table, " {ejabberd} | {target} | {prosody} |");
        }
        table
    }

    /// Who was the limit: shares of a core, server / generator.
    pub(super) fn shares(&self, kinds: &[Kind]) -> String {
        let mut table = header("scenario", kinds, &[]);
        for Load { scenario, shares } in &self.loads {
            let _ = write!(table, "| {scenario} |");
            for kind in kinds {
                let _ = write!(table, " {} |", shares.get(kind).map_or("–".to_owned(), |all| share(all)));
            }
            table.push('\n');
        }
        table
    }

    /// The figures measured before, next to those of this run.
    pub(super) fn known(&self) -> String {
        let mut table =
            "| measurement | ejabberd before | now | Prosody before | now |\n|---|---|---|---|---|\n"
                .to_owned();
        for Row { measure, values } in &self.rows {
            let Some([ejabberd, prosody]) = measure.known else { continue };
            let now =
                |kind| values.get(&kind).map_or("–".to_owned(), |all| number(median(all), measure.digits));
            let (name, unit) = (measure.name, measure.unit);
            let (now_ejabberd, now_prosody) = (now(Kind::Ejabberd), now(Kind::Prosody));
            let _ = writeln!(
                table,
                "| {name}, {unit} | {ejabberd} | {now_ejabberd} | {prosody} | {now_prosody} |"
            );
        }
        table
    }

    /// What was lost or failed, a line each.
    pub(super) fn trouble(&self) -> &[String] {
        &self.trouble
    }
}

fn header(first: &str, kinds: &[Kind], last: &[&str]) -> String {
    let names = kinds.iter().map(Kind::to_string);
    let names: Vec<String> = names.chain(last.iter().map(|&name| name.to_owned())).collect();
    format!("| {first} | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()))
}

/// How many times better than another server, by medians.
fn ratio(measure: &Measure, values: &BTreeMap<Kind, Vec<f64>>, other: Kind) -> String {
    let (Some(ours), Some(theirs)) = (values.get(&Kind::Everpresent), values.get(&other)) else {
        return "–".to_owned();
    };
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = if measure.better == Better::Higher { ours / theirs } else { theirs / ours };
    if ratio.is_finite() { format!("{ratio:.1} ×") } else { "–".to_owned() }
}

fn spread(values: &[f64], digits: usize) -> String {
    let (lowest, highest) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lowest, highest), &value| {
            (lowest.min(value), highest.max(value))
        });
    let middle = number(median(values), digits);
    if values.len() < 2 {
        return middle;
    }
    format!("{middle} ({} – {})", number(lowest, digits), number(highest, digits))
}

fn share(all: &[(f64, f64)]) -> String {
    let servers: Vec<f64> = all.iter().map(|(server, _)| server * 100.0).collect();
    let generators: Vec<f64> = all.iter().map(|(_, generator)| generator * 100.0).collect();
    let bound = if median(&generators) > GENERATOR_BOUND_SHARE * 100.0 { " (generator-bound)" } else { "" };
    format!("{:.0} % / {:.0} %{bound}", median(&servers), median(&generators))
}

pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        length if length.is_multiple_of(2) => f64::midpoint(sorted[length / 2 - 1], sorted[length / 2]),
        length => sorted[length / 2],
    }
}

/// With commas between thousands.
pub(super) fn number(value: f64, digits: usize) -> String {
    let plain = format!("{value:.digits$}");
    let (whole, fraction) =
        plain.split_once('.').map_or((plain.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let mut grouped = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::super::generator::Cost;
    use super::super::scenario;
    use super::*;

    fn results(numbers: &[(Kind, f64)]) -> Results {
        let scenarios = scenario::all(true);
        let chat = scenarios.iter().find(|scenario| scenario.name == "chat").unwrap();
        let mut results = Results::default();
        for &(kind, per_second) in numbers {
            let server = Cost { core_share: 1.0, microseconds_per_operation: 1e6 / per_second };
            let generator = Cost { core_share: 0.95, ..Cost::default() };
            results.add(
                kind,
                chat,
                &Report { per_second, generator, server: Some(server), ..Report::default() },
            );
        }
        results
    }

    #[test]
    fn medians_spread_and_ratios_come_out() {
        let (ours, ejabberd) = (Kind::Everpresent, Kind::Ejabberd);
        let runs =
            [(ours, 50_000.0), (ours, 40_000.0), (ours, 60_000.0), (ejabberd, 9_000.0), (ejabberd, 11_000.0)];
        let table = results(&runs).table(&[ours, ejabberd]);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows[0],
            "| chat, saturated, messages/s | 50,000 (40,000 – 60,000) | 10,000 (9,000 – 11,000) | 5.0 × | 4 × | – |"
        );
        // Processor time is better when it is lower.
        assert!(rows[1].contains("| 20.0 (16.7 – 25.0) | 101.0 (90.9 – 111.1) | 5.1 × |"), "{}", rows[1]);
    }

    #[test]
    fn a_generator_at_its_limit_is_named() {
        assert!(
            results(&[(Kind::Prosody, 5.0)])
                .shares(&[Kind::Prosody])
                .contains("100 % / 95 % (generator-bound)")
        );
    }

    #[test]
    fn losses_are_not_hidden() {
        let scenarios = scenario::all(true);
        let mut results = Results::default();
        let report = Report { errors: BTreeMap::from([("gone".to_owned(), 2)]), ..Report::default() };
        results.add(Kind::Prosody, &scenarios[0], &report);
        assert_eq!(results.trouble(), ["Prosody, idle: 2 × gone"]);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(1_234_567.0, 0), "1,234,567");
        assert_eq!(number(-999.95, 1), "-1,000.0");
        assert_eq!(number(0.104, 2), "0.10");
    }
}
