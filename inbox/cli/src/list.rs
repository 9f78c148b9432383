//! `list` and `show`.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::{Value, json};
use webhook_inbox::Store;
use webhook_inbox::operations::Pages;
use webhook_inbox::store::{CALL_BYTES, Entry, Key, Page, Selection, State, Stats};

use crate::args::{Format, List, RETRYING, Show};
use crate::entry::{body, delivery, name_of_time, object, reason, rows};
use crate::output::{harmless, harmless_lines, json_line, print, print_bytes, table};
use crate::time::{rfc3339, short, since};
use crate::{Done, Failure};

/// The most groups of failures for each endpoint in the summary.
const GROUPS: usize = 20;

pub(crate) async fn list<S: Store>(store: &S, list: &List) -> Done {
    if list.summary {
        return summary(store, list.filter.endpoint.as_deref(), list.format).await;
    }
    let mut selection = list.filter.selection();
    let hides_done = selection.ids.is_empty() && selection.has_any_state() && !selection.excludes_done();
    if selection.ids.is_empty() {
        selection = selection.or_not_done();
    }
    let (mut after, mut left) = (0, list.limit);
    loop {
        // One more, to know whether there are more. Those with bodies are on several pages.
        let max_bytes = list.bodies.then_some(CALL_BYTES);
        let page = Page { after, limit: left.saturating_add(1), max_bytes };
        let mut entries = store.list(&selection, &page).await?;
        if entries.is_empty() && after == 0 && list.format == Format::Text {
            let hint = if hides_done { "; those that are done are listed with `--state done`" } else { "" };
            eprintln!("no such deliveries{hint}");
        }
        after = match entries.last() {
            Some(entry) => entry.sequence,
            None => return Ok(()),
        };
        let has_more = entries.len() > left;
        entries.truncate(left);
        left -= entries.len();
        match list.format {
            Format::Json => print(&entries.iter().map(|entry| line(entry, list.bodies)).collect::<String>())?,
            Format::Text if list.bodies => {
                for entry in &entries {
                    print(&(text(entry, true) + "\n"))?;
                }
            }
            Format::Text => print(&rows(&entries))?,
        }
        if has_more {
            eprintln!("there are more: use `--limit` or other conditions");
            return Ok(());
        }
        if !list.bodies {
            return Ok(());
        }
    }
}

pub(crate) async fn show<S: Store>(store: &S, show: &Show) -> Done {
    let entries = find(store, &show.id, show.endpoint.as_deref()).await?;
    if show.raw {
        let [entry] = &entries[..] else {
            return Err(Failure::Usage("several endpoints have this id: name one with `--endpoint`".to_owned()));
        };
        let entry = with_bytes(store, entry).await?;
        let delivery = delivery(&entry).ok_or_else(|| Failure::failed("its body was removed"))?;
        return print_bytes(delivery.raw());
    }
    for entry in &entries {
        let entry = with_bytes(store, entry).await?;
        match show.format {
            Format::Json => print(&line(&entry, show.body))?,
            Format::Text => print(&text(&entry, show.body))?,
        }
    }
    Ok(())
}

/// The same entry with its body, if it is still there.
async fn with_bytes<S: Store>(store: &S, entry: &Entry) -> Result<Entry, Failure> {
    let Key { endpoint, id } = entry.key.clone();
    let selection = Selection { endpoint: Some(endpoint), ids: vec![id], ..Selection::default() };
    let page = Page { after: 0, limit: 1, max_bytes: Some(CALL_BYTES) };
    Ok(store.list(&selection, &page).await?.pop().unwrap_or_else(|| entry.clone()))
}

/// At least one entry, without bodies.
async fn find<S: Store>(store: &S, id: &str, endpoint: Option<&str>) -> Result<Vec<Entry>, Failure> {
    let selection =
        Selection { endpoint: endpoint.map(str::to_owned), ids: vec![id.to_owned()], ..Selection::default() };
    let page = Page { after: 0, limit: 1000, max_bytes: None };
    let entries = store.list(&selection, &page).await?;
    if entries.is_empty() {
        return Err(Failure::failed(format!("no delivery has the id `{}`", harmless(id))));
    }
    Ok(entries)
}

fn line(entry: &Entry, with_body: bool) -> String {
    let mut object = object(entry);
    if let Some(delivery) = delivery(entry).filter(|_| with_body) {
        object.extend(body(&delivery));
    }
    json_line(&Value::Object(object))
}

fn text(entry: &Entry, with_body: bool) -> String {
    let mut lines = vec![
        ("id", harmless(&entry.key.id)),
        ("endpoint", harmless(&entry.key.endpoint)),
        ("state", entry.state.name().to_owned()),
        ("event type", harmless(entry.event_type.as_deref().unwrap_or("-"))),
        ("received", format!("{} ({} ago)", rfc3339(entry.received), short(since(entry.received)))),
        ("attempts", entry.attempts.to_string()),
    ];
    if let Some(at) = entry.at {
        lines.push((name_of_time(entry.state), rfc3339(at)));
    }
    if let Some(reason) = &entry.reason {
        lines.push(("reason", harmless(reason)));
    }
    if let Some(order) = &entry.order {
        let version = order.version.map(|version| format!(", version {version}")).unwrap_or_default();
        lines.push(("order key", harmless(&order.key) + &version));
    }
    if let Some(size) = entry.size {
        lines.push(("size", format!("{size} bytes, headers included")));
    }
    match delivery(entry) {
        _ if entry.size.is_none() => lines.push(("body", "removed".to_owned())),
        Some(delivery) if with_body => {
            let body = harmless_lines(&String::from_utf8_lossy(delivery.raw()));
            lines.push(("body", format!("\n\n{}", body.trim_end())));
        }
        Some(_) => lines.push(("body", "`--body` prints it".to_owned())),
        None => lines.push(("body", "not of a version that this program knows".to_owned())),
    }
    lines.into_iter().map(|(name, value)| format!("{:13} {value}\n", name.replace('_', " ") + ":")).collect()
}

/// Entries that have failed in the same way.
struct Group {
    count: u64,
    oldest: SystemTime,
    last_reason: Option<String>,
}

/// By state and event type.
type Groups = BTreeMap<(&'static str, String), Group>;

async fn summary<S: Store>(store: &S, endpoint: Option<&str>, format: Format) -> Done {
    let endpoints = match endpoint {
        Some(endpoint) => vec![endpoint.to_owned()],
        None => store.endpoints().await?,
    };
    let mut summaries = Vec::new();
    for endpoint in endpoints {
        let stats = store.stats(&endpoint).await?;
        let groups = groups(store, &endpoint).await?;
        summaries.push((endpoint, stats, groups));
    }
    match format {
        Format::Json => {
            let lines = summaries.iter().map(|(endpoint, stats, groups)| summary_line(endpoint, stats, groups));
            print(&lines.collect::<String>())
        }
        Format::Text if summaries.is_empty() => {
            eprintln!("no delivery was accepted so far");
            Ok(())
        }
        Format::Text => print(&summary_text(&summaries)),
    }
}

/// Retries, dead and unrouted entries.
async fn groups<S: Store>(store: &S, endpoint: &str) -> Result<Groups, Failure> {
    let mut groups = Groups::new();
    let ended = Selection { states: vec![State::Dead, State::Unrouted], ..Selection::default() };
    let retrying = Selection { retrying: true, ..Selection::default() };
    for selection in [ended, retrying] {
        let mut pages = Pages::new(Selection { endpoint: Some(endpoint.to_owned()), ..selection });
        while let Some(page) = pages.next(store).await? {
            for entry in page {
                let state = if entry.state == State::Pending { RETRYING } else { entry.state.name() };
                let key = (state, entry.event_type.unwrap_or_else(|| "-".to_owned()));
                let first = Group { count: 0, oldest: entry.received, last_reason: None };
                let group = groups.entry(key).or_insert(first);
                group.count += 1;
                group.last_reason = entry.reason.or(group.last_reason.take());
            }
        }
    }
    Ok(groups)
}

fn summary_line(endpoint: &str, stats: &Stats, groups: &Groups) -> String {
    let failures = groups.iter().map(|((state, event_type), group)| {
        json!({
            "state": state,
            "event_type": event_type,
            "count": group.count,
            "oldest": rfc3339(group.oldest),
            "last_reason": group.last_reason,
        })
    });
    let object = json!({
        "endpoint": endpoint,
        "pending": stats.pending,
        "retrying": stats.retrying,
        "running": stats.running,
        "dead": stats.dead,
        "unrouted": stats.unrouted,
        "oldest_seconds": stats.oldest.map(|oldest| oldest.as_secs()),
        "paused": stats.is_paused,
        "waits_for_move": stats.is_moving,
        "failures": failures.collect::<Vec<_>>(),
    });
    json_line(&object)
}

fn summary_text(summaries: &[(String, Stats, Groups)]) -> String {
    let row = |(endpoint, stats, _): &(String, Stats, Groups)| {
        let counts = [stats.pending, stats.retrying, stats.running, stats.dead, stats.unrouted];
        let mut row = vec![harmless(endpoint)];
        row.extend(counts.iter().map(u64::to_string));
        row.push(stats.oldest.map_or_else(|| "-".to_owned(), short));
        let waits = [(stats.is_paused, "paused"), (stats.is_moving, "waits for the end of a move")];
        row.push(waits.iter().filter(|(waits, _)| *waits).map(|(_, text)| *text).collect::<Vec<_>>().join(", "));
        row
    };
    let heading = ["ENDPOINT", "PENDING", "RETRYING", "RUNNING", "DEAD", "UNROUTED", "OLDEST", ""];
    let mut text = table(&heading, &summaries.iter().map(row).collect::<Vec<_>>());
    let mut failures = Vec::new();
    for (endpoint, _, groups) in summaries {
        let mut groups: Vec<_> = groups.iter().collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
        let more = groups.len().saturating_sub(GROUPS);
        for ((state, event_type), group) in groups.into_iter().take(GROUPS) {
            failures.push(vec![
                harmless(endpoint),
                (*state).to_owned(),
                harmless(event_type),
                group.count.to_string(),
                short(since(group.oldest)),
                reason(group.last_reason.as_deref()),
            ]);
        }
        if more > 0 {
            failures.push(vec![harmless(endpoint), format!("and {more} more groups")]);
        }
    }
    if !failures.is_empty() {
        let heading = ["ENDPOINT", "STATE", "EVENT TYPE", "COUNT", "OLDEST", "LAST REASON"];
        text += "\n";
        text += &table(&heading, &failures);
    }
    text
}
