"""slixmpp clients of the scene `pair`: numbered messages between two nodes, and a log of all that was noticed.

Settings come as one JSON object in the first line of the standard input, then orders: work, rest, leave.
"""

import asyncio
import json
import logging
import random
import re
import sys
import time
from pathlib import Path

from slixmpp import ClientXMPP
from slixmpp.stanza import Message

FIRST_WAIT_SECONDS = 0.02
LONGEST_WAIT_SECONDS = 0.64
ATTEMPT_SECONDS = 30
LEAVE_SECONDS = 5
REQUEST_SECONDS = 0.5
MARKER = re.compile(r"^pair-(.+)-(\d+)$")


class Log:
    """JSON lines with the machine's monotonic clock, written at once."""

    def __init__(self, path: str):
        self._file = open(path, "a", buffering=1, encoding="utf-8")

    def note(self, who: str, event: str, **fields: object) -> None:
        line = {"at": time.clock_gettime_ns(time.CLOCK_MONOTONIC), "who": who, "event": event} | fields
        self._file.write(json.dumps(line) + "\n")


class PairClient(ClientXMPP):
    """One client that knows both nodes and comes back at either of them."""

    def __init__(self, settings: dict, name: str, home: int, partner: str, log: Log):
        super().__init__(f"{name}@{settings['domain']}", settings["password"])
        self.name, self.node, self.partner, self.log = name, home, partner, log
        self.addresses, self.port = settings["nodes"], settings["port"]
        self.ca_certs = Path(settings["certificate"])
        self.enable_direct_tls, self.enable_starttls = True, False
        self.auto_authorize, self.auto_subscribe = True, False
        self.next_number = 0
        self.ready = asyncio.Event()
        self.changed = asyncio.Event()
        self.leaving = False
        self.register_plugin("xep_0198", {"window": 1, "allow_resume": settings["resumes"]})
        self.register_plugin("xep_0199")
        self.add_event_handler("message", self._on_message)
        self.add_event_handler("message_error", self._on_error)
        self.add_event_handler("presence_unavailable", self._on_unavailable)
        self.add_event_handler("session_start", self._on_start)
        self.add_event_handler("session_resumed", self._on_resumed)
        self.add_event_handler("sm_failed", self._on_failed)
        self.add_event_handler("stanza_acked", self._on_acknowledged)
        self.add_event_handler("connection_failed", self._on_attempt_failed)
        self.add_event_handler("failed_all_auth", self._on_attempt_failed)
        self.add_event_handler("disconnected", self._on_lost)

    def note(self, event: str, **fields: object) -> None:
        if not self.leaving:
            self.log.note(self.name, event, **fields)

    async def live(self) -> None:
        """Comes back whenever the connection is gone, until told to leave."""
        first, wait = True, FIRST_WAIT_SECONDS
        while not self.leaving:
            if not first:
                await asyncio.sleep(random.uniform(0, wait))  # waits: clients that come back together spread themselves
            self.changed.clear()
            self.note("connecting", node=self.node)
            self.connect(self.addresses[self.node], self.port)
            try:
                async with asyncio.timeout(ATTEMPT_SECONDS):
                    await self.changed.wait()
            except TimeoutError:
                self.note("odd", text=f"no session at node {self.node + 1} within {ATTEMPT_SECONDS} s")
                self.abort()
            if self.ready.is_set():
                wait = FIRST_WAIT_SECONDS
                self.changed.clear()
                await self.changed.wait()
                self.node = random.randrange(2)
            else:
                self.cancel_connection_attempt()
                self.node = 1 - self.node
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            first = False

    def _settle(self, ready: bool) -> None:
        (self.ready.set if ready else self.ready.clear)()
        self.changed.set()

    def _on_start(self, _event: object) -> None:
        self.note("bound", node=self.node, jid=self.boundjid.full)
        self.send_presence()
        self._settle(True)

    def _on_resumed(self, _event: object) -> None:
        self.note("resumed", node=self.node, jid=self.boundjid.full)
        self._settle(True)

    def _on_failed(self, stanza) -> None:
        if not self.ready.is_set():
            self.note("not-resumed", condition=stanza["condition"] or "", count=None)

    def _on_attempt_failed(self, _event: object) -> None:
        if not self.ready.is_set():
            self._settle(False)

    def _on_lost(self, reason: object) -> None:
        if self.ready.is_set():
            self.note("lost", why=str(reason))
        self._settle(False)

    def _on_message(self, message: Message) -> None:
        if found := MARKER.match(message["body"]):
            stored = message.xml.find("{urn:xmpp:delay}delay") is not None
            self.note("received", **{"from": found[1], "number": int(found[2]), "stored": stored})

    def _on_error(self, message: Message) -> None:
        if found := MARKER.match(message["id"]):
            self.note("refused", number=int(found[2]), condition=str(message["error"]["condition"]))

    def _on_unavailable(self, presence) -> None:
        if presence["from"].bare != self.boundjid.bare:
            self.note("unavailable", contact=presence["from"].full)

    def _on_acknowledged(self, stanza) -> None:
        if isinstance(stanza, Message) and (found := MARKER.match(stanza["id"])):
            self.note("acknowledged", number=int(found[2]))

    def say(self) -> None:
        """Sends the next message, if there is a connection."""
        if not self.ready.is_set() or self.transport is None:
            return
        number, self.next_number = self.next_number, self.next_number + 1
        marker = f"pair-{self.name}-{number}"
        message = self.make_message(mto=self.partner, mbody=marker, mtype="chat")
        message["id"] = marker
        self.note("sent", number=number, to=self.partner, again=False)
        message.send()

    async def leave(self) -> None:
        self.leaving = True
        self.changed.set()
        self.cancel_connection_attempt()
        if self.transport is not None:
            await self.disconnect(wait=LEAVE_SECONDS)


async def write(client: PairClient, pause: float, working: asyncio.Event) -> None:
    """Lets a client write at a steady pace while there is work."""
    while True:
        await working.wait()
        client.say()
        await asyncio.sleep(random.uniform(0.5, 1.5) * pause)  # waits: this is the pace


async def request_acknowledgements(client: PairClient) -> None:
    """slixmpp writes a request at once and the stanza after it, so the last one would wait for the next."""
    while True:
        await asyncio.sleep(REQUEST_SECONDS)  # waits: nothing tells when a stanza has been written
        if client.ready.is_set() and client.transport is not None:
            client.plugin["xep_0198"].request_ack()


async def play() -> None:
    reader = asyncio.StreamReader(limit=1 << 22)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    settings = json.loads(await reader.readline())
    log, working = Log(settings["log"]), asyncio.Event()
    clients = [
        PairClient(settings, each["name"], each["home"], each["partner"], log) for each in settings["clients"]
    ]
    pause = settings["seconds_between_messages"]
    tasks = [asyncio.create_task(client.live()) for client in clients]
    tasks += [asyncio.create_task(write(client, pause, working)) for client in clients]
    tasks += [asyncio.create_task(request_acknowledgements(client)) for client in clients]
    while order := (await reader.readline()).strip():
        if order == b"work":
            working.set()
        elif order == b"rest":
            working.clear()
        elif order == b"leave":
            break
    for client in clients:
        await client.leave()
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(play())
