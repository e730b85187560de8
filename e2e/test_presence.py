"""Who is there."""

from harness.chat_client import ChatClient


async def become_contacts(one: ChatClient, other: ChatClient) -> None:
    """Each asks for the other's presence; both say yes to everybody."""
    one.send_presence_subscription(pto=other.boundjid.bare)
    other.send_presence_subscription(pto=one.boundjid.bare)
    await one.expect_presence(other.boundjid.bare, "available")
    await other.expect_presence(one.boundjid.bare, "available")


async def test_contacts_see_each_other_come_and_go(person):
    alice = await person("alice").sign_in()
    bob = await person("bob").sign_in()
    await become_contacts(alice, bob)

    alice.presences.clear()
    bob.send_presence(pshow="dnd", pstatus="in theatre 2")
    busy = await alice.presences.expect(lambda presence: presence["show"] == "dnd", "that bob is busy")
    assert busy["status"] == "in theatre 2"

    await bob.leave()
    await alice.expect_presence("bob@chat.example", "unavailable")


async def test_a_stranger_sees_nothing(person):
    alice = await person("alice").sign_in()
    carol = await person("carol").sign_in()
    alice.send_presence(pstatus="only for contacts")
    await alice.round_trip()
    await carol.round_trip()
    assert [presence for presence in carol.presences if presence["from"].bare == "alice@chat.example"] == []


async def test_the_roster_is_there_at_the_next_sign_in(person):
    alice = await person("alice").sign_in()
    bob = await person("bob").sign_in()
    await become_contacts(alice, bob)
    await alice.leave()

    again = await person("alice", resource="phone").sign_in()
    assert again.client_roster["bob@chat.example"]["subscription"] == "both"
    await again.expect_presence("bob@chat.example", "available")
