//! A Wayland client that listens to nothing: it has only something to say.

use wayland_client::globals::GlobalListContents;
use wayland_client::protocol::wl_registry::{Event, WlRegistry};
use wayland_client::{Connection, Dispatch, QueueHandle};

/// Where events go that nobody hears.
pub(crate) struct Unheard;

impl Dispatch<WlRegistry, GlobalListContents> for Unheard {
    fn event(
        _: &mut Self,
        _: &WlRegistry,
        _: Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}
