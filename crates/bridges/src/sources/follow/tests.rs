//! What happens to log files, looked at step by step.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use super::*;

/// A log in a folder of its own, and what a follower saw of it.
struct Scene {
    folder: tempfile::TempDir,
    follower: Follower,
}

impl Scene {
    fn new(text: Option<&str>, start: Start) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        Self { folder, follower: Follower::new(path, start) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Looks until there is nothing more at once; the lines, joined.
    fn seen(&mut self) -> String {
        let mut seen = Vec::new();
        loop {
            let look = self
                .follower
                .look(1 << 20, &mut |line, _| seen.push(String::from_utf8_lossy(line).into_owned()))
                .unwrap();
            if !look.more {
                return seen.join(" ");
            }
        }
    }
}

#[test]
fn what_is_written_is_seen_once_and_half_a_line_only_when_it_is_whole() {
    let mut scene = Scene::new(Some("a\nb\n"), Start::Beginning);
    assert_eq!(scene.seen(), "a b");
    assert_eq!(scene.seen(), "");
    scene.append("log", "c\nhal");
    assert_eq!(scene.seen(), "c");
    scene.append("log", "f\n");
    assert_eq!(scene.seen(), "half");
}

#[test]
fn reading_can_begin_at_the_last_whole_lines() {
    let text = "first\nsecond\nthird\n";
    for (bytes, expected) in
        [(0, ""), (6, "third"), (8, "third"), (13, "second third"), (999, "first second third")]
    {
        assert_eq!(Scene::new(Some(text), Start::Last(bytes)).seen(), expected, "the last {bytes} bytes");
    }
}

#[test]
fn a_renamed_file_is_read_to_its_end_before_the_new_one() {
    let mut scene = Scene::new(Some("a\n"), Start::Beginning);
    assert_eq!(scene.seen(), "a");
    fs::rename(scene.path("log"), scene.path("log.1")).unwrap();
    scene.append("log.1", "b\n");
    assert_eq!(scene.seen(), "b", "the writer has not noticed yet");
    scene.append("log", "d\n");
    assert_eq!(scene.seen(), "", "the new one waits for one more look at the old one");
    scene.append("log.1", "c\nend without line end");
    assert_eq!(scene.seen(), "c end without line end d");
    scene.append("log.1", "nobody reads this\n");
    assert_eq!(scene.seen(), "");
}

#[test]
fn a_file_that_is_copied_and_emptied_goes_on_from_its_beginning() {
    let mut scene = Scene::new(Some("a\nbb\nccc\n"), Start::Beginning);
    assert_eq!(scene.seen(), "a bb ccc");
    fs::write(scene.path("log"), "d\n").unwrap();
    assert_eq!(scene.seen(), "d");
}

#[test]
fn an_emptied_file_that_has_grown_past_the_old_position_is_noticed_by_its_beginning() {
    let mut scene = Scene::new(Some("Mar 5 a\n"), Start::Beginning);
    assert_eq!(scene.seen(), "Mar 5 a");
    fs::write(scene.path("log"), "Mar 6 much longer than before\nMar 6 b\n").unwrap();
    assert_eq!(scene.seen(), "Mar 6 much longer than before Mar 6 b");
}

#[test]
fn a_file_that_vanishes_is_waited_for_and_read_whole_when_it_is_back() {
    let mut scene = Scene::new(None, Start::Last(0));
    assert_eq!(scene.follower.look(100, &mut |_, _| {}).unwrap().presence, Presence::Missing);
    scene.append("log", "a\n");
    assert_eq!(scene.seen(), "a", "it is new, so all of it is");
    fs::remove_file(scene.path("log")).unwrap();
    assert_eq!(scene.seen(), "");
    assert_eq!(scene.follower.look(100, &mut |_, _| {}).unwrap().presence, Presence::Missing);
    // A name that is kept aside, so that the new file cannot get the same number in its file system.
    scene.append("other", "x\n");
    scene.append("log", "b\n");
    assert_eq!((scene.seen(), scene.seen()), (String::new(), "b".to_owned()));
}

#[test]
fn a_large_file_is_read_in_steps() {
    let text: String = (0..50_000).map(|n| format!("line {n}\n")).collect();
    let scene = Scene::new(Some(&text), Start::Beginning);
    let (mut follower, mut lines, mut looks) = (scene.follower, 0, 0);
    loop {
        let mut now = 0;
        let look = follower.look(64 * 1024, &mut |_, _| now += 1).unwrap();
        assert!(now <= 64 * 1024 / 6, "{now} lines at once");
        (lines, looks) = (lines + now, looks + 1);
        if !look.more {
            break;
        }
    }
    assert_eq!(lines, 50_000);
    assert!(looks > 5);
}

#[test]
fn a_folder_or_a_pipe_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut follower = Follower::new(folder.path().into(), Start::Beginning);
    let error = follower.look(100, &mut |_, _| {}).unwrap_err();
    assert!(error.to_string().contains("not a regular file"), "{error}");
}

#[tokio::test]
async fn lines_of_before_are_not_live_and_those_that_come_later_are() {
    use crate::sources::{Status, queue};
    let scene = Scene::new(Some("old\n"), Start::Beginning);
    let (inlet, mut lines) = queue(Arc::new(Status::new("log")));
    let path = scene.path("log");
    let following =
        tokio::spawn(async move { run(path, Start::Beginning, Duration::from_millis(10), &inlet).await });
    assert!(!lines.next().await.unwrap().live);
    // The file is written until one line is taken as live: the follower has reached the end of it by then.
    for _ in 0..20 {
        scene.append("log", "new\n");
        if lines.next().await.unwrap().live {
            following.abort();
            return;
        }
    }
    panic!("twenty lines and none of them live");
}
