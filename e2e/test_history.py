"""The archive (XEP-0313)."""

from harness.chat_client import ChatClient


async def history(client: ChatClient, contact: str, page: int = 10, backwards: bool = False) -> list[str]:
    """Bodies of all that was said with a contact, oldest first, read in pages."""
    archive = client.plugin["xep_0313"].iterate(with_jid=contact, rsm={"max": page}, reverse=backwards)
    bodies = [result["mam_result"]["forwarded"]["stanza"]["body"] async for result in archive]
    return bodies[::-1] if backwards else bodies


async def chat(alice: ChatClient, bob: ChatClient, lines: int) -> list[str]:
    said = [f"line {number}" for number in range(lines)]
    for number, line in enumerate(said):
        speaker, listener = (alice, bob) if number % 2 == 0 else (bob, alice)
        speaker.say(listener.boundjid.bare, line)
        await listener.expect_message(line)
    return said


async def test_both_sides_find_the_whole_chat_in_order(person):
    alice = await person("alice").sign_in()
    bob = await person("bob").sign_in()
    said = await chat(alice, bob, 7)

    assert await history(alice, "bob@chat.example") == said
    assert await history(bob, "alice@chat.example") == said


async def test_pages_neither_lose_nor_repeat_a_line(person):
    alice = await person("alice").sign_in()
    bob = await person("bob").sign_in()
    said = await chat(alice, bob, 7)

    assert await history(alice, "bob@chat.example", page=3) == said
    assert await history(alice, "bob@chat.example", page=3, backwards=True) == said


async def test_a_new_device_finds_what_was_said_before_and_nothing_of_others(person):
    alice = await person("alice").sign_in()
    bob = await person("bob").sign_in()
    carol = await person("carol").sign_in()
    said = await chat(alice, bob, 3)

    phone = await person("alice", resource="phone").sign_in()
    assert await history(phone, "bob@chat.example") == said
    assert await history(carol, "bob@chat.example") == []
