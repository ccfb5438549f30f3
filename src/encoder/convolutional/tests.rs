//! The convolutional encoder against the package its weights come from.
//!
//! The fixtures are what the published package, with its full vocabulary and float
//! arithmetic, makes of 200 customers' texts; `models/encoder/reference.py` wrote them.

use std::path::Path;

use super::*;
use crate::encoder::{Encoder, Scratch};

const DIMENSIONS: usize = 512;

fn read(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn lines(name: &str) -> Vec<String> {
    let text = String::from_utf8(read(&format!("tests/fixtures/encoder/{name}"))).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn file() -> Vec<u8> {
    read("models/encoder/zh-cnn.bin")
}

fn encoder() -> Convolutional {
    Convolutional::read(&Weights::read(&file()).unwrap()).unwrap()
}

#[test]
fn vectors_agree_with_the_original_package() {
    let vectors = read("tests/fixtures/encoder/convolutional.i16");
    let expected = vectors.as_chunks().0.iter().map(|bytes| f32::from(i16::from_le_bytes(*bytes)) / 32_767.0);
    let expected: Vec<f32> = expected.collect();
    let texts = lines("texts.txt");
    assert_eq!(texts.len() * DIMENSIONS, expected.len());

    let encoder = encoder();
    let mut buffers = Buffers::default();
    for (text, expected) in texts.iter().zip(expected.chunks_exact(DIMENSIONS)) {
        let found = encoder.encode(text, &mut buffers);
        let cosine: f32 = found.iter().zip(expected).map(|(a, b)| a * b).sum();
        assert!(cosine >= 0.999, "{text}: cosine {cosine}");
    }
}

#[test]
fn texts_are_cut_like_in_the_original_package() {
    let encoder = encoder();
    let mut lattice = Lattice::default();
    for (text, expected) in lines("texts.txt").iter().zip(lines("convolutional.pieces")) {
        let rows = encoder.pieces.split(text, LONGEST, &mut lattice);
        let inner = rows.get(1..rows.len() - 1).unwrap();
        let found: Vec<_> = inner.iter().map(|row| encoder.pieces.text_of(*row).unwrap_or("<unk>")).collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }
}

#[test]
fn every_kernel_gives_the_same_bits() {
    let encoder = encoder();
    let texts = lines("texts.txt");
    let bits = |kernel| -> Vec<u32> {
        let encoder = encoder.clone().with_kernel(kernel);
        let mut buffers = Buffers::default();
        let vectors = texts.iter().step_by(10).flat_map(|text| encoder.encode(text, &mut buffers));
        vectors.map(f32::to_bits).collect()
    };
    let expected = bits(Kernel::Portable);
    for kernel in Kernel::available() {
        assert!(bits(kernel) == expected, "{kernel:?} differs from the portable kernel");
    }
}

#[test]
fn used_buffers_change_nothing() {
    let encoder = encoder();
    let mut used = Buffers::default();
    let _ = encoder.encode(&"很长的一段话，".repeat(40), &mut used);
    for text in ["退款", "", "怎么退款？"] {
        assert_eq!(encoder.encode(text, &mut used), encoder.encode(text, &mut Buffers::default()), "{text:?}");
    }
}

#[test]
fn every_text_has_a_vector_of_length_one() {
    let encoder = encoder();
    let mut buffers = Buffers::default();
    let endless = "退款".repeat(5_000);
    for text in ["", " ", "。", "\u{0}", "🦀🦀", "ไทย", &endless] {
        let vector = encoder.encode(text, &mut buffers);
        let length: f32 = vector.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-5, "{text:.20}: {length}");
    }
}

#[test]
fn a_damaged_file_is_refused_or_harmless() {
    let whole = file();
    for length in [0, 3, 7, 10, 11, 500, 5_000, 100_000, 1_000_000, whole.len() / 2, whole.len() - 70_000] {
        let cut = whole.get(..length).unwrap();
        assert!(Encoder::from_bytes(cut).is_err(), "cut to {length} bytes");
    }
    // Flipped bits in header and vocabulary: any outcome but a panic.
    for position in (0..400_000).step_by(7_919).chain((8..4_000).step_by(61)) {
        let mut damaged = whole.clone();
        *damaged.get_mut(position).unwrap() ^= 0x15;
        if let Ok(encoder) = Encoder::from_bytes(&damaged) {
            let _ = encoder.encode("我的订单什么时候发货 SF123", &mut Scratch::default());
        }
    }
}
