//! Points at which tests kill the process.

/// Marks a point between two steps that a crash can separate. Does nothing, unless a test has set what happens there: see
/// `testing::at_crash_points`. Stores mark the points before their commits.
#[inline]
pub fn crash_point(name: &'static str) {
    #[cfg(feature = "testing")]
    hook::reached(name);
    #[cfg(not(feature = "testing"))]
    let _ = name;
}

#[cfg(feature = "testing")]
pub(crate) mod hook {
    use std::sync::OnceLock;

    type Hook = Box<dyn Fn(&'static str) + Send + Sync>;

    static HOOK: OnceLock<Hook> = OnceLock::new();

    pub(super) fn reached(name: &'static str) {
        if let Some(hook) = HOOK.get() {
            hook(name);
        }
    }

    /// Calls this function at every point that is marked with [`crash_point`](crate::store::crash_point), with the name of the
    /// point, in this process. Only the first call has an effect.
    pub fn at_crash_points(hook: impl Fn(&'static str) + Send + Sync + 'static) {
        let _ = HOOK.set(Box::new(hook));
    }
}
