//! The one thread that writes. What arrives while it commits shares the next commit.

use std::iter::once;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rusqlite::Connection;
use tokio::sync::oneshot;
use webhook_inbox::store::{StoreError, StoreErrorKind};

use crate::connection::{File, Identity};
use crate::error::store_error;
use crate::session::Session;

/// The most jobs of one commit. Most of them have many entries each.
const LARGEST: usize = 256;
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Runs in the transaction, or not at all if there is none. Returns what answers the caller after the commit, and whether it
/// has failed.
type Job = Box<dyn FnOnce(Result<Transaction<'_>, StoreError>) -> (Answer, Option<StoreError>) + Send>;
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

enum Message {
    Run(Job),
    /// Closes the file, and says so.
    Close(oneshot::Sender<()>),
}

/// A handle to the thread. It ends when all are dropped and everything is written.
#[derive(Clone, Debug)]
pub(crate) struct Writer(Sender<Message>);

impl Writer {
    pub(crate) fn start(file: File, connection: Connection) -> Result<Self, StoreError> {
        let (sender, receiver) = channel();
        let session = Some(Session::new(connection)?);
        let opened = file.identity();
        let run = move || Thread { file, session, opened }.run(&receiver);
        thread::Builder::new()
            .name("webhook-inbox-write".to_owned())
            .spawn(run)
            .map_err(|error| StoreError::new(StoreErrorKind::Other, error))?;
        Ok(Self(sender))
    }

    /// Runs a change, and returns its result when it is durable. It may become durable even if this future is dropped.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Session) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, receiver) = job(change);
        let gone = |()| StoreError::new(StoreErrorKind::Other, "the thread that writes has ended");
        self.0.send(Message::Run(job)).map_err(|_| gone(()))?;
        receiver.await.map_err(|_| gone(()))?
    }

    /// Closes the file when everything is written.
    pub(crate) async fn close(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.0.send(Message::Close(sender)).is_ok() {
            let _ = receiver.await;
        }
    }
}

type Answered<T> = oneshot::Receiver<Result<T, StoreError>>;

fn job<T: Send + 'static>(
    change: impl FnOnce(&Session) -> Result<T, StoreError> + Send + 'static,
) -> (Job, Answered<T>) {
    let (sender, receiver) = oneshot::channel();
    let job = move |transaction: Result<Transaction<'_>, StoreError>| {
        let result = transaction.and_then(|transaction| transaction.run(change));
        let failure = result.as_ref().err().cloned();
        let answer = move |committed: Result<(), StoreError>| {
            let _ = sender.send(committed.and(result));
        };
        (Box::new(answer) as Answer, failure)
    };
    (Box::new(job), receiver)
}

/// A transaction that jobs share.
#[derive(Clone, Copy)]
struct Transaction<'a> {
    session: &'a Session,
    /// Nothing was changed yet.
    is_new: bool,
}

impl Transaction<'_> {
    /// A change that fails is undone, and others of the same commit are not affected. There is no transaction any more if the
    /// change has ended it.
    fn run<T>(self, change: impl FnOnce(&Session) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let change = || {
            catch_unwind(AssertUnwindSafe(|| change(self.session)))
                .unwrap_or_else(|_| Err(StoreError::new(StoreErrorKind::Other, "a change has panicked")))
        };
        if self.is_new { self.run_first(change) } else { self.run_in_savepoint(change) }
    }

    /// The first change needs no savepoint: it is undone with the transaction. In a savepoint, SQLite copies each page before it
    /// changes.
    fn run_first<T>(self, change: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let result = change();
        if result.is_err() && self.session.has_transaction() {
            // If that fails, there is no transaction.
            let _ = self.session.execute("ROLLBACK").and_then(|()| self.session.execute(BEGIN));
        }
        result
    }

    fn run_in_savepoint<T>(self, change: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.session.execute("SAVEPOINT webhook_change").map_err(|error| store_error(&error))?;
        let result = change();
        if !self.session.has_transaction() {
            return result;
        }
        let undo = || if result.is_err() { self.session.execute("ROLLBACK TO webhook_change") } else { Ok(()) };
        if let Err(error) = undo().and_then(|()| self.session.execute("RELEASE webhook_change")) {
            // The caller recognizes that the transaction has ended.
            let _ = self.session.execute("ROLLBACK");
            return result.and_then(|_| Err(store_error(&error)));
        }
        result
    }
}

/// Whether opening the file again may help, or is necessary.
fn is_of_the_file(kind: StoreErrorKind) -> bool {
    !matches!(kind, StoreErrorKind::Busy | StoreErrorKind::Clock)
}

struct Thread {
    file: File,
    /// `None` after an error of the file, and when it was closed: it is then opened again. After a failed fsync, the old handle
    /// cannot be trusted.
    session: Option<Session>,
    /// The file that the session has open. What is written after it was removed or replaced is gone when the process ends.
    opened: Option<Identity>,
}

impl Thread {
    fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(first) = messages.recv() {
            let (mut batch, mut closing) = (Vec::new(), Vec::new());
            for message in once(first).chain(messages.try_iter().take(LARGEST - 1)) {
                match message {
                    Message::Run(job) => batch.push(job),
                    Message::Close(closed) => closing.push(closed),
                }
            }
            if !batch.is_empty() {
                self.write(batch);
            }
            if !closing.is_empty() {
                self.session = None;
            }
            for closed in closing {
                let _ = closed.send(());
            }
        }
    }

    fn write(&mut self, batch: Vec<Job>) {
        let mut answers = Vec::with_capacity(batch.len());
        let result = self.commit(batch, &mut answers);
        if let Err(error) = &result
            && is_of_the_file(error.kind())
        {
            tracing::error!(%error, "a commit has failed; the file is opened again");
            self.session = None;
        }
        for answer in answers {
            answer(result.clone());
        }
    }

    fn commit(&mut self, batch: Vec<Job>, answers: &mut Vec<Answer>) -> Result<(), StoreError> {
        let mut jobs = batch.into_iter();
        let result = self.run_jobs(&mut jobs, answers);
        if let Err(error) = &result {
            answers.extend(jobs.map(|job| job(Err(error.clone())).0));
        }
        result
    }

    /// Runs jobs in one transaction and commits it. Those that are left have not run.
    fn run_jobs(&mut self, jobs: &mut impl Iterator<Item = Job>, answers: &mut Vec<Answer>) -> Result<(), StoreError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => self.reopen()?,
        };
        let session = &*self.session.insert(session);
        session.execute(BEGIN).map_err(|error| store_error(&error))?;
        let (mut is_new, mut is_suspect) = (true, false);
        for job in jobs {
            let (answer, failure) = job(Ok(Transaction { session, is_new }));
            is_new &= failure.is_some();
            answers.push(answer);
            is_suspect |= failure.as_ref().is_some_and(|failure| is_of_the_file(failure.kind()));
            if !session.has_transaction() {
                // As if a disk is full. Nothing of this batch is certain.
                let ended = || StoreError::new(StoreErrorKind::Other, "an effect has ended the transaction");
                return Err(failure.unwrap_or_else(ended));
            }
        }
        session.execute("COMMIT").map_err(|error| {
            let error = store_error(&error);
            let _ = session.execute("ROLLBACK");
            error
        })?;
        if self.opened != self.file.identity() {
            return Err(self.gone("was removed or replaced while it was open"));
        }
        if is_suspect {
            self.session = None;
        }
        Ok(())
    }

    fn reopen(&mut self) -> Result<Session, StoreError> {
        self.file.check()?;
        self.opened = self.file.identity();
        if self.opened.is_none() {
            // An empty one in its place would have forgotten everything.
            return Err(self.gone("has disappeared"));
        }
        Session::new(self.file.open_existing()?)
    }

    fn gone(&self, what: &str) -> StoreError {
        StoreError::new(StoreErrorKind::Unavailable, format!("`{}` {what}", self.file.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds a number, and fails if it is odd.
    fn add(number: i64) -> (Job, Answered<()>) {
        job(move |session| {
            let insert =
                session.prepare("INSERT INTO added VALUES (?1)").and_then(|mut insert| insert.execute([number]));
            insert.map_err(|error| store_error(&error))?;
            if number % 2 == 0 { Ok(()) } else { Err(StoreError::new(StoreErrorKind::Busy, "an odd number")) }
        })
    }

    #[test]
    fn only_changes_that_fail_are_undone() {
        let folder = tempfile::tempdir().unwrap();
        let file = File { path: folder.path().join("file"), allows_network: false, synchronous: "FULL" };
        let connection = file.open().unwrap();
        connection.execute_batch("CREATE TABLE added (number INTEGER NOT NULL)").unwrap();
        let opened = file.identity();
        let mut thread = Thread { file, session: Some(Session::new(connection).unwrap()), opened };
        for numbers in [vec![1, 2, 4], vec![6, 3, 8], vec![5], vec![7, 9, 10, 11, 12]] {
            let (batch, answers): (Vec<_>, Vec<_>) = numbers.iter().map(|number| add(*number)).unzip();
            thread.write(batch);
            for (number, answer) in numbers.iter().zip(answers) {
                assert_eq!(answer.blocking_recv().unwrap().is_ok(), number % 2 == 0, "{number}");
            }
        }
        let session = thread.session.unwrap();
        let mut added = session.prepare("SELECT number FROM added").unwrap();
        let added: Vec<i64> = added.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(added, [2, 4, 6, 8, 10, 12]);
    }
}
