//! Many requests that are refused.

use std::time::Duration;

use webhook_inbox::Inbox;
use webhook_inbox::store::{Page, Selection, State, Store};
use webhook_receiver::testing;

use crate::acme::{Created, created, receiver, signed};
use crate::log::Log;
use crate::support::{send, store, until};

#[tokio::test(start_paused = true)]
async fn d09_a_flood_is_one_line_a_second_and_holds_up_nothing() {
    let (log, store) = (Log::start(), store());
    let inbox = Inbox::start("acme", store.clone(), receiver().on(|_: Created| async {}).into_service()).unwrap();
    let body = created("a");
    let mut forged = signed("forged", &body);
    forged.insert("webhook-id", "other".parse().unwrap());
    let lines = |text: &str| log.text().lines().filter(|line| line.contains(text)).count();
    for second in 1..=3 {
        for _ in 0..300 {
            assert_eq!(inbox.respond(testing::request(forged.clone(), body.clone())).await.status(), 401);
        }
        assert_eq!(lines("no signature matches"), second);
        let id = format!("genuine-{second}");
        assert_eq!(send(&inbox, &id, &body).await, "stored");
        until(&store, &id, State::Done).await;
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    assert_eq!(lines("suppressed=299"), 2);
    let all = Page { after: 0, limit: 10, max_bytes: None };
    assert_eq!(store.list(&Selection::default(), &all).await.unwrap().len(), 3);
}
