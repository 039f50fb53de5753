//! `/sheep/{id}`: one sheep, where it comes from, and its genome to take home.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use woolgather_genome::print_flame;
use woolgather_protocol::SheepId;
use woolgather_web::views::{ClipFacts, Credit, Kin, KinNode, SheepPage};

use super::answer::{PageError, page};
use super::cards::{card_with, loop_of};
use crate::http::extract::PathOf;
use crate::state::App;
use crate::store::{BRED, ClipRow, Family, Relative, SheepState, StoreError, Tie};

/// One sheep.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_sheep(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<SheepId>,
) -> Result<Response, PageError> {
    let sheep = app.store.sheep(&id).await?;
    let loop_clip = loop_of(&app, &id).await?;
    let volunteers = volunteers(&app, loop_clip.as_ref()).await?;
    let family = app.store.family(&id).await?;
    let credits = app.store.inherited_credits(&id).await?;
    let person = app.store.listed_person_of_sheep(&id).await?;
    Ok(page(&SheepPage {
        person,
        genome_id: sheep.genome.to_string(),
        licence: sheep.licence.clone(),
        is_bred: sheep.artist == BRED,
        volunteers,
        tags: app.store.tags_of(&id).await?,
        ancestors: tree(&family, &family.ancestors, &id, Way::Up),
        descendants: tree(&family, &family.descendants, &id, Way::Down),
        is_cut: family.is_cut,
        credits: { credits.into_iter() }
            .map(|credit| Credit {
                artist: credit.artist,
                licence: credit.licence,
            })
            .collect(),
        facts: loop_clip.as_ref().and_then(|clip| facts(&app, clip)),
        retired: sheep.state == SheepState::Retired,
        address: app.public_address(""),
        sheep: card_with(sheep, loop_clip.as_ref()),
    })?)
}

/// A sheep's genome as flam3 XML.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_genome(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<SheepId>,
) -> Result<Response, PageError> {
    let genome = app.store.sheep_genome(&id).await?;
    let head = [
        (header::CONTENT_TYPE, "text/xml; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}.flam3\""),
        ),
    ];
    Ok((head, print_flame(&genome)).into_response())
}

/// Towards parents, or towards children.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// Ties as a tree below (or above) a sheep. Whoever is reached twice has their own relatives the first time only.
fn tree(family: &Family, ties: &[Tie], root: &SheepId, way: Way) -> Vec<KinNode> {
    let mut next: BTreeMap<&SheepId, Vec<&SheepId>> = BTreeMap::new();
    for Tie { child, parent, .. } in ties {
        let (near, far) = match way {
            Way::Up => (child, parent),
            Way::Down => (parent, child),
        };
        let reached = next.entry(near).or_default();
        // A tie is there once for every length of the way to it.
        if !reached.contains(&far) {
            reached.push(far);
        }
    }
    let mut met = BTreeSet::new();
    branches(family, &next, root, &mut met)
}

fn branches<'f>(
    family: &'f Family,
    next: &BTreeMap<&'f SheepId, Vec<&'f SheepId>>,
    from: &SheepId,
    met: &mut BTreeSet<&'f SheepId>,
) -> Vec<KinNode> {
    let reached = next.get(from).into_iter().flatten();
    let known = reached.filter_map(|id| family.relatives.get_key_value(*id));
    known
        .map(|(id, relative)| {
            let is_new = met.insert(id);
            KinNode {
                kin: kin(relative),
                kin_of_it: if is_new {
                    branches(family, next, id, met)
                } else {
                    Vec::new()
                },
                is_met: !is_new,
            }
        })
        .collect()
}

fn kin(relative: &Relative) -> Kin {
    Kin {
        id: relative.id.clone(),
        title: relative.title.clone(),
        artist: relative.artist.clone(),
        has_poster: relative.poster.is_some(),
        retired: relative.state == SheepState::Retired,
    }
}

async fn volunteers(app: &App, clip: Option<&ClipRow>) -> Result<Vec<String>, StoreError> {
    match clip {
        Some(clip) if clip.file.is_some() => app.store.volunteers(&clip.id).await,
        _ => Ok(Vec::new()),
    }
}

fn facts(app: &App, clip: &ClipRow) -> Option<ClipFacts> {
    let file = clip.file.as_ref()?;
    let recipe = &app.flock.recipe;
    let counts = app.tracker.scrape(&[file.info_hash], app.clock.now_ms());
    Some(ClipFacts {
        width: recipe.width,
        height: recipe.height,
        frames: clip.frames,
        fps: recipe.fps,
        bytes: file.bytes,
        info_hash: file.info_hash.to_string(),
        // The origin seeder is there even before the tracker has met the torrent.
        seeders: counts.first().map_or(1, |(_, counts)| counts.complete),
    })
}
