use std::collections::{BTreeSet, HashSet};

use tokio_postgres::types::Type;
use webhook_inbox::store::{Inserted, NewEntry, Order};

use super::columns::{Columns, Row};
use super::{Context, Sql, columns, get, in_flight, place};
use crate::error::other;

/// A key that is known can be forgotten before its digest is read.
const ATTEMPTS: usize = 10;
/// Entries with the same key of order are inserted one transaction after the other, so that their sequence is the order in which
/// they were accepted. This number of locks serves all keys.
const LOCKS: u32 = 64;
const ORDER_LOCK: i32 = i32::from_be_bytes(*b"whor");

const INSERT: &str = "SELECT n FROM webhook_insert($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const KNOWN: &str = "\
SELECT i.n, s.digest = i.digest
FROM unnest($1::text[], $2::text[], $3::bytea[]) WITH ORDINALITY AS i (endpoint, id, digest, n)
JOIN webhook_seen s ON s.endpoint = i.endpoint AND s.id = i.id";

pub(crate) async fn insert(context: Context<'_>, batch: &[NewEntry]) -> Sql<Vec<Inserted>> {
    let mut results = vec![None; batch.len()];
    for _ in 0..ATTEMPTS {
        let left: Vec<usize> = (0..batch.len()).filter(|index| results[*index].is_none()).collect();
        if left.is_empty() {
            return Ok(results.into_iter().flatten().collect());
        }
        for index in new(context, batch, &left).await? {
            results[index] = Some(Inserted::New);
        }
        let known: Vec<usize> = left.into_iter().filter(|index| results[*index].is_none()).collect();
        for (index, is_same) in same(context, batch, &known).await? {
            results[index] = Some(if is_same { Inserted::Duplicate } else { Inserted::Conflict });
        }
    }
    Err(other("an id is forgotten again and again while it is inserted"))
}

/// Inserts the first entry of each key that is unknown. Returns which were.
async fn new(context: Context<'_>, batch: &[NewEntry], indexes: &[usize]) -> Sql<Vec<usize>> {
    let mut keys = HashSet::new();
    let firsts: Vec<usize> = indexes.iter().copied().filter(|index| keys.insert(&batch[*index].key)).collect();
    let entries = || firsts.iter().map(|index| &batch[*index]);
    let locks: BTreeSet<i32> =
        entries().filter_map(|entry| Some(lock(&entry.key.endpoint, entry.order.as_ref()?))).collect();
    let locks: Vec<i32> = locks.into_iter().collect();
    let columns: Columns<'_> = entries().map(row).collect();
    let mut parameters = vec![context.now_parameter(), (&ORDER_LOCK, Type::INT4), (&locks, Type::INT4_ARRAY)];
    parameters.extend(columns.parameters());
    let rows = in_flight("insert: before the commit", context.rows(INSERT, &parameters)).await?;
    rows.iter().map(|row| Ok(firsts[place(row, 0)?])).collect()
}

fn row(entry: &NewEntry) -> Row<'_> {
    let NewEntry { key, digest, event_type, order, bytes } = entry;
    Row { key, digest, event_type: event_type.as_deref(), order: order.as_ref(), bytes: Some(bytes) }
}

/// Whether the digests of entries are those under which their keys are known. A key that is unknown is omitted.
async fn same(context: Context<'_>, batch: &[NewEntry], indexes: &[usize]) -> Sql<Vec<(usize, bool)>> {
    if indexes.is_empty() {
        return Ok(Vec::new());
    }
    let entries = || indexes.iter().map(|index| &batch[*index]);
    let (endpoints, ids) = columns(entries().map(|entry| &entry.key));
    let digests: Vec<&[u8]> = entries().map(|entry| &entry.digest.as_bytes()[..]).collect();
    let rows = context
        .rows(KNOWN, &[(&endpoints, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY), (&digests, Type::BYTEA_ARRAY)])
        .await?;
    rows.iter().map(|row| Ok((indexes[place(row, 0)?], get(row, 1)?))).collect()
}

/// The same for every version of this crate: FNV-1a.
fn lock(endpoint: &str, order: &Order) -> i32 {
    let bytes = endpoint.bytes().chain([0]).chain(order.key.bytes());
    let hash = bytes.fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash % LOCKS).cast_signed()
}
