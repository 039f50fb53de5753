//! `woolgather identity`: who this device is.

use std::path::Path;

use crate::identity::{Identity, data_folder};

pub(crate) fn identity(data: Option<&Path>) -> anyhow::Result<()> {
    let folder = data_folder(data)?;
    let identity = Identity::open(&folder)?;
    println!("device key   {}", identity.secret().public());
    println!("folder       {}", folder.display());
    for known in identity.acquaintances() {
        println!("coordinator  {}  {}", known.url, known.key);
    }
    Ok(())
}
