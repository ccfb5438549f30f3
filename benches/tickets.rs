//! Time to train a router on synthetic tickets and to route one of 60 characters, with the sentence encoder and
//! without. Real tickets, memory and other learners are in `ticket_training.py`.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, criterion_group, criterion_main};
use yingda::{
    Dataset, EncoderKind, Place, Router, Routing, Ticket, TicketRow, TicketText, TrainOptions, bundle_files,
    read_bundle, train,
};

const ROWS: usize = 2_000;
const GROUPS: usize = 8;
/// One row in so many is about a group it does not name, so that margins are violated as real tickets violate them.
const MISLED: usize = 10;
const WORDS: [&str; 16] = [
    "快递",
    "退款",
    "发票",
    "流量",
    "套餐",
    "订单",
    "奶粉",
    "会员",
    "什么时候",
    "怎么办",
    "没有收到",
    "已经三天了",
    "麻烦",
    "尽快处理",
    "客服",
    "为什么",
];
/// With the encoder and without, as `--encoder` names them.
const ENCODERS: [(&str, Option<EncoderKind>); 2] = [("standard", Some(EncoderKind::Standard)), ("none", None)];

/// Rows of 60 characters that begin with the name of a group, mostly their own.
fn rows(count: usize) -> Vec<TicketRow> {
    (0..count)
        .map(|row| {
            let mut state = row as u64 + 1;
            let named = if row % MISLED == 0 { row / MISLED } else { row };
            let mut text = WORDS[named % GROUPS].to_owned();
            while text.chars().count() < 60 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(WORDS[GROUPS + (state >> 61) as usize]);
                text.extend(char::from_u32(0x4e00 + (state >> 40) as u32 % 2_000));
            }
            TicketRow {
                ticket: TicketText::new("", &text),
                label: WORDS[row % GROUPS].to_owned(),
                channel: None,
                customer_tier: None,
                place: Place::new("", row + 1),
            }
        })
        .collect()
}

fn options(encoder: Option<EncoderKind>) -> TrainOptions {
    TrainOptions { encoder, ..TrainOptions::default() }
}

fn training(c: &mut Criterion) {
    let data = Dataset::new(rows(ROWS)).unwrap();
    let mut group = c.benchmark_group("train 2,000 tickets");
    group.sample_size(10);
    for (name, encoder) in ENCODERS {
        let options = options(encoder);
        group.bench_function(format!("encoder {name}"), |b| b.iter(|| train(&data, &options, &|_, _| ()).unwrap()));
    }
}

fn routing(c: &mut Criterion) {
    let data = Dataset::new(rows(ROWS)).unwrap();
    let routing = Routing::default();
    // One after the other: what was encoded just now would not be encoded again.
    let mut tickets = data.rows.iter().map(|row| &row.ticket).cycle();
    let mut next = || tickets.next().unwrap();
    fn asked(text: &str) -> Ticket<'_> {
        Ticket { text, ..Ticket::default() }
    }
    let mut group = c.benchmark_group("one ticket");
    for (name, encoder) in ENCODERS {
        let options = options(encoder);
        let files = bundle_files(&train(&data, &options, &|_, _| ()).unwrap(), &options, &data.keys()).unwrap();
        let borrowed: Vec<(&str, &[u8])> =
            files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let router = Router::from_files(&borrowed).unwrap();
        let model = read_bundle(&borrowed).unwrap().model;
        group.bench_function(format!("route, encoder {name}"), |b| {
            b.iter(|| router.route(&routing, &asked(&next().text), 3, false));
        });
        group.bench_function(format!("judge normalised, encoder {name}"), |b| b.iter(|| model.judge(next())));
        group.bench_function(format!("route and explain, encoder {name}"), |b| {
            b.iter(|| router.route(&routing, &asked(&next().text), 3, true));
        });
    }
}

criterion_group!(benches, training, routing);
criterion_main!(benches);
