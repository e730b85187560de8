//! What an operator asked another node for.

/// An order. The link does not know what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub arguments: Vec<String>,
}

/// What became of an order: what to tell the operator, if it was carried out or refused.
pub type OrderReply = Result<String, String>;
