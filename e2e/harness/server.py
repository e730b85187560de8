"""A server in a folder of its own. What the stories may ask of it is the same for every kind."""

import os
import select
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from pathlib import Path

from .certificate import Certificate, make_certificate

DOMAIN = "chat.example"
START_SECONDS = 30
STOP_SECONDS = 15
POLL_SECONDS = 0.05


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Server(ABC):
    """Set up on construction, running after `start`. Ports stay the same over restarts."""

    def __init__(self, folder: Path, authority: Certificate | None = None):
        self.folder = folder
        self.domain = DOMAIN
        self.authority = authority or make_certificate(folder, DOMAIN)
        self.c2s, self.c2s_tls, self.http = free_ports(3)
        self.log = folder / "server.log"
        self.process: subprocess.Popen | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """What starts the server in the foreground."""

    @abstractmethod
    def add_user(self, name: str, password: str) -> None:
        """Makes the account `name@DOMAIN`."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether people can sign in."""

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"the server was not ready within {START_SECONDS} s:\n{self.tail()}")
            time.sleep(POLL_SECONDS)  # waits: readiness is a question over HTTP, nobody calls back

    def kill(self) -> None:
        """Ends the process as a crash would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def ask_to_stop(self) -> None:
        """Asks the process to end, and does not wait for it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> int | None:
        """Asks the process to end; its exit code, or `None` when there was no process."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as late:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not stop within {STOP_SECONDS} s:\n{self.tail()}") from late
        finally:
            self.process = None

    def tail(self, lines: int = 40) -> str:
        """The end of the log, for failures."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


class Everpresent(Server):
    """Ours, run as an operator would: `init`, a configuration file, `serve`, `user add`."""

    def __init__(
        self, folder: Path, name: str = "imp1", database: Path | None = None, authority: Certificate | None = None
    ):
        super().__init__(folder, authority)
        root = Path(__file__).resolve().parents[2]
        self.binary = os.environ.get("EVERPRESENT_BIN", str(root / "target/debug/everpresent"))
        if not Path(self.binary).is_file():
            raise AssertionError(f"no server at {self.binary}: cargo build -p everpresent, or set EVERPRESENT_BIN")
        self.data = folder / "data"
        self.data.mkdir()
        self.config = folder / "node.toml"
        database = database or self.data / "everpresent.db"
        self.config.write_text(
            f"""
[node]
name = "{name}"
domains = ["{DOMAIN}"]
data_dir = "{self.data}"

[database]
url = "sqlite:{database}"

[listen]
c2s = ["127.0.0.1:{self.c2s}"]
c2s_tls = ["127.0.0.1:{self.c2s_tls}"]
http = ["127.0.0.1:{self.http}"]

[tls]
certificate = "{self.authority.certificate}"
key = "{self.authority.key}"
"""
        )

    def environment(self) -> dict[str, str]:
        # EVERPRESENT_* overrides settings: nothing of the caller's shell may reach the server.
        clean = {name: value for name, value in os.environ.items() if not name.startswith("EVERPRESENT_")}
        return clean | {"EVERPRESENT_CONFIG": str(self.config)}

    def command(self) -> list[str]:
        return [self.binary, "serve", "--config", str(self.config)]

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess:
        """One of the other commands, with its output."""
        done = subprocess.run(
            [self.binary, *words], cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=60
        )
        if check:
            assert done.returncode == 0, f"everpresent {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def kill(self) -> None:
        """Ends the server and its guardian, which would start it again: nothing serves until `start`."""
        serving = os.pidfd_open(int((self.data / "server.pid").read_text()))
        try:
            super().kill()
            # The kernel kills the server with its guardian. Its ports are free when it is gone.
            assert select.select([serving], [], [], STOP_SECONDS)[0], "the server outlives its guardian"
        finally:
            os.close(serving)

    def add_user(self, name: str, password: str) -> None:
        secret = self.folder / "password"
        secret.write_text(password + "\n")
        self.run("user", "add", f"{name}@{DOMAIN}", "--password-file", str(secret))

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/health/ready", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


class Prosody(Server):
    """Another server, to see that a story is right before it is held against ours."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.config = folder / "prosody.cfg.lua"
        self.config.write_text(
            f"""
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {self.c2s} }}
c2s_direct_tls_ports = {{ {self.c2s_tls} }}
s2s_ports = {{}}
http_ports = {{}}
https_ports = {{}}
modules_enabled = {{
  "roster", "saslauth", "tls", "disco", "smacks", "mam", "carbons", "offline", "blocklist", "ping", "csi_simple"
}}
modules_disabled = {{ "s2s", "posix" }}
authentication = "internal_hashed"
storage = "internal"
log = {{ info = "*console" }}
ssl = {{ certificate = "{self.authority.certificate}", key = "{self.authority.key}" }}
c2s_direct_tls_ssl = ssl
VirtualHost "{DOMAIN}"
  ssl = {{ certificate = "{self.authority.certificate}", key = "{self.authority.key}" }}
"""
        )
        (folder / "data").mkdir()

    def command(self) -> list[str]:
        return ["prosody", "--config", str(self.config), "-F"]

    def add_user(self, name: str, password: str) -> None:
        words = ["prosodyctl", "--config", str(self.config), "register", name, DOMAIN, password]
        subprocess.run(words, check=True, capture_output=True)

    def is_ready(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.c2s), timeout=1).close()
            socket.create_connection(("127.0.0.1", self.c2s_tls), timeout=1).close()
            return True
        except OSError:
            return False


KINDS: dict[str, type[Server]] = {"everpresent": Everpresent, "prosody": Prosody}
