//! Time to train a router on synthetic tickets and to route one ticket of 60 characters.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, criterion_group, criterion_main};
use yingda::corpus::{Place, Routing};
use yingda::tickets::bundle::{from_files, to_files};
use yingda::tickets::dataset::{Dataset, TicketRow};
use yingda::tickets::terms::TicketText;
use yingda::tickets::train::{TrainOptions, train};
use yingda::tickets::{Router, Ticket};

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

/// Rows of 60 characters whose label is the first word.
fn rows(count: usize) -> Vec<TicketRow> {
    (0..count)
        .map(|row| {
            let mut state = row as u64 + 1;
            let mut text = WORDS[row % 8].to_owned();
            while text.chars().count() < 60 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(WORDS[8 + (state >> 61) as usize]);
                text.extend(char::from_u32(0x4e00 + (state >> 40) as u32 % 2_000));
            }
            TicketRow {
                ticket: TicketText::new("", &text),
                label: WORDS[row % 8].to_owned(),
                channel: None,
                customer_tier: None,
                place: Place { file: String::new(), line: row + 1 },
            }
        })
        .collect()
}

fn tickets(c: &mut Criterion) {
    let data = Dataset::new(rows(2_000)).unwrap();
    let options = TrainOptions::default();
    c.benchmark_group("train").sample_size(10).bench_function("2,000 tickets", |bencher| {
        bencher.iter(|| train(&data, &options, &|_, _| ()).unwrap());
    });
    let files = to_files(&train(&data, &options, &|_, _| ()).unwrap(), &options, &data.keys()).unwrap();
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let router = Router::from_files(&borrowed).unwrap();
    let model = from_files(&borrowed).unwrap().model;
    let text = &data.rows[0].ticket.text;
    let (routing, ticket) = (Routing::default(), Ticket { text, ..Ticket::default() });
    c.bench_function("route one ticket", |bencher| bencher.iter(|| router.route(&routing, &ticket, 3, false)));
    c.bench_function("judge one normalised ticket", |bencher| bencher.iter(|| model.judge(&data.rows[0].ticket)));
    c.bench_function("explain one ticket", |bencher| bencher.iter(|| router.route(&routing, &ticket, 3, true)));
}

criterion_group!(benches, tickets);
criterion_main!(benches);
