//! What the command says of logs.

use super::*;

const SESSIONS: &str =
    "Jun  8 14:53:18 user.info webbridge1 \"webbridge\": INFO : [DEBUGGING] Stats 149, c:3477, d:3170";
const CALLS: &str = "Jun  8 14:53:20 user.info core1 host:server:  INFO : STATS: {\"callLegsPS\": 1, \"callLegs\": \
                     \"20/24\", \"CMA\": \"14/17\", \"sip\": {\"std\": \"0/1\", \"peer\": \"6/6\"}}";
