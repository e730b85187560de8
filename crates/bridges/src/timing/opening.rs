//! Moments that come again: `Sat 02:00 Europe/Brussels`, or a cron expression with a zone.

use std::fmt;
use std::str::FromStr;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use everpresent_audit::MaintenanceWindow;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use thiserror::Error;

use super::days::{self, DayError};

/// Longest text.
const MAX_TEXT_BYTES: usize = 200;

/// Fields of a cron expression: minute, hour, day of the month, month, day of the week.
const CRON_FIELDS: usize = 5;

/// A moment of the wall clock that comes again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Opening {
    rule: Rule,
    zone: String,
}

/// When it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    /// On some days at a time of the wall clock. The window lasts a second and is used for its openings only.
    Weekly(Vec<Weekday>, Time, Box<MaintenanceWindow>),
    /// As crontab says it.
    Cron(Box<Cron>, TimeZone),
}

/// Why a text is no such moment.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpeningError {
    /// Neither of the two forms.
    #[error(
        "{text:?} is no schedule: write days, time and zone as in \"Sat 02:00 Europe/Brussels\", or a cron expression of \
         {CRON_FIELDS} fields and a zone as in \"0 2 * * 6 Europe/Brussels\""
    )]
    Form {
        /// What was there.
        text: String,
    },
    /// A day that is none.
    #[error(transparent)]
    Day(#[from] DayError),
    /// A time that is none.
    #[error("{text:?} is no time of day: write hours and minutes as in 02:00")]
    Time {
        /// What was there.
        text: String,
    },
    /// A zone that nobody knows.
    #[error("{text:?} is no time zone: write a name of the IANA database as in Europe/Brussels, or UTC")]
    Zone {
        /// What was there.
        text: String,
    },
    /// A cron expression that is wrong, or that never comes true.
    #[error("the cron expression {text:?} is wrong: {problem}")]
    Cron {
        /// What was there.
        text: String,
        /// What is wrong.
        problem: String,
    },
}

impl Opening {
    /// When it comes next, after this moment; none if it never does.
    ///
    /// A time that the clock skips in spring comes once, after the gap; one that comes twice in autumn comes once.
    pub fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.rule {
            Rule::Weekly(_, _, window) => window.next_opening(now),
            Rule::Cron(cron, zone) => {
                let next = cron.find_next_occurrence(&now.to_zoned(zone.clone()), false).ok()?;
                // croner has no order of its own over a change of the clock: what is not later is no next time.
                Some(next.timestamp()).filter(|next| *next > now)
            }
        }
    }

    /// Days and time, if it is written so.
    pub fn weekly(&self) -> Option<(&[Weekday], Time)> {
        match &self.rule {
            Rule::Weekly(days, time, _) => Some((days, *time)),
            Rule::Cron(..) => None,
        }
    }

    /// The cron expression without its zone, if it is written so.
    pub fn cron(&self) -> Option<String> {
        match &self.rule {
            Rule::Weekly(..) => None,
            Rule::Cron(cron, _) => Some(cron.as_str().to_owned()),
        }
    }

    /// Name of its zone.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    pub(super) fn rule(&self) -> &Rule {
        &self.rule
    }
}

impl FromStr for Opening {
    type Err = OpeningError;

    fn from_str(text: &str) -> Result<Self, OpeningError> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let form = || OpeningError::Form { text: text.chars().take(MAX_TEXT_BYTES).collect() };
        if text.len() > MAX_TEXT_BYTES {
            return Err(form());
        }
        let (zone_name, rule) = fields.split_last().ok_or_else(form)?;
        let known = || {
            let zone = zone(zone_name)?;
            // As the database spells it: to other schedulers another case is another zone, or UTC.
            let name = zone.iana_name().unwrap_or(zone_name).to_owned();
            Ok::<_, OpeningError>((zone, name))
        };
        let (rule, zone) = match rule {
            [day, time] => {
                let (zone, name) = known()?;
                (weekly(day, time, zone)?, name)
            }
            fields if fields.len() == CRON_FIELDS => {
                let (zone, name) = known()?;
                (cron(&fields.join(" "), zone)?, name)
            }
            _ => return Err(form()),
        };
        Ok(Self { rule, zone })
    }
}

impl TryFrom<String> for Opening {
    type Error = OpeningError;

    fn try_from(text: String) -> Result<Self, OpeningError> {
        text.parse()
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Rule::Weekly(days, time, _) => write!(f, "{} {} {}", days::show(days), clock(*time), self.zone),
            Rule::Cron(cron, _) => write!(f, "{} {}", cron.as_str(), self.zone),
        }
    }
}

/// Hours and minutes.
pub(crate) fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

fn zone(name: &str) -> Result<TimeZone, OpeningError> {
    TimeZone::get(name).map_err(|_| OpeningError::Zone { text: name.to_owned() })
}

fn weekly(day: &str, text: &str, zone: TimeZone) -> Result<Rule, OpeningError> {
    let days = days::read(day)?;
    let wrong = || OpeningError::Time { text: text.to_owned() };
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let number = |digits: &str| {
        let fits = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if fits { digits.parse::<i8>().map_err(|_| wrong()) } else { Err(wrong()) }
    };
    let time = Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| wrong())?;
    let window = MaintenanceWindow::new(days.iter().copied(), time, SignedDuration::from_secs(1), zone);
    // Days were read, and a second is a length.
    let window = window.map_err(|_| wrong())?;
    Ok(Rule::Weekly(days, time, Box::new(window)))
}

fn cron(text: &str, zone: TimeZone) -> Result<Rule, OpeningError> {
    let wrong = |problem: String| OpeningError::Cron { text: text.to_owned(), problem };
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = parser.parse(text).map_err(|error| wrong(error.to_string()))?;
    let ever = cron.find_next_occurrence(&Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC), false);
    ever.map_err(|_| wrong("it never comes true".to_owned()))?;
    Ok(Rule::Cron(Box::new(cron), zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(text: &str, now: &str) -> String {
        text.parse::<Opening>().unwrap().next_after(now.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn both_forms_say_the_same_moment() {
        for text in ["Sat 02:00 Europe/Brussels", "0 2 * * 6 Europe/Brussels", "0 2 * * SAT Europe/Brussels"]
        {
            assert_eq!(next(text, "2026-11-26T21:00:00Z"), "2026-11-28T01:00:00Z", "{text}: winter");
            assert_eq!(next(text, "2026-07-01T00:00:00Z"), "2026-07-04T00:00:00Z", "{text}: summer");
            // Names of days are numbers afterwards, as every cron knows them.
            assert_eq!(text.parse::<Opening>().unwrap().to_string(), text.replace("SAT", "6"));
        }
    }

    #[test]
    fn a_time_in_the_gap_of_spring_comes_once_and_after_it() {
        // 02:30 does not exist on 2026-03-29 in Brussels: the clock goes from 02:00 to 03:00, which is 01:00Z.
        for (text, first) in [
            ("Sun 02:30 Europe/Brussels", "2026-03-29T01:30:00Z"),
            ("30 2 * * 7 Europe/Brussels", "2026-03-29T01:00:00Z"),
        ] {
            assert_eq!(next(text, "2026-03-28T12:00:00Z"), first, "{text}");
            assert_eq!(next(text, first), "2026-04-05T00:30:00Z", "{text}: not a second time that day");
        }
    }

    #[test]
    fn a_time_that_comes_twice_in_autumn_comes_once() {
        // 02:30 is 00:30Z and again 01:30Z on 2026-10-25 in Brussels.
        for text in ["Sun 02:30 Europe/Brussels", "30 2 * * 7 Europe/Brussels"] {
            let first = next(text, "2026-10-24T12:00:00Z");
            assert_eq!(first, "2026-10-25T00:30:00Z", "{text}");
            assert_eq!(next(text, &first), "2026-11-01T01:30:00Z", "{text}");
            assert_eq!(next(text, "2026-10-25T00:59:59Z"), "2026-11-01T01:30:00Z", "{text}");
        }
    }

    #[test]
    fn a_zone_is_spelled_as_the_database_does() {
        for text in ["Sat 02:00 europe/BRUSSELS", "0 2 * * 6 EUROPE/brussels"] {
            assert_eq!(text.parse::<Opening>().unwrap().zone(), "Europe/Brussels", "{text}");
        }
    }

    #[test]
    fn what_is_no_schedule_says_what_one_looks_like() {
        let refused = |text: &str| text.parse::<Opening>().unwrap_err().to_string();
        for (bad, part) in [
            ("", "Sat 02:00 Europe/Brussels"),
            ("Sat 02:00", "Sat 02:00 Europe/Brussels"),
            ("0 2 * * 6", "Sat 02:00 Europe/Brussels"),
            ("Sat 24:00 UTC", "no time of day"),
            ("Sat 2 UTC", "no time of day"),
            ("Sat 02:00 Mars/Olympus", "no time zone"),
            ("Samstag 02:00 UTC", "no day of the week"),
            ("0 2 * * 9 UTC", "cron expression"),
            ("0 0 30 2 * UTC", "never comes true"),
        ] {
            assert!(refused(bad).contains(part), "{bad}: {}", refused(bad));
        }
        assert!(refused(&"x ".repeat(10_000)).len() < 1000);
    }
}
