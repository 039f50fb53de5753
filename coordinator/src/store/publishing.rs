//! Publishing clips, and planning the edges a publication makes possible.

use std::collections::{BTreeMap, BTreeSet};

use woolgather_coordinator_core::planning::ring_edges;
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{ClipId, ProblemKind, SheepId};

use super::births::{NewClip, plan};
use super::clips::{ClipRow, find_clip};
use super::database::{Database, query};
use super::flock::{flock, next_manifest};
use super::jobs::enqueue;
use super::rows::{name_of, parsed, stored};
use super::writer::Tx;
use super::{ClipState, Job, NewClipFile, SheepState, Store, StoreError};

impl Store {
    /// Publishes a joined clip: it is live, its sheep is live with it (a loop's), the manifest's
    /// sequence goes up and the job `Plan` is added. Publishing again what is live already
    /// changes nothing. Returns the manifest's sequence number.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found` when there is no such clip and version, or its
    /// segments are not all accepted.
    pub async fn publish_clip(
        &self,
        clip: &ClipId,
        version: u32,
        file: NewClipFile,
    ) -> Result<u64, StoreError> {
        let clip = clip.clone();
        self.write(move |tx| publish(tx, &clip, version, &file))
            .await
    }

    /// Plans the edges that make the living sheep one ring, without those about to retire, each with
    /// its work units. An edge that is there already is not planned again. Returns how many were
    /// planned.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn plan_edges(&self) -> Result<u32, StoreError> {
        self.write(plan_edges).await
    }
}

fn publish(
    tx: &mut Tx<'_>,
    clip: &ClipId,
    version: u32,
    file: &NewClipFile,
) -> Result<u64, StoreError> {
    let row = find_clip(tx.conn, clip)?;
    if row.version != version {
        return Err(StoreError::not_found("clip version", version));
    }
    match row.state {
        ClipState::Joining => {}
        ClipState::Live => return Ok(flock(tx.conn)?.manifest_sequence),
        ClipState::Rendering | ClipState::Retired => {
            let detail = format!("The clip `{clip}` is not waiting to be published.");
            return Err(StoreError::refused(ProblemKind::NotFound, detail));
        }
    }
    make_live(tx, &row, file)?;
    if row.kind == ClipKind::Loop {
        // A repaired loop does not call a sheep back that was retired meanwhile.
        query(
            "UPDATE sheep SET poster = $3, state = CASE state WHEN $4 THEN $2 ELSE state END,
                              live_ms = COALESCE(live_ms, $5)
             WHERE id = $1",
        )
        .bind(row.from.as_str())
        .bind(name_of(&SheepState::Live))
        .bind(file.poster.to_string())
        .bind(name_of(&SheepState::Rendering))
        .bind(tx.now_ms)
        .execute(&mut *tx.conn)?;
    }
    enqueue(tx, &Job::Plan)?;
    next_manifest(tx)
}

fn make_live(tx: &mut Tx<'_>, clip: &ClipRow, file: &NewClipFile) -> Result<(), StoreError> {
    query(
        "UPDATE clip SET state = $2, published_ms = $3, blob = $4, bytes = $5, sha256 = $6,
                         info_hash = $7, torrent = $8, poster = $9
         WHERE id = $1",
    )
    .bind(clip.id.as_str())
    .bind(name_of(&ClipState::Live))
    .bind(tx.now_ms)
    .bind(file.blob.to_string())
    .bind(stored(file.bytes))
    .bind(file.sha256.to_string())
    .bind(file.info_hash.to_string())
    .bind(file.torrent.to_string())
    .bind(file.poster.to_string())
    .execute(&mut *tx.conn)?;
    Ok(())
}

fn plan_edges(tx: &mut Tx<'_>) -> Result<u32, StoreError> {
    let living = staying_sheep(tx.conn)?;
    let titles: BTreeMap<SheepId, String> = living.iter().cloned().collect();
    let ring: Vec<SheepId> = living.into_iter().map(|(sheep, _)| sheep).collect();
    let existing = existing_edges(tx.conn)?;
    let mut planned = 0;
    for (from, to) in ring_edges(&ring, &existing) {
        let title = format!("{} → {}", titles[&from], titles[&to]);
        let edge = NewClip {
            kind: ClipKind::Edge,
            from: &from,
            to: &to,
            title: &title,
        };
        planned += u32::from(plan(tx, &edge)?);
    }
    Ok(planned)
}

/// The living sheep that are not about to retire, with their titles, in order of birth.
fn staying_sheep(conn: &mut dyn Database) -> Result<Vec<(SheepId, String)>, StoreError> {
    let rows =
        query("SELECT id, title FROM sheep WHERE state = $1 AND leaving = 0 ORDER BY number")
            .bind(name_of(&SheepState::Live))
            .fetch_all(conn)?;
    rows.iter()
        .map(|row| Ok((parsed(row, "id")?, row.try_get("title")?)))
        .collect()
}

fn existing_edges(conn: &mut dyn Database) -> Result<BTreeSet<(SheepId, SheepId)>, StoreError> {
    let rows = query("SELECT from_sheep, to_sheep FROM clip WHERE from_sheep <> to_sheep")
        .fetch_all(conn)?;
    rows.iter()
        .map(|row| Ok((parsed(row, "from_sheep")?, parsed(row, "to_sheep")?)))
        .collect()
}
