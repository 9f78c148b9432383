//! Workers: where they run, and what they do with what no handler takes.

use std::time::Duration;

use tokio::time::sleep;
use webhook_inbox::operations::Pages;
use webhook_inbox::store::{Selection, State};
use webhook_inbox::{Inbox, operations};
use webhook_receiver::{Fallback, Receiver, Unrouted, Verifier};

use crate::acme::{Acme, Created, created, receiver};
use crate::support::{Ledger, entry, send, state, store, until};

#[tokio::test(start_paused = true)]
async fn workers_in_another_process_need_no_secret() {
    let (store, ledger) = (store(), Ledger::default());
    let front = Inbox::builder("acme", store.clone(), receiver().into_service()).without_workers().start().unwrap();
    send(&front, "1", &created("a")).await;
    sleep(Duration::from_mins(1)).await;
    assert_eq!(state(&store, "1").await, Some(State::Pending));

    let handlers = Receiver::<Acme>::new(Verifier::refuse_all()).on({
        let ledger = ledger.clone();
        move |event: Created| {
            let ledger = ledger.clone();
            async move { ledger.write(&event.asset, "created") }
        }
    });
    let worker = Inbox::start("acme", store.clone(), handlers.into_service()).unwrap();
    until(&store, "1", State::Done).await;
    // What the other one stores later is found as well.
    send(&front, "2", &created("a")).await;
    until(&store, "2", State::Done).await;
    assert_eq!(ledger.count("a"), 2);
    assert_eq!(send(&worker, "3", &created("a")).await, "refused");
}

#[tokio::test(start_paused = true)]
async fn unrouted_deliveries_wait_for_a_handler() {
    let (store, ledger) = (store(), Ledger::default());
    let old = Inbox::start("acme", store.clone(), receiver().into_service()).unwrap();
    send(&old, "1", &created("a")).await;
    until(&store, "1", State::Unrouted).await;
    assert_eq!(entry(&store, "1").await.unwrap().reason.as_deref(), Some("no handler for `asset.created`"));
    old.drain(Duration::ZERO).await;

    // A later version has a handler.
    let handler = {
        let ledger = ledger.clone();
        move |event: Created| {
            let ledger = ledger.clone();
            async move { ledger.write(&event.asset, "created") }
        }
    };
    let new = Inbox::start("acme", store.clone(), receiver().on(handler).into_service()).unwrap();
    let selection = Selection { event_types: vec!["asset.created".to_owned()], ..Selection::default() };
    assert_eq!(new.replay(&selection).await.unwrap(), 1);
    until(&store, "1", State::Done).await;
    assert_eq!(ledger.count("a"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fallback_decides() {
    let store = store();
    let fallback = |unrouted: Unrouted| async move {
        match unrouted.event_type() {
            Some("handled") => Ok(Fallback::Handled),
            Some("kept") => Ok(Fallback::Kept),
            _ => Err("it fails"),
        }
    };
    let service = receiver().fallback(fallback).into_service();
    let inbox = Inbox::builder("acme", store.clone(), service).max_attempts(1).start().unwrap();
    for (id, state) in [("handled", State::Done), ("kept", State::Unrouted), ("else", State::Dead)] {
        send(&inbox, id, &format!(r#"{{"type":"{id}"}}"#)).await;
        until(&store, id, state).await;
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_are_erased_by_a_member() {
    let store = store();
    let inbox = Inbox::start("acme", store.clone(), receiver().into_service()).unwrap();
    for (id, asset) in [("1", "a"), ("2", "b"), ("3", "a")] {
        send(&inbox, id, &created(asset)).await;
        until(&store, id, State::Unrouted).await;
    }
    let pages = Pages::new(Selection::default()).with_member("/asset", "a");
    let count = operations::erase_pages(&store, pages).await.unwrap();
    assert_eq!(count, 2);
    for (id, state) in [("1", State::Dead), ("2", State::Unrouted), ("3", State::Dead)] {
        let entry = entry(&store, id).await.unwrap();
        assert_eq!((entry.state, entry.bytes.is_some()), (state, state == State::Unrouted), "{id}");
    }
    assert_eq!(send(&inbox, "1", &created("a")).await, "duplicate");
}
