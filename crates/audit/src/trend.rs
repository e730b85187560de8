//! A slope that a few odd points do not move: the median of the slopes of all pairs (Theil 1950, Sen 1968).

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
    let mut slopes: Vec<f64> = stretches.iter().flat_map(|points| pairs(points)).collect();
    median(&mut slopes)
}

fn pairs(points: &[Point]) -> impl Iterator<Item = f64> + '_ {
    points.iter().enumerate().flat_map(|(number, (time, value))| {
        let others = points[number + 1..].iter().filter(move |(other, _)| other != time);
        others.map(move |(other_time, other)| (other - value) / (other_time - time))
    })
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
    fn the_median_of_an_even_number_of_slopes_is_between_the_two_in_the_middle() {
        // Pairs: (0,0)-(1,1): 1, (0,0)-(2,6): 3, (1,1)-(2,6): 5, and in the second stretch 10.
        let stretches = [vec![(0.0, 0.0), (1.0, 1.0), (2.0, 6.0)], vec![(0.0, 0.0), (1.0, 10.0)]];
        assert_eq!(slope(&stretches), Some(4.0));
    }

    #[test]
    fn one_point_many_points_of_one_moment_and_too_many_have_no_slope() {
        assert_eq!(slope(&[vec![(0.0, 1.0)], vec![(1.0, 2.0)]]), None);
        assert_eq!(slope(&[vec![(0.0, 1.0), (0.0, 2.0)]]), None);
        assert_eq!(slope(&[vec![(0.0, 1.0); MAX_POINTS + 1]]), None);
    }
}
