//! Times as the logs write them: local ones without a zone, some without a year.

use jiff::civil::{Date, DateTime, Time};

/// When a line was written, on the clock of who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// Date and time.
    Dated(DateTime),
    /// A syslog header: month, day, time. The year comes from the lines around it.
    Yearless {
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
        /// Of that day.
        time: Time,
    },
}

impl Stamp {
    /// Date and time; a stamp without a year is put into the one that brings it nearest to `near`. `None` for a day that
    /// none of these years has.
    pub(crate) fn resolve(self, near: DateTime) -> Option<DateTime> {
        let (month, day, time) = match self {
            Self::Dated(dated) => return Some(dated),
            Self::Yearless { month, day, time } => (month, day, time),
        };
        let years = [near.year().checked_sub(1), Some(near.year()), near.year().checked_add(1)];
        let dates = years.into_iter().flatten().filter_map(|year| Date::new(year, month, day).ok());
        dates.map(|date| date.to_datetime(time)).min_by_key(|dated| near.duration_since(*dated).abs())
    }
}

/// `2021-05-13 02:48:48,244` at the start of `text`, with what follows. A `T` and a point are taken too.
pub(crate) fn iso(text: &str) -> Option<(DateTime, &str)> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix([' ', 'T'])?;
    let mut parts = date.split('-');
    let (year, month, day) =
        (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let date =
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && !":,.".contains(c)).unwrap_or(rest.len());
    let (time, rest) = rest.split_at_checked(end)?;
    Some((date.to_datetime(time_of_day(time)?), rest))
}

/// `08/14/2012 13:36:09` at the start of `text`, month first, with what follows.
pub(crate) fn american(text: &str) -> Option<(DateTime, &str)> {
    let (date, rest) = text.split_once(' ')?;
    let mut parts = date.split('/');
    let (month, day, year) =
        (number(parts.next()?, 2)?, number(parts.next()?, 2)?, number(parts.next()?, 4)?);
    let date =
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let (time, rest) = rest.split_at_checked(8)?;
    Some((date.to_datetime(time_of_day(time)?), rest))
}

/// `Jun`, `13`, `23:11:52.454` of a syslog header.
pub(crate) fn syslog(month: &str, day: &str, time: &str) -> Option<Stamp> {
    let day: i8 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    Some(Stamp::Yearless { month: month_number(month)?, day, time: time_of_day(time)? })
}

/// `Jun`, `13`, `2003`, `23:11:52.454` of an alarm.
pub(crate) fn alarm(month: &str, day: &str, year: &str, time: &str) -> Option<DateTime> {
    let year = i16::try_from(number(year, 4)?).ok()?;
    let date = Date::new(year, month_number(month)?, day.parse().ok()?).ok()?;
    Some(date.to_datetime(time_of_day(time)?))
}

fn month_number(name: &str) -> Option<i8> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    (1..).zip(MONTHS).find_map(|(number, month)| (month == name).then_some(number))
}

/// `23:11:52`, with a fraction of up to nine digits after a point or a comma.
fn time_of_day(text: &str) -> Option<Time> {
    let (whole, fraction) = text.split_once([',', '.']).unwrap_or((text, ""));
    let mut parts = whole.split(':');
    let hour = i8::try_from(number(parts.next()?, 2)?).ok()?;
    let minute = i8::try_from(number(parts.next()?, 2)?).ok()?;
    let second = i8::try_from(number(parts.next()?, 2)?).ok()?;
    let fraction = fraction.get(..fraction.len().min(9))?;
    let digits = u32::try_from(fraction.len()).ok()?;
    let nanosecond = if digits == 0 { 0 } else { fraction.parse::<i32>().ok()? * 10_i32.pow(9 - digits) };
    if parts.next().is_some() { None } else { Time::new(hour, minute, second, nanosecond).ok() }
}

/// A number of at most `digits` digits and nothing else.
fn number(text: &str, digits: usize) -> Option<u16> {
    if text.len() > digits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    #[test]
    fn all_ways_of_writing_a_time_are_read() {
        let (dated, rest) = iso("2021-05-13 02:48:48,244 INFO").unwrap();
        assert_eq!((dated, rest), (datetime(2021, 5, 13, 2, 48, 48, 244_000_000), " INFO"));
        assert_eq!(american("08/14/2012 13:36:09 | root").unwrap().0, datetime(2012, 8, 14, 13, 36, 9, 0));
        let alarm = alarm("Jun", "13", "2003", "23:11:52.454");
        assert_eq!(alarm, Some(datetime(2003, 6, 13, 23, 11, 52, 454_000_000)));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["", "2021-05-13", "2021-13-13 00:00:00", "2021-05-13 25:00:00", "2021-05-13 1:2", "ä021-05-13 "]
        {
            assert_eq!(iso(text), None, "{text}");
        }
        assert_eq!(american("14/08/2012 13:36:09 |"), None);
        assert_eq!(syslog("Foo", "1", "00:00:00"), None);
        assert_eq!(syslog("Feb", "32", "00:00:00"), None);
        assert_eq!(alarm("Feb", "30", "2021", "00:00:00"), None);
        assert_eq!(time_of_day("00:00:00.-1"), None);
    }

    #[test]
    fn new_years_eve_belongs_to_the_old_year() {
        let near = datetime(2022, 1, 1, 0, 5, 0, 0);
        let eve = syslog("Dec", "31", "23:59:00").unwrap();
        assert_eq!(eve.resolve(near), Some(datetime(2021, 12, 31, 23, 59, 0, 0)));
        let leap_day = syslog("Feb", "29", "12:00:00").unwrap();
        assert_eq!(leap_day.resolve(datetime(2022, 3, 1, 0, 0, 0, 0)), None);
    }
}
