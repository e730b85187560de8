//! The admin API.

use std::collections::BTreeSet;

use everpresent_console::openapi_json;

use crate::fake::{TOKEN, console, console_of, settings};
use crate::http::{admin, request};

#[tokio::test]
async fn an_account_is_made_changed_disabled_enabled_and_removed() {
    let (fake, console) = console();
    let alice = r#"{"jid": "Alice@Example.org", "password": "wonder"}"#;
    assert_eq!(admin(&console, "POST /api/v1/users", alice).await.status, 201);
    assert_eq!(admin(&console, "POST /api/v1/users", alice).await.refusal(), "409 exists");
    let listed = admin(&console, "GET /api/v1/users", "").await.json();
    assert_eq!(listed["users"][0]["jid"], "alice@example.org");
    assert_eq!(listed["total"], 1);

    let path = "/api/v1/users/alice%40example.org";
    assert_eq!(admin(&console, &format!("PUT {path}/password"), r#"{"password": "land"}"#).await.status, 204);
    assert_eq!(admin(&console, &format!("POST {path}/disable"), "").await.status, 204);
    assert_eq!(fake.users.lock().unwrap()["alice@example.org"], ("land".to_owned(), false));
    assert_eq!(admin(&console, &format!("POST {path}/enable"), "").await.status, 204);
    assert!(fake.users.lock().unwrap()["alice@example.org"].1);
    assert_eq!(admin(&console, &format!("DELETE {path}"), "").await.status, 204);
    assert_eq!(admin(&console, &format!("DELETE {path}"), "").await.refusal(), "404 not-found");
    assert!(fake.users.lock().unwrap().is_empty());
}

#[tokio::test]
async fn users_are_listed_page_by_page() {
    let (_, console) = console();
    for name in ["a", "b", "c"] {
        let body = format!(r#"{{"jid": "{name}@example.org", "password": "x"}}"#);
        admin(&console, "POST /api/v1/users", &body).await;
    }
    let first = admin(&console, "GET /api/v1/users?limit=2", "").await.json();
    assert_eq!(first["next"], "b@example.org");
    let second = admin(&console, "GET /api/v1/users?limit=2&after=b%40example.org", "").await.json();
    assert_eq!(second["users"][0]["jid"], "c@example.org");
    assert!(second["next"].is_null());
}

#[tokio::test]
async fn an_import_makes_what_it_can_and_names_the_rest() {
    let (_, console) = console();
    let body = r#"{"users": [{"jid": "a@x", "password": "1"}, {"jid": "a@x", "password": "2"}]}"#;
    let report = admin(&console, "POST /api/v1/users/import", body).await.json();
    assert_eq!(report["created"], 1);
    assert_eq!(report["failed"][0]["index"], 1);
    let users = vec![r#"{"jid": "a@x", "password": "1"}"#; 1001].join(",");
    let refused = admin(&console, "POST /api/v1/users/import", &format!(r#"{{"users": [{users}]}}"#)).await;
    assert_eq!(refused.refusal(), "400 invalid");
}

#[tokio::test]
async fn sessions_are_listed_audited_and_ended() {
    let (fake, console) = console();
    *fake.sessions.lock().unwrap() = ["a@x/1", "a@x/2", "b@x/1"].map(str::to_owned).to_vec();
    let listed = admin(&console, "GET /api/v1/sessions?user=a%40x", "").await.json();
    assert_eq!(listed["total"], 2);
    assert_eq!(listed["sessions"][0]["state"], "open");
    assert_eq!(admin(&console, "POST /api/v1/sessions/audit", "").await.json()["balanced"], true);
    assert_eq!(admin(&console, "DELETE /api/v1/sessions/b%40x%2F1", "").await.json()["ended"], 1);
    assert_eq!(admin(&console, "DELETE /api/v1/sessions/a%40x", "").await.json()["ended"], 2);
    assert_eq!(admin(&console, "DELETE /api/v1/sessions/a%40x", "").await.refusal(), "404 not-found");
}

#[tokio::test]
async fn the_node_says_what_it_cannot_do_now_and_that_asking_again_helps() {
    let (_, console) = console();
    let answer = admin(&console, "GET /api/v1/node", "").await;
    assert_eq!(answer.refusal(), "503 unavailable");
    assert_eq!(answer.json()["error"]["retry"], true);
    assert_eq!(admin(&console, "POST /api/v1/node/reload", "").await.json()["reloaded"][0], "certificate");
}

#[tokio::test]
async fn without_the_right_token_nothing_is_told_and_nothing_happens() {
    let (fake, console) = console();
    let body = r#"{"jid": "a@x", "password": "1"}"#;
    let wrong = [
        String::new(),
        "Authorization: Bearer \r\n".into(),
        "Authorization: Bearer wrong\r\n".into(),
        format!("Authorization: Basic {TOKEN}\r\n"),
        format!("Authorization: Bearer {TOKEN}x\r\n"),
        format!("Authorization: Bearer {}\r\n", &TOKEN[1..]),
        format!("X-Token: {TOKEN}\r\n"),
    ];
    for headers in wrong {
        let answer = request(&console, "127.0.0.1", "POST /api/v1/users", &headers, body).await;
        assert_eq!(answer.refusal(), "401 unauthorized", "{headers}");
        assert!(answer.head.contains("www-authenticate: bearer"), "{}", answer.head);
    }
    assert!(fake.users.lock().unwrap().is_empty());
}

#[tokio::test]
async fn other_machines_are_refused_even_with_the_token_unless_so_set() {
    let (fake, console) = console();
    let with_token = format!("Authorization: Bearer {TOKEN}\r\n");
    let line = "GET /api/v1/users";
    let remote = request(&console, "192.0.2.1", line, &with_token, "").await;
    assert_eq!(remote.refusal(), "403 forbidden");
    for claimed in ["127.0.0.1", "192.0.2.1"] {
        let proxied = format!("{with_token}X-Forwarded-For: {claimed}\r\n");
        let through_proxy = request(&console, "127.0.0.1", line, &proxied, "").await;
        assert_eq!(through_proxy.refusal(), "403 forbidden", "{claimed}");
    }

    let mut open = settings();
    open.admin_allow_remote = true;
    let console = console_of(fake, open);
    assert_eq!(request(&console, "192.0.2.1", line, &with_token, "").await.status, 200);
    assert_eq!(request(&console, "192.0.2.1", line, "", "").await.refusal(), "401 unauthorized");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_words() {
    let (_, console) = console();
    for (line, body) in [
        ("POST /api/v1/users", r#"{"jid": "a@x"}"#),
        ("POST /api/v1/users", r#"{"jid": "a@x", "password": "1", "admin": true}"#),
        ("POST /api/v1/users", r#"{"jid": "a@x", "password": ""}"#),
        ("POST /api/v1/users", r#"{"jid": "x", "password": "1"}"#),
        ("POST /api/v1/users", r#"{"jid": "a@x/phone", "password": "1"}"#),
        ("POST /api/v1/users", r#"{"jid": "@", "password": "1"}"#),
        ("POST /api/v1/users", "not json"),
        ("GET /api/v1/users?limit=0", ""),
        ("GET /api/v1/users?limit=1001", ""),
        ("GET /api/v1/users?lim=1", ""),
        ("GET /api/v1/sessions?state=asleep", ""),
        ("GET /api/v1/sessions?user=x", ""),
        ("DELETE /api/v1/users/a%40x%2Fphone", ""),
        ("DELETE /api/v1/users/%FF", ""),
    ] {
        let answer = admin(&console, line, body).await;
        assert_eq!(answer.refusal(), "400 invalid", "{line} {body}");
    }
    assert_eq!(admin(&console, "GET /api/v1/nothing", "").await.refusal(), "404 not-found");
    assert_eq!(admin(&console, "PATCH /api/v1/users", "").await.refusal(), "405 method-not-allowed");
}

/// Method and path of every operation in the description.
fn operations() -> BTreeSet<String> {
    let document: serde_json::Value = serde_json::from_str(&openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let methods =
        paths.flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (method, path)));
    methods.map(|(method, path)| format!("{} {path}", method.to_uppercase())).collect()
}

#[tokio::test]
async fn the_description_names_exactly_the_operations_that_there_are() {
    let expected = [
        "DELETE /api/v1/sessions/{jid}",
        "DELETE /api/v1/users/{jid}",
        "GET /api/v1/groups",
        "POST /api/v1/groups",
        "PATCH /api/v1/groups/{group}",
        "DELETE /api/v1/groups/{group}",
        "POST /api/v1/groups/{group}/nodes",
        "DELETE /api/v1/groups/{group}/nodes/{node}",
        "POST /api/v1/groups/assign",
        "GET /api/v1/ha/parameters",
        "GET /api/v1/ha/status",
        "GET /api/v1/node",
        "GET /api/v1/services",
        "GET /api/v1/sessions",
        "GET /api/v1/users",
        "PATCH /api/v1/ha/parameters",
        "POST /api/v1/ha/disable",
        "POST /api/v1/ha/enable",
        "POST /api/v1/ha/failover",
        "POST /api/v1/ha/fallback",
        "POST /api/v1/ha/finalize",
        "POST /api/v1/ha/maintenance",
        "POST /api/v1/ha/recover",
        "POST /api/v1/node/reload",
        "POST /api/v1/services/{name}/{act}",
        "POST /api/v1/sessions/audit",
        "POST /api/v1/users",
        "POST /api/v1/users/import",
        "POST /api/v1/users/{jid}/disable",
        "POST /api/v1/users/{jid}/enable",
        "PUT /api/v1/users/{jid}/password",
    ];
    assert_eq!(operations(), expected.map(str::to_owned).into());
    let (_, console) = console();
    for operation in operations() {
        let line = operation.replace("{jid}", "a%40x").replace("{name}/{act}", "router/stop");
        let answer = request(&console, "127.0.0.1", &line, "", "").await;
        assert_eq!(answer.refusal(), "401 unauthorized", "{line} exists and wants the token");
    }
}

#[tokio::test]
async fn the_description_is_served_and_says_how_to_sign_in() {
    let (_, console) = console();
    let served = request(&console, "127.0.0.1", "GET /api/v1/openapi.json", "", "").await;
    assert_eq!(served.body, openapi_json());
    let document = served.json();
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    assert_eq!(document["security"][0], serde_json::json!({ "token": [] }));
    // Every schema that is referred to is there.
    for part in openapi_json().split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is missing");
    }
    assert_eq!(
        request(&console, "192.0.2.1", "GET /api/v1/openapi.json", "", "").await.refusal(),
        "403 forbidden"
    );
}

#[tokio::test]
async fn orders_about_groups_are_checked_before_the_server_is_asked() {
    let (_, console) = console();
    let create = |name: &str| format!(r#"{{"name": "{name}"}}"#);
    for name in ["", "a.b", "a/b", &"x".repeat(129)] {
        assert_eq!(admin(&console, "POST /api/v1/groups", &create(name)).await.refusal(), "400 invalid");
    }
    // Nothing is wrong with this one but that this server has no groups.
    assert_eq!(
        admin(&console, "POST /api/v1/groups", &create("Branch-2_b")).await.refusal(),
        "503 unavailable"
    );
    let node = r#"{"node": "imp 2"}"#;
    assert_eq!(admin(&console, "POST /api/v1/groups/g/nodes", node).await.refusal(), "400 invalid");
    let users: Vec<String> = (0..1001).map(|number| format!("\"user{number}@example.org\"")).collect();
    let order = |users: &[String]| format!(r#"{{"to": {{"node": "imp2", "users": [{}]}}}}"#, users.join(","));
    assert_eq!(admin(&console, "POST /api/v1/groups/assign", &order(&users)).await.refusal(), "400 invalid");
    let moved = admin(&console, "POST /api/v1/groups/assign", &order(&users[..1000])).await;
    assert_eq!(moved.json()["moved"], 1000);
    let balance = r#"{"balanced": {"group": null}}"#;
    assert_eq!(admin(&console, "POST /api/v1/groups/assign", balance).await.refusal(), "409 conflict");
}
