"""The same, seen by somebody who uses Profanity."""

from asyncio import to_thread

from test_presence import become_contacts


async def test_profanity_signs_in_sees_contacts_and_chats(person, profanity):
    alice = await person("alice").sign_in()
    bob = await person("bob").sign_in()
    await become_contacts(alice, bob)
    await bob.leave()

    terminal = await to_thread(profanity, "bob")
    await to_thread(terminal.sign_in)
    await alice.expect_presence("bob@chat.example", "available")

    await to_thread(terminal.type, "/roster")
    await to_thread(terminal.expect, "alice@chat.example")

    await to_thread(terminal.type, "/msg alice@chat.example Good morning from a terminal")
    morning = await alice.expect_message("Good morning from a terminal")
    assert morning["from"].bare == "bob@chat.example"

    alice.say(morning["from"].full, "Good morning to you")
    await to_thread(terminal.expect, "Good morning to you")


async def test_profanity_does_not_sign_in_where_it_cannot_check_the_certificate(profanity):
    terminal = await to_thread(profanity, "bob", trusts=False)
    await to_thread(terminal.connect)
    screen = await to_thread(terminal.expect, "TLS certificate verification failed")
    assert "logged in successfully" not in screen
