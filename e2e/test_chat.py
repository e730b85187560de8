"""One-to-one chat."""


async def test_two_people_chat_both_ways(person):
    alice = await person("alice").sign_in()
    bob = await person("bob").sign_in()

    alice.say("bob@chat.example", "Is the ward round at nine? ☕")
    question = await bob.expect_message("Is the ward round at nine? ☕")
    assert question["from"].full == "alice@chat.example/desk"

    bob.say(question["from"].full, "Half past.")
    answer = await alice.expect_message("Half past.")
    assert answer["from"].full == "bob@chat.example/desk"


async def test_a_message_waits_for_somebody_who_is_away(person):
    alice = await person("alice").sign_in()
    alice.say("bob@chat.example", "Call me when you are back.")
    await alice.round_trip()

    bob = await person("bob").sign_in()
    await bob.expect_message("Call me when you are back.")


async def test_markup_in_a_message_stays_text(person):
    alice = await person("alice").sign_in()
    bob = await person("bob").sign_in()

    alice.say("bob@chat.example", "</body></message><presence type='unavailable'/> & more")
    await bob.expect_message("</body></message><presence type='unavailable'/> & more")


async def test_the_other_device_sees_the_chat_too(person):
    desk = await person("alice").sign_in()
    phone = await person("alice", resource="phone").sign_in()
    bob = await person("bob").sign_in()
    copies = []
    phone.add_event_handler("carbon_received", lambda copy: copies.append(copy["carbon_received"]["body"]))
    phone.add_event_handler("carbon_sent", lambda copy: copies.append(copy["carbon_sent"]["body"]))
    await phone.plugin["xep_0280"].enable()

    bob.say(desk.boundjid.full, "To your desk.")
    await desk.expect_message("To your desk.")
    desk.say("bob@chat.example", "From my desk.")
    await bob.expect_message("From my desk.")
    await desk.round_trip()
    await phone.round_trip()

    assert copies == ["To your desk.", "From my desk."]
