//! Benchmarks of the parser.
fn main() {}
