//! The sender, which outlives the processes that receive.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::env;
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::child::variable;
use crate::{POINTS, Subject};

/// From one child to the next.
const HOURS: u64 = 12;
/// New deliveries are sent while fewer than this are not acknowledged.
const BACKLOG: usize = 8;
/// The new deliveries that a child gets, besides the first ones. Then there are few, at intervals.
const NEW: u64 = 8;
/// If more deliveries are acknowledged but not handled, a child is not killed until it has handled them.
const MOST_WAITING: usize = 64;
/// A point that is not reached by then is never reached.
const PATIENCE: Duration = Duration::from_secs(30);
/// A process is killed within this number of microseconds after it has reached a point. By then, a server may have committed what
/// the process has sent.
const LATEST: u64 = 2000;
/// The number of acknowledged deliveries that are remembered, to send them again.
const RECENT: usize = 16;

/// A process that receives.
pub struct Child {
    process: Process,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// How a child is started.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The name of the test that calls [`run_child`](crate::run_child), in this program.
    pub test: &'a str,
    /// Where the store is.
    pub folder: &'a Path,
    /// The point at which it is killed, and when it reaches this for which time.
    pub kill: Option<(&'static str, u64)>,
    /// How long after that it is killed. The task that has reached the point waits, others go on.
    pub pause: Duration,
    /// How far the store's clock is ahead.
    pub hours: u64,
    /// The limit on attempts.
    pub max_attempts: Option<u32>,
    /// How long a lease lasts.
    pub lease: Duration,
}

impl<'a> Plan<'a> {
    /// A child that is not killed.
    pub fn new(test: &'a str, folder: &'a Path) -> Self {
        Self {
            test,
            folder,
            kill: None,
            pause: Duration::ZERO,
            hours: 0,
            max_attempts: None,
            lease: Duration::from_millis(90),
        }
    }
}

impl Child {
    /// Starts a child.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start(plan: &Plan<'_>) -> Self {
        Self::start_with(plan, |_| {})
    }

    /// Starts a child, with other environment variables.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start_with(plan: &Plan<'_>, configure: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(env::current_exe().expect("a test has a path"));
        command.args([plan.test, "--exact", "--nocapture", "--include-ignored"]);
        command.env(variable::FOLDER, plan.folder).env(variable::HOURS, plan.hours.to_string());
        command.env(variable::LEASE, plan.lease.as_millis().to_string());
        if let Some((point, hit)) = plan.kill {
            command.env(variable::POINT, point).env(variable::HIT, hit.to_string());
            command.env(variable::PAUSE, plan.pause.as_micros().to_string());
        }
        if let Some(attempts) = plan.max_attempts {
            command.env(variable::MAX_ATTEMPTS, attempts.to_string());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        configure(&mut command);
        let mut process = command.spawn().expect("a test can start itself");
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().expect("the output is a pipe"));
        Self { process, input, output }
    }

    /// Sends a delivery. A child that is gone does not get it.
    pub fn send(&mut self, id: &str, kind: &str) {
        if let Some(input) = &mut self.input {
            let _ = input.write_all(format!("{id} {kind}\n").as_bytes());
        }
    }

    /// The next answer: the id and the status. `None` if the child has ended.
    pub fn answer(&mut self) -> Option<(String, u16)> {
        let mut line = String::new();
        while self.output.read_line(&mut line).unwrap_or(0) > 0 {
            // The test harness writes lines as well, the first of them without an end.
            let answer = line.split_once('@').and_then(|(_, answer)| answer.trim_end().split_once(' '));
            if let Some((status, id)) = answer.filter(|_| line.ends_with('\n')) {
                return Some((id.to_owned(), status.parse().unwrap_or_default()));
            }
            line.clear();
        }
        None
    }

    /// Ends its input, and returns the answers that are left, and whether the child has finished everything.
    ///
    /// # Panics
    ///
    /// If it cannot be waited for.
    pub fn finish(mut self) -> (Vec<(String, u16)>, bool) {
        self.input = None;
        let mut answers = Vec::new();
        while let Some(answer) = self.answer() {
            answers.push(answer);
        }
        (answers, self.process.wait().expect("the child can be waited for").success())
    }

    /// Kills it.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Child").field(&self.process.id()).finish()
    }
}

/// Sends deliveries at once, and returns the ids that were acknowledged.
pub fn send_all<'a>(child: &mut Child, ids: impl IntoIterator<Item = &'a str>, kind: &str) -> Vec<String> {
    let mut open = 0;
    for id in ids {
        child.send(id, kind);
        open += 1;
    }
    let mut acknowledged = Vec::new();
    while open > 0
        && let Some((id, status)) = child.answer()
    {
        open -= 1;
        if status == 200 {
            acknowledged.push(id);
        }
    }
    acknowledged
}

/// How often the handler has run for each id.
///
/// # Panics
///
/// If there is no ledger.
pub fn handled(folder: &Path) -> BTreeMap<String, u64> {
    let ledger = fs::read_to_string(folder.join("ledger")).expect("there is a ledger");
    let mut counts = BTreeMap::new();
    for id in ledger.lines() {
        *counts.entry(id.to_owned()).or_default() += 1;
    }
    counts
}

/// What was counted over all rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Figures {
    /// Processes that were killed.
    pub kills: u64,
    /// Deliveries that were acknowledged.
    pub acknowledged: u64,
    /// Those whose handler has never run, or whose effect is missing: 0 unless something is lost.
    pub lost: u64,
    /// Those with more than one effect: 0.
    pub doubled: u64,
    /// Handlers that ran more than once: what a handler does outside of its effects can happen again.
    pub repeated: u64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, acknowledged, lost, doubled, repeated } = self;
        write!(
            f,
            "killed {kills}, acknowledged {acknowledged}, never handled {lost}, effects doubled {doubled}, handlers repeated \
             {repeated}"
        )
    }
}

/// Kills a process at each point, in this many rounds for each, then lets one finish. Panics if a point is not reached, or if an
/// answer is not as it should be.
///
/// # Panics
///
/// See above.
pub fn kill_at<S: Subject>(subject: &S, test: &str, folder: &Path, rounds: usize, seed: u64) -> Figures {
    let mut sender = Sender { random: fastrand::Rng::with_seed(seed), ..Sender::default() };
    let mut hours = 0;
    let mut kills = 0;
    for _ in 0..rounds {
        for point in POINTS {
            hours += HOURS;
            // Old entries are purged when a process starts, and then each minute.
            let hits = match *point {
                "purge: before the commit" => S::PURGES,
                "extend: before the commit" => 1,
                _ => 6,
            };
            let kill = Some((*point, sender.random.u64(1..=hits)));
            let pause = Duration::from_micros(sender.random.u64(..LATEST));
            sender.round(&Plan { kill, pause, hours, ..Plan::new(test, folder) });
            kills += 1;
        }
        if sender.waiting(folder) > MOST_WAITING {
            hours += HOURS;
            let (_, has_finished) = Child::start(&Plan { hours, ..Plan::new(test, folder) }).finish();
            assert!(has_finished, "a process has ended early");
        }
    }
    let mut last = Child::start(&Plan { hours: hours + HOURS, ..Plan::new(test, folder) });
    for (id, kind) in sender.open.clone() {
        last.send(&id, kind);
    }
    let (answers, has_finished) = last.finish();
    assert!(has_finished, "the last process has ended early");
    for (id, status) in answers {
        sender.answered(&id, status);
    }
    assert!(sender.open.is_empty(), "{:?} are not acknowledged in the end", sender.open);

    let (handled, effects) = (handled(folder), subject.effects(folder));
    let of = |counts: &BTreeMap<String, u64>, id: &String| counts.get(id).copied().unwrap_or(0);
    let count = |wanted: &dyn Fn(&String) -> bool| {
        u64::try_from(sender.acknowledged.iter().filter(|id| wanted(id)).count()).unwrap_or(u64::MAX)
    };
    assert!(
        handled.keys().chain(effects.keys()).all(|id| sender.acknowledged.contains(id)),
        "something else was handled"
    );
    Figures {
        kills,
        acknowledged: count(&|_| true),
        lost: count(&|id| of(&handled, id) == 0 || of(&effects, id) == 0),
        doubled: count(&|id| of(&effects, id) > 1),
        repeated: count(&|id| of(&handled, id) > 1),
    }
}

#[derive(Default)]
struct Sender {
    random: fastrand::Rng,
    next: u64,
    /// Not acknowledged yet, with their kinds; the oldest first.
    open: VecDeque<(String, &'static str)>,
    /// Those that a handler takes.
    acknowledged: BTreeSet<String>,
    recent: VecDeque<(String, &'static str)>,
}

impl Sender {
    fn round(&mut self, plan: &Plan<'_>) {
        let mut child = Child::start(plan);
        for (id, kind) in &self.open {
            child.send(id, kind);
        }
        for _ in 0..4 {
            self.send_another(&mut child, true);
        }
        let (last, deadline) = (self.next + NEW, Instant::now() + PATIENCE);
        while let Some((id, status)) = child.answer() {
            self.answered(&id, status);
            assert!(Instant::now() < deadline, "{:?} is not reached", plan.kill);
            let has_enough = self.next >= last;
            if has_enough {
                sleep(Duration::from_millis(1));
            }
            let can_be_new = !has_enough || self.random.u8(..16) == 0;
            self.send_another(&mut child, can_be_new);
        }
        let status = child.process.wait().expect("the child can be waited for");
        assert_eq!(status.code(), None, "{:?} has ended with {status}", plan.kill);
    }

    /// Sends a new delivery if there can be one, or one that was sent before, or a forged one.
    fn send_another(&mut self, child: &mut Child, can_be_new: bool) {
        if self.random.u8(..) < 40
            && let Some((id, kind)) = self.random.choice(&self.recent).cloned()
        {
            return child.send(&id, kind);
        }
        if self.random.u8(..) < 20 {
            return child.send(&format!("forged-{}", self.next), "forged");
        }
        if !can_be_new || self.open.len() >= BACKLOG {
            let sent = if self.open.is_empty() { &self.recent } else { &self.open };
            let again = self.random.choice(sent).cloned();
            return again.map_or((), |(id, kind)| child.send(&id, kind));
        }
        let kind = match self.random.u8(..8) {
            0 => "unrouted",
            1 => "slow",
            _ => "plain",
        };
        let id = format!("{kind}-{}", self.next);
        self.next += 1;
        child.send(&id, kind);
        self.open.push_back((id, kind));
    }

    /// How many are acknowledged, but no handler has begun.
    fn waiting(&self, folder: &Path) -> usize {
        let handled = handled(folder);
        self.acknowledged.iter().filter(|id| !handled.contains_key(*id)).count()
    }

    fn answered(&mut self, id: &str, status: u16) {
        if id.starts_with("forged") {
            return assert_eq!(status, 401, "{id}");
        }
        if status != 200 {
            return assert_eq!(status, 503, "{id}");
        }
        let Some(position) = self.open.iter().position(|(open, _)| open == id) else { return };
        let Some((id, kind)) = self.open.remove(position) else { return };
        self.recent.push_back((id.clone(), kind));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        if kind != "unrouted" {
            self.acknowledged.insert(id);
        }
    }
}
