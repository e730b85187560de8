//! What the command says of logs.

use super::*;
