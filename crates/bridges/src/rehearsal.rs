//! A stand-in for meeting servers, for tests and for operators who want to rehearse: SSH servers on loopback that behave like
//! the management shell (MMP) of a Cisco Meeting Server, guests who come, go and leak, and logs of the shape that is seen in the
//! field. Time runs faster than the real one, if wanted.
//!
//! It is no meeting server and holds no calls. What the shell answers is written after the documented commands, not copied from
//! a server.

mod bridge;
mod keys;
mod log;
mod scene;
mod shell;
mod ssh_server;
mod traffic;

pub use bridge::Conduct;
pub use scene::{BridgePlan, Place, Plan, Scene, SceneError};
pub use traffic::Call;
