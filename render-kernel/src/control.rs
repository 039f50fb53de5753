//! How a caller stops a render and watches it.

/// What a render asks its caller while it works.
///
/// Both functions are called from any thread of the pool, some tens of milliseconds apart at usual sizes.
#[derive(Clone, Copy)]
pub struct RenderControl<'a> {
    /// Whether to stop; the partial frame is dropped.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Told the finished share, 0 to 1. Calls from several threads may overtake each other.
    pub progress: &'a (dyn Fn(f64) + Sync),
}

impl RenderControl<'_> {
    /// A render that nobody watches and nobody stops.
    #[must_use]
    pub fn unattended() -> Self {
        Self {
            cancelled: &|| false,
            progress: &|_| {},
        }
    }
}
