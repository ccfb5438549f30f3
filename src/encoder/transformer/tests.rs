//! The transformer encoder against the uncut model, and its promises.

use std::path::Path;

use super::{Buffers, Transformer};
use crate::encoder::arithmetic::Kernel;
use crate::encoder::weights::Weights;

fn read(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn encoder() -> Transformer {
    Transformer::read(&Weights::read(&read("models/encoder/zh-transformer.bin")).unwrap()).unwrap()
}

fn cosine(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// The reference holds the vectors of the uncut model (`models/encoder/reference_transformer.py`).
#[test]
fn vectors_agree_with_those_of_the_uncut_model() {
    let encoder = encoder();
    let mut buffers = Buffers::default();
    let texts = String::from_utf8(read("tests/fixtures/encoder/texts.txt")).unwrap();
    let reference = read("tests/fixtures/encoder/transformer.i16");
    let element = |bytes: &[u8; 2]| f32::from(i16::from_le_bytes(*bytes)) / f32::from(i16::MAX);
    let reference: Vec<_> = reference.as_chunks().0.iter().map(element).collect();
    assert_eq!(texts.lines().count(), reference.len() / encoder.dimensions());
    // Unoptimised, a text takes a tenth of a second.
    let step = if cfg!(debug_assertions) { 5 } else { 1 };
    for (text, expected) in texts.lines().zip(reference.chunks_exact(encoder.dimensions())).step_by(step) {
        let similarity = cosine(&encoder.encode(text, &mut buffers), expected);
        assert!(similarity > 0.9995, "{text}: cosine {similarity}");
    }
}

#[test]
fn every_kernel_gives_the_same_bits_with_fresh_and_used_buffers() {
    let encoder = encoder();
    let mut used = Buffers::default();
    for text in ["怎么申请退款？", "", "eSIM 卡 20% 😂 ؟", "套餐外流量怎么收费，".repeat(3).as_str()]
    {
        let expected = encoder.clone().with_kernel(Kernel::Portable).encode(text, &mut Buffers::default());
        for kernel in Kernel::available() {
            let found = encoder.clone().with_kernel(kernel).encode(text, &mut used);
            let bits = |vector: &[f32]| vector.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found), bits(&expected), "{kernel:?}, {text}");
        }
    }
}

#[test]
fn any_text_has_a_vector_of_length_one() {
    let encoder = encoder();
    let mut buffers = Buffers::default();
    for text in ["", " ", "\u{0}", "ab", "\u{10ffff}\u{301}", "长".repeat(10_000).as_str()] {
        let vector = encoder.encode(text, &mut buffers);
        assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-5, "{} characters", text.chars().count());
    }
}

#[test]
fn a_damaged_file_is_refused() {
    let file = read("models/encoder/zh-transformer.bin");
    for length in [0, 6, 7, 11, 500, 20_000, 1_000_000, file.len() / 2, file.len() - 64] {
        let cut = Weights::read(&file[..length]).and_then(|weights| Transformer::read(&weights));
        assert!(cut.is_err(), "{length} bytes");
    }
    let header = String::from_utf8_lossy(&file[..30_000]).into_owned();
    for (field, wrong) in [
        ("\"dimensions\": 384", "\"dimensions\": 000"),
        ("\"dimensions\": 384", "\"dimensions\": 768"),
        ("\"layers\": 12", "\"layers\": 13"),
        ("\"shape\": [256, 384]", "\"shape\": [001, 384]"),
        ("\"begin\": 0", "\"begin\": 9e9"),
    ] {
        assert!(header.contains(field), "{field}");
        let mut damaged = file.clone();
        let start = header.find(field).unwrap();
        damaged.splice(start..start + field.len(), wrong.bytes());
        let read = Weights::read(&damaged).and_then(|weights| Transformer::read(&weights));
        assert!(read.is_err(), "{wrong}");
    }
}
