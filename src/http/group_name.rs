//! What a skill group is called in front of people.

use crate::snapshot::Snapshot;

/// The group's name in `routing.toml`; its id where there is none.
pub(crate) fn of<'a>(snapshot: &'a Snapshot, id: &'a str) -> &'a str {
    let named = snapshot.corpus.routing.group(id).map(|group| group.name.as_str());
    named.filter(|name| !name.is_empty()).unwrap_or(id)
}
