//! What a plot tells, also to readers without pictures and to those without colours.

use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_591_628_000 + minute * 60).unwrap()
}

fn bridge(name: &str, sessions: &[u32]) -> Line {
    let points = sessions.iter().enumerate().map(|(minute, n)| (at(minute as i64), *n)).collect();
    Line { name: name.into(), points, restarts: Vec::new() }
}

fn shown(plot: &Plot) -> String {
    svg(plot, &TimeZone::UTC)
}

#[test]
fn a_reader_without_pictures_hears_the_end_of_each_line_and_the_bounds() {
    let mut one = bridge("web1", &[20, 149, 0, 3]);
    one.restarts.push(at(2));
    let plot = Plot {
        title: "Sessions".into(),
        bridges: vec![one, bridge("web2", &[5, 6])],
        leaks: vec![
            LeakPoint { at: at(1), least: 132, most: 135 },
            LeakPoint { at: at(3), least: 0, most: 4 },
        ],
        limit: Some(149),
    };
    let text = shown(&plot);
    assert!(text.contains("<title id=\"title\">Sessions</title>"));
    assert!(
        text.contains("web1: 3 sessions at the end, 149 at most, 1 restarts. web2: 6 sessions at the end")
    );
    assert!(text.contains("Leaked at the end: 0 to 4."));
    assert!(text.contains("limit 149"));
    assert!(text.contains("role=\"img\" aria-labelledby=\"title description\""));
}

#[test]
fn names_from_logs_cannot_leave_their_place() {
    let plot = Plot {
        title: "</title><script>alert(1)</script>".into(),
        bridges: vec![bridge("web\"1\u{1}&<b>", &[1])],
        ..Plot::default()
    };
    let text = shown(&plot);
    assert!(!text.contains("<script") && !text.contains("<b>") && !text.contains('\u{1}'));
    assert!(text.contains("web&quot;1\u{fffd}&amp;&lt;b&gt;"));
}

#[test]
fn lines_differ_without_colour() {
    // What is left of each legend entry when its colour is taken away.
    let drawn = |index: usize| {
        let mut out = String::new();
        panel::sample(index, 0.0, 0.0, &mut out);
        let hollow = out.contains("fill=\"#fff\"");
        let without: String = out.split("#").map(|part| part.get(6..).unwrap_or_default()).collect();
        (without, hollow)
    };
    let all: std::collections::BTreeSet<_> = (0..MAX_LINES).map(drawn).collect();
    assert_eq!(all.len(), MAX_LINES);
}

#[test]
fn what_is_not_drawn_is_named_and_the_file_stays_small() {
    let many: Vec<u32> = (0..200_000).map(|n| n % 150).collect();
    let bridges: Vec<Line> = (0..14).map(|n| bridge(&format!("web{n}"), &many)).collect();
    let mut plot = Plot { title: "Many".into(), bridges, ..Plot::default() };
    plot.bridges[0].restarts = (0..10_000).map(at).collect();
    let text = shown(&plot);
    assert!(text.contains("Not drawn: web12, web13."));
    assert!(text.len() < 1_000_000, "{}", text.len());
}

#[test]
fn no_samples_and_one_sample_are_plots_too() {
    assert!(shown(&Plot::default()).contains("No samples."));
    let one = Plot {
        bridges: vec![bridge("web1", &[149])],
        leaks: vec![LeakPoint { at: at(0), least: 132, most: 135 }],
        ..Plot::default()
    };
    let text = shown(&one);
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    assert!(text.contains("Leaked at the end: 132 to 135."));
}
