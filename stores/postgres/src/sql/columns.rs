use tokio_postgres::types::Type;
use webhook_inbox::store::{Key, Order};
use webhook_receiver::BodyDigest;

use super::Parameter;

/// What new and imported entries have in common.
pub(super) struct Row<'a> {
    pub(super) key: &'a Key,
    pub(super) digest: &'a BodyDigest,
    pub(super) event_type: Option<&'a str>,
    pub(super) order: Option<&'a Order>,
    pub(super) bytes: Option<&'a [u8]>,
}

/// Rows as one array for each column.
#[derive(Default)]
pub(super) struct Columns<'a> {
    endpoints: Vec<&'a str>,
    ids: Vec<&'a str>,
    digests: Vec<&'a [u8]>,
    event_types: Vec<Option<&'a str>>,
    order_keys: Vec<Option<&'a str>>,
    versions: Vec<Option<i64>>,
    bytes: Vec<Option<&'a [u8]>>,
}

impl<'a> FromIterator<Row<'a>> for Columns<'a> {
    fn from_iter<I: IntoIterator<Item = Row<'a>>>(rows: I) -> Self {
        let mut columns = Self::default();
        for Row { key, digest, event_type, order, bytes } in rows {
            columns.endpoints.push(&key.endpoint);
            columns.ids.push(&key.id);
            columns.digests.push(digest.as_bytes());
            columns.event_types.push(event_type);
            columns.order_keys.push(order.map(|order| &order.key[..]));
            columns.versions.push(order.and_then(|order| order.version));
            columns.bytes.push(bytes);
        }
        columns
    }
}

impl Columns<'_> {
    /// For `unnest`, as `(endpoint, id, digest, event_type, order_key, version, bytes)`.
    pub(super) fn parameters(&self) -> [Parameter<'_>; 7] {
        [
            (&self.endpoints, Type::TEXT_ARRAY),
            (&self.ids, Type::TEXT_ARRAY),
            (&self.digests, Type::BYTEA_ARRAY),
            (&self.event_types, Type::TEXT_ARRAY),
            (&self.order_keys, Type::TEXT_ARRAY),
            (&self.versions, Type::INT8_ARRAY),
            (&self.bytes, Type::BYTEA_ARRAY),
        ]
    }
}
