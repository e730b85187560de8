//! After the story: the node stays up, for everybody's own client.

use serde_json::json;

use super::stage::{DOMAIN, Stage};
use crate::failure::Failure;

/// Says how to connect.
pub(super) fn invite(stage: &Stage) {
    let (folder, ports) = (&stage.folder, stage.ports);
    let accounts_file = folder.accounts_file().display().to_string();
    let (certificate, log) = (folder.certificate().display().to_string(), folder.log().display().to_string());
    let config = folder.config().display().to_string();
    let addresses: Vec<String> =
        stage.accounts.iter().map(|account| format!("{}@{DOMAIN}", account.user)).collect();
    let websocket = format!("ws://127.0.0.1:{}/xmpp-websocket", ports.http);
    let facts = json!({ "ready": {
        "domain": DOMAIN, "host": "127.0.0.1", "starttls_port": ports.starttls, "tls_port": ports.tls,
        "websocket": websocket, "certificate": certificate, "accounts": addresses, "passwords": accounts_file,
        "config": config, "log": log,
    } });
    let program =
        std::env::current_exe().map_or_else(|_| "everpresent".into(), |path| path.display().to_string());
    let mut text =
        String::from("\nThe server stays up. Sign in with your own client, best as both in two windows:\n");
    for (account, address) in stage.accounts.iter().zip(&addresses) {
        let password = if stage.new_passwords { account.password.as_str() } else { "as the first time" };
        text.push_str(&format!("  account      {address:<16} password {password}\n"));
    }
    text.push_str(&format!(
        "  passwords    kept in {accounts_file}\n  \
           server       127.0.0.1, port {starttls} (STARTTLS) or {tls} (TLS from the first byte)\n  \
           certificate  {certificate}\n               self-signed for {DOMAIN}: accept it, or have your client trust this file\n  \
           WebSocket    {websocket}\n  \
           Profanity    /connect alice@{DOMAIN} server 127.0.0.1 port {starttls} tls trust\n  \
           look inside  {program} --config {config} sessions list\n  \
           log          {log}\nCtrl-C stops it.",
        starttls = ports.starttls,
        tls = ports.tls,
    ));
    stage.teller.present(&facts, &text);
}

/// Waits for Ctrl-C or SIGTERM.
///
/// # Errors
/// When the node ends by itself meanwhile.
pub(super) async fn stay(stage: &mut Stage) -> Result<(), Failure> {
    let Some(server) = &mut stage.server else { return Ok(()) };
    match super::until_interrupted(server.ended()).await? {
        None => {
            stage.teller.remark("stopping", "Stopping.");
            Ok(())
        }
        Some(ended) => {
            stage.server = None;
            let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
            Err(Failure::failed(format!(
                "the server ended by itself: {how}; see {}",
                stage.folder.log().display()
            )))
        }
    }
}
