//! TLS, with a certificate of the test's own.

use std::fs;

use temporary_postgres::{Identity, PostgresServer};
use webhook_inbox::store::Inserted;
use webhook_inbox_postgres::PostgresStore;

use crate::support::insert;

#[tokio::test]
async fn certificates_and_names_are_verified() {
    let identity = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (identity.cert.pem(), identity.signing_key.serialize_pem());
    // Only connections with TLS are accepted from the network.
    let Some(server) = PostgresServer::start_with("", Some(Identity { certificate: &certificate, key: &key })) else {
        return;
    };
    let port = server.port().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a root.pem");
    fs::write(&file, &certificate).unwrap();
    let root = file.display().to_string().replace('/', "%2F").replace(' ', "%20");
    let url = |parameters: &str| format!("postgresql://postgres@localhost:{port}/postgres?{parameters}");

    for mode in ["sslmode=verify-full&", "sslmode=require&", ""] {
        let store = PostgresStore::connect(&url(&format!("{mode}sslrootcert={root}"))).await.unwrap();
        assert_eq!(insert(&store, mode).await, Ok(Inserted::New));
    }
    let refused = async |parameters: &str| PostgresStore::connect(&url(parameters)).await.unwrap_err().to_string();
    let text = refused("sslmode=require").await;
    assert!(text.contains("UnknownIssuer"), "{text}");
    let text = refused("").await;
    assert!(text.contains("UnknownIssuer"), "{text}");
    let other_name = format!("host=other.example&hostaddr=127.0.0.1&port={port}&sslrootcert={root}");
    let text =
        PostgresStore::connect(&format!("postgresql://postgres@/postgres?{other_name}")).await.unwrap_err().to_string();
    assert!(text.contains("other.example"), "{text}");
    let text = refused("sslrootcert=%2Fnowhere.pem").await;
    assert!(text.contains("cannot read certificates from `/nowhere.pem`"), "{text}");
    // Without TLS, as the URL asks.
    PostgresStore::connect(&url("sslmode=disable")).await.unwrap();
}
