//! After the story: both nodes stay up, for everybody's own client.

use serde_json::json;

use super::folder::NODES;
use super::stage::{DOMAIN, PEOPLE, Stage};
use crate::failure::Failure;

/// Says how to connect, how to look inside and what to kill.
pub(super) fn invite(stage: &Stage) {
    let folder = &stage.folder;
    let accounts_file = folder.accounts_file().display().to_string();
    let certificate = folder.certificate().display().to_string();
    let people: Vec<_> =
        PEOPLE.iter().zip(&stage.accounts).map(|((user, node), account)| (user, *node, account)).collect();
    let nodes: Vec<_> = (0..NODES.len())
        .map(|node| {
            let ports = stage.ports[node];
            json!({ "name": NODES[node], "starttls_port": ports.starttls, "tls_port": ports.tls,
                "websocket": format!("ws://127.0.0.1:{}/xmpp-websocket", ports.http),
                "config": folder.config(node).display().to_string(),
                "log": folder.log(node).display().to_string(),
                "server_pid": folder.server_pid(node).display().to_string() })
        })
        .collect();
    let addresses: Vec<String> = PEOPLE.iter().map(|(user, _)| format!("{user}@{DOMAIN}")).collect();
    let facts = json!({ "ready": { "domain": DOMAIN, "host": "127.0.0.1", "certificate": certificate,
        "accounts": addresses, "passwords": accounts_file, "nodes": nodes } });
    let program =
        std::env::current_exe().map_or_else(|_| "everpresent".into(), |path| path.display().to_string());
    let mut text = String::from(
        "\nBoth nodes stay up. Sign in with your own client, best as two people in two windows:\n",
    );
    for (user, node, account) in people {
        let password = if stage.new_passwords { account.password.as_str() } else { "as the first time" };
        text.push_str(&format!("  {user}@{DOMAIN:<12} password {password}, at home on {}\n", NODES[node]));
    }
    text.push_str(&format!("  passwords     kept in {accounts_file}\n"));
    for (node, name) in NODES.iter().enumerate() {
        let ports = stage.ports[node];
        let (log, pid) =
            (folder.log(node).display().to_string(), folder.server_pid(node).display().to_string());
        text.push_str(&format!(
            "  {name}          127.0.0.1, port {} (STARTTLS) or {} (TLS from the first byte); log {log}\n                kill it with  kill -9 $(cat {pid})\n",
            ports.starttls, ports.tls
        ));
    }
    let config = |node: usize| folder.config(node).display().to_string();
    text.push_str(&format!(
        "  certificate   {certificate}\n                self-signed for {DOMAIN}: accept it, or have your client trust this file\n  \
           Profanity     /connect alice@{DOMAIN} server 127.0.0.1 port {starttls} tls trust\n  \
           watch         {program} --config {second} ha status --watch\n  \
           go home       {program} --config {second} ha fallback {first_name}\nCtrl-C stops both.",
        starttls = stage.ports[0].starttls,
        second = config(1),
        first_name = NODES[0],
    ));
    stage.teller.present(&facts, &text);
}

/// Waits for Ctrl-C or SIGTERM.
///
/// # Errors
/// When a node ends by itself meanwhile, guardian and all.
pub(super) async fn stay(stage: &mut Stage) -> Result<(), Failure> {
    let [Some(first), Some(second)] = &mut stage.servers else { return Ok(()) };
    let either = async {
        tokio::select! {
            ended = first.ended() => (0, ended),
            ended = second.ended() => (1, ended),
        }
    };
    match super::until_interrupted(either).await? {
        None => {
            stage.teller.remark("stopping", "Stopping.");
            Ok(())
        }
        Some((node, ended)) => {
            stage.servers[node] = None;
            let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
            Err(Failure::failed(format!(
                "{} ended by itself: {how}; see {}",
                NODES[node],
                stage.folder.log(node).display()
            )))
        }
    }
}
