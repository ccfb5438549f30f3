//! Vectors that were kept, under a checksum that is right.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yingda::EmbeddingTable;

fuzz_target!(|bytes: &[u8]| {
    let _ = EmbeddingTable::from_bytes(bytes);
    let mut sealed = bytes.to_vec();
    sealed.extend(blake3::hash(bytes).as_bytes());
    if let Some(table) = EmbeddingTable::from_bytes(&sealed) {
        assert_eq!(table.to_bytes(), sealed, "what is read is what is written");
    }
});
