//! `everpresent cluster`

use std::io::Read as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use everpresent_console::administration::Time;
use everpresent_link::pki::{
    AUTHORITY_KEY, INVITATION_MINUTES, Identity, Invitation, OpenInvitation, establish, join,
    open_invitations,
};
use everpresent_server::config::Config;
use serde_json::json;

use crate::cli::{Cli, ClusterCommand};
use crate::failure::{Exit, Failure};
use crate::output;

/// Longest token that is read from standard input.
const MAX_TOKEN_BYTES: u64 = 4 * 1024;
/// Where a node can be reached, in examples.
const EXAMPLE: &str = "imp1.example.org:5290";

pub(crate) fn run(command: &ClusterCommand, cli: &Cli) -> Result<(), Failure> {
    let config = cli.load_config()?;
    let dir = config.link.dir.clone().unwrap_or_else(|| config.node.data_dir.join("cluster"));
    match command {
        ClusterCommand::Init => init(&dir, &config, cli),
        ClusterCommand::Invite { node, address } => invite(&dir, &config, (node, address.as_deref()), cli),
        ClusterCommand::Join { token } => enter(&dir, &config, token, cli),
        ClusterCommand::Status => status(&dir, cli),
    }
}

fn init(dir: &Path, config: &Config, cli: &Cli) -> Result<(), Failure> {
    let node = &config.node.name;
    establish(dir, node, SystemTime::now())?;
    let identity = Identity::load(dir)?;
    if cli.json {
        return output::print_json(&described(&identity));
    }
    let listens = if config.link.listen.is_empty() {
        format!(
            "\nOther nodes cannot reach this one yet: set `listen` (and `advertise`) in [link], for example\n  \
             listen = [\"0.0.0.0:5290\"]\n  advertise = \"{EXAMPLE}\"\n"
        )
    } else {
        String::new()
    };
    output::print(&format!(
        "Made a cluster with {node} as its first node, in {}.\n\
         The key of the cluster, {AUTHORITY_KEY}, stays on this node: keep a copy where nobody else can read it.\n\
         {listens}\nNext, for each further node:\n  everpresent cluster invite NODE\n",
        dir.display(),
    ))
}

fn invite(
    dir: &Path,
    config: &Config,
    (node, address): (&str, Option<&str>),
    cli: &Cli,
) -> Result<(), Failure> {
    let address = address.or(config.link.advertise.as_deref()).ok_or_else(|| {
        let message = format!(
            "other nodes cannot reach this one: `listen` in [link] is empty. Set it and start the node again, or say with \
             --address where the new node reaches this one, as in --address {EXAMPLE}"
        );
        Failure::new(Exit::Config, message)
    })?;
    let now = SystemTime::now();
    let token = Invitation::create(dir, node, address, now)?.token();
    if cli.json {
        let until = now + std::time::Duration::from_secs(INVITATION_MINUTES * 60);
        return output::print_json(
            &json!({ "node": node, "address": address, "token": token, "until": shown(until) }),
        );
    }
    output::print(&format!(
        "On {node}, within {INVITATION_MINUTES} minutes, while this node is running:\n\n  \
         everpresent cluster join {token}\n\n\
         The token lets one node join as {node}, once. Until then it is a secret."
    ))
}

fn enter(dir: &Path, config: &Config, token: &str, cli: &Cli) -> Result<(), Failure> {
    let invitation =
        if token == "-" { Invitation::parse(&from_input()?)? } else { Invitation::parse(token)? };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    let identity = runtime.block_on(join(dir, &config.node.name, &invitation)).map_err(|error| {
        let mut failure = Failure::from(error);
        if failure.exit == Exit::Unreachable {
            failure.message.push_str(&format!(
                "; {} was asked at {}: it must be running, with that address in `advertise` of [link]",
                invitation.inviter, invitation.address
            ));
        }
        failure
    })?;
    if cli.json {
        return output::print_json(&described(&identity));
    }
    output::print(&format!(
        "{} is in the cluster of {} now; its certificate is in {}.",
        identity.node(),
        invitation.inviter,
        dir.display(),
    ))
}

fn from_input() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().take(MAX_TOKEN_BYTES).read_to_string(&mut text);
    read.map_err(|error| Failure::failed(format!("standard input: {error}")))?;
    Ok(text)
}

fn status(dir: &Path, cli: &Cli) -> Result<(), Failure> {
    let identity = Identity::load(dir)?;
    let now = SystemTime::now();
    let open = open_invitations(dir, now)?;
    if cli.json {
        let mut described = described(&identity);
        let invitation = |open: &OpenInvitation| json!({ "node": open.node, "until": shown(open.until) });
        described["invitations"] = open.iter().map(invitation).collect();
        return output::print_json(&described);
    }
    let holds = if holds_key(&identity) { "this node" } else { "another node" };
    let renewal = if now >= identity.not_after() {
        "it has run out: this node cannot speak with others".to_owned()
    } else if identity.renewal_due(now) {
        "due".to_owned()
    } else {
        format!("after {}", shown(identity.renew_after()))
    };
    let mut text = format!(
        "node         {}\ncluster      {}\ncluster key  on {holds}\nvalid until  {}\nrenewal      {renewal}\nfolder       {}\n",
        identity.node(),
        identity.authority(),
        shown(identity.not_after()),
        dir.display(),
    );
    for invitation in open {
        text.push_str(&format!("invited      {} until {}\n", invitation.node, shown(invitation.until)));
    }
    output::print(&text)
}

fn described(identity: &Identity) -> serde_json::Value {
    json!({
        "node": &*identity.node(),
        "dir": identity.dir(),
        "cluster": identity.authority().to_string(),
        "holds_cluster_key": holds_key(identity),
        "not_after": shown(identity.not_after()),
        "renew_after": shown(identity.renew_after()),
        "renewal_due": identity.renewal_due(SystemTime::now()),
    })
}

fn holds_key(identity: &Identity) -> bool {
    identity.dir().join(AUTHORITY_KEY).exists()
}

fn shown(time: SystemTime) -> Time {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
