//! Four Web Bridges and four Call Bridges over two weeks, with known truth: what the audit says from the lines alone, held
//! against what happened.

use everpresent_audit::audit::{Agreed, Basis, LeakSource, Outcome};
use everpresent_audit::traffic::{Plan, Traffic, Written};
use everpresent_audit::{Auditor, Dating, Deployment, Reader, Reading, Role, Server, Settings, Verdict};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The first day is a Monday.
fn begin() -> Timestamp {
    "2026-11-16T00:00:00Z".parse().unwrap()
}

fn days(days: i64) -> Timestamp {
    begin() + SignedDuration::from_hours(24 * days)
}

/// The servers of a plan as an inventory would name them.
fn deployment(plan: &Plan) -> Deployment {
    let web = plan.web_bridges.iter().map(|name| Server::new(name, Role::WebBridge).with_limit(plan.limit));
    let call = plan.call_bridges.iter().map(|name| Server::new(name, Role::CallBridge));
    Deployment::new(web.chain(call).collect()).unwrap()
}

/// An audit that reads lines.
struct Audit {
    auditor: Auditor,
    reader: Reader,
}

impl Audit {
    fn of(plan: &Plan) -> Self {
        let settings = Settings { skew: SignedDuration::ZERO, ..Settings::default() };
        let auditor = Auditor::new(deployment(plan), settings).unwrap();
        Self { auditor, reader: Reader::new(Dating::new(TimeZone::UTC, Some(2026))) }
    }

    fn read(&mut self, lines: &[Written]) {
        for written in lines {
            let Reading::Record(record) = self.reader.read(written.line.as_bytes(), written.at) else {
                panic!("not read: {}", written.line);
            };
            let server = self.auditor.deployment().by_name(record.host.as_deref().unwrap()).unwrap();
            self.auditor.observe(server, record.at, &record.event);
        }
    }
}

fn leaked(traffic: &Traffic) -> u32 {
    (0..4).map(|bridge| traffic.leaked(bridge)).sum()
}

/// What leaked up to each minute.
type Truth = Vec<(Timestamp, u32)>;

/// What had leaked at a moment.
fn truth_at(truth: &Truth, at: Timestamp) -> u32 {
    truth[..truth.partition_point(|(moment, _)| *moment <= at)].last().map_or(0, |(_, leaked)| *leaked)
}

#[test]
fn the_leak_lies_within_the_bounds_at_every_sample() {
    let plan = Plan::four_and_four(20_261_126, begin());
    let mut traffic = Traffic::new(plan.clone());
    let mut audit = Audit::of(&plan);
    let mut truth: Truth = Vec::new();
    let (mut known, mut enclosed) = (0_u32, 0_u32);
    let mut widest = 0;
    let mut off = 0;
    while traffic.now() < days(14) {
        // A quarter of a minute: finer than servers count.
        let lines = traffic.run_to(traffic.now() + SignedDuration::from_secs(15));
        truth.push((traffic.now(), leaked(&traffic)));
        audit.read(&lines);
        let Some(last) = lines.last() else { continue };
        let finding = audit.auditor.finding(last.at);
        let Outcome::Known(bounds) = finding.round.outcome else {
            assert!(last.at < begin() + SignedDuration::from_mins(20), "{}: {:?}", last.at, finding.round);
            continue;
        };
        known += 1;
        enclosed += u32::from(bounds.enclosed);
        // Each bridge was counted at a moment of its own within the round: the truth is between that of its ends.
        let before = truth_at(&truth, bounds.from - SignedDuration::from_secs(15));
        let after = truth_at(&truth, bounds.to);
        let Agreed { least, most } = finding.agreed.unwrap();
        assert!(least <= after, "{}: at least {least}, but {after} leaked", last.at);
        assert!(most >= before, "{}: at most {most}, but {before} leaked", last.at);
        off += u32::from(bounds.least > after || bounds.most < before);
        widest = widest.max(most - least);
    }
    println!(
        "{known} rounds, {enclosed} enclosed; {off} off on their own, none with those before; {widest} apart at most; {} leaked",
        leaked(&traffic)
    );
    // One window alone is off now and then: guests on landing pages, calls that move between two counts.
    assert!(off * 200 < known, "{off} of {known}");
    assert!(known > 80_000, "{known}: a round at every sample");
    assert!(enclosed > known - 100, "{enclosed} of {known}");
    assert!(leaked(&traffic) > 100, "there was something to find");
    assert_eq!(audit.auditor.finding(days(14)).verdict, Verdict::Leak);
}

#[test]
fn a_quiet_night_tells_what_leaked_on_each_bridge() {
    let plan = Plan::four_and_four(7, begin());
    let mut traffic = Traffic::new(plan.clone());
    let mut audit = Audit::of(&plan);
    for day in 0..14 {
        let lines = traffic.run_to(days(day) + SignedDuration::from_hours(5));
        audit.read(&lines);
        let report = audit.auditor.report(traffic.now());
        assert_eq!(report.proof.as_ref().map(|proof| proof.to), Some(traffic.now()), "day {day}");
        for (number, bridge) in report.bridges.iter().enumerate() {
            let figure = bridge.leaked.unwrap();
            assert_eq!(figure.source, LeakSource::Proof(traffic.now()));
            let off = figure.most.abs_diff(traffic.leaked(number));
            assert!(off <= 1, "day {day}, bridge {number}: {figure:?}, truth {}", traffic.leaked(number));
        }
    }
}

/// How far off the forecasts of one deployment are, as a share of the time that is left: for each bridge but the one that
/// leaks least.
fn errors_of_forecasts(seed: u64) -> Vec<f64> {
    let plan = Plan::four_and_four(seed, begin());
    let mut traffic = Traffic::new(plan.clone());
    let mut audit = Audit::of(&plan);
    audit.read(&traffic.run_to(days(14)));
    let report = audit.auditor.report(days(14));
    assert!(report.bridges.iter().all(|bridge| bridge.trend.unwrap().basis == Basis::Days));
    let forecasts: Vec<_> = report.bridges.iter().map(|bridge| bridge.forecast.unwrap()).collect();
    let mut full: Vec<Option<Timestamp>> = vec![None; 4];
    while full.iter().take(3).any(Option::is_none) {
        traffic.run_to(traffic.now() + SignedDuration::from_secs(60));
        assert!(traffic.now() < days(200), "{full:?}");
        for (number, full) in full.iter_mut().enumerate() {
            if full.is_none() && traffic.leaked(number) + traffic.live(number) >= plan.limit {
                *full = Some(traffic.now());
            }
        }
    }
    let error = |number: usize| {
        let distance = |moment: Timestamp| moment.duration_since(days(14)).as_secs_f64() / 86_400.0;
        let (truth, forecast) = (distance(full[number].unwrap()), distance(forecasts[number].full));
        println!(
            "seed {seed}, {}: full in {truth:.1} days, forecast {forecast:.1}",
            plan.web_bridges[number]
        );
        (forecast - truth).abs() / truth
    };
    (0..3).map(error).collect()
}

#[test]
fn the_forecasts_of_two_weeks_are_right_within_a_tenth() {
    let errors = errors_of_forecasts(1);
    assert!(errors.iter().all(|error| *error <= 0.1), "{errors:?}");
}

/// What leaks in the weeks to come is chance, and a bridge that is not quite full on a Friday evening is full on the Monday
/// after: no forecast can be within a tenth each time.
#[test]
fn of_twelve_deployments_nine_forecasts_in_ten_are_right_within_a_tenth_and_none_is_far_off() {
    let errors: Vec<f64> = (1..=12).flat_map(errors_of_forecasts).collect();
    let right = errors.iter().filter(|error| **error <= 0.1).count();
    println!("{right} of {} within a tenth", errors.len());
    assert!(right * 10 >= errors.len() * 9, "{right} of {}: {errors:?}", errors.len());
    assert!(errors.iter().all(|error| *error <= 0.15), "{errors:?}");
}
