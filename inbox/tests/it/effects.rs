//! Changes in the store's transaction.

use std::time::Duration;

use webhook_inbox::store::{Finish, Finished, State, Store, Verdict};
use webhook_inbox::{Backoff, Claimed, Effects, Inbox, MemoryEffect, MemoryTable, NoTransaction};
use webhook_receiver::{BoxError, Outcome};

use crate::acme::{Created, created, receiver, signed};
use crate::log::Log;
use crate::support::{Ledger, entry, send, store, until};

/// An effect of another store.
struct Other;

fn add(table: &mut MemoryTable, name: &str) {
    let count = table.get(name).map_or(0, |count| count.parse().unwrap()) + 1;
    table.insert(name.to_owned(), count.to_string());
}

#[tokio::test(start_paused = true)]
async fn effects_happen_with_the_done_mark() {
    let (store, ledger) = (store(), Ledger::default());
    let handler = {
        let ledger = ledger.clone();
        move |event: Created, effects: Effects<MemoryEffect>| {
            let ledger = ledger.clone();
            async move {
                ledger.write(&event.asset, "attempt");
                let attempt = ledger.count(&event.asset);
                let asset = event.asset.clone();
                effects.add(move |table: &mut MemoryTable| {
                    add(table, &asset);
                    if asset == "effect fails" && attempt == 1 { Err("once".into()) } else { Ok(()) }
                })?;
                if event.asset == "handler fails" && attempt == 1 { Err(BoxError::from("once")) } else { Ok(()) }
            }
        }
    };
    let inbox = Inbox::builder("acme", store.clone(), receiver().on(handler).into_service())
        .backoff(Backoff::constant(Duration::from_secs(1)))
        .start()
        .unwrap();
    for (asset, attempts) in [("succeeds", 1), ("handler fails", 2), ("effect fails", 2)] {
        let id = asset.replace(' ', "-");
        send(&inbox, &id, &created(asset)).await;
        until(&store, &id, State::Done).await;
        assert_eq!(store.table()[asset], "1", "{asset}");
        assert_eq!(ledger.count(asset), attempts, "{asset}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_can_mark_its_delivery_done_itself() {
    let (store, ledger) = (store(), Ledger::default());
    let handler = {
        let (store, ledger) = (store.clone(), ledger.clone());
        move |event: Created, claimed: Claimed| {
            let (store, ledger) = (store.clone(), ledger.clone());
            async move {
                ledger.write(&event.asset, "attempt");
                if event.asset == "rolls back" && ledger.count(&event.asset) == 1 {
                    return Err(BoxError::from("the transaction was rolled back"));
                }
                // In place of a transaction of its own connection.
                let finish = Finish { claim: claimed.id()?.clone(), verdict: Verdict::Done(Vec::new()) };
                assert!(matches!(store.finish(vec![finish]).await?[..], [Finished::Applied]));
                claimed.ended();
                Ok(())
            }
        }
    };
    let inbox = Inbox::builder("acme", store.clone(), receiver().on(handler).into_service())
        .backoff(Backoff::constant(Duration::from_secs(1)))
        .start()
        .unwrap();
    for (asset, attempts) in [("commits", 1), ("rolls back", 2)] {
        let id = asset.replace(' ', "-");
        send(&inbox, &id, &created(asset)).await;
        until(&store, &id, State::Done).await;
        assert_eq!(send(&inbox, &id, &created(asset)).await, "duplicate");
        assert_eq!(ledger.count(asset), attempts, "{asset}");
    }
    // Its place is free again.
    assert!(inbox.drain(Duration::from_secs(1)).await);
}

#[tokio::test(start_paused = true)]
async fn an_effect_without_a_transaction_is_an_error() {
    let service = receiver()
        .on(|_: Created, effects: Effects<MemoryEffect>| async move {
            effects.add(|_: &mut MemoryTable| Ok(()))?;
            Ok::<_, NoTransaction>(())
        })
        .into_service();
    let body = created("a");
    let outcome = service.receive(&signed("1", &body), body).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome}");

    // Of another store.
    let other = receiver().on(|_: Created, effects: Effects<Other>| async move { effects.add(Other) }).into_service();
    let store = store();
    let inbox = Inbox::builder("acme", store.clone(), other).max_attempts(1).start().unwrap();
    send(&inbox, "1", &created("a")).await;
    until(&store, "1", State::Dead).await;
    let reason = entry(&store, "1").await.unwrap().reason.unwrap();
    assert!(reason.contains("not run by an inbox"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn only_a_dead_delivery_is_logged_as_dead() {
    let log = Log::start();
    let store = store();
    let handler = |event: Created, effects: Effects<MemoryEffect>| async move {
        effects.add(|table: &mut MemoryTable| {
            add(table, "count");
            Ok(())
        })?;
        if event.asset == "fails" { Err(BoxError::from("the index is down")) } else { Ok(()) }
    };
    let service = receiver().on(handler).into_service();
    let inbox = Inbox::builder("acme", store.clone(), service).max_attempts(1).start().unwrap();
    send(&inbox, "1", &created("succeeds")).await;
    until(&store, "1", State::Done).await;
    assert!(!log.text().contains("is dead"), "{}", log.text());
    send(&inbox, "2", &created("fails")).await;
    until(&store, "2", State::Dead).await;
    assert_eq!(log.text().matches(r#"a webhook is dead reason="the index is down""#).count(), 1, "{}", log.text());
}
