//! Ways to sign in, and ways not to.

use everpresent_client::{Client, Error, Mechanism};
use everpresent_stream::fast::client_message;

use crate::harness::raw::attribute;
use crate::harness::{DOMAIN, House, PASSWORD, Person, Raw, sasl};

const AGENT: &str =
    "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'><software>Telltale</software></user-agent>";

#[tokio::test]
async fn every_way_in_leads_to_a_session() {
    let house = House::open().await;
    let plain = house.options("alice");
    let mut start_tls = house.secure_options("alice", true);
    let mut direct = house.secure_options("alice", false);
    start_tls.channel_binding = true;
    direct.channel_binding = true;
    for options in [plain, start_tls, direct] {
        for mechanism in [Mechanism::ScramSha1, Mechanism::ScramSha256] {
            let mut options = options.clone().resource("phone");
            options.mechanism = Some(mechanism);
            let alice = Person::connect(&options).await;
            assert_eq!(alice.client.address(), "alice@example.org/phone");
            alice.leaves().await;
        }
    }
    house.until_sessions(0, 0).await;
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_client_that_does_not_name_its_resource_is_given_one() {
    let house = House::open().await;
    let one = Person::connect(&house.options("alice")).await;
    let other = Person::connect(&house.options("alice")).await;
    assert_ne!(one.client.address(), other.client.address());
    assert_eq!(one.client.account(), "alice@example.org");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let house = House::open().await;
    let mut seen = Vec::new();
    for (user, password) in [("alice", "wrong"), ("nobody", "wrong"), ("nobody", PASSWORD)] {
        let mut raw = house.knock().await;
        raw.opens().await;
        let (_, challenge) = sasl::challenge(&mut raw, user, password).await;
        let salt = attribute(&challenge.replace(",s=", " s='").replace(",i=", "' i='"), "s");
        let iterations = challenge.rsplit_once("i=").unwrap().1.to_owned();

        let mut raw = house.knock().await;
        raw.opens().await;
        let failure = sasl::scram(&mut raw, user, password).await;
        assert!(failure.contains("<not-authorized"), "{failure}");

        let mut raw = house.knock().await;
        raw.opens().await;
        let (_, again) = sasl::challenge(&mut raw, user, password).await;
        assert!(again.contains(&salt), "an unknown user has the same salt each time");
        seen.push((salt.len(), iterations, failure));
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");

    let mut plain = Vec::new();
    for user in ["alice", "nobody"] {
        let mut raw = Raw::tls(&house).await;
        raw.opens().await;
        raw.says(sasl::authenticate("PLAIN", &sasl::plain(user, "wrong"), "")).await;
        plain.push(sasl::outcome(&mut raw).await);
    }
    assert!(plain[0].contains("<not-authorized"), "{plain:?}");
    assert_eq!(plain[0], plain[1]);
    house.closes_in_balance().await;
}

#[tokio::test]
async fn who_guesses_is_slowed_down_and_nobody_else() {
    let house = House::with(&[("SIGNIN_ACCOUNT_FAILURES_PER_MINUTE", "3")]).await;
    for user in ["alice", "nobody"] {
        let mut options = house.options(user);
        options.password = "a guess".to_owned();
        for _ in 0..3 {
            let refused = Client::connect(&options).await;
            assert!(matches!(refused, Err(Error::SignInRefused(condition)) if condition == "not-authorized"));
        }
        let refused = Client::connect(&house.options(user)).await;
        assert!(
            matches!(refused, Err(Error::SignInRefused(condition)) if condition == "temporary-auth-failure"),
            "{user} must wait, even with the right password"
        );
    }
    let bob = house.person("bob", "phone").await;
    assert_eq!(bob.client.account(), "bob@example.org");
    house.closes_in_balance().await;
}

#[tokio::test]
async fn one_request_signs_in_binds_and_enables_everything() {
    let house = House::open().await;
    let mut raw = Raw::tls(&house).await;
    let features = raw.opens().await;
    assert!(features.contains("urn:xmpp:sasl:2") && features.contains("urn:xmpp:bind:0"), "{features}");
    let inline = format!(
        "{AGENT}<bind xmlns='urn:xmpp:bind:0'><tag>Telltale</tag><enable xmlns='urn:xmpp:carbons:2'/>\
         <enable xmlns='urn:xmpp:sm:3' resume='true'/></bind>"
    );
    raw.says(sasl::authenticate("PLAIN", &sasl::plain("alice", PASSWORD), &inline)).await;
    let success = sasl::outcome(&mut raw).await;
    assert!(success.contains("<bound") && success.contains("<enabled"), "{success}");
    let id = attribute(&success[success.find("<enabled").unwrap()..], "id");
    drop(raw);
    house.until_sessions(0, 1).await;

    let mut raw = Raw::tls(&house).await;
    raw.opens().await;
    let resume = format!("{AGENT}<resume xmlns='urn:xmpp:sm:3' previd='{id}' h='0'/>");
    raw.says(sasl::authenticate("PLAIN", &sasl::plain("alice", PASSWORD), &resume)).await;
    let success = sasl::outcome(&mut raw).await;
    assert!(success.contains("<resumed"), "{success}");
    house.until_sessions(1, 0).await;
    house.closes_in_balance().await;
}

/// Signs in with a token; the server's answer.
async fn uses(house: &House, token: &str, inline: &str) -> String {
    let mut raw = Raw::tls(house).await;
    raw.opens().await;
    let (message, _) = client_message(token, "alice", &raw.exporter);
    raw.says(sasl::authenticate("HT-SHA-256-EXPR", &message, inline)).await;
    sasl::outcome(&mut raw).await
}

#[tokio::test]
async fn a_token_signs_in_and_its_replay_does_not() {
    let house = House::open().await;
    let mut raw = Raw::tls(&house).await;
    raw.opens().await;
    let request = format!("{AGENT}<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-EXPR'/>");
    raw.says(sasl::authenticate("PLAIN", &sasl::plain("alice", PASSWORD), &request)).await;
    let success = sasl::outcome(&mut raw).await;
    let token = attribute(&success, "token");

    let with_count = |count: u32| format!("{AGENT}<fast xmlns='urn:xmpp:fast:0' count='{count}'/>");
    assert!(uses(&house, &token, &with_count(1)).await.contains("<success"));
    for replayed in [0, 1] {
        let refused = uses(&house, &token, &with_count(replayed)).await;
        assert!(refused.contains("<not-authorized"), "{refused}");
    }
    let other_client = with_count(2).replace("d4565fa7", "e4565fa7");
    assert!(
        uses(&house, &token, &other_client).await.contains("<not-authorized"),
        "tokens are of one client"
    );
    assert!(
        uses(&house, &token, &with_count(2)).await.contains("<success"),
        "the right client is not locked out"
    );

    // What is overheard on one connection proves nothing on another.
    let mut overheard = Raw::tls(&house).await;
    overheard.opens().await;
    let (message, _) = client_message(&token, "alice", &[0; 32]);
    overheard.says(sasl::authenticate("HT-SHA-256-EXPR", &message, &with_count(3))).await;
    assert!(sasl::outcome(&mut overheard).await.contains("<not-authorized"));

    house.set_password("alice", "a new one").await;
    assert!(
        uses(&house, &token, &with_count(4)).await.contains("<not-authorized"),
        "a new password ends tokens"
    );
    house.closes_in_balance().await;
}

#[tokio::test]
async fn nobody_may_have_more_sessions_than_allowed() {
    let house = House::with(&[("LIMITS_SESSIONS_PER_USER", "2")]).await;
    let _one = house.person("alice", "one").await;
    let _two = house.person("alice", "two").await;
    let mut third = house.knock().await;
    third.signs_in("alice").await;
    let refused = third.binds("three").await;
    assert!(refused.contains("<resource-constraint"), "{refused}");
    assert!(
        third.binds("two").await.contains(&format!("alice@{DOMAIN}/two")),
        "replacing one is no further one"
    );
    house.closes_in_balance().await;
}
