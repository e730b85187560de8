"""A person with a slixmpp client that checks certificates, and remembers all that it was told."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from slixmpp import ClientXMPP
from slixmpp.stanza import Message, Presence

from .server import Server

PATIENCE_SECONDS = 15
PLUGINS = ["xep_0030", "xep_0059", "xep_0198", "xep_0199", "xep_0280", "xep_0313"]

Seen = TypeVar("Seen")


class Mailbox(list[Seen]):
    """A list that one can wait on."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Event()

    def put(self, item: Seen) -> None:
        self.append(item)
        self._changed.set()

    async def expect(self, wanted: Callable[[Seen], bool], what: str) -> Seen:
        """The first item, seen already or still to come, that is wanted."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    self._changed.clear()
                    for item in self:
                        if wanted(item):
                            return item
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{what} did not come within {PATIENCE_SECONDS} s; seen: {[str(i) for i in self]}") from None


class ChatClient(ClientXMPP):
    """One device of one person."""

    def __init__(self, server: Server, name: str, password: str, authority: Path | None, resource: str):
        super().__init__(f"{name}@{server.domain}/{resource}", password)
        self.home = server
        self.messages: Mailbox[Message] = Mailbox()
        self.presences: Mailbox[Presence] = Mailbox()
        self.happenings: Mailbox[str] = Mailbox()
        self.ca_certs = authority
        self.auto_authorize = True
        self.auto_subscribe = False
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        self.add_event_handler("message", self._on_message)
        for kind in ["available", "away", "chat", "dnd", "xa", "unavailable"]:
            self.add_event_handler(f"presence_{kind}", self.presences.put)
        happenings = [
            "session_start", "session_resumed", "sm_enabled", "sm_failed", "failed_all_auth", "ssl_invalid_chain",
            "connection_failed", "disconnected", "stanza_acked",
        ]
        for happening in happenings:
            self.add_event_handler(happening, lambda _event, name=happening: self.happenings.put(name))

    def _on_message(self, message: Message) -> None:
        if message["body"]:
            self.messages.put(message)

    def begin(self, direct_tls: bool = False) -> None:
        """Opens a connection; what comes of it is in `happenings`."""
        self.enable_direct_tls = direct_tls
        self.enable_starttls = not direct_tls
        self.connect("127.0.0.1", self.home.c2s_tls if direct_tls else self.home.c2s)

    async def expect_happening(self, name: str) -> None:
        await self.happenings.expect(lambda happening: happening == name, name)

    async def sign_in(self, direct_tls: bool = False) -> "ChatClient":
        """Signs in, with stream management on, and says so to contacts."""
        self.begin(direct_tls)
        await self.expect_happening("session_start")
        await self.expect_happening("sm_enabled")
        await self.get_roster()
        self.send_presence()
        return self

    async def resume_at(self, server: Server) -> None:
        """Comes back to its session at another node, however often it is let go before that serves it."""
        self.home = server
        ends = ["session_resumed", "sm_failed", "disconnected", "connection_failed"]
        end = ""
        while end != "session_resumed":
            assert end != "sm_failed", "the session is gone"
            self.happenings.clear()
            self.begin()
            end = await self.happenings.expect(lambda happening: happening in ends, "an end of the attempt")

    def say(self, to: str, body: str) -> None:
        self.send_message(mto=to, mbody=body, mtype="chat")

    async def expect_message(self, body: str) -> Message:
        return await self.messages.expect(lambda message: message["body"] == body, f"the message {body!r}")

    async def expect_presence(self, of: str, kind: str) -> Presence:
        def wanted(presence: Presence) -> bool:
            return presence["from"].bare == of and presence["type"] == kind

        return await self.presences.expect(wanted, f"presence {kind} of {of}")

    def bodies(self) -> list[str]:
        return [message["body"] for message in self.messages]

    async def round_trip(self) -> None:
        """Comes back when the server has answered: whatever it sent before has then been seen."""
        await self.plugin["xep_0199"].send_ping(self.home.domain, timeout=PATIENCE_SECONDS)

    async def acknowledged(self) -> None:
        """Comes back when the server has acknowledged all that was sent (XEP-0198)."""
        management = self.plugin["xep_0198"]
        # slixmpp writes the request at once and stanzas a little later: let them go out first.
        await self.round_trip()
        management.request_ack()
        await self.happenings.expect(lambda _: not management.unacked_queue, "the acknowledgement")

    def lose_acknowledgements(self) -> None:
        """From now on no `<a/>` reaches this client, as if each were lost on the way."""
        self.remove_handler("Stream Management Ack")

    def unacknowledged(self) -> int:
        """How many stanzas this client would send again after a resume, as far as it knows."""
        return len(self.plugin["xep_0198"].unacked_queue)

    async def cut(self) -> None:
        """Loses the connection without a word, as a phone does in a lift."""
        lost = self.disconnected
        self.transport.abort()
        await asyncio.wait_for(lost, PATIENCE_SECONDS)

    async def leave(self) -> None:
        """Ends whatever there is."""
        self.cancel_connection_attempt()
        if self.is_connected():
            await self.disconnect()
