//! Points in time as text (XEP-0082).

const SECOND_MS: i64 = 1000;
const DAY_MS: i64 = 86_400 * SECOND_MS;
/// Days from 0000-03-01 to 1970-01-01, and in 400 years.
const DAYS_BEFORE_1970: i64 = 719_468;
const ERA_DAYS: i64 = 146_097;

/// Milliseconds since 1970-01-01T00:00:00Z as `2002-09-10T23:08:25.000Z` (XEP-0082 §3.2). Years outside 0 to 9999,
/// which that form cannot hold, are shown as the nearest it can.
pub fn timestamp(milliseconds: i64) -> String {
    let (first, last) = (-719_528 * DAY_MS, 2_932_897 * DAY_MS - 1);
    let milliseconds = milliseconds.clamp(first, last);
    let (days, rest) = (milliseconds.div_euclid(DAY_MS), milliseconds.rem_euclid(DAY_MS));
    let (year, month, day) = civil(days);
    let (seconds, fraction) = (rest / SECOND_MS, rest % SECOND_MS);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:03}Z")
}

/// Reads a point in time in any form of XEP-0082 §3.2: with or without a fraction of a second, which is cut to
/// milliseconds, in UTC or with an offset.
pub fn parse_timestamp(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once('T')?;
    let (clock, offset) = match rest.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => {
            let at = rest.rfind(['+', '-'])?;
            let (clock, offset) = rest.split_at_checked(at)?;
            (clock, parse_offset(offset)?)
        }
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let milliseconds =
        fraction.bytes().chain(*b"00").take(3).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let days = days_from_civil(year, month, day);
    // 24:00:00 and a leap second are no times of day here; a date must survive the way back.
    if hour > 23 || minute > 59 || second > 59 || civil(days) != (year, month, day) {
        return None;
    }
    Some(days * DAY_MS + ((hour * 60 + minute) * 60 + second) * SECOND_MS + milliseconds - offset)
}

/// Reads `+hh:mm` or `-hh:mm`, in milliseconds.
fn parse_offset(text: &str) -> Option<i64> {
    let (sign, text) = if let Some(text) = text.strip_prefix('+') { (1, text) } else { (-1, text.get(1..)?) };
    let [hours, minutes] = numbers(text, ':', [2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60 * SECOND_MS)
}

/// Reads numbers of fixed widths.
fn numbers<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut read = [0; N];
    for (number, width) in read.iter_mut().zip(widths) {
        let part = parts
            .next()
            .filter(|part| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(read)
}

/// Year, month and day of a count of days since 1970-01-01, counting years from March so that leap days come last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_BEFORE_1970;
    let (era, day_of_era) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// The inverse of [`civil`].
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * ERA_DAYS + day_of_era - DAYS_BEFORE_1970
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_points_in_time_are_written_and_read() {
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_031_699_305_000, "2002-09-10T23:08:25.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(timestamp(milliseconds), text);
            assert_eq!(parse_timestamp(text), Some(milliseconds));
        }
        assert_eq!(parse_timestamp("1969-07-20T21:56:15-05:00"), parse_timestamp("1969-07-21T02:56:15Z"));
        assert_eq!(parse_timestamp("1970-01-01T00:00:00.1Z"), Some(100));
        assert_eq!(parse_timestamp("1970-01-01T00:00:00.1239999Z"), Some(123));
        assert_eq!(timestamp(i64::MAX), "9999-12-31T23:59:59.999Z");
        assert_eq!(timestamp(i64::MIN), "0000-01-01T00:00:00.000Z");
    }

    #[test]
    fn what_is_no_point_in_time_is_refused() {
        for text in [
            "",
            "T",
            "Z",
            "2002-09-10",
            "2002-09-10T23:08:25",
            "2002-02-30T00:00:00Z",
            "2002-13-01T00:00:00Z",
            "2002-09-10T24:00:00Z",
            "2002-09-10T23:08:25.Z",
            "+002-09-10T23:08:25Z",
            "2002-09-10T23:08:25+5:00",
            "2002-09-10T23:08:25Ü",
            "20020910T23:08:25",
            "2002-09-10T23:08:25.1e3Z",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_point_in_time_reads_back(milliseconds in -62_000_000_000_000..253_000_000_000_000_i64) {
            prop_assert_eq!(parse_timestamp(&timestamp(milliseconds)), Some(milliseconds));
        }
    }
}
