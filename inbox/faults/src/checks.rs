//! Checks of processes with any store, besides [`kill_at`](crate::kill_at).

use std::path::Path;
use std::time::Duration;

use webhook_inbox::Store;
use webhook_inbox::store::{Clock, Entry, Page, Selection, State};

use crate::{Child, Plan, Subject, handled};

/// Sends the same deliveries to three processes at once. Each has one effect.
///
/// # Panics
///
/// If a delivery has no effect or several, or a process ends early.
pub fn check_identical<S: Subject>(subject: &S, test: &str, folder: &Path) {
    let ids: Vec<String> = (0..20).map(|number| format!("same-{number}")).collect();
    let mut children = [(); 3].map(|()| Child::start(&Plan::new(test, folder)));
    for id in &ids {
        for child in &mut children {
            child.send(id, "plain");
        }
    }
    for child in children {
        let (answers, has_finished) = child.finish();
        assert!(has_finished, "a process has ended early");
        assert_eq!(answers.iter().filter(|(_, status)| *status == 200).count(), ids.len(), "{answers:?}");
    }
    assert_eq!(subject.effects(folder), ids.into_iter().map(|id| (id, 1)).collect());
}

/// Sends a delivery that kills each process that handles it, while others are handled beside it. It is dead after its attempts;
/// the others have lost one attempt at most, and are handled.
///
/// # Panics
///
/// If that does not hold.
pub fn check_poison<S: Subject>(subject: &S, test: &str, folder: &Path) {
    const ATTEMPTS: u32 = 3;
    const BESIDE: u32 = 6;
    // Others lose two attempts if a handler takes longer than a lease, as it may on a busy machine.
    let lease = Duration::from_secs(5);
    let mut plan = Plan { max_attempts: Some(ATTEMPTS), lease, ..Plan::new(test, folder) };
    let mut kills = 0;
    loop {
        let mut child = Child::start(&plan);
        for number in 0..BESIDE {
            child.send(&format!("slow-{kills}-{number}"), "slow");
        }
        child.send("poison", "kills");
        let (_, has_finished) = child.finish();
        if has_finished {
            break;
        }
        kills += 1;
        assert!(kills <= ATTEMPTS, "it is still alive");
        // All leases lapse.
        plan.hours += 1;
    }
    let began = handled(folder);
    let again = |(id, count): &(&String, &u64)| *id != "poison" && **count > 2;
    assert_eq!(began.iter().find(again), None, "it has lost more than one attempt");
    assert_eq!(began["poison"], u64::from(ATTEMPTS));
    let dead: Vec<_> = dead(subject, folder).into_iter().map(|entry| (entry.key.id, entry.reason)).collect();
    assert_eq!(dead, [("poison".to_owned(), Some(format!("the process ended in attempt {ATTEMPTS}")))]);
    let effects = subject.effects(folder);
    let first = (0..BESIDE).map(|number| format!("slow-0-{number}"));
    assert!(first.into_iter().all(|id| effects.contains_key(&id)), "{effects:?}");
    assert!(effects.values().all(|count| *count == 1), "{effects:?}");
}

fn dead<S: Subject>(subject: &S, folder: &Path) -> Vec<Entry> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("there should be a runtime").block_on(async {
        let store = subject.open(folder, Clock::system()).await;
        let selection = Selection { states: vec![State::Dead], ..Selection::default() };
        store.list(&selection, &Page { after: 0, limit: 100, max_bytes: None }).await.expect("the store should answer")
    })
}
