//! What is derived from a version and kept over restarts under a checksum and the name of all that went into it.

mod damaged_cache;
pub(super) mod embedding_file;
pub(super) mod learnt_file;
