//! Prints the public items of each of rustdoc's JSON files, one on a line, under a line with the name of the file.

use std::env;
use std::process::ExitCode;

use public_api::Builder;

fn main() -> ExitCode {
    for path in env::args_os().skip(1) {
        match Builder::from_rustdoc_json(&path).omit_blanket_impls(true).omit_auto_trait_impls(true).build() {
            Ok(api) => {
                println!("# {}", path.display());
                api.items().for_each(|item| println!("{item}"));
            }
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
