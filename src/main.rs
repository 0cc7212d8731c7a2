//! The program `gotelemetry`. What it does is in [`gotelemetry::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    gotelemetry::cli::run(std::env::args_os().skip(1))
}
