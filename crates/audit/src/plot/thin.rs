//! Fewer points where more than one would fall on the same column of the picture.

use std::collections::BTreeMap;

/// Columns in which points are gathered: finer than a screen shows.
const COLUMNS: f64 = 900.0;

/// For each column the first, lowest, highest and last point, in order of time: the line through them looks the same, and a
/// restart between two samples stays visible.
pub(super) fn thinned(points: impl Iterator<Item = (f64, u32)>, left: f64, right: f64) -> Vec<(f64, u32)> {
    let mut columns: BTreeMap<u64, [(f64, u32); 4]> = BTreeMap::new();
    for point in points {
        let column = ((point.0 - left) / (right - left) * COLUMNS).max(0.0) as u64;
        let kept = columns.entry(column).or_insert([point; 4]);
        let [first, low, high, last] = kept;
        if point.0 < first.0 {
            *first = point;
        }
        if point.0 >= last.0 {
            *last = point;
        }
        if point.1 < low.1 {
            *low = point;
        }
        if point.1 > high.1 {
            *high = point;
        }
    }
    let mut thin = Vec::with_capacity(columns.len());
    for mut kept in columns.into_values() {
        kept.sort_by(|a, b| a.0.total_cmp(&b.0));
        for point in kept {
            if thin.last() != Some(&point) {
                thin.push(point);
            }
        }
    }
    thin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_points_become_a_few_for_each_column_and_the_extremes_stay() {
        let points = (0..1_000_000_u32).map(|n| (f64::from(n), if n == 777_777 { 149 } else { n % 5 }));
        let thin = thinned(points, 0.0, 1_000_000.0);
        assert!(thin.len() <= 4 * 901, "{}", thin.len());
        assert!(thin.contains(&(777_777.0, 149)));
        assert!(thin.is_sorted_by(|a, b| a.0 <= b.0));
    }

    #[test]
    fn few_points_are_all_kept_in_order_of_time() {
        let thin = thinned([(5.0, 2), (1.0, 7), (9.0, 0)].into_iter(), 0.0, 10.0);
        assert_eq!(thin, [(1.0, 7), (5.0, 2), (9.0, 0)]);
    }
}
