//! The order of publications: one attempt a number, the files of the last versions, and a commit that is found again.

use super::*;
use crate::store::{Publications, Published};

fn publication(number: u64, version: &str) -> Published {
    Published {
        number,
        version: version.to_owned(),
        at: at(i64::try_from(number).unwrap()),
        pinned: false,
        forced: (number == 3).then(|| "活动提前结束".to_owned()),
        source: "directory:/a".to_owned(),
        key: "staff".to_owned(),
        entries: 3,
        questions: 7,
    }
}

fn files(version: &str) -> Vec<(String, Vec<u8>)> {
    // More than one piece, and one that a text could not hold.
    vec![("corpus/a.jsonl".to_owned(), version.as_bytes().repeat(700_000)), ("learnt.bin".to_owned(), vec![0, 255])]
}

async fn a_number_is_taken_once_and_old_versions_go(home: Home) {
    let store = home.open().await;
    let shared = Publications::of(&store);
    assert_eq!(shared.last("default").await.unwrap(), None);
    let (one, other) = (publication(1, "v1"), publication(1, "other"));
    let (v1, v2) = (files("v1"), files("other"));
    let both = tokio::join!(shared.add("default", &one, &v1, 2), shared.add("default", &other, &v2, 2));
    let (first, second) = (both.0.unwrap(), both.1.unwrap());
    assert!(first != second, "one of two takes the number");
    let won = shared.last("default").await.unwrap().unwrap();
    assert_eq!(won, if first { one } else { other });
    assert_eq!(shared.files("default", &won.version).await.unwrap(), files(&won.version));

    assert!(shared.add("default", &publication(2, "v2"), &files("v2"), 2).await.unwrap());
    assert!(shared.add("phone", &publication(1, "v2"), &[], 2).await.unwrap(), "of another knowledge base");
    assert!(shared.add("default", &publication(3, "v3"), &files("v3"), 2).await.unwrap());
    assert!(shared.files("default", &won.version).await.unwrap().is_empty(), "only two versions are kept");
    let back = Published { pinned: true, ..publication(4, "v2") };
    assert!(shared.add("default", &back, &files("v2"), 2).await.unwrap());
    assert_eq!(shared.kept("default").await.unwrap(), [back.clone(), publication(3, "v3")]);
    assert_eq!(shared.last("default").await.unwrap(), Some(back));
    assert_eq!(
        shared.numbers().await.unwrap(),
        [("default".to_owned(), 4), ("phone".to_owned(), 1)].into_iter().collect()
    );
    store.close().await;
}

with_both!(a_number_is_taken_once_and_old_versions_go);
