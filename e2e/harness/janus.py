"""A real Janus in a folder of its own, on loopback, started again when it ends; and guests who call its echo test."""

import asyncio
import json
import os
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError

from .certificate import make_certificate
from .server import POLL_SECONDS, START_SECONDS, free_ports

SECRET = "the secret of the admin"
PLUGIN = "janus.plugin.echotest"
CONNECT_SECONDS = 20
REQUEST_SECONDS = 10
SOCKET_SECONDS = 2
STARTS = 10


class Janus:
    """Its sessions never time out by themselves: what is abandoned stays."""

    def __init__(self, folder: Path, socket_type: str = "SOCK_SEQPACKET"):
        self.folder = folder
        self.port, self.admin_port, self.admin_tls_port = free_ports(3)
        self.certificate = make_certificate(folder, "localhost", authority=False)
        # The path of a Unix socket has 107 bytes at most, and pytest's folders are deep.
        self.socket = Path(tempfile.gettempdir()) / f"everpresent-janus-{os.getpid()}-{self.admin_port}"
        self.secret = folder / "janus-secret"
        self.process: subprocess.Popen | None = None
        self.stopping = False
        # Set while it runs and all of it answers.
        self.settled = threading.Event()
        self.guard = threading.Lock()
        self.keeper: threading.Thread | None = None
        self.socket_type = getattr(socket, socket_type)
        self._configure(socket_type)

    def _configure(self, socket_type: str) -> None:
        self.secret.write_text(SECRET + "\n")
        self.secret.chmod(0o600)
        libraries = next(Path("/usr/lib").glob("*/janus"), None)
        assert libraries is not None, "Debian's package janus has its plugins in /usr/lib/*/janus"
        for kind, names in {"plugins": ["echotest"], "transports": ["http", "pfunix"], "none": []}.items():
            (self.folder / kind).mkdir()
            for name in names:
                (self.folder / kind / f"libjanus_{name}.so").symlink_to(libraries / kind / f"libjanus_{name}.so")
        self._write("janus", f"""
            general: {{
                configs_folder = "{self.folder}"
                plugins_folder = "{self.folder}/plugins"
                transports_folder = "{self.folder}/transports"
                events_folder = "{self.folder}/none"
                loggers_folder = "{self.folder}/none"
                debug_colors = false
                admin_secret = "{SECRET}"
                session_timeout = 0
            }}""")
        self._write("janus.transport.http", f"""
            general: {{ http = true, ip = "127.0.0.1", port = {self.port}, https = false }}
            admin: {{ admin_http = true, admin_ip = "127.0.0.1", admin_port = {self.admin_port},
                admin_https = true, admin_secure_ip = "127.0.0.1", admin_secure_port = {self.admin_tls_port} }}
            certificates: {{ cert_pem = "{self.certificate.certificate}", cert_key = "{self.certificate.key}" }}""")
        self._write("janus.transport.pfunix", f"""
            general: {{ enabled = false }}
            admin: {{ admin_enabled = true, admin_path = "{self.socket}", admin_type = "{socket_type}" }}""")

    def _write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.jcfg").write_text(text.replace(", ", "\n"))

    def start(self) -> None:
        self._run()
        self.keeper = threading.Thread(target=self._keep, daemon=True)
        self.keeper.start()

    def _run(self) -> None:
        """Janus 1.1.2 starts the thread of its Unix socket before it notes that there is one; a thread that is quick finds
        nothing to do and ends. Such a Janus is started again: what is tested is not that."""
        self.settled.clear()
        for _ in range(STARTS):
            self._run_once()
            if self._socket_answers() or self.stopping:
                self.settled.set()
                return
            self.process.kill()
            self.process.wait()
        raise AssertionError(f"its Unix socket never answered:\n{self.tail()}")

    def _run_once(self) -> None:
        with self.guard, (self.folder / "janus.log").open("ab") as log:
            if self.stopping:
                return
            self.process = subprocess.Popen(
                ["janus", "-F", str(self.folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers() and not self.stopping:
            runs = time.monotonic() < deadline and self.process.poll() is None
            assert runs or self.stopping, self.tail()
            time.sleep(POLL_SECONDS)  # waits: for its port, which nobody announces

    def _keep(self) -> None:
        """What systemd does with `Restart=always`."""
        while True:
            self.process.wait()
            if self.stopping:
                return
            self._run()

    def _answers(self) -> bool:
        try:
            return self.ask("info")["janus"] == "server_info"
        except (urllib.error.URLError, ConnectionError):
            return False

    def _socket_answers(self) -> bool:
        body = json.dumps({"janus": "info", "transaction": "e2e", "admin_secret": SECRET}).encode()
        with socket.socket(socket.AF_UNIX, self.socket_type) as asking, tempfile.TemporaryDirectory() as folder:
            asking.settimeout(SOCKET_SECONDS)
            if self.socket_type == socket.SOCK_DGRAM:
                asking.bind(f"{folder}/answer")
            try:
                asking.connect(str(self.socket))
                asking.send(body)
                return b"server_info" in asking.recv(65_536)
            except OSError:
                return False

    def stop(self) -> None:
        with self.guard:
            self.stopping = True
            if self.process is not None:
                self.process.terminate()
                self.process.wait()
        if self.keeper is not None:
            self.keeper.join()
        self.socket.unlink(missing_ok=True)

    def tail(self) -> str:
        return (self.folder / "janus.log").read_text(errors="replace")[-4000:]

    def ask(self, request: str, **fields) -> dict:
        """A request of the Admin API."""
        body = {"janus": request, "transaction": "e2e", "admin_secret": SECRET, **fields}
        return post(f"http://127.0.0.1:{self.admin_port}/admin", body)

    def sessions(self) -> set[int]:
        return set(self.ask("list_sessions")["sessions"])

    def call(self, path: str, request: str, **fields) -> dict:
        """A request of the API that guests use."""
        return post(f"http://127.0.0.1:{self.port}/janus{path}", {"janus": request, "transaction": "e2e", **fields})

    def session(self) -> int:
        """A session without handles."""
        return self.call("", "create")["data"]["id"]

    def attach(self, session: int) -> int:
        return self.call(f"/{session}", "attach", plugin=PLUGIN)["data"]["id"]

    def keep_alive(self, session: int) -> None:
        assert self.call(f"/{session}", "keepalive")["janus"] == "ack"


def post(url: str, body: dict) -> dict:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:
        return json.load(answer)


class Guest:
    """Somebody with a microphone in the echo test: a real PeerConnection, with media both ways."""

    def __init__(self, janus: Janus):
        self.janus = janus
        self.session = janus.session()
        self.handle = janus.attach(self.session)
        self.heard = 0
        self.connection = RTCPeerConnection()
        self.connection.addTrack(AudioStreamTrack())
        self.connection.on("track", lambda track: asyncio.ensure_future(self._listen(track)))

    async def _listen(self, track) -> None:
        try:
            while True:
                await track.recv()
                self.heard += 1
        except MediaStreamError:
            pass

    async def call(self) -> "Guest":
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = {"type": "offer", "sdp": self.connection.localDescription.sdp}
        body = {"audio": True, "video": False}
        path = f"/{self.session}/{self.handle}"
        await asyncio.to_thread(self.janus.call, path, "message", body=body, jsep=offer)
        answer = await asyncio.to_thread(self._answer)
        await self.connection.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
        await self.hears(5)
        return self

    def _answer(self) -> dict:
        url = f"http://127.0.0.1:{self.janus.port}/janus/{self.session}?maxev=1"
        while True:
            with urllib.request.urlopen(url, timeout=CONNECT_SECONDS) as event:
                found = json.load(event)
            if "jsep" in found:
                return found["jsep"]

    async def hears(self, packets: int) -> None:
        """Returns when so many more packets have come back."""
        wanted = self.heard + packets
        async with asyncio.timeout(CONNECT_SECONDS):
            while self.heard < wanted:
                await asyncio.sleep(POLL_SECONDS)  # waits: for media, which comes 50 times a second

    async def hang_up(self) -> None:
        """The PeerConnection ends; the session is left behind, as by a browser that was closed."""
        await self.connection.close()
