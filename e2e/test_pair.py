"""Two nodes: what happens to sessions when one ends, and to messages when both do."""

import pytest


async def test_a_session_goes_on_at_the_partner_when_its_node_is_killed(pair, person_at):
    first, second = pair.nodes
    alice = await person_at(first, "alice").sign_in()
    bob = await person_at(first, "bob").sign_in()
    first.kill()
    for client in [alice, bob]:
        await client.expect_happening("disconnected")
        await client.resume_at(second)
    alice.say("bob@chat.example", "Still here?")
    await bob.expect_message("Still here?")


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
async def test_both_nodes_stop_at_once_and_nothing_acknowledged_is_lost(pair, person_at, order):
    first, second = pair.nodes
    bob = await person_at(first, "bob").sign_in()
    # His session waits for him, with what comes meanwhile in memory only.
    await bob.cut()
    alice = await person_at(first, "alice").sign_in()
    bodies = [f"message {number}" for number in range(20)]
    for body in bodies:
        alice.say("bob@chat.example", body)
    await alice.acknowledged()

    pair.stop_both_at_once(order)
    for node in pair.nodes:
        node.start()

    again = person_at(second, "bob", resource="other")
    await again.sign_in()
    await again.expect_message(bodies[-1])
    assert again.bodies() == bodies
