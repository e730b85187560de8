//! What is measured, and which numbers of a report go into the table.

use super::generator::Report;
use super::server::Kind;

/// One call of the generator.
pub(super) struct Scenario {
    /// For `--scenario`.
    pub(super) name: &'static str,
    /// For the generator.
    pub(super) arguments: Vec<String>,
    /// Whether connections use TLS.
    pub(super) tls: bool,
    /// Whether the server archives messages.
    pub(super) archive: bool,
    /// How many accounts it needs.
    pub(super) accounts: usize,
    /// Whether the other servers are measured too.
    compared: bool,
    /// What the table shows of it.
    pub(super) measures: &'static [Measure],
}

impl Scenario {
    /// A call of the generator that is no part of the comparison.
    pub(super) fn own(words: &str) -> Self {
        scenario("", words, 0, &[])
    }

    pub(super) fn is_for(&self, kind: Kind) -> bool {
        self.compared || kind == Kind::Everpresent
    }
}

/// One row of the table.
pub(super) struct Measure {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) better: Better,
    /// How many times better than ejabberd Everpresent is to be.
    pub(super) target: Option<f64>,
    /// Measured before on a machine of this kind: ejabberd, Prosody.
    pub(super) known: Option<[&'static str; 2]>,
    /// Digits behind the point.
    pub(super) digits: usize,
    pub(super) value: fn(&Report) -> Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Better {
    Higher,
    Lower,
}

const PER_SECOND: fn(&Report) -> Option<f64> = |report| Some(report.per_second);
const COST: fn(&Report) -> Option<f64> = |report| Some(report.server.as_ref()?.microseconds_per_operation);

const LOGIN: &[Measure] =
    &[rate("full logins", "logins/s", Some(2.0), Some(["818", "198"]), PER_SECOND), cost("CPU per login")];
const IDLE: &[Measure] = &[
    memory("memory of 2,000 idle sessions", |report| kibibytes(report, 0)),
    memory("memory of 10,000 idle sessions", |report| kibibytes(report, 1)),
];
const CHAT: &[Measure] = &[
    rate("chat, saturated", "messages/s", Some(4.0), Some(["17,900", "5,600"]), PER_SECOND),
    cost("CPU per message"),
];
const CHAT_ACKNOWLEDGED: &[Measure] = &[rate(
    "chat with stream management",
    "messages/s",
    Some(2.0),
    Some(["12,500 to 16,400", "about 4,000"]),
    PER_SECOND,
)];
const CHAT_ARCHIVED: &[Measure] =
    &[rate("chat with archive", "messages/s", Some(10.0), Some(["1,490", "1,680"]), PER_SECOND)];
const LATENCY: &[Measure] = &[
    latency("latency p50 at 1,000/s", Some(["0.10", "0.11"]), |report| {
        Some(report.latency.as_ref()?.p50_microseconds / 1e3)
    }),
    latency("latency p99 at 1,000/s", Some(["0.43", "16"]), |report| {
        Some(report.latency.as_ref()?.p99_microseconds / 1e3)
    }),
];
const PRESENCE: &[Measure] = &[
    rate("presence to 200 contacts", "deliveries/s", Some(4.0), None, PER_SECOND),
    cost("CPU per delivery"),
];
const PRESENCE_PLAIN: &[Measure] = &[
    rate("presence without TLS", "deliveries/s", Some(4.0), Some(["45,500", "20,000"]), PER_SECOND),
    cost("CPU per delivery, without TLS"),
];
const COST_FEW: &[Measure] = &[cost("CPU per message, 100 idle sessions")];
const COST_MANY: &[Measure] = &[cost("CPU per message, 10,000 idle sessions")];

const fn rate(
    name: &'static str,
    unit: &'static str,
    target: Option<f64>,
    known: Option<[&'static str; 2]>,
    value: fn(&Report) -> Option<f64>,
) -> Measure {
    Measure { name, unit, better: Better::Higher, target, known, digits: 0, value }
}

const fn cost(name: &'static str) -> Measure {
    Measure { name, unit: "µs", better: Better::Lower, target: None, known: None, digits: 1, value: COST }
}

const fn memory(name: &'static str, value: fn(&Report) -> Option<f64>) -> Measure {
    let known = Some(["66", "59"]);
    Measure { name, unit: "KiB/session", better: Better::Lower, target: Some(2.0), known, digits: 1, value }
}

const fn latency(
    name: &'static str,
    known: Option<[&'static str; 2]>,
    value: fn(&Report) -> Option<f64>,
) -> Measure {
    Measure { name, unit: "ms", better: Better::Lower, target: None, known, digits: 2, value }
}

fn kibibytes(report: &Report, step: usize) -> Option<f64> {
    Some(report.memory.get(step)?.bytes_per_session / 1024.0)
}

/// All scenarios in the order in which they run; memory first, while the server is fresh.
pub(super) fn all(quick: bool) -> Vec<Scenario> {
    let numbers = if quick { Numbers::QUICK } else { Numbers::FULL };
    let Numbers { few, many, users, contacts, idle_few, idle_many, span } = numbers;
    let pairs = |words: &str| format!("chat --users {users} --window 20 {span} {words}");
    let at_rate = |idle: usize| pairs(&format!("--rate 1000 --idle-users {idle}"));
    let presence = format!("presence --users {} --window 4 {span}", contacts + 1);
    vec![
        scenario("idle", &format!("idle --concurrency 64 --measure-at {few},{many}"), many, IDLE),
        scenario("login", &format!("login --concurrency 64 --users {users} {span}"), users, LOGIN),
        scenario("chat", &pairs(""), users, CHAT),
        scenario("chat-sm", &pairs("--stream-management"), users, CHAT_ACKNOWLEDGED),
        scenario("latency", &pairs("--rate 1000"), users, LATENCY),
        scenario("presence", &presence, contacts + 1, PRESENCE),
        Scenario { tls: false, ..scenario("presence-plain", &presence, contacts + 1, PRESENCE_PLAIN) },
        Scenario { compared: false, ..scenario("idle-few", &at_rate(idle_few), users + idle_few, COST_FEW) },
        Scenario {
            compared: false,
            ..scenario("idle-many", &at_rate(idle_many), users + idle_many, COST_MANY)
        },
        Scenario { archive: true, ..scenario("chat-archive", &pairs(""), users, CHAT_ARCHIVED) },
    ]
}

fn scenario(name: &'static str, words: &str, accounts: usize, measures: &'static [Measure]) -> Scenario {
    let arguments = words.split_whitespace().map(str::to_owned).collect();
    Scenario { name, arguments, tls: true, archive: false, accounts, compared: true, measures }
}

struct Numbers {
    few: usize,
    many: usize,
    users: usize,
    contacts: usize,
    idle_few: usize,
    idle_many: usize,
    span: &'static str,
}

impl Numbers {
    const FULL: Self = Self {
        few: 2_000,
        many: 10_000,
        users: 200,
        contacts: 200,
        idle_few: 100,
        idle_many: 10_000,
        span: "--warmup-seconds 2 --duration-seconds 5",
    };
    const QUICK: Self = Self {
        few: 200,
        many: 1_000,
        users: 40,
        contacts: 200,
        idle_few: 10,
        idle_many: 1_000,
        span: "--warmup-seconds 1 --duration-seconds 3",
    };
}
