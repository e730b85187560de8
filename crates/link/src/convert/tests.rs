//! Every message there and back, as golden files, and under hostile bytes.

mod golden;
mod hostile;
mod samples;
mod splitting;
