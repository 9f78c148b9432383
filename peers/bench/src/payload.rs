//! Bodies of `asset.created` and `collection.assets.updated`, made here.

use serde_json::{Value, json};

/// The members of an `asset.created` in the order that is wanted, without whitespace. About 500 bytes.
pub fn asset_created(event_type_last: bool) -> String {
    let event_type = r#""eventType":"asset.created""#;
    let event = json!({
        "id": "asset-created-0d7a3c52-7f0e-4b1c-9d1a-5a4c0f4b2d11",
        "time": "2024-05-09T17:55:28.462Z",
        "user": {"id": "7d675ef0-f423-11e9-8071-89c0c405214e", "firstName": "Ada", "lastName": "Lovelace"},
    });
    let asset = json!({
        "id": "cdff2214-3873-4cc4-8e2e-94fcec784343",
        "filename": "analytical-engine-diagram.tif",
        "metadataTemplate": {"id": "ea6eb24d-adef-4380-bd02-f64f567c437f", "name": "Engineering drawings"},
        "securityTemplates": [{"id": "ab6faea8-6a31-4f83-9ab4-f990c325191e", "name": "Full access"}],
    });
    let members = format!(r#""event":{event},"asset":{asset}"#);
    if event_type_last { format!("{{{members},{event_type}}}") } else { format!("{{{event_type},{members}}}") }
}

/// The same with that many security templates, to make it long.
pub fn long_asset_created(templates: usize) -> String {
    let mut payload: Value = serde_json::from_str(&asset_created(false)).expect("made above");
    let template = json!({"id": "ab6faea8-6a31-4f83-9ab4-f990c325191e", "name": "Full access for one of the teams"});
    payload["asset"]["securityTemplates"] = Value::Array(vec![template; templates]);
    payload.to_string()
}
