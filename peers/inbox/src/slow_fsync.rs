//! Slows `fsync` down, in a process that runs this program again.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::Failure;

const MICROS: &str = "SLOW_FSYNC";

/// Whether this process was started by [`run_again`].
pub(crate) fn is_slow() -> bool {
    env::var_os(MICROS).is_some()
}

/// Runs this program again with the same arguments.
pub(crate) fn run_again(delay: &str) -> Result<(), Failure> {
    let micros = match (delay.strip_suffix("ms"), delay.strip_suffix("us")) {
        (Some(millis), _) => 1000 * millis.parse::<u64>()?,
        (None, Some(micros)) => micros.parse()?,
        (None, None) => return Err("a delay is a number of `ms` or `us`".into()),
    };
    let folder = tempfile::tempdir()?;
    // A server of another user loads it as well.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    let [source, library] = ["slow_fsync.c", "slow_fsync.so"].map(|name| folder.path().join(name));
    fs::write(&source, include_str!("slow_fsync.c"))?;
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let compiled = Command::new(compiler).args(["-shared", "-fPIC", "-O2", "-o"]).args([&library, &source]).status()?;
    if !compiled.success() {
        return Err("the C compiler failed".into());
    }
    let mut again = Command::new(env::current_exe()?);
    again.args(env::args_os().skip(1)).env("LD_PRELOAD", &library).env(MICROS, micros.to_string());
    if !again.status()?.success() {
        return Err("the run with a slow `fsync` failed".into());
    }
    Ok(())
}
