"""The server ends, well or badly; what was acknowledged is there afterwards."""

import pytest

from harness.server import Everpresent


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_an_acknowledged_message_survives_the_end_of_the_server(server, person, end):
    alice = await person("alice").sign_in()
    alice.say("bob@chat.example", "Keep this for bob.")
    await alice.acknowledged()

    getattr(server, end)()
    server.start()

    bob = await person("bob").sign_in()
    await bob.expect_message("Keep this for bob.")


def test_the_configuration_that_init_writes_is_accepted(server):
    if not isinstance(server, Everpresent):
        return
    folder = server.folder / "fresh"
    server.run("init", str(folder), "--domain", "chat.example")
    server.run("config", "check", str(folder / "everpresent.toml"))
