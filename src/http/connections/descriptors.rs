//! How many connections the process can hold: its limit of open files, raised as far as the system lets it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than this nobody needs, and some systems allow a billion.
const MOST_DESCRIPTORS: u64 = 65_536;
/// Kept for files, logs and the connections that are being refused.
const RESERVE: u64 = 128;

/// Raises the limit of open files and returns how many connections fit below it, `wanted` at most and 1 at least.
pub(super) fn connections(wanted: usize) -> usize {
    let limit = raised();
    let reserve = RESERVE.min(limit / 2);
    usize::try_from(limit - reserve).unwrap_or(usize::MAX).min(wanted).max(1)
}

/// The limit in force after trying to raise it.
fn raised() -> u64 {
    let now = getrlimit(Resource::Nofile);
    let Some(current) = now.current else { return MOST_DESCRIPTORS };
    let wanted = now.maximum.unwrap_or(MOST_DESCRIPTORS).min(MOST_DESCRIPTORS);
    if wanted <= current {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: now.maximum }) {
        Ok(()) => wanted,
        Err(_) => current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_stay_below_the_descriptors_of_the_process() {
        let fitting = connections(usize::MAX);
        let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        assert!(u64::try_from(fitting).unwrap() < limit, "{fitting} of {limit}");
        assert_eq!(connections(7), 7);
    }
}
