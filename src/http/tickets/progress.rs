//! How far a ticket has come: what the desk told, against the flow of its group.

use crate::http::group_name;
use crate::snapshot::Snapshot;
use crate::store::{TicketHistory, TicketStep};
use crate::tickets::Router;

/// A ticket against the routing of today.
#[derive(Debug)]
pub(in crate::http) struct Progress {
    pub(in crate::http) skill_group: Option<String>,
    /// The group's display name.
    pub(in crate::http) name: Option<String>,
    /// Stations of the group, first to last.
    pub(in crate::http) flow: Vec<String>,
    /// The station after the last one that was told; the first where none was.
    pub(in crate::http) next: Option<String>,
    pub(in crate::http) promise: String,
}

impl Progress {
    pub(in crate::http) fn of(snapshot: &Snapshot, ticket: &TicketHistory) -> Self {
        let routing = &snapshot.corpus.routing;
        let group = ticket.skill_group.as_deref().map(|group| routing.canonical(group));
        let flow = group.and_then(|group| routing.group(group)).map(|group| group.flow.clone()).unwrap_or_default();
        Self {
            skill_group: group.map(str::to_owned),
            name: group.map(|group| group_name::of(snapshot, group).to_owned()),
            next: next(&flow, &ticket.steps),
            flow,
            promise: group
                .map_or_else(|| routing.neutral_promise().to_owned(), |group| Router::promise(routing, group)),
        }
    }
}

/// Steps that are no station of the flow do not move the ticket; a station told again in a row stays where it is.
fn next(flow: &[String], steps: &[TicketStep]) -> Option<String> {
    let mut passed = 0;
    for step in steps {
        if passed > 0 && flow.get(passed - 1) == Some(&step.step) {
            continue;
        }
        let ahead = flow.iter().skip(passed).position(|station| *station == step.step).map(|at| passed + at);
        // Sent back, it passes the stations in between again.
        if let Some(at) = ahead.or_else(|| flow.iter().position(|station| *station == step.step)) {
            passed = at + 1;
        }
    }
    flow.get(passed).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_station_follows_the_last_one_told() {
        let flow = ["客服", "仓库", "财务", "客服"].map(str::to_owned);
        for (told, expected) in [
            (&[][..], Some("客服")),
            (&["客服"], Some("仓库")),
            (&["客服", "客服"], Some("仓库")),       // told again, with another note
            (&["客服", "已联系客户"], Some("仓库")), // no station
            (&["仓库"], Some("财务")),
            (&["客服", "仓库", "财务"], Some("客服")),
            (&["客服", "仓库", "财务", "客服"], None),
            (&["客服", "仓库", "财务", "仓库"], Some("财务")), // sent back
        ] {
            let steps: Vec<TicketStep> = told
                .iter()
                .map(|step| TicketStep {
                    at: jiff::Timestamp::UNIX_EPOCH,
                    step: (*step).to_owned(),
                    note: String::new(),
                })
                .collect();
            assert_eq!(next(&flow, &steps).as_deref(), expected, "{told:?}");
        }
        assert_eq!(next(&[], &[]), None);
    }
}
