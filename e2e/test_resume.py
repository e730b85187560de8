"""Connections come and go, the session stays (XEP-0198)."""

from test_presence import become_contacts


async def test_a_session_goes_on_after_its_connection_is_cut(person):
    alice = await person("alice").sign_in()
    bob = await person("bob").sign_in()
    await become_contacts(alice, bob)
    address = alice.boundjid.full

    bob.presences.clear()
    await alice.cut()
    for number in range(5):
        bob.say("alice@chat.example", f"while you were in the lift {number}")
    await bob.round_trip()
    alice.begin()
    await alice.expect_happening("session_resumed")

    await alice.expect_message("while you were in the lift 4")
    alice.say("bob@chat.example", "I am back.")
    back = await bob.expect_message("I am back.")
    await alice.round_trip()
    assert back["from"].full == address
    assert alice.bodies() == [f"while you were in the lift {number}" for number in range(5)]
    assert [presence["type"] for presence in bob.presences if presence["type"] == "unavailable"] == []
    assert alice.happenings.count("session_start") == 1


async def test_what_was_said_into_a_dead_connection_arrives_once(person):
    alice = await person("alice").sign_in()
    bob = await person("bob").sign_in()
    said = [f"out of reach {number}" for number in range(5)]
    alice.lose_acknowledgements()

    for line in said:
        alice.say("bob@chat.example", line)
    await alice.round_trip()
    # The server has them all, and alice knows of none: only the count in its answer keeps her from saying them again.
    assert alice.unacknowledged() >= len(said)
    await alice.cut()
    alice.begin(direct_tls=True)
    await alice.expect_happening("session_resumed")
    alice.say("bob@chat.example", "and now")

    await bob.expect_message("and now")
    assert bob.bodies() == [*said, "and now"]
