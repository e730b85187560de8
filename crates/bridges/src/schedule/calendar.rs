//! Cron's fields in the words of systemd (systemd.time(7), "Calendar Events").

/// Names of the days, from 0 and again from 7.
const DAYS: [&str; 8] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Turns the five fields of a cron expression into a calendar event without its zone.
pub(super) fn event(cron: &str) -> Result<String, &'static str> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else { return Err("it has not five fields") };
    if *day != "*" && *weekday != "*" {
        return Err("day of the month or day of the week, which systemd takes for both");
    }
    let weekday = if *weekday == "*" { String::new() } else { format!("{} ", weekdays(weekday)?) };
    let (minute, hour) = (numbers(minute, "0", true)?, numbers(hour, "0", true)?);
    Ok(format!("{weekday}*-{}-{} {hour}:{minute}:00", numbers(month, "1", false)?, numbers(day, "1", false)?))
}

fn weekdays(field: &str) -> Result<String, &'static str> {
    let name = |number: &str| {
        let place: usize = number.parse().map_err(|_| "this day of the week")?;
        DAYS.get(place).copied().ok_or("this day of the week")
    };
    let parts = field.split(',').map(|part| match part.split_once('-') {
        Some((first, last)) => Ok(format!("{}..{}", name(first)?, name(last)?)),
        None => Ok(name(part)?.to_owned()),
    });
    Ok(parts.collect::<Result<Vec<String>, &'static str>>()?.join(","))
}

/// Lists, ranges and steps. `first` is where steps over everything begin; `padded`: two digits, as times are written.
fn numbers(field: &str, first: &str, padded: bool) -> Result<String, &'static str> {
    let digits = |text: &str| {
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !fits {
            return Err("this field");
        }
        Ok(if padded { format!("{text:0>2}") } else { text.to_owned() })
    };
    let range = |part: &str| match part.split_once('-') {
        Some((from, to)) => Ok(format!("{}..{}", digits(from)?, digits(to)?)),
        None => digits(part),
    };
    let parts = field.split(',').map(|part| match part.split_once('/') {
        Some(("*", step)) => {
            Ok(format!("{}/{}", digits(first)?, step.parse::<u8>().map_err(|_| "this step")?))
        }
        Some((from, step)) => {
            Ok(format!("{}/{}", range(from)?, step.parse::<u8>().map_err(|_| "this step")?))
        }
        None if part == "*" => Ok("*".to_owned()),
        None => range(part),
    });
    Ok(parts.collect::<Result<Vec<String>, &'static str>>()?.join(","))
}
