//! Stopping without losing anything.

use std::io;
use std::time::Duration;

/// Waits until somebody presses Ctrl-C or the service manager sends SIGTERM.
///
/// Signals count from the call on, not only once the future is polled.
///
/// # Errors
///
/// If the process cannot be notified of signals.
pub(crate) fn requested() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let signal = signal()?;
    Ok(async {
        signal.await;
        tracing::info!("stopping: no new connections, running handlers finish");
    })
}

/// Waits like [`requested`], and then for `grace` longer.
///
/// `axum` waits for every open connection, even for one whose client has fallen silent.
///
/// # Errors
///
/// If the process cannot be notified of signals.
pub(crate) fn overdue(grace: Duration) -> io::Result<impl Future<Output = ()>> {
    let signal = signal()?;
    Ok(async move {
        signal.await;
        tokio::time::sleep(grace).await;
    })
}

#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
