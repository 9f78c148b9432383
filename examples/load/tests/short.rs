//! The program in a short version, for every change.

#![cfg(target_os = "linux")]

use std::process::Command;

#[test]
fn good_deliveries_get_through() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_load-example"));
    let output = command
        .args(["--connections", "700", "--seconds", "1", "--stalled", "64", "--stalled-seconds", "1"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 10);
}
