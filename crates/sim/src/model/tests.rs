use super::*;

#[test]
fn nothing_that_may_go_wrong_breaks_the_rules() {
    let report = check(Options { most_states: 3_000_000, ..Options::default() });
    println!("{report:#?}");
    assert_eq!(report.violations, vec![]);
}
