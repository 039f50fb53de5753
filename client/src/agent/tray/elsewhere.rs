//! The icon in the desktop's panel, where there is none of ours: what it would show is not shown.

use woolgather_agent::tray::{Act, Face};

/// No icon.
pub(crate) struct Tray;

impl Tray {
    /// Nothing is shown, so nothing is chosen.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "where there is an icon it may fail"
    )]
    pub(crate) fn start(_chosen: impl Fn(Act) + Clone + Send + 'static) -> std::io::Result<Self> {
        Ok(Self)
    }

    /// Shows nothing.
    pub(crate) fn show(&mut self, _face: Option<Face>) {}
}
