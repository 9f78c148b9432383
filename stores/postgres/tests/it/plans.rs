//! How much frequent calls read.

use webhook_inbox_postgres::tokio_postgres::Client;

use crate::support::{Place, number};

const ROWS: i64 = 2000;
const LIMIT: i64 = 10;

/// The result of a call, and how many rows of the tables it reads, through indexes or without them.
async fn run(client: &mut Client, call: &str) -> (i64, i64) {
    // The numbers of this session, which others do not see yet.
    const READ: &str =
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
         WHERE schemaname = current_schema AND relname IN ('webhook_seen', 'webhook_pending')";
    let transaction = client.transaction().await.unwrap();
    let number = async |sql| transaction.query_one(sql, &[]).await.unwrap().get::<_, i64>(0);
    let (before, result, after) = (number(READ).await, number(call).await, number(READ).await);
    transaction.commit().await.unwrap();
    (result, after - before)
}

/// Sessions keep the plans that they made when the tables were empty, and a table that fills has no statistics.
#[tokio::test]
async fn frequent_calls_read_few_rows_of_large_tables() {
    let Some(place) = Place::new("plans") else { return };
    place.store().await;
    let mut client = place.client().await;
    let claim = format!("SELECT count(*) FROM webhook_claim(NULL, 'acme', '{{}}', false, {LIMIT}, 30000, 1000000)");
    let end = format!(
        "SELECT count(*) FROM webhook_end(NULL, {}, ARRAY(SELECT 'new' || n FROM generate_series(1, {LIMIT}) n), {}, {}, {}, {}, {})",
        repeated("'acme'::text"),
        repeated("1::bigint"),
        repeated("4::smallint"),
        repeated("0::bigint"),
        repeated("0::bigint"),
        repeated("NULL::text"),
    );
    let purge_bodies = format!("SELECT webhook_purge_bodies(NULL, 0, {LIMIT}, 2::smallint)");
    let purge_seen = format!("SELECT webhook_purge_seen(NULL, 0, {LIMIT})");
    let calls = [claim, end, purge_bodies, purge_seen];
    for analyze in ["", "VACUUM (ANALYZE) webhook_seen, webhook_pending"] {
        client.batch_execute(analyze).await.unwrap();
        for call in &calls {
            assert_eq!(number(&client, call).await, 0, "{call}");
        }
        let fill = format!(
            "INSERT INTO webhook_seen SELECT n, 'acme', 'new' || n, '', 1 FROM generate_series(1, {ROWS}) n;
             INSERT INTO webhook_seen SELECT -n, 'acme', 'old' || n, '', 0 FROM generate_series(1, {ROWS}) n;
             INSERT INTO webhook_pending SELECT n, 'acme', 0, 0, 0, 0, NULL, NULL, NULL, NULL, '' FROM generate_series(1, {ROWS}) n;
             INSERT INTO webhook_pending
             SELECT {ROWS} + n, 'acme', 2, 0, 0, 0, NULL, NULL, NULL, '', '' FROM generate_series(1, {ROWS}) n"
        );
        client.batch_execute(&fill).await.unwrap();
        for call in &calls {
            let (result, read) = run(&mut client, call).await;
            assert_eq!(result, LIMIT, "{call}");
            assert!(read <= 10 * LIMIT, "{read} rows were read: {call}");
        }
        client.batch_execute("DELETE FROM webhook_seen; DELETE FROM webhook_pending").await.unwrap();
    }
}

/// What waits for an earlier one of its key, or for a place of its event type, is read and skipped, each once.
#[tokio::test]
async fn a_claim_reads_what_it_must_skip() {
    let Some(place) = Place::new("skipped") else { return };
    place.store().await;
    let mut client = place.client().await;
    let cases = [
        // The event type, the key of order, event types without a place, how many are claimed, how many rows are read at most.
        ("'x'", "'key' || n", "{}", LIMIT, 10 * LIMIT),
        ("'x'", "'key' || n", "{y}", LIMIT, 10 * LIMIT),
        ("NULL", "'key'", "{}", 1, 3 * ROWS),
        ("'x'", "NULL", "{x}", 0, 2 * ROWS),
    ];
    for (event_type, order, full, claimed, most) in cases {
        let fill = format!(
            "INSERT INTO webhook_seen SELECT n, 'acme', 'new' || n, '', 1 FROM generate_series(1, {ROWS}) n;
             INSERT INTO webhook_pending
             SELECT n, 'acme', 0, 0, 0, 0, {event_type}, {order}, NULL, NULL, '' FROM generate_series(1, {ROWS}) n"
        );
        client.batch_execute(&fill).await.unwrap();
        let call =
            format!("SELECT count(*) FROM webhook_claim(NULL, 'acme', '{full}', false, {LIMIT}, 30000, 1000000)");
        let (result, read) = run(&mut client, &call).await;
        assert_eq!(result, claimed, "{event_type} {order} {full}");
        assert!(read <= most, "{read} rows were read: {event_type} {order} {full}");
        client.batch_execute("DELETE FROM webhook_seen; DELETE FROM webhook_pending").await.unwrap();
    }
}

fn repeated(value: &str) -> String {
    format!("ARRAY(SELECT {value} FROM generate_series(1, {LIMIT}))")
}
