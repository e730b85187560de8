//! Why a failover of Cisco IM & Presence happened: time line, cause and recommended action from its logs.
//!
//! No I/O and no clock: callers give the text of the files.
