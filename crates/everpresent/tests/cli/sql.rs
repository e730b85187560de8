//! `everpresent sql`, on a database that a server may be using.

use everpresent_recovery::manager::{NodeState, Reason};
use everpresent_session::ids::HomeName;
use everpresent_session::time::Timestamp;
use serde_json::json;

use crate::cluster_file::pair;
use crate::harness::{Outcome, Place};

fn ask(place: &Place, options: &str, question: &str) -> Outcome {
    place.run_with(&format!("sql - {options}"), question)
}

#[test]
fn nodes_and_groups_are_asked_for_as_table_csv_and_json() {
    let place = pair(async |_| {});
    let question = "select name, tkhaserverstate, state, since from enterprisenode where name <> 'imp2'";
    let shown = "name\ttkhaserverstate\tstate\tsince\nimp1\t3\tNormal\t2023-11-14T22:13:20Z\n";
    assert_eq!(ask(&place, "", question).ok(), shown);
    assert_eq!(ask(&place, "--csv", "select 'a,\"b' as x, null").ok(), "x,null\n\"a,\"\"b\",\n");
    let answer =
        ask(&place, "--json", "select name, fkenterprisenode_2, null as n from enterprisesubcluster;").json();
    let row = json!({ "name": "DefaultCUPSubCluster", "fkenterprisenode_2": "imp2", "n": null });
    assert_eq!(answer["rows"], json!([row]));
    assert_eq!((&answer["more"], &answer["columns"][0]), (&json!(false), &json!("name")));
    let limited = ask(&place, "--limit 1", "select name from enterprisenode order by name desc");
    assert!(limited.err.contains("more than 1 rows; see --limit"), "{}", limited.err);
    assert_eq!(limited.ok(), "name\nimp2\n");
}

#[test]
fn the_texts_of_all_states_and_reasons_are_those_of_the_recovery_manager() {
    for (number, reason) in (1u8..).zip(Reason::ALL) {
        let state = NodeState::from_number(number).unwrap_or(NodeState::Unknown);
        let place = pair(async |store| {
            let (state, reason) = (u32::from(state.number()), u32::from(reason.number()));
            store.set_node_state(&HomeName::new("imp1"), state, reason, Timestamp(0), false).await.unwrap();
        });
        let question = "select state, reason from enterprisenode where name = 'imp1'";
        assert_eq!(ask(&place, "", question).ok(), format!("state\treason\n{state}\t{reason}\n"));
    }
}

#[test]
fn what_is_no_question_is_wrong_use_and_what_is_not_there_is_refused() {
    let place = pair(async |_| {});
    for question in ["", "delete from enterprisenode", "select 1; select 2", "attach 'ever.db' as server"] {
        let outcome = ask(&place, "", question);
        assert_eq!(outcome.code, 64, "{question}");
        assert!(outcome.err.contains("begins with SELECT"), "{}", outcome.err);
    }
    for question in ["select stored_key from scram_keys", "select * from users", "select nothing"] {
        let outcome = ask(&place, "", question);
        assert_eq!(outcome.code, 2, "{question}");
        assert!(outcome.err.contains("enterprisesubcluster and enterprisenode"), "{}", outcome.err);
    }
    let endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n";
    let outcome = ask(&place, "--timeout 1", endless);
    assert_eq!((outcome.code, outcome.err.as_str()), (1, "error: no answer within 1 s; see --timeout\n"));
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let place = Place::new();
    place.write("everpresent.toml", "[database]\nurl = \"sqlite:ever.db\"\n");
    let outcome = ask(&place, "", "select 1");
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("there is no file"), "{}", outcome.err);
    assert!(!place.path().join("ever.db").exists());
}
