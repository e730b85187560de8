//! A slope that a few odd points do not move: the median of the slopes of all pairs (Theil 1950, Sen 1968), each pair with the
//! weight of its distance in time (Jaeckel 1972), so that working days and weekends both have their share.

/// Points of one slope, over all stretches. The number of pairs grows with its square.
pub(crate) const MAX_POINTS: usize = 400;

/// A place in time and value; the unit of both is the caller's.
pub(crate) type Point = (f64, f64);

/// The slope of several stretches, each with a height of its own: only pairs within a stretch are compared. `None` when
/// there is no pair of points at different times, or more than [`MAX_POINTS`].
pub(crate) fn slope(stretches: &[Vec<Point>]) -> Option<f64> {
    if stretches.iter().map(Vec::len).sum::<usize>() > MAX_POINTS {
        return None;
    }
    let mut slopes: Vec<(f64, f64)> = stretches.iter().flat_map(|points| pairs(points)).collect();
    slopes.sort_by(|one, other| one.0.total_cmp(&other.0));
    weighted_median(&slopes)
}

/// Slope and weight of each pair of points at different times.
fn pairs(points: &[Point]) -> impl Iterator<Item = (f64, f64)> + '_ {
    points.iter().enumerate().flat_map(|(number, (time, value))| {
        let others = points[number + 1..].iter().filter(move |(other, _)| other != time);
        others.map(move |(other_time, other)| {
            ((other - value) / (other_time - time), (other_time - time).abs())
        })
    })
}

/// The value at which half of the weight is reached, of values in order; if it is reached exactly between two, their mean.
fn weighted_median(values: &[(f64, f64)]) -> Option<f64> {
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut reached = 0.0;
    for (number, (value, weight)) in values.iter().enumerate() {
        reached += weight;
        if reached > half {
            return Some(*value);
        }
        if (reached - half).abs() <= f64::EPSILON * half {
            let next = values.get(number + 1).map_or(*value, |(next, _)| *next);
            return Some(f64::midpoint(*value, next));
        }
    }
    values.last().map(|(value, _)| *value)
}

/// The height at time 0 of a line of this slope through the middle of the points.
pub(crate) fn height(points: &[Point], slope: f64) -> Option<f64> {
    let mut heights: Vec<f64> = points.iter().map(|(time, value)| value - slope * time).collect();
    median(&mut heights)
}

/// The middle value; of an even number, the mean of the two in the middle.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_has_its_slope_and_two_wild_points_of_nine_do_not_change_it() {
        let mut points: Vec<Point> = (0..9).map(|day| (f64::from(day), 5.0 + 3.0 * f64::from(day))).collect();
        assert_eq!(slope(&[points.clone()]), Some(3.0));
        points[2].1 = 1_000.0;
        points[7].1 = -1_000.0;
        assert_eq!(slope(&[points.clone()]), Some(3.0));
        assert_eq!(height(&points, 3.0), Some(5.0));
    }

    #[test]
    fn stretches_between_restarts_are_not_compared_with_each_other() {
        let rising = vec![(0.0, 0.0), (1.0, 2.0), (2.0, 4.0)];
        let after_restart = vec![(3.0, 0.0), (4.0, 2.0), (5.0, 4.0)];
        assert_eq!(slope(&[rising, after_restart]), Some(2.0));
    }

    #[test]
    fn pairs_far_apart_weigh_more() {
        // Slopes with their weights: (0,0)-(1,1): 1 of 1; (1,1)-(2,6): 5 of 1; (0,0)-(2,6): 3 of 2. Half of 4 is within the 3.
        assert_eq!(slope(&[vec![(0.0, 0.0), (1.0, 1.0), (2.0, 6.0)]]), Some(3.0));
        // With 10 of 3 in a second stretch: 1 of 1, 3 of 2, 5 of 1, 10 of 3: half of 7 is reached with the 5.
        let stretches = [vec![(0.0, 0.0), (1.0, 1.0), (2.0, 6.0)], vec![(0.0, 0.0), (3.0, 30.0)]];
        assert_eq!(slope(&stretches), Some(5.0));
        // 1 of 1 and 2 of 1: half is reached between them.
        assert_eq!(slope(&[vec![(0.0, 0.0), (1.0, 1.0)], vec![(0.0, 0.0), (1.0, 2.0)]]), Some(1.5));
    }

    #[test]
    fn five_working_days_and_a_weekend_have_the_rate_of_the_week() {
        // 3 a day from Monday to Friday, none on Saturday and Sunday: 15 in 7 days.
        let points: Vec<Point> =
            (0..22).map(|day| (f64::from(day), f64::from(day / 7 * 15 + (day % 7).min(5) * 3))).collect();
        let rate = slope(&[points]).unwrap();
        assert!((rate - 15.0 / 7.0).abs() < 0.05, "{rate}");
    }

    #[test]
    fn one_point_many_points_of_one_moment_and_too_many_have_no_slope() {
        assert_eq!(slope(&[vec![(0.0, 1.0)], vec![(1.0, 2.0)]]), None);
        assert_eq!(slope(&[vec![(0.0, 1.0), (0.0, 2.0)]]), None);
        assert_eq!(slope(&[vec![(0.0, 1.0); MAX_POINTS + 1]]), None);
    }
}
