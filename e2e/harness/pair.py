"""Two nodes that cover for each other, on one SQLite file."""

import asyncio
import json
import time
from pathlib import Path

from .certificate import Certificate, make_certificate
from .server import DOMAIN, POLL_SECONDS, START_SECONDS, Everpresent, free_ports

NAMES = ["imp1", "imp2"]


class Pair:
    """A running pair, Normal and protected. All accounts belong to the first node."""

    def __init__(self, folder: Path):
        # A client that goes from one to the other must see the same certificate.
        authority = make_certificate(folder, DOMAIN)
        self.nodes = [self._node(folder, name, authority) for name in NAMES]

    def _node(self, folder: Path, name: str, authority: Certificate) -> Everpresent:
        own = folder / name
        own.mkdir()
        node = Everpresent(own, name, folder / "everpresent.db", authority)
        (link,) = free_ports(1)
        with node.config.open("a") as config:
            config.write(f'\n[link]\nlisten = ["127.0.0.1:{link}"]\nadvertise = "127.0.0.1:{link}"\n')
        return node

    def start(self, accounts: dict[str, str]) -> None:
        first, second = self.nodes
        for name, password in accounts.items():
            first.add_user(name, password)
        first.run("cluster", "init")
        first.run("ha", "set", "--preset", "lan")
        first.start()
        token = json.loads(first.run("cluster", "invite", NAMES[1], "--json").stdout)["token"]
        second.run("cluster", "join", token)
        second.start()
        self._until(lambda: first.run("ha", "enable", check=False).returncode == 0, "high availability")
        self.until_protected()

    def until_protected(self) -> None:
        """Waits until the partner of either node has a complete replica."""
        self._until(lambda: self._modes() == ["protected", "protected"], "both homes protected")

    def states(self) -> list[str]:
        """The states of the nodes, in order; nothing while the first does not answer."""
        return [node["state"] for node in self._group().get("nodes", [])]

    async def until_states(self, *states: str) -> None:
        """Waits until the nodes are in these states, in order, while clients go on."""
        await asyncio.to_thread(self._until, lambda: self.states() == list(states), f"the states {states}")

    async def until_alert(self, alert: str) -> None:
        """Waits until the first node alerts of this."""
        await asyncio.to_thread(self._until, lambda: alert in self._group().get("alerts", []), f"the alert {alert}")

    def stop_both_at_once(self, order: list[int]) -> None:
        for place in order:
            self.nodes[place].ask_to_stop()
        for node in self.nodes:
            assert node.stop() == 0

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()

    def tail(self) -> str:
        return "\n".join(f"--- {name}\n{node.tail()}" for name, node in zip(NAMES, self.nodes))

    def _group(self) -> dict:
        """The group as the first node sees it; nothing while that does not answer."""
        status = self.nodes[0].run("ha", "status", "--json", check=False)
        return json.loads(status.stdout)["groups"][0] if status.returncode == 0 else {}

    def _modes(self) -> list[str]:
        return [home["mode"] for home in self._group().get("homes", [])]

    def _until(self, holds, what: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"{what}: not within {START_SECONDS} s\n{self.tail()}"
            time.sleep(POLL_SECONDS)  # waits: the state of a pair is a question to the admin API
