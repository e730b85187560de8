"""Fixtures. Every story has a server of its own, with alice, bob and carol on it."""

import asyncio
import inspect
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.chat_client import ChatClient
from harness.pair import Pair
from harness.profanity import Profanity
from harness.server import KINDS, Server

STORY_SECONDS = 90
PASSWORDS = {name: f"the password of {name}" for name in ["alice", "bob", "carol"]}


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs stories that are written as coroutines, and ends their clients."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}

    async def story() -> None:
        try:
            async with asyncio.timeout(STORY_SECONDS):
                await pyfuncitem.obj(**arguments)
        finally:
            for makes in ["person", "person_at"]:
                for client in getattr(arguments.get(makes), "clients", []):
                    await client.leave()

    asyncio.run(story())
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Adds the end of the server's log to a failure."""
    report = (yield).get_result()
    for running in ["server", "pair", "janus", "mmp"]:
        server = getattr(item, "funcargs", {}).get(running)
        if report.failed and server is not None:
            report.sections.append(("server log", server.tail()))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = KINDS[os.environ.get("E2E_SERVER", "everpresent")](tmp_path)
    try:
        running.start()
        for name, password in PASSWORDS.items():
            running.add_user(name, password)
        yield running
    finally:
        running.stop()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    if os.environ.get("E2E_SERVER", "everpresent") != "everpresent":
        pytest.skip("other servers have no pairs")
    running = Pair(tmp_path)
    try:
        running.start(PASSWORDS)
        yield running
    finally:
        running.stop()


@pytest.fixture
def person_at(pair: Pair) -> Callable[..., ChatClient]:
    """Makes a device of a person that connects to one of the nodes."""

    def make(node: Server, name: str, resource: str = "desk") -> ChatClient:
        client = ChatClient(node, name, PASSWORDS[name], node.authority.certificate, resource)
        make.clients.append(client)
        return client

    make.clients = []
    return make


@pytest.fixture
def person(server: Server) -> Callable[..., ChatClient]:
    """Makes a device of a person. It trusts the server's certificate unless told otherwise."""

    def make(name: str, *, password: str | None = None, trusts: bool = True, resource: str = "desk") -> ChatClient:
        authority = server.authority.certificate if trusts else None
        client = ChatClient(server, name, password or PASSWORDS[name], authority, resource)
        make.clients.append(client)
        return client

    make.clients = []
    return make


@pytest.fixture
def profanity(server: Server, tmp_path: Path) -> Iterator[Callable[..., Profanity]]:
    """Starts Profanity for a person, in a terminal of its own."""
    started: list[Profanity] = []

    def make(name: str, *, trusts: bool = True) -> Profanity:
        folder = tmp_path / f"profanity-{name}"
        terminal = Profanity(server, name, PASSWORDS[name], folder, trusts)
        started.append(terminal)
        return terminal

    yield make
    for terminal in started:
        terminal.end()
