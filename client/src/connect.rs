//! Meeting a coordinator: its key is pinned at first contact and checked ever after.

use url::Url;
use woolgather_api::Coordinator;

use crate::identity::Identity;

/// Connects to the coordinator at `url` as this device.
pub(crate) async fn connect(identity: &Identity, url: &Url) -> anyhow::Result<Coordinator> {
    let pinned = identity.pinned(url)?;
    let coordinator =
        Coordinator::connect(url.clone(), Some(identity.secret().clone()), pinned).await?;
    if pinned.is_none() {
        identity.pin(url, coordinator.info().key)?;
    }
    Ok(coordinator)
}
