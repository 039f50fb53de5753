//! `admin-link`: the way into the operator's console.

use anyhow::Context as _;
use url::Url;

use super::open;
use crate::cli::AdminLinkArgs;
use crate::pages::admin::link_url;
use crate::serve::LISTEN_FILE;

/// Prints a link that is good once.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn admin_link(args: AdminLinkArgs) -> anyhow::Result<()> {
    let store = open(&args.home).await?;
    let address = match args.public_url {
        Some(url) => url,
        None => last_address(&args.home.data)?,
    };
    if args.end_sessions {
        store.end_admin_sessions().await?;
    }
    let word = store.new_admin_link().await?;
    println!("{}", link_url(&address, &word));
    Ok(())
}

/// Where the coordinator listens, or listened last.
fn last_address(data: &std::path::Path) -> anyhow::Result<Url> {
    let file = data.join(LISTEN_FILE);
    let address = std::fs::read_to_string(&file).with_context(|| {
        format!(
            "no coordinator has listened with {}; give its address with --public-url",
            data.display()
        )
    })?;
    let address = address.trim();
    Url::parse(address).with_context(|| format!("{} holds no address", file.display()))
}
