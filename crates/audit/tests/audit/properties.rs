//! What must hold whatever happens.

use everpresent_audit::Verdict;
use everpresent_audit::line::{CliCommand, WebBridgeStats};
use everpresent_audit::{Auditor, Event};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::ramp::{Ramp, STORY_SECONDS, Told, at, hear, ramps};

/// The lines of a story in an order that a number decides.
fn shuffled(told: &[Told], order: u64) -> Vec<Told> {
    let mut shuffled = told.to_vec();
    let mut number = order;
    for place in (1..shuffled.len()).rev() {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        shuffled.swap(place, usize::try_from(number >> 33).unwrap() % (place + 1));
    }
    shuffled
}

fn heard(ramp: &Ramp, told: &[Told]) -> Auditor {
    let mut auditor = ramp.auditor();
    hear(&mut auditor, told);
    auditor
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bounds_contain_the_truth_for_any_order_of_lines_and_any_ramp(ramp in ramps(), order: u64, second in 0..STORY_SECONDS) {
        let auditor = heard(&ramp, &shuffled(&ramp.told(), order));
        let round = auditor.round(at(second));
        if let Some(bounds) = round.bounds() {
            // By the clocks of servers the sessions were counted from `from` to `to`; clocks are ahead by `skew` at most.
            let (earliest, latest) = (ramp.leaked(bounds.from - ramp.skew()), ramp.leaked(bounds.to));
            prop_assert!(bounds.least <= latest || !bounds.enclosed && !ramp.skew().is_zero(), "{bounds:?}, {latest} leaked");
            prop_assert!(bounds.most >= earliest || !bounds.enclosed, "{bounds:?}, {earliest} leaked");
            prop_assert!(bounds.least <= bounds.most || bounds.more_calls_than_sessions || bounds.most == 0);
        }
    }

    #[test]
    fn a_complete_story_is_known_and_enclosed_if_sessions_are_counted_often(ramp in ramps(), second in 1_500..STORY_SECONDS) {
        let auditor = heard(&ramp, &ramp.told());
        let round = auditor.round(at(second));
        let enclosed = round.bounds().map(|bounds| bounds.enclosed);
        prop_assert!(enclosed == Some(true) || enclosed.is_some() && !ramp.counts_often(), "{round:?}");
    }

    #[test]
    fn the_order_of_lines_changes_nothing(ramp in ramps(), order: u64) {
        let told = ramp.told();
        let (first, second) = (heard(&ramp, &told), heard(&ramp, &shuffled(&told, order)));
        prop_assert_eq!(first.report(at(STORY_SECONDS)), second.report(at(STORY_SECONDS)));
        prop_assert_eq!(first.report(at(1_800)), second.report(at(1_800)));
    }

    #[test]
    fn nobody_is_accused_while_a_server_is_silent(ramp in ramps(), order: u64, who: prop::sample::Index, second in 600..STORY_SECONDS) {
        let told = ramp.told();
        let names: Vec<String> = ramp.auditor().deployment().servers().map(|(_, server)| server.name.clone()).collect();
        let silent = &names[who.index(names.len())];
        let window = SignedDuration::from_mins(10);
        // It says nothing within the window, whatever it said before or will say.
        let told: Vec<Told> = told
            .into_iter()
            .filter(|(name, moment, _)| name != silent || *moment <= at(second) - window || *moment > at(second))
            .collect();
        let finding = heard(&ramp, &shuffled(&told, order)).finding(at(second));
        prop_assert!(matches!(finding.verdict, Verdict::Unknown | Verdict::Full), "{finding:?}");
        prop_assert!(!finding.silent().is_empty());
    }

    #[test]
    fn whatever_is_heard_is_survived(
        ramp in ramps(),
        counts in prop::collection::vec((any::<i64>(), 0_u32..=100_000, any::<u64>(), any::<u64>()), 0..200),
        commands in prop::collection::vec(any::<i64>(), 0..20),
        moment: i64,
    ) {
        let mut auditor = ramp.auditor();
        let server = auditor.deployment().by_name("w0").unwrap();
        let moment_of = |nanoseconds: i64| jiff::Timestamp::from_nanosecond(i128::from(nanoseconds) * 20).unwrap();
        for (moment, sessions, c, d) in counts {
            let stats = WebBridgeStats { sessions, c, d };
            auditor.observe(server, moment_of(moment), &Event::WebBridge(stats));
        }
        for moment in commands {
            let command = CliCommand {
                user: "admin".to_owned(),
                from: "console".to_owned(),
                command: "webbridge restart".to_owned(),
                granted: true,
            };
            auditor.observe(server, moment_of(moment), &Event::Command(command));
        }
        let _ = auditor.report(moment_of(moment));
        let _ = auditor.report(jiff::Timestamp::MIN);
        let _ = auditor.report(jiff::Timestamp::MAX);
    }
}
