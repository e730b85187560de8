//! A replica made from records alone, or from a snapshot cut anywhere and the records after it, equals the original.

#[cfg(test)]
mod stories;
