//! JSON objects with a checksum of their own, so that a flipped bit is found and not obeyed.
//!
//! An object without a checksum is taken as it is: releases before there was one wrote such.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

const CHECKSUM: &str = "checksum";
/// Hexadecimal digits kept of a BLAKE3.
const DIGITS: usize = 16;

/// The object as bytes, with its checksum.
pub(super) fn seal<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut object: Map<String, Value> = serde_json::from_value(serde_json::to_value(value)?)?;
    let checksum = digest(&serde_json::to_vec(&object)?);
    object.insert(CHECKSUM.to_owned(), checksum.into());
    serde_json::to_vec(&object)
}

/// The object in the bytes; what is wrong with them otherwise.
pub(super) fn open<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let mut object: Map<String, Value> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if let Some(expected) = object.shift_remove(CHECKSUM) {
        let content = serde_json::to_vec(&object).map_err(|error| error.to_string())?;
        if expected != digest(&content) {
            return Err("its checksum does not fit its content".to_owned());
        }
    }
    serde_json::from_value(Value::Object(object)).map_err(|error| error.to_string())
}

/// The first hexadecimal digits of the BLAKE3 of some bytes.
pub(super) fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_flipped_bit_and_every_cut_is_found() {
        let value = BTreeMap::from([("version", "0123456789abcdef"), ("published_at", "2026-11-05T04:00:00Z")]);
        let sealed = seal(&value).unwrap();
        let value: BTreeMap<String, String> = value.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        assert_eq!(open::<BTreeMap<String, String>>(&sealed).unwrap(), value);
        for at in 0..sealed.len() * 8 {
            let mut damaged = sealed.clone();
            damaged[at / 8] ^= 1 << (at % 8);
            let read = open::<BTreeMap<String, String>>(&damaged);
            // A damaged name of the checksum makes it a field that readers of fixed fields pass over or refuse.
            let unnamed = read.as_ref().is_ok_and(|read| !read.keys().eq(value.keys()));
            assert!(read.is_err() || unnamed, "bit {at}: {read:?}");
        }
        for end in 0..sealed.len() {
            assert!(open::<BTreeMap<String, String>>(&sealed[..end]).is_err());
        }
        assert!(open::<BTreeMap<String, String>>(b"{\"version\":\"0\"}").is_ok());
    }
}
