//! `move`

use webhook_inbox::Store;
use webhook_inbox::operations::{finish_move, prepare_move};

use crate::Done;
use crate::args::Move;
use crate::open::{Target, with_store};
use crate::output::print;
use crate::time::Age;

pub(crate) async fn run(from: &Target, arguments: &Move) -> Done {
    let to = Target::parse(&arguments.to, &arguments.to_schema)?;
    let (from, to) = (from.open().await?, to.create().await?);
    with_store!(from, from => with_store!(to, to => between(&from, &to, arguments).await))
}

async fn between<A: Store, B: Store>(from: &A, to: &B, arguments: &Move) -> Done {
    let Age(patience) = arguments.wait;
    if arguments.finish {
        let moved = finish_move(from, to, patience).await?;
        return print(&format!(
            "moved: the new store has {} more deliveries, and {} bodies were removed from the old one\n",
            moved.deliveries, moved.bodies
        ));
    }
    let moved = prepare_move(from, to).await?;
    print(&format!(
        "{} ids of done deliveries copied; the endpoints are paused in the new store\n\
         next: start the receiver with the new store, stop what uses the old one, and repeat this with `--finish`\n",
        moved.deliveries
    ))
}
