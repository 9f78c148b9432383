//! `move`

use webhook_inbox::Store;
use webhook_inbox::operations::{Pages, cancel_move, finish_move, prepare_move};
use webhook_inbox::store::{Selection, StoreError};

use crate::args::Move;
use crate::open::{AnyStore, Target, with_store};
use crate::output::{harmless, print};
use crate::time::Age;
use crate::{Done, Failure};

pub(crate) async fn run(from: &Target, arguments: &Move) -> Done {
    let to = Target::parse(&arguments.to, &arguments.to_schema)?;
    if arguments.cancel {
        print("the new store is not to wait for the end of a move: it handles what it has\n")?;
        if !arguments.confirmation.yes {
            return Err(Failure::Unconfirmed);
        }
        let to = to.open().await?;
        let (cancelled, to_id) = with_store!(&to, to => (cancel_move(to).await, to.identity().await));
        to.close().await;
        cancelled?;
        return note_old(from, &to_id?.id).await;
    }
    let from = from.open().await?;
    let done = move_from(&from, &to, arguments).await;
    from.close().await;
    done
}

/// The old store waits as well if a move from it was interrupted. It may be gone, so an error is not one of the command.
async fn note_old(from: &Target, to: &str) -> Done {
    let Ok(from) = from.open().await else { return Ok(()) };
    let identity = with_store!(&from, from => from.identity().await);
    from.close().await;
    if identity.is_ok_and(|identity| identity.incoming.as_deref() == Some(to)) {
        eprintln!(
            "note: the old store waits as well, since `--finish` has begun: move everything back, with the two variables exchanged"
        );
    }
    Ok(())
}

async fn move_from(from: &AnyStore, to: &Target, arguments: &Move) -> Done {
    with_store!(from, from => announce(from, arguments).await?);
    if !arguments.confirmation.yes {
        return Err(Failure::Unconfirmed);
    }
    // A move that is finished was prepared, so the tables exist.
    let to = if arguments.finish { to.open().await? } else { to.create().await? };
    let done = with_store!(from, from => with_store!(&to, to => between(from, to, arguments).await));
    to.close().await;
    done?;
    // Not an error: the move is over, and cannot be repeated.
    if arguments.finish && !from.empty_log().await.unwrap_or(false) {
        eprintln!("note: the log beside the old file still has bodies that were moved: stop what uses the file");
    }
    Ok(())
}

/// Prints what will be done.
async fn announce<A: Store>(from: &A, arguments: &Move) -> Done {
    let (bodies, ids) = count(from).await?;
    let Age(patience) = arguments.wait;
    print(&if arguments.finish {
        format!(
            "to be moved: {bodies} deliveries with their bodies, which are then removed from the old store; {ids} ids are copied\n\
             the old store begins nothing more, and its handlers have {} s to end; then the new store handles\n",
            patience.as_secs()
        )
    } else {
        format!(
            "to be copied: the ids of {ids} deliveries without a body; {bodies} with a body stay in the old store\n\
             from then on, the new store handles nothing, whatever the endpoint, until `--finish`\n"
        )
    })
}

/// How many deliveries have a body, and how many do not.
async fn count<A: Store>(from: &A) -> Result<(usize, usize), StoreError> {
    let mut pages = Pages::new(Selection::default());
    let (mut bodies, mut ids) = (0, 0);
    while let Some(page) = pages.next(from).await? {
        let with_body = page.iter().filter(|entry| entry.size.is_some()).count();
        bodies += with_body;
        ids += page.len() - with_body;
    }
    Ok((bodies, ids))
}

async fn between<A: Store, B: Store>(from: &A, to: &B, arguments: &Move) -> Done {
    if !arguments.finish {
        let moved = prepare_move(from, to).await?;
        return print(&format!(
            "{} ids copied; the new store waits for the end of the move\n\
             next: start the receiver with the new store, stop what uses the old one, and repeat this with `--finish`\n",
            moved.deliveries
        ));
    }
    let Age(patience) = arguments.wait;
    let moved = finish_move(from, to, patience).await?;
    print(&format!(
        "moved: the new store has {} more deliveries, and {} bodies were removed from the old one\n",
        moved.deliveries, moved.bodies
    ))?;
    if moved.conflicts > 0 {
        print(&format!(
            "{} deliveries stay in the old store, since the new one has other bodies with their ids\n",
            moved.conflicts
        ))?;
    }
    for endpoint in to.endpoints().await? {
        if to.stats(&endpoint).await?.is_paused {
            let endpoint = harmless(&endpoint);
            print(&format!("{endpoint} is paused in the new store: `resume {endpoint}` lets it be handled\n"))?;
        }
    }
    Ok(())
}
