"""A real Janus: abandoned sessions are named and ended one by one, live ones are left alone; drained, then restarted."""

import asyncio
import functools
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.janus import Guest, Janus

BINARY = os.environ.get("EVERPRESENT_BIN", "everpresent")
GRACE_SECONDS = 4


@pytest.fixture(params=["SOCK_SEQPACKET"])
def janus(request, tmp_path: Path) -> Iterator[Janus]:
    running = Janus(tmp_path, request.param)
    try:
        running.start()
        yield running
    finally:
        running.stop()


async def bridges(janus: Janus, *words: str, url: str | None = None, trusts: Path | None = None) -> subprocess.CompletedProcess:
    """`everpresent bridges janus …`, with JSON on its output. `trusts`: authorities in place of the machine's."""
    url = url or f"http://127.0.0.1:{janus.admin_port}/admin"
    command = [BINARY, "--json", "bridges", "janus", *words[:1], "--url", url, "--admin-secret-file", str(janus.secret)]
    if words[0] in ("audit", "end"):
        command += ["--grace", f"{GRACE_SECONDS}s"]
    environment = os.environ | ({"SSL_CERT_FILE": str(trusts)} if trusts else {})
    run = functools.partial(subprocess.run, capture_output=True, text=True, check=False, env=environment)
    return await asyncio.to_thread(run, [*command, *words[1:]])


def verdicts(outcome: subprocess.CompletedProcess) -> dict[int, str]:
    return {each["session"]: each["verdict"] for each in json.loads(outcome.stdout)["sessions"]}


async def keep_alive(janus: Janus, session: int) -> None:
    while True:
        await asyncio.to_thread(janus.keep_alive, session)
        await asyncio.sleep(1)  # waits: a client's own rhythm


async def test_abandoned_sessions_are_named_and_ended_one_by_one_and_live_ones_left_alone(janus):
    live = await Guest(janus).call()
    gone = await Guest(janus).call()
    await gone.hang_up()
    bare, unused, lobby = janus.session(), janus.session(), janus.session()
    janus.attach(unused)
    janus.attach(lobby)
    somebody = asyncio.ensure_future(keep_alive(janus, lobby))
    await asyncio.sleep(GRACE_SECONDS + 1)  # waits: for the grace time to pass

    first = await bridges(janus, "audit")
    assert first.returncode == 1
    assert verdicts(first) == {
        unused: "leaked", bare: "suspect", gone.session: "suspect", lobby: "idle", live.session: "live",
    }

    dry = await bridges(janus, "end", "--leaked", "--dry-run")
    assert [each["end"] for each in json.loads(dry.stdout)["ended"]] == ["would_end"] * 3
    assert len(janus.sessions()) == 5

    ended = await bridges(janus, "end", "--leaked")
    assert ended.returncode == 0, ended.stderr
    assert {each["session"]: each["end"] for each in json.loads(ended.stdout)["ended"]} == {
        unused: "ended", bare: "ended", gone.session: "ended",
    }
    assert janus.sessions() == {live.session, lobby}
    await live.hears(50)
    janus.keep_alive(lobby)

    after = await bridges(janus, "audit")
    assert (after.returncode, verdicts(after)) == (0, {live.session: "live", lobby: "idle"})
    somebody.cancel()
    await live.hang_up()


async def test_a_drain_waits_for_the_call_and_the_restart_is_seen(janus):
    guest = await Guest(janus).call()
    restart = ["--", "sh", "-c", f"kill -{signal.SIGTERM.value} {janus.process.pid}"]
    before = janus.process.pid
    drain = asyncio.ensure_future(bridges(janus, "drain", "--longest", "60s", *restart))
    while janus.ask("info")["accepting-new-sessions"]:
        await asyncio.sleep(0.05)  # waits: for another process, which tells nobody
    assert janus.call("", "create")["janus"] == "error", "a new guest is sent elsewhere"
    await guest.hears(50)
    assert not drain.done()

    await guest.hang_up()
    outcome = await drain
    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stdout) == {"drained": True, "restarted": True}
    assert "1 live of 1 sessions" in outcome.stderr and "0 live of 1 sessions" in outcome.stderr
    assert await asyncio.to_thread(janus.settled.wait, 60)
    assert janus.process.pid != before and janus.sessions() == set()
    janus.session()


async def test_a_drain_that_is_given_up_opens_janus_again(janus):
    guest = await Guest(janus).call()
    outcome = await bridges(janus, "drain", "--longest", "1s", "--", "false")
    assert outcome.returncode == 1 and "1 sessions are live" in outcome.stderr
    assert janus.ask("info")["accepting-new-sessions"]
    await guest.hears(10)

    command = [BINARY, "bridges", "janus", "drain", "--url", f"http://127.0.0.1:{janus.admin_port}/admin"]
    drain = subprocess.Popen([*command, "--admin-secret-file", str(janus.secret)], stderr=subprocess.PIPE, text=True)
    await asyncio.to_thread(drain.stderr.readline)
    drain.send_signal(signal.SIGINT)
    _, said = await asyncio.to_thread(drain.communicate)
    assert drain.returncode == 1 and "interrupted" in said
    assert janus.ask("info")["accepting-new-sessions"]
    await guest.hang_up()


@pytest.mark.parametrize(
    ("restart", "said"), [("false", "drained, not restarted"), ("true", "drained, restarted, not verified")]
)
async def test_a_restart_that_did_not_happen_is_not_called_one(janus, restart, said):
    janus.session()
    outcome = await bridges(janus, "drain", "--back-within", "2s", "--", restart)
    assert outcome.returncode == 1 and said in outcome.stderr, outcome.stderr
    assert janus.ask("info")["accepting-new-sessions"]


@pytest.mark.parametrize(
    ("janus", "scheme"), [("SOCK_SEQPACKET", "unix"), ("SOCK_DGRAM", "unix-dgram")], indirect=["janus"]
)
async def test_the_unix_socket_tells_the_same_as_http(janus, scheme):
    for _ in range(200):
        janus.session()
    over_http = await bridges(janus, "audit")
    over_socket = await bridges(janus, "audit", url=f"{scheme}:{janus.socket}")
    assert verdicts(over_socket) == verdicts(over_http) and len(verdicts(over_http)) == 200


async def test_over_https_only_the_server_that_is_trusted_is_told_the_secret(janus):
    session = janus.session()
    url = f"https://localhost:{janus.admin_tls_port}/admin"
    trusted = await bridges(janus, "audit", url=url, trusts=janus.certificate.certificate)
    assert verdicts(trusted) == {session: "suspect"}, trusted.stderr
    untrusted = await bridges(janus, "audit", url=url)
    assert untrusted.returncode == 69 and "certificate" in untrusted.stderr, untrusted.stderr


async def test_the_inventory_says_where_it_is_and_what_the_grace_time_is(janus):
    janus.attach(janus.session())
    inventory = janus.folder / "bridges.toml"
    inventory.write_text(
        '[[server]]\nname = "echo"\nrole = "janus"\naddress = "127.0.0.1"\n[server.janus]\n'
        f'admin = "unix:{janus.socket}"\nsecret_file = "janus-secret"\ngrace = "2s"\n'
    )
    await asyncio.sleep(2.5)  # waits: for the grace time to pass
    command = [BINARY, "bridges", "janus", "end", "--leaked", "--server", "echo"]
    run = functools.partial(subprocess.run, capture_output=True, text=True, check=False, cwd=janus.folder)
    outcome = await asyncio.to_thread(run, command)
    assert outcome.returncode == 0 and "1 ended; untouched: 0 live" in outcome.stdout, outcome.stderr
    assert janus.sessions() == set()
