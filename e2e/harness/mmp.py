"""OpenSSH's sshd on loopback, whose forced command plays the management shell of a meeting server."""

import getpass
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from .server import POLL_SECONDS, START_SECONDS, free_ports

SSHD = "/usr/sbin/sshd"

# What sshd runs whatever the client asks for. The log is where the inventory says; `slow` and `pretend` are files of the test.
SHELL = """#!{python}
import os, sys, time
from datetime import UTC, datetime
from pathlib import Path
folder = Path({folder!r})
command = os.environ.get("SSH_ORIGINAL_COMMAND", "")
def log(text):
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    with open(folder / "webbridge1.log", "a") as file:
        file.write(f"{{now}} {{text}}\\n")
with open(folder / "commands", "a") as file:
    file.write(command + "\\n")
if command == "webbridge":
    print("Enabled                 : true")
elif command == "webbridge restart":
    while (folder / "slow").exists():
        time.sleep(0.1)  # waits: as long as the test wants it slow
    if not (folder / "pretend").exists():
        log("local0.info webbridge1 cli: User admin from 127.0.0.1:1 issued command <webbridge restart>: permission granted")
        log('user.info webbridge1 "webbridge": INFO : [DEBUGGING] Stats 0, c:1, d:1')
    print("SUCCESS: webbridge enabled")
else:
    print("unknown command")
    sys.exit(1)
"""


class Mmp:
    """A web bridge whose shell is behind a real sshd, a call bridge that only counts, and an inventory of both."""

    def __init__(self, folder: Path):
        self.folder = folder
        (self.port,) = free_ports(1)
        self.inventory = folder / "bridges.toml"
        self.known_hosts = folder / "known_hosts"
        self.process: subprocess.Popen | None = None
        self._keys()
        self._configure()
        self.count()

    def _keys(self) -> None:
        for name in ["host_key", "other_host_key", "id"]:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)], check=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", str(self.folder / "ecdsa_host_key")], check=True)

    def _configure(self) -> None:
        shell = self.folder / "shell"
        shell.write_text(SHELL.format(python=sys.executable, folder=str(self.folder)))
        shell.chmod(0o700)
        key = (self.folder / "id.pub").read_text()
        (self.folder / "authorized_keys").write_text(f'restrict,command="{shell}" {key}')
        self.inventory.write_text(f"""
            [restart]
            schedule = "Sat 02:00 UTC"
            windows = ["daily 00:00 UTC for 1d"]
            verify_within = "5s"
            [[server]]
            name = "webbridge1"
            role = "web bridge"
            address = "127.0.0.1"
            files = ["webbridge1.log"]
            web_port = 1
            [server.ssh]
            port = {self.port}
            user = "{getpass.getuser()}"
            key_file = "id"
            [[server]]
            name = "core1"
            role = "call bridge"
            files = ["core1.log"]
            """)

    def count(self, sessions: int = 149, calls: int = 0) -> None:
        """Both servers count."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        with open(self.folder / "webbridge1.log", "a") as log:
            log.write(f'{now} user.info webbridge1 "webbridge": INFO : [DEBUGGING] Stats {sessions}, c:3477, d:3170\n')
        with open(self.folder / "core1.log", "a") as log:
            log.write(f'{now} user.info core1 host:server:  INFO : STATS: {{"CMA": "{calls}/{calls}"}}\n')

    def start(self, host_key: str = "host_key") -> None:
        if os.geteuid() == 0:
            # sshd wants it when it runs as root; Debian makes it at boot.
            Path("/run/sshd").mkdir(exist_ok=True)
        config = self.folder / "sshd_config"
        config.write_text(f"""
ListenAddress 127.0.0.1
Port {self.port}
HostKey {self.folder / host_key}
AuthorizedKeysFile {self.folder / "authorized_keys"}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PidFile none
""")
        self.log = open(self.folder / "sshd.log", "ab")
        self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=self.log)
        end = time.monotonic() + START_SECONDS
        while b"Server listening" not in (self.folder / "sshd.log").read_bytes():
            assert self.process.poll() is None and time.monotonic() < end, self.tail()
            time.sleep(POLL_SECONDS)  # waits: sshd says when it listens

    def restart_with(self, host_key: str) -> None:
        self.stop()
        (self.folder / "sshd.log").write_bytes(b"")
        self.start(host_key)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None
            self.log.close()

    def tail(self) -> str:
        return (self.folder / "sshd.log").read_text(errors="replace")[-4000:]

    def commands(self) -> list[str]:
        path = self.folder / "commands"
        return path.read_text().splitlines() if path.exists() else []

    def journal(self, name: str = "restarts.log") -> str:
        path = self.folder / "journal" / name
        return path.read_text() if path.exists() else ""
