"""Profanity in a terminal that we type into and read from, by way of tmux."""

import os
import subprocess
import time
from pathlib import Path

from .server import Server

PATIENCE_SECONDS = 20
POLL_SECONDS = 0.1
COLUMNS, LINES = 160, 50


class Profanity:
    """One running Profanity. What it shows is what the story asks for."""

    def __init__(self, server: Server, name: str, password: str, folder: Path, trusts: bool):
        self.server = server
        self.address = f"{name}@{server.domain}"
        self.password = password
        folder.mkdir()
        self.socket = str(folder / "tmux")
        environment = dict(os.environ) | {
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "data"),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        }
        if trusts:
            environment["SSL_CERT_FILE"] = str(server.authority.certificate)
        size = ["-x", str(COLUMNS), "-y", str(LINES)]
        command = ["new-session", "-d", *size, "-s", "chat", "profanity", "--log", "DEBUG"]
        # Without a configuration file: what a person has in theirs must not change the story.
        subprocess.run(["tmux", "-f", "/dev/null", "-S", self.socket, *command], env=environment, check=True)
        self.expect("Profanity")

    def type(self, line: str) -> None:
        """Types a line and presses return."""
        self._tmux("send-keys", "-t", "chat", "-l", line)
        self._tmux("send-keys", "-t", "chat", "Enter")

    def screen(self) -> str:
        """What can be read now, with what has scrolled away."""
        return self._tmux("capture-pane", "-t", "chat", "-p", "-J")

    def expect(self, text: str) -> str:
        """Waits until the text can be read."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in (screen := self.screen()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{text!r} was not shown within {PATIENCE_SECONDS} s; the screen:\n{screen}")
            time.sleep(POLL_SECONDS)  # waits: a terminal does not say when it has changed
        return screen

    def connect(self) -> None:
        """Asks for a connection with TLS; the certificate is checked, and nobody answers questions about it."""
        self.type(f"/connect {self.address} server 127.0.0.1 port {self.server.c2s} tls force")
        self.expect("Enter password")
        self.type(self.password)

    def sign_in(self) -> None:
        self.connect()
        self.expect("logged in successfully")

    def end(self) -> None:
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, check=False)

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"tmux {words[0]}: {done.stderr.strip()} (has Profanity ended?)"
        return done.stdout
