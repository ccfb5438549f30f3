//! The binary: chooses the allocator and hands over to the command line.

use std::process::ExitCode;

/// Keeps resident memory flat while bundles are swapped, where the system allocator creeps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    yingda::run()
}
