//! The sentence encoders from the inside out: matrix products, the scan of stored vectors, whole questions.
//!
//! Everything runs on one thread, once for every kernel this machine has.

#![expect(clippy::unwrap_used, reason = "a bench may stop at the first surprise")]

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use yingda::{Encoder, INPUT_LIMIT, Kernel, PackedMatrix, Scratch, Windows};

/// Questions of 14 characters.
const ASKED: [&str; 4] = [
    "退款申请通过了几天能到账呢？",
    "收货地址填错了现在还能改吗？",
    "会员积分什么时候会清零过期？",
    "电子发票应该去哪里下载打印？",
];

/// Pieces of such a question, its begin and end included.
const TOKENS: usize = 15;

/// A kernel's name without the features it stands for.
fn name(kernel: Kernel) -> String {
    format!("{kernel:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Weights of every size and sign, and as many scales as rows.
fn weights(rows: usize, columns: usize) -> (Vec<i8>, Vec<f32>) {
    ((-127..=127).cycle().step_by(101).take(rows * columns).collect(), vec![0.01; rows])
}

fn inputs(count: usize) -> Vec<i16> {
    (-INPUT_LIMIT..=INPUT_LIMIT).cycle().step_by(401).take(count).collect()
}

/// The networks' layers.
fn products(c: &mut Criterion) {
    let mut group = c.benchmark_group("product");
    for (layer, rows, columns, count) in [
        ("convolutional, projection", 768, 512, TOKENS),
        ("convolutional, pooling", 512, 1280, 1),
        ("convolutional, dense", 1024, 320, 1),
        ("transformer, attention", 1152, 384, TOKENS),
        ("transformer, inner", 1536, 384, TOKENS),
        ("transformer, outer", 384, 1536, TOKENS),
    ] {
        let (weights, row_scales) = weights(rows, columns);
        let packed = PackedMatrix::new(columns, &weights, &row_scales).unwrap();
        let (input, scales, mut out) = (inputs(count * columns), vec![0.5; count], vec![0.0; count * rows]);
        group.throughput(Throughput::Elements((rows * columns * count).try_into().unwrap()));
        for kernel in Kernel::available() {
            group.bench_function(BenchmarkId::new(layer, name(kernel)), |b| {
                b.iter(|| packed.multiply(kernel, black_box(&input), &scales, &mut out));
            });
        }
    }
    group.finish();
}

/// The convolutional network's windows of 2, 3 and 5 tokens.
fn convolutions(c: &mut Criterion) {
    const CHANNELS: usize = 256;
    let mut group = c.benchmark_group("convolution");
    for width in [2, 3, 5] {
        let columns = width * CHANNELS;
        let (weights, row_scales) = weights(CHANNELS, columns);
        let packed = PackedMatrix::new(columns, &weights, &row_scales).unwrap();
        let (values, scales) = (inputs((TOKENS + width - 1) * CHANNELS), [0.5; TOKENS]);
        let mut out = vec![0.0; TOKENS * CHANNELS];
        group.throughput(Throughput::Elements((CHANNELS * columns * TOKENS).try_into().unwrap()));
        for kernel in Kernel::available() {
            group.bench_function(BenchmarkId::new(format!("width {width}"), name(kernel)), |b| {
                let windows = Windows { values: black_box(&values), stride: CHANNELS };
                b.iter(|| packed.multiply_windows(kernel, windows, &scales, &mut out));
            });
        }
    }
    group.finish();
}

/// One question's vector against all stored ones.
fn scan(c: &mut Criterion) {
    const DIMENSIONS: usize = 256;
    let mut group = c.benchmark_group("scan");
    for stored in [5_000, 15_000] {
        let (weights, row_scales) = weights(stored, DIMENSIONS);
        let matrix = PackedMatrix::padded(DIMENSIONS, weights, row_scales).unwrap();
        let (input, mut out) = (inputs(DIMENSIONS), vec![0.0; matrix.rows()]);
        group.throughput(Throughput::Elements(stored.try_into().unwrap()));
        for kernel in Kernel::available() {
            group.bench_function(BenchmarkId::new(format!("{stored} vectors"), name(kernel)), |b| {
                b.iter(|| matrix.multiply(kernel, black_box(&input), &[0.5], &mut out));
            });
        }
    }
    group.finish();
}

/// Both networks, without projection.
fn questions(c: &mut Criterion) {
    let mut group = c.benchmark_group("question of 14 characters");
    for (network, file) in [("convolutional", "zh-cnn.bin"), ("transformer", "zh-transformer.bin")] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/encoder").join(file);
        let encoder = Encoder::from_bytes(&std::fs::read(file).unwrap()).unwrap();
        for kernel in Kernel::available() {
            let encoder = encoder.clone().with_kernel(kernel);
            let mut scratch = Scratch::default();
            let mut turn = ASKED.iter().cycle();
            group.bench_function(BenchmarkId::new(network, name(kernel)), |b| {
                b.iter(|| encoder.encode(black_box(turn.next().unwrap()), &mut scratch));
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = products, convolutions, scan, questions
}
criterion_main!(benches);
