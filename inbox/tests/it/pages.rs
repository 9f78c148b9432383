//! Many deliveries, or large ones, page by page.

use webhook_inbox::Inbox;
use webhook_inbox::operations::{Pages, erase_pages};
use webhook_inbox::store::{CALL_BYTES, Key, NewEntry, Selection, State, Store, StoreErrorKind};
use webhook_receiver::BodyDigest;
use webhook_receiver::bytes::Bytes;

use crate::acme::{Created, created, receiver};
use crate::support::{entry, send, store};

#[tokio::test]
async fn a_page_is_limited_in_number_and_in_bytes() {
    let store = store();
    let sizes = [vec![3 << 20; 10], vec![20 << 20], vec![10; 1200]].concat();
    for (number, size) in sizes.iter().enumerate() {
        let bytes = Bytes::from(vec![0; *size]);
        let (key, digest) = (Key::new("acme", format!("{number:04}")), BodyDigest::of(&number.to_be_bytes()));
        let _ = store.insert(vec![NewEntry { key, digest, event_type: None, order: None, bytes }]).await.unwrap();
    }
    let mut pages = Pages::new(Selection::default()).with_bytes();
    let (mut ids, mut lengths) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next(&store).await.unwrap() {
        let bytes: usize = page.iter().map(|entry| entry.bytes.as_ref().unwrap().len()).sum();
        assert!(page.len() == 1 || bytes as u64 <= CALL_BYTES, "{bytes}");
        lengths.push(page.len());
        ids.extend(page.into_iter().map(|entry| entry.key.id));
    }
    assert_eq!(lengths, [2, 2, 2, 2, 2, 1, 500, 500, 200]);
    assert_eq!(ids, (0..sizes.len()).map(|number| format!("{number:04}")).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn what_has_a_member_is_erased_page_by_page() {
    let store = store();
    let service = receiver().on(|_: Created| async {}).into_service();
    let inbox = Inbox::builder("acme", store.clone(), service).without_workers().start().unwrap();
    for number in 0..1100 {
        send(&inbox, &number.to_string(), &created(if number % 10 == 0 { "other" } else { "mine" })).await;
    }
    let pages = || Pages::new(Selection::default()).with_member("/asset", "mine");
    assert_eq!(erase_pages(&store, pages()).await.unwrap(), 990);
    assert_eq!(erase_pages(&store, pages()).await.unwrap(), 0);
    assert!(pages().next(&store).await.unwrap().is_none());
    // What is moved meanwhile could be missed, unless it is named.
    store.set_incoming(Some("another")).await.unwrap();
    assert_eq!(erase_pages(&store, pages()).await.unwrap_err().kind(), StoreErrorKind::Busy);
    let named = Selection { ids: vec!["0".to_owned()], ..Selection::default() };
    assert_eq!(erase_pages(&store, Pages::new(named).with_member("/asset", "mine")).await.unwrap(), 0);
    for (id, state) in [("0", State::Pending), ("1", State::Dead), ("1090", State::Pending), ("1099", State::Dead)] {
        assert_eq!(entry(&store, id).await.unwrap().state, state, "{id}");
    }
}
