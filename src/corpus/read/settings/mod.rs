//! Files beside the entries: word lists, routing, small talk and cases.

pub(super) mod golden_file;
pub(super) mod routing_file;
pub(super) mod smalltalk_file;
pub(super) mod words;
