//! `export`

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use webhook_inbox::Store;
use webhook_inbox::operations::{Pages, refuse_during_move};
use webhook_inbox::store::Entry;

use crate::args::Export;
use crate::entry::object;
use crate::output::{json_line, print};
use crate::{Done, Failure};

pub(crate) async fn run<S: Store>(store: &S, export: &Export) -> Done {
    let selection = export.filter.selection();
    let finds_all = selection.ids.is_empty();
    if finds_all {
        refuse_during_move(store).await?;
    }
    let mut file = export.output.as_deref().map(create).transpose()?;
    let mut pages = Pages::new(selection.or_not_done()).with_bytes();
    let mut count = 0_u64;
    while let Some(page) = pages.next(store).await? {
        for line in page.iter().filter_map(line) {
            count += 1;
            match &mut file {
                Some(file) => file.write_all(line.as_bytes()).map_err(Failure::failed)?,
                None => print(&line)?,
            }
        }
    }
    if let Some(file) = file {
        file.sync_all().map_err(Failure::failed)?;
    }
    eprintln!("{count} exported");
    if finds_all {
        refuse_during_move(store).await?;
    }
    Ok(())
}

/// Only its owner can read the file: it has bodies.
fn create(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}

fn line(entry: &Entry) -> Option<String> {
    let bytes = entry.bytes.as_ref()?;
    let mut object = object(entry);
    let digest = entry.digest.as_bytes().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    object.insert("digest".to_owned(), json!(digest));
    object.insert("delivery".to_owned(), json!(STANDARD.encode(bytes)));
    Some(json_line(&Value::Object(object)))
}
