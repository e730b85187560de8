"""Restarts against a real sshd, and the known workaround script against the rehearsal."""

import asyncio
import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import workaround
from harness.mmp import Mmp
from harness.server import POLL_SECONDS, START_SECONDS, free_ports

BINARY = os.environ.get("EVERPRESENT_BIN", "everpresent")


@pytest.fixture
def mmp(tmp_path: Path) -> Iterator[Mmp]:
    running = Mmp(tmp_path)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def bridges(mmp: Mmp, *words: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    command = [BINARY, "bridges", *words, "--inventory", str(mmp.inventory)]
    environment = environment or {name: value for name, value in os.environ.items() if name != "SSH_AUTH_SOCK"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, env=environment
    )


def fingerprint(mmp: Mmp, key: str = "host_key") -> str:
    """As ssh-keygen shows it, on the console of the server."""
    shown = subprocess.run(["ssh-keygen", "-l", "-f", str(mmp.folder / key)], capture_output=True, text=True, check=True)
    return shown.stdout.split()[1]


def trust(mmp: Mmp) -> None:
    outcome = bridges(mmp, "trust", "webbridge1", "--fingerprint", fingerprint(mmp))
    assert outcome.returncode == 0, outcome.stderr


def test_a_host_is_trusted_once_by_its_fingerprint_and_then_restarted(mmp):
    nobody_there = bridges(mmp, "trust", "webbridge1")
    assert nobody_there.returncode == 2 and fingerprint(mmp) in nobody_there.stderr, "nobody confirmed it"
    wrong = bridges(mmp, "trust", "webbridge1", "--fingerprint", fingerprint(mmp, "other_host_key"))
    assert wrong.returncode == 2 and not mmp.known_hosts.exists()
    untrusted = bridges(mmp, "restart", "webbridge1")
    assert untrusted.returncode == 1 and "is not known" in untrusted.stdout and mmp.commands() == []

    trust(mmp)
    found = subprocess.run(
        ["ssh-keygen", "-F", f"[127.0.0.1]:{mmp.port}", "-f", str(mmp.known_hosts)], capture_output=True, check=False
    )
    assert found.returncode == 0, "OpenSSH reads what was written"

    outcome = bridges(mmp, "restart", "webbridge1")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert mmp.commands() == ["webbridge restart"]
    assert "its count began anew; its shell logged the command" in outcome.stdout
    assert f"Webbridge on server: [127.0.0.1]:{mmp.port} restarted successfully" in mmp.journal()


def test_check_tries_everything_and_changes_nothing(mmp):
    trust(mmp)
    outcome = bridges(mmp, "check", "--json")
    findings = {(each["server"], each["what"]): each["holds"] for each in json.loads(outcome.stdout)["findings"]}
    assert findings == {
        ("webbridge1", "ssh"): True,
        ("webbridge1", "log"): True,
        ("webbridge1", "port"): False,
        ("core1", "log"): True,
    }
    assert outcome.returncode == 1, "its port for guests is closed"
    assert mmp.commands() == ["webbridge"] and mmp.journal() == ""


@pytest.mark.parametrize("key", ["other_host_key", "ecdsa_host_key"])
def test_a_changed_host_key_is_refused_loudly_by_all(mmp, key):
    trust(mmp)
    mmp.restart_with(key)
    for words in [("restart", "webbridge1"), ("check",), ("trust", "webbridge1", "--fingerprint", fingerprint(mmp, key))]:
        outcome = bridges(mmp, *words)
        assert outcome.returncode in (1, 2)
        assert "THE HOST KEY HAS CHANGED" in outcome.stdout + outcome.stderr
    assert mmp.commands() == []


def test_a_revoked_host_key_is_refused_although_it_is_known(mmp):
    trust(mmp)
    key = " ".join((mmp.folder / "host_key.pub").read_text().split()[:2])
    with open(mmp.known_hosts, "a") as file:
        file.write(f"@revoked * {key}\n")
    outcome = bridges(mmp, "restart", "webbridge1")
    assert outcome.returncode == 1 and "IS REVOKED by line 2" in outcome.stdout
    assert mmp.commands() == []


def test_an_agent_signs_in_and_without_it_nothing_is_sent(mmp):
    trust(mmp)
    mmp.inventory.write_text(mmp.inventory.read_text().replace('key_file = "id"', "agent = true"))
    nobody = bridges(mmp, "restart", "webbridge1")
    assert nobody.returncode == 1 and "the SSH agent cannot be used" in nobody.stdout and mmp.commands() == []
    socket = mmp.folder / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        wait_for(socket.exists, "the agent's socket")
        with_agent = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
        subprocess.run(["ssh-add", "-q", str(mmp.folder / "id")], env=with_agent, check=True)
        outcome = bridges(mmp, "restart", "webbridge1", environment=with_agent)
    finally:
        agent.terminate()
        agent.wait()
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert mmp.commands() == ["webbridge restart"]


def test_an_encrypted_key_signs_in_with_its_passphrase_from_a_private_file(mmp):
    trust(mmp)
    passphrase, key = mmp.folder / "passphrase", str(mmp.folder / "id")
    passphrase.write_text("correct horse\n")
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "correct horse", "-f", key], check=True)
    text = mmp.inventory.read_text()
    mmp.inventory.write_text(text.replace('key_file = "id"', 'key_file = "id"\nkey_passphrase_file = "passphrase"'))
    passphrase.chmod(0o644)
    open_to_all = bridges(mmp, "restart", "webbridge1")
    assert open_to_all.returncode != 0 and mmp.commands() == [], "others can read it"
    passphrase.chmod(0o600)
    outcome = bridges(mmp, "restart", "webbridge1")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert mmp.commands() == ["webbridge restart"]


def test_a_bridge_that_only_says_so_is_not_called_restarted(mmp):
    trust(mmp)
    (mmp.folder / "pretend").touch()
    outcome = bridges(mmp, "restart", "webbridge1")
    assert outcome.returncode == 1 and "restarted, not verified" in outcome.stdout, outcome.stdout
    assert "successfully" not in mmp.journal()


def test_a_call_blocks_and_a_dry_run_says_so(mmp):
    trust(mmp)
    mmp.count(calls=1)
    for words in [("--dry-run",), ()]:
        outcome = bridges(mmp, "restart", "webbridge1", *words, "--json")
        (server,) = json.loads(outcome.stdout)["servers"]
        assert outcome.returncode == 2 and server["outcome"] == "refused"
        assert [check["rule"] for check in server["checks"] if not check["passes"]] == ["calls"]
    assert mmp.commands() == []


def wait_for(holds, what: str) -> None:
    end = time.monotonic() + START_SECONDS
    while not holds():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(POLL_SECONDS)  # waits: for another process


def test_a_second_run_is_refused_and_after_kill_9_the_next_says_what_is_unknown(mmp):
    trust(mmp)
    (mmp.folder / "slow").touch()
    command = [BINARY, "bridges", "restart", "webbridge1", "--inventory", str(mmp.inventory)]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: "attempt" in mmp.journal("restarts.jsonl"), "the attempt")
    second = bridges(mmp, "restart", "webbridge1")
    assert second.returncode == 2 and f"process {first.pid} since" in second.stderr, second.stderr
    first.send_signal(signal.SIGKILL)
    first.wait()
    (mmp.folder / "slow").unlink()

    third = bridges(mmp, "restart", "webbridge1")
    assert third.returncode == 2 and "cool-down" in third.stdout, "it may have been restarted"
    assert "may have been restarted, unknown:\na run was cut off at or after" in mmp.journal()


def test_schedule_prints_what_systemd_understands(mmp):
    outcome = bridges(mmp, "schedule", "--systemd")
    assert outcome.returncode == 0 and "OnCalendar=Sat *-*-* 02:00:00 UTC" in outcome.stdout
    assert f"--inventory {mmp.inventory}" in outcome.stdout


async def test_the_known_script_works_unchanged_against_the_rehearsal(tmp_path):
    """Its port is 22, which only root may have; anybody else gives it another one."""
    port = 22 if os.geteuid() == 0 else free_ports(1)[0]
    folder, journal = tmp_path / "rehearsal", tmp_path / "journal"
    command = [BINARY, "--json", "bridges", "rehearse", "--dir", str(folder), "--bridges", "2", "--ssh-port", str(port)]
    rehearsal = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        scene = json.loads(await asyncio.to_thread(rehearsal.stdout.readline))
        password = Path(scene["password_file"]).read_text()
        addresses = [bridge["address"] for bridge in scene["bridges"]] + ["127.0.0.99"]
        script = [sys.executable, workaround.__file__, str(journal), str(port), password, *addresses]
        run = functools.partial(subprocess.run, script, capture_output=True, text=True, check=True)
        outcome = await asyncio.to_thread(run)
    finally:
        rehearsal.terminate()
        rehearsal.wait()
    assert outcome.stdout.count("SUCCESS: webbridge enabled") == 2
    lines = journal.read_text().splitlines()
    for line, address in zip(lines, addresses[:2]):
        assert line.endswith(f" Webbridge on server: {address} restarted successfully")
    assert lines[2].endswith(" Failed to restart webbridge on server 127.0.0.99. Error:")
    log = (folder / "logs" / "webbridge1.log").read_text()
    assert "issued command <webbridge restart>: permission granted" in log
