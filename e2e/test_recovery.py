"""What the recovery manager does with a node whose services fail, and with orders."""

import asyncio

import pytest

NORMAL = "Normal"
BACKUP = "Running in Backup Mode"
WITHOUT_SERVICES = "Failed Over with Critical Services not Running"


@pytest.mark.parametrize("fault", ["crash", "stuck"])
async def test_users_of_a_node_whose_service_stays_down_move_and_come_back(pair, person_at, fault):
    first, second = pair.nodes
    # In force at once, without a restart.
    first.run("ha", "set", "critical_service_down_delay", "1s")
    alice = await person_at(first, "alice").sign_in()
    bob = await person_at(first, "bob").sign_in()

    first.run("service", "break", "presence-engine", "--fault", fault)
    await pair.until_states(WITHOUT_SERVICES, BACKUP)
    for client in [alice, bob]:
        await client.expect_happening("disconnected")
        await client.resume_at(second)
    alice.say("bob@chat.example", "Still here?")
    await bob.expect_message("Still here?")
    refused = await asyncio.to_thread(lambda: first.run("ha", "fallback", "imp1", check=False))
    assert refused.returncode == 2 and "critical services of imp1 do not run" in refused.stderr, refused

    first.run("service", "start", "presence-engine")
    await pair.until_states("Failed Over", BACKUP)
    # An order to hand over is refused while the partner does not have everything yet.
    await asyncio.to_thread(pair.until_protected)
    first.run("ha", "fallback", "imp1")
    await pair.until_states(NORMAL, NORMAL)


async def test_planned_work_holds_the_failover_until_it_ends(pair):
    first, _ = pair.nodes
    first.run("ha", "set", "critical_service_down_delay", "1s")
    first.run("ha", "maintenance", "imp1", "--for", "10m")
    first.run("service", "stop", "presence-engine")
    await pair.until_alert("ServiceDown: presence-engine")
    assert pair.states() == [NORMAL, NORMAL]
    first.run("ha", "maintenance", "imp1", "--end")
    await pair.until_states(WITHOUT_SERVICES, BACKUP)


async def test_a_node_that_was_failed_over_by_order_stays_idle_over_a_restart(pair):
    first, second = pair.nodes
    first.run("ha", "failover", "imp1", "--wait", "30")
    await pair.until_states("Idle", BACKUP)
    assert "stopped by order" in first.run("service", "list").stdout
    first.stop()
    first.start()
    await pair.until_states("Idle", BACKUP)
    for order in [("ha", "failover", "imp2"), ("ha", "disable"), ("ha", "enable"), ("ha", "recover")]:
        refused = second.run(*order, check=False)
        assert refused.returncode == 2, f"{order}: {refused.stdout}{refused.stderr}"
    await asyncio.to_thread(pair.until_protected)
    first.run("ha", "fallback", "imp1", "--wait", "30")
    assert pair.states() == [NORMAL, NORMAL]
    assert "down" not in first.run("service", "list").stdout
