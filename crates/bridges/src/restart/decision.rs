//! Whether a server may be restarted now: one check for each rule, each with its reason. Pure.

use std::fmt;

use jiff::Timestamp;

use crate::timing::{Length, Window};

/// What holds at the moment of the decision.
#[derive(Debug, Clone)]
pub struct Circumstances<'a> {
    /// The moment.
    pub now: Timestamp,
    /// When the server may be restarted.
    pub windows: &'a [Window],
    /// Whether there is a way to give it the command.
    pub reachable: bool,
    /// Calls that a restart would cut, or why nobody knows.
    pub live_calls: &'a Result<u32, String>,
    /// Calls that it may cut.
    pub allowed_calls: u32,
    /// When it may have been restarted before, the oldest first.
    pub restarts: &'a [Timestamp],
    /// Restarts within the period.
    pub budget: u32,
    /// The period.
    pub budget_period: Length,
    /// Time between two restarts.
    pub cool_down: Length,
    /// Other servers of its kind.
    pub others: usize,
    /// How many of them serve now.
    pub others_serving: usize,
    /// Restarts that are going on.
    pub going_on: usize,
    /// How many may go on at a time.
    pub parallel: usize,
}

/// What an operator takes upon himself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Outside of the windows.
    pub now: bool,
    /// With calls going on.
    pub force: bool,
}

/// Whether a server may be restarted, and the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Each rule and what it says.
    pub checks: Vec<Check>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub rule: Rule,
    /// Whether it lets the restart pass.
    pub passes: bool,
    /// Why, in words.
    pub reason: String,
}

/// The rules, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// There must be a way to give the command.
    Access,
    /// Only within a window.
    Window,
    /// Not while people talk.
    Calls,
    /// Not too often.
    Budget,
    /// Not too soon after the last.
    CoolDown,
    /// One at a time.
    Order,
    /// Never the last that serves while others are down.
    LastServing,
}

impl Rule {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Window => "window",
            Self::Calls => "calls",
            Self::Budget => "budget",
            Self::CoolDown => "cool_down",
            Self::Order => "order",
            Self::LastServing => "last_serving",
        }
    }
}

impl Decision {
    /// Whether all rules let it pass.
    pub fn allowed(&self) -> bool {
        self.checks.iter().all(|check| check.passes)
    }

    /// Whether nothing but these rules are in the way.
    pub fn only_in_the_way(&self, rules: &[Rule]) -> bool {
        let mut blocking = self.checks.iter().filter(|check| !check.passes);
        !self.allowed() && blocking.all(|check| rules.contains(&check.rule))
    }

    /// The reasons against it, or for it if there are none.
    pub fn reason(&self) -> String {
        let allowed = self.allowed();
        let reasons = self.checks.iter().filter(|check| check.passes == allowed);
        reasons.map(|check| check.reason.as_str()).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason())
    }
}

/// Decides.
pub fn decide(about: &Circumstances<'_>, overrides: Overrides) -> Decision {
    let checks = vec![
        access(about),
        window(about, overrides),
        calls(about, overrides),
        budget(about),
        cool_down(about),
        order(about),
        last_serving(about),
    ];
    Decision { checks }
}

fn check(rule: Rule, passes: bool, reason: impl Into<String>) -> Check {
    Check { rule, passes, reason: reason.into() }
}

fn access(about: &Circumstances<'_>) -> Check {
    let reason = if about.reachable { "SSH access is set" } else { "the inventory has no SSH access to it" };
    check(Rule::Access, about.reachable, reason)
}

fn window(about: &Circumstances<'_>, overrides: Overrides) -> Check {
    let closes = about.windows.iter().filter_map(|window| window.closes(about.now)).max();
    if let Some(closes) = closes {
        return check(Rule::Window, true, format!("its window is open until {closes:.0}"));
    }
    if overrides.now {
        return check(Rule::Window, true, "outside of its windows, as ordered with --now");
    }
    let opens = about.windows.iter().filter_map(|window| window.next_opening(about.now)).min();
    let reason = match opens {
        Some(opens) => format!("outside of its windows; the next opens at {opens:.0}"),
        None => "it has no maintenance window; only --now restarts it".to_owned(),
    };
    check(Rule::Window, false, reason)
}

fn calls(about: &Circumstances<'_>, overrides: Overrides) -> Check {
    let allowed = about.allowed_calls;
    match about.live_calls {
        Ok(calls) if *calls <= allowed => {
            check(Rule::Calls, true, format!("{} live, {allowed} allowed", counted(*calls, "call")))
        }
        Ok(calls) if overrides.force => check(
            Rule::Calls,
            true,
            format!("up to {} will be cut, as ordered with --force", counted(*calls, "live call")),
        ),
        Ok(calls) => check(
            Rule::Calls,
            false,
            format!("{} live, {allowed} allowed; --force would cut them", counted(*calls, "call")),
        ),
        Err(why) if overrides.force => check(
            Rule::Calls,
            true,
            format!("nobody knows how many calls will be cut ({why}), as ordered with --force"),
        ),
        Err(why) => check(Rule::Calls, false, format!("nobody knows how many calls are live: {why}")),
    }
}

fn budget(about: &Circumstances<'_>) -> Check {
    let from = about.now.checked_sub(about.budget_period.signed()).unwrap_or(Timestamp::MIN);
    let used = about.restarts.iter().filter(|at| **at > from).count();
    let (budget, period) = (about.budget, about.budget_period);
    let passes = u32::try_from(used).is_ok_and(|used| used < budget);
    check(Rule::Budget, passes, format!("{used} of {budget} restarts in {period} are used"))
}

fn cool_down(about: &Circumstances<'_>) -> Check {
    let Some(last) = about.restarts.iter().max() else {
        return check(Rule::CoolDown, true, "it was not restarted before");
    };
    let until = last.checked_add(about.cool_down.signed()).unwrap_or(Timestamp::MAX);
    let passes = until <= about.now;
    let end = if passes { "over" } else { "not over" };
    check(
        Rule::CoolDown,
        passes,
        format!("restarted at {last:.0}; its cool-down of {} is {end}", about.cool_down),
    )
}

fn order(about: &Circumstances<'_>) -> Check {
    let reason =
        format!("{} going on, {} at a time", counted(count(about.going_on), "restart"), about.parallel);
    check(Rule::Order, about.going_on < about.parallel, reason)
}

fn last_serving(about: &Circumstances<'_>) -> Check {
    let (serving, others) = (about.others_serving, about.others);
    if others == 0 {
        return check(Rule::LastServing, true, "it is the only one, so guests wait until it is back");
    }
    check(Rule::LastServing, serving > 0, format!("{serving} of {others} others serve"))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A number and its noun.
fn counted(number: u32, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Saturday, half past two in Brussels; nobody talks.
    fn quiet<'a>(windows: &'a [Window], calls: &'a Result<u32, String>) -> Circumstances<'a> {
        Circumstances {
            now: at("2026-11-28T01:30:00Z"),
            windows,
            reachable: true,
            live_calls: calls,
            allowed_calls: 0,
            restarts: &[],
            budget: 2,
            budget_period: "7d".parse().unwrap(),
            cool_down: "6h".parse().unwrap(),
            others: 3,
            others_serving: 3,
            going_on: 0,
            parallel: 1,
        }
    }

    fn saturday() -> [Window; 1] {
        ["Sat 02:00 Europe/Brussels for 2h".parse().unwrap()]
    }

    /// The rules that are against it.
    fn against(about: &Circumstances<'_>, overrides: Overrides) -> Vec<&'static str> {
        let decision = decide(about, overrides);
        let against = decision.checks.iter().filter(|check| !check.passes).map(|check| check.rule.as_str());
        let against: Vec<&str> = against.collect();
        assert_eq!(decision.allowed(), against.is_empty());
        against
    }

    const NONE: Overrides = Overrides { now: false, force: false };
    const NOW: Overrides = Overrides { now: true, force: false };
    const FORCE: Overrides = Overrides { now: false, force: true };

    #[test]
    fn in_its_window_and_without_calls_it_is_allowed_and_says_why() {
        let (windows, calls) = (saturday(), Ok(0));
        let decision = decide(&quiet(&windows, &calls), NONE);
        assert!(decision.allowed());
        assert_eq!(
            decision.reason(),
            "SSH access is set; its window is open until 2026-11-28T03:00:00Z; 0 calls live, 0 allowed; \
             0 of 2 restarts in 7d are used; it was not restarted before; 0 restarts going on, 1 at a time; 3 of 3 others serve"
        );
    }

    #[test]
    fn outside_of_its_window_only_now_restarts_it() {
        let (windows, calls) = (saturday(), Ok(0));
        let mut about = quiet(&windows, &calls);
        about.now = at("2026-11-28T03:00:00Z");
        assert_eq!(against(&about, NONE), ["window"]);
        assert!(decide(&about, NONE).reason().contains("the next opens at 2026-12-05T01:00:00Z"));
        assert_eq!(against(&about, FORCE), ["window"], "--force is about calls");
        assert!(against(&about, NOW).is_empty());
        assert_eq!(against(&quiet(&[], &calls), NONE), ["window"], "no window at all");
    }

    #[test]
    fn calls_are_cut_by_force_only_and_counted() {
        let (windows, calls) = (saturday(), Ok(1));
        let mut about = quiet(&windows, &calls);
        assert_eq!(against(&about, NOW), ["calls"], "--now is about windows");
        assert!(decide(&about, NONE).reason().contains("1 call live, 0 allowed"));
        assert!(decide(&about, FORCE).reason().contains("up to 1 live call will be cut"));
        about.allowed_calls = 1;
        assert!(against(&about, NONE).is_empty());
        let unknown = Err("core1 never counted calls".to_owned());
        let about = quiet(&windows, &unknown);
        assert_eq!(against(&about, NONE), ["calls"], "unknown is not none");
        assert!(against(&about, FORCE).is_empty());
    }

    #[test]
    fn budget_and_cool_down_are_overridden_by_nothing() {
        let (windows, calls) = (saturday(), Ok(0));
        let mut about = quiet(&windows, &calls);
        let all = Overrides { now: true, force: true };
        let restarts = [at("2026-11-27T20:00:00Z")];
        about.restarts = &restarts;
        assert_eq!(against(&about, all), ["cool_down"], "five and a half hours ago");
        let restarts = [at("2026-11-22T01:30:00Z"), at("2026-11-27T19:30:00Z")];
        about.restarts = &restarts;
        assert_eq!(against(&about, all), ["budget"], "six hours are over, two in a week are not");
        let restarts = [at("2026-11-21T01:30:00Z"), at("2026-11-27T19:30:00Z")];
        about.restarts = &restarts;
        assert!(against(&about, NONE).is_empty(), "the older one was a week ago");
    }

    #[test]
    fn one_at_a_time_and_never_the_last_that_serves() {
        let (windows, calls) = (saturday(), Ok(0));
        let mut about = quiet(&windows, &calls);
        about.going_on = 1;
        assert_eq!(against(&about, NONE), ["order"]);
        assert!(decide(&about, NONE).only_in_the_way(&[Rule::Order]));
        about.parallel = 2;
        assert!(against(&about, NONE).is_empty());
        about.others_serving = 0;
        assert_eq!(against(&about, Overrides { now: true, force: true }), ["last_serving"]);
        about.others = 0;
        assert!(against(&about, NONE).is_empty(), "an only one is restarted all the same");
    }

    #[test]
    fn without_access_there_is_nothing_to_decide() {
        let (windows, calls) = (saturday(), Ok(0));
        let mut about = quiet(&windows, &calls);
        about.reachable = false;
        assert_eq!(against(&about, NONE), ["access"]);
        assert!(!decide(&about, NONE).only_in_the_way(&[Rule::Order, Rule::Calls]));
    }
}
