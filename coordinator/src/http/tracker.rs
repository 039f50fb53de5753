//! `/announce` and `/scrape`: the tracker's door. The tracker itself is [`crate::tracker`].
//!
//! Refusals are bencode with status 200, because that is what BitTorrent clients read.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use woolgather_protocol::InfoHash;

use super::error::ApiError;
use super::extract::ClientAddress;
use crate::state::App;
use crate::store::StoreError;
use crate::tracker::gossip::Heard;
use crate::tracker::{announce, answer, scrape};

/// Announce (BEP 3, 7, 23)
#[utoipa::path(
    get,
    path = "/announce",
    tag = "tracker",
    responses((status = 200, description = "Peers, or a failure reason, in bencode", body = Vec<u8>, content_type = "text/plain")),
)]
pub async fn get_announce(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let announce = match announce::parse(query.as_deref().unwrap_or_default()) {
        Ok(announce) => announce,
        Err(error) => return Ok(bencode(answer::failure(&error.to_string()))),
    };
    let ip = believed_ip(address, announce.claimed_ip);
    learn(&app, announce.info_hash).await?;
    Ok(
        match app.tracker.announce(&announce, ip, app.clock.now_ms()) {
            Ok(peers) => {
                app.metrics.announce();
                if let Some(gossip) = app.company.gossip() {
                    gossip.tell(Heard::of(&announce, ip).to_words());
                }
                bencode(answer::announce(&peers, announce.compact))
            }
            Err(error) => bencode(answer::failure(&error.to_string())),
        },
    )
}

/// Scrape (BEP 48)
#[utoipa::path(
    get,
    path = "/scrape",
    tag = "tracker",
    responses((status = 200, description = "Counts of peers, or a failure reason, in bencode", body = Vec<u8>, content_type = "text/plain")),
)]
pub async fn get_scrape(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let torrents = match scrape::parse(query.as_deref().unwrap_or_default()) {
        Ok(torrents) => torrents,
        Err(error) => return Ok(bencode(answer::failure(&error.to_string()))),
    };
    for info_hash in &torrents {
        learn(&app, *info_hash).await?;
    }
    let counts = app.tracker.scrape(&torrents, app.clock.now_ms());
    Ok(bencode(answer::scrape(&counts)))
}

/// Tells the tracker of a live clip's torrent that it has not met yet.
async fn learn(app: &App, info_hash: InfoHash) -> Result<(), StoreError> {
    if !app.tracker.knows(&info_hash) && app.store.clip_by_info_hash(info_hash).await?.is_some() {
        app.tracker.know(info_hash);
    }
    Ok(())
}

/// Where a peer is: where its connection comes from. Only on loopback, where every machine is the
/// same one, may a peer choose another of its addresses.
fn believed_ip(connection: IpAddr, claimed: Option<IpAddr>) -> IpAddr {
    match claimed {
        Some(claimed) if connection.is_loopback() && claimed.is_loopback() => claimed,
        _ => connection,
    }
}

fn bencode(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain")], bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_on_loopback_may_a_peer_choose_its_address() {
        let check = |connection: &str, claimed: Option<&str>, expected: &str| {
            let ip = |text: &str| text.parse::<IpAddr>().unwrap();
            assert_eq!(believed_ip(ip(connection), claimed.map(ip)), ip(expected));
        };
        check("127.0.0.1", None, "127.0.0.1");
        check("127.0.0.1", Some("127.0.0.9"), "127.0.0.9");
        check("127.0.0.1", Some("192.0.2.1"), "127.0.0.1");
        check("192.0.2.1", Some("192.0.2.2"), "192.0.2.1");
        check("::1", Some("127.0.0.3"), "127.0.0.3");
    }
}
