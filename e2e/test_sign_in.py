"""Signing in, with the certificate checked."""


async def test_signs_in_by_starttls(person):
    alice = await person("alice").sign_in()
    assert alice.boundjid.full == "alice@chat.example/desk"


async def test_signs_in_by_direct_tls(person):
    alice = await person("alice").sign_in(direct_tls=True)
    assert alice.boundjid.bare == "alice@chat.example"


async def test_a_wrong_password_is_refused(person):
    alice = person("alice", password="not the password of alice")
    alice.begin()
    await alice.expect_happening("failed_all_auth")
    assert "session_start" not in alice.happenings


async def test_a_client_that_does_not_know_the_certificate_does_not_sign_in(person):
    alice = person("alice", trusts=False)
    alice.begin()
    await alice.expect_happening("ssl_invalid_chain")
    assert "session_start" not in alice.happenings


async def test_a_client_that_does_not_know_the_certificate_does_not_sign_in_by_direct_tls(person):
    alice = person("alice", trusts=False)
    alice.begin(direct_tls=True)
    await alice.expect_happening("connection_failed")
    assert "session_start" not in alice.happenings
