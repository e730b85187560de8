//! What is said to a management shell: fixed texts and nothing else.

/// A command. There is no way to make one from text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Restarts the Web Bridge of a Cisco Meeting Server: sets its count of sessions to 0 and cuts every WebRTC call on it.
    RestartWebBridge,
    /// Restarts Janus where systemd runs it under its usual name.
    RestartJanus,
    /// Shows the configuration of the Web Bridge; changes nothing.
    ShowWebBridge,
}

impl Command {
    /// As it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RestartWebBridge => "webbridge restart",
            Self::RestartJanus => "systemctl restart janus",
            Self::ShowWebBridge => "webbridge",
        }
    }
}
