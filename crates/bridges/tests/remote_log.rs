//! The log on a server's MMP, read over SFTP from OpenSSH's own sshd: what the watch does with `sftp_log = true`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a story ends at its first surprise")]

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use everpresent_bridges::Inventory;
use everpresent_bridges::clock::Clock;
use everpresent_bridges::sources::syslog::{Admission, Admit};
use everpresent_bridges::sources::{Lines, Origin, State};
use everpresent_bridges::ssh::{Deadlines, trust};
use everpresent_bridges::watch::listening::Listening;
use tokio::time::timeout;

/// Of the Debian package openssh-server.
const SSHD: &str = "/usr/sbin/sshd";
/// Longer than anything here takes on a machine that does much else.
const SOON: Duration = Duration::from_secs(60);

/// An sshd on loopback whose SFTP server begins in a folder with a log, and an inventory of it.
struct Scene {
    folder: tempfile::TempDir,
    port: u16,
    sshd: Option<Child>,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let scene = Self { folder, port, sshd: None };
        for key in ["host_key", "id"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(scene.path(key))
                .status()
                .expect("ssh-keygen is needed for this test: install openssh-client");
            assert!(made.success());
        }
        fs::copy(scene.path("id.pub"), scene.path("authorized_keys")).unwrap();
        fs::write(scene.path("bridges.toml"), scene.inventory_text()).unwrap();
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn inventory_text(&self) -> String {
        let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
        format!(
            "[watch]\nsftp_every = \"1s\"\n[[server]]\nname = \"web1\"\nrole = \"web bridge\"\naddress = \"127.0.0.1\"\n\
             sftp_log = true\n[server.ssh]\nport = {}\nuser = \"{}\"\nkey_file = \"id\"\n",
            self.port,
            user.trim()
        )
    }

    fn start(&mut self) {
        // sshd wants this folder when it runs as root; Debian makes it at boot. Others have no right to and need none.
        let _ = fs::create_dir("/run/sshd");
        let folder = self.folder.path().display();
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {}\nHostKey {folder}/host_key\nAuthorizedKeysFile {folder}/authorized_keys\n\
             PermitRootLogin prohibit-password\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\n\
             StrictModes no\nPidFile none\nSubsystem sftp internal-sftp -d {folder}\n",
            self.port
        );
        fs::write(self.path("sshd_config"), config).unwrap();
        let mut sshd = Command::new(SSHD)
            .args(["-D", "-e", "-f"])
            .arg(self.path("sshd_config"))
            .stderr(Stdio::piped())
            .spawn()
            .expect("sshd is needed for this test: install openssh-server");
        let mut said = BufReader::new(sshd.stderr.take().unwrap()).lines();
        let listens = said.by_ref().map_while(Result::ok).any(|line| line.contains("Server listening"));
        assert!(listens, "sshd does not listen");
        // What it says later is read, so that it never waits for a reader.
        std::thread::spawn(move || said.for_each(drop));
        self.sshd = Some(sshd);
    }

    fn stop(&mut self) {
        if let Some(mut sshd) = self.sshd.take() {
            let _ = sshd.kill();
            let _ = sshd.wait();
        }
    }

    fn append(&self, text: &str) {
        let mut log = OpenOptions::new().append(true).create(true).open(self.path("log")).unwrap();
        log.write_all(text.as_bytes()).unwrap();
    }

    fn inventory(&self) -> Inventory {
        Inventory::load(Path::new(&self.path("bridges.toml"))).unwrap()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn next(lines: &mut Lines) -> String {
    let line = timeout(SOON, lines.next()).await.expect("a line comes").unwrap();
    assert_eq!(line.origin, Origin::Mmp("web1".into()));
    assert!(!line.live, "how long it waited for the visit is not known");
    String::from_utf8(line.bytes.into()).unwrap()
}

async fn away(listening: &Listening, reason: &str) {
    let wait = async {
        loop {
            if let State::Away { why, .. } = &listening.reports()[0].state
                && why.contains(reason)
            {
                return;
            }
            // waits: a status tells nobody that it changed.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let found = timeout(SOON, wait).await;
    assert!(found.is_ok(), "not {reason:?} but {:?}", listening.reports()[0].state);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_server_is_read_again_and_again_once_its_host_key_is_known() {
    let mut scene = Scene::new();
    scene.append("one\ntwo\nhal");
    scene.start();
    let inventory = scene.inventory();
    let begin = || Listening::begin(&inventory, &Admission::new(Admit::All), &Clock::real());

    let (listening, _lines) = begin();
    away(&listening, "host key").await;
    listening.end().await;

    let access = inventory.servers[0].ssh.clone().unwrap();
    let seen = trust::look(&access, &inventory.known_hosts, Deadlines::default()).await.unwrap();
    trust::learn(&access, &seen.key, &inventory.known_hosts).unwrap();
    let (listening, mut lines) = begin();
    assert_eq!((next(&mut lines).await, next(&mut lines).await), ("one".into(), "two".into()));
    scene.append("f\nthree\n");
    assert_eq!((next(&mut lines).await, next(&mut lines).await), ("half".into(), "three".into()));

    scene.stop();
    away(&listening, "127.0.0.1").await;
    scene.append("four\n");
    scene.start();
    assert_eq!(next(&mut lines).await, "four", "nothing is lost and nothing comes twice");
    fs::write(scene.path("log"), "a new log after its rotation\n").unwrap();
    assert_eq!(next(&mut lines).await, "a new log after its rotation");
    listening.end().await;
}
