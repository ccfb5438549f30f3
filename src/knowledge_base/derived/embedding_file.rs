//! Keeps the vectors of a knowledge base's questions over restarts, in its data directory.
//!
//! Only a cache: whatever goes wrong with the file costs time and nothing else, so it is logged and not reported.

use std::path::{Path, PathBuf};

use super::damaged_cache;
use crate::atomic_file;
use crate::encoder::EncoderKind;
use crate::knowledge_base::cause_chain;
use crate::ranking::EmbeddingTable;

fn path(data: &Path, kind: EncoderKind) -> PathBuf {
    data.join(format!("embeddings-{}.bin", kind.name()))
}

/// The kept vectors; none without a data directory or a sound file.
pub(in crate::knowledge_base) fn read(data: Option<&Path>, kind: EncoderKind) -> EmbeddingTable {
    let Some(path) = data.map(|data| path(data, kind)) else { return EmbeddingTable::default() };
    let Ok(bytes) = std::fs::read(&path) else { return EmbeddingTable::default() };
    EmbeddingTable::from_bytes(&bytes).unwrap_or_else(|| {
        damaged_cache::set_aside(&path, "the kept vectors are damaged and will be made again");
        EmbeddingTable::default()
    })
}

/// Writes the vectors where they are not those `kept` already; the file is whole or the old one.
pub(in crate::knowledge_base) fn write(
    data: Option<&Path>,
    kind: EncoderKind,
    kept: &EmbeddingTable,
    table: &EmbeddingTable,
) {
    let Some(data) = data.filter(|_| !table.same_texts(kept)) else { return };
    let path = path(data, kind);
    if let Err(error) = atomic_file::write(&path, &table.to_bytes()) {
        tracing::warn!(
            error = cause_chain(&error),
            "the vectors are not kept and will be made again at the next start"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::SentenceEncoder;

    #[test]
    fn vectors_survive_a_restart_and_damage_costs_only_time() {
        let data = tempfile::tempdir().unwrap();
        let kind = EncoderKind::Standard;
        let encoder = SentenceEncoder::embedded(kind).unwrap();
        let table = EmbeddingTable::build(&encoder, &["怎么退款"], &EmbeddingTable::default());
        write(Some(data.path()), kind, &EmbeddingTable::default(), &table);
        assert!(read(Some(data.path()), kind).same_texts(&table));
        assert!(read(Some(data.path()), EncoderKind::Accurate).is_empty());
        std::fs::write(path(data.path(), kind), b"damaged").unwrap();
        assert!(read(Some(data.path()), kind).is_empty());
        assert_eq!(std::fs::read(data.path().join("embeddings-standard.bin.damaged")).unwrap(), b"damaged");
        assert!(!path(data.path(), kind).exists());
        write(None, kind, &EmbeddingTable::default(), &table); // nowhere to write, nothing happens
    }
}
