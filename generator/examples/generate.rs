//! Generates a crate without the command line, as an `xtask` of your own does.
//!
//! ```sh
//! cargo run -p webhook-generator --example generate -- openapi.yaml acme-webhooks
//! ```

use std::env;
use std::path::Path;
use std::process::ExitCode;

use webhook_generator::diagnostics::Diagnostics;
use webhook_generator::write::Plan;
use webhook_generator::{Output, ReceiverDependency, Request, generate, render};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [spec, out] = arguments.as_slice() else {
        eprintln!("usage: generate SPEC OUT");
        return ExitCode::from(2);
    };
    let request = Request::new(spec).receiver(ReceiverDependency::Version("0.1".to_owned()));

    let outcome = generate(&request);
    eprint!("{}", render::text(&outcome.diagnostics, &outcome.sources, false));
    let Some(output) = outcome.output else { return ExitCode::FAILURE };
    match write(&output, Path::new(out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(diagnostics) => {
            eprint!("{}", render::text(&diagnostics, &outcome.sources, false));
            ExitCode::FAILURE
        }
    }
}

/// Writes the files that have changed.
fn write(output: &Output, out: &Path) -> Result<(), Diagnostics> {
    Plan::new(out, &output.crate_name, &output.files)?.apply()?;
    Ok(())
}
