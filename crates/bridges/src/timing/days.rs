//! Days of the week as operators write them: `Sat`, `Mon,Thu`, `Mon-Fri`, `daily`.

use jiff::civil::Weekday;
use thiserror::Error;

/// Names, in the order of the week.
const NAMES: [(&str, &str, Weekday); 7] = [
    ("mon", "monday", Weekday::Monday),
    ("tue", "tuesday", Weekday::Tuesday),
    ("wed", "wednesday", Weekday::Wednesday),
    ("thu", "thursday", Weekday::Thursday),
    ("fri", "friday", Weekday::Friday),
    ("sat", "saturday", Weekday::Saturday),
    ("sun", "sunday", Weekday::Sunday),
];

/// Why a text names no days.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{text:?} is no day of the week: write Mon, Tue, Wed, Thu, Fri, Sat, Sun, a list as in Mon,Thu, a range as in Mon-Fri, or daily"
)]
pub struct DayError {
    text: String,
}

/// Reads days; upper and lower case are the same.
pub(super) fn read(text: &str) -> Result<Vec<Weekday>, DayError> {
    if text.eq_ignore_ascii_case("daily") {
        return Ok(NAMES.iter().map(|(_, _, day)| *day).collect());
    }
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (place(first)?, place(last)?);
        // A range may go over the end of the week: Sat-Mon.
        let length = (last + NAMES.len() - first) % NAMES.len();
        days.extend((0..=length).map(|step| NAMES[(first + step) % NAMES.len()].2));
    }
    days.sort_by_key(|day| day.to_monday_zero_offset());
    days.dedup();
    Ok(days)
}

/// Days as cron and systemd name them: `Mon,Thu`.
pub(super) fn show(days: &[Weekday]) -> String {
    if days.len() == NAMES.len() {
        return "daily".to_owned();
    }
    let short = |day: &Weekday| match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    };
    days.iter().map(short).collect::<Vec<_>>().join(",")
}

fn place(name: &str) -> Result<usize, DayError> {
    let matches = |(short, long, _): &(&str, &str, Weekday)| {
        name.eq_ignore_ascii_case(short) || name.eq_ignore_ascii_case(long)
    };
    let wrong = || DayError { text: name.chars().take(40).collect() };
    NAMES.iter().position(matches).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_ranges_and_daily_are_days() {
        let shown = |text: &str| show(&read(text).unwrap());
        assert_eq!(shown("sat"), "Sat");
        assert_eq!(shown("Thu,Monday"), "Mon,Thu");
        assert_eq!(shown("Mon-Wed,Tue"), "Mon,Tue,Wed");
        assert_eq!(shown("Sat-Mon"), "Mon,Sat,Sun");
        assert_eq!(shown("DAILY"), "daily");
        for bad in ["", "Sa", "Mon,", "Mon-", "Samstag", "6"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
