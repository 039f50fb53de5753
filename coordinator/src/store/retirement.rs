//! Sheep retire: they leave the manifest with their clips. Genome, poster, credits and torrents stay.
//!
//! First a sheep is *leaving*: the ring is planned without it, and it plays on. It retires once nobody
//! who stays would be cut off from anybody by that, and none of its clips is being rendered.

use std::collections::BTreeSet;

use woolgather_coordinator_core::planning::stay_connected;
use woolgather_protocol::SheepId;

use super::database::query;
use super::flock::next_manifest;
use super::jobs::enqueue;
use super::nursery::live_edges;
use super::rows::parsed;
use super::writer::Tx;
use super::{Job, Store, StoreError};

impl Store {
    /// These living sheep are to retire, and no others; the edges of a ring without them are planned.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn let_leave(&self, leaving: BTreeSet<SheepId>) -> Result<(), StoreError> {
        self.write(move |tx| let_leave(tx, &leaving)).await
    }

    /// Retires those that are leaving and can go; returns who went.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn retire_leaving(&self) -> Result<Vec<SheepId>, StoreError> {
        self.write(retire_leaving).await
    }
}

fn let_leave(tx: &mut Tx<'_>, leaving: &BTreeSet<SheepId>) -> Result<(), StoreError> {
    let rows = query("SELECT id, leaving FROM sheep WHERE state = 'live' ORDER BY number")
        .fetch_all(&mut *tx.conn)?;
    let mut changed = false;
    for row in &rows {
        let sheep: SheepId = parsed(row, "id")?;
        let leaves = i64::from(leaving.contains(&sheep));
        if row.try_get::<i64>("leaving")? != leaves {
            changed = true;
            query("UPDATE sheep SET leaving = $2 WHERE id = $1")
                .bind(sheep.as_str())
                .bind(leaves)
                .execute(&mut *tx.conn)?;
        }
    }
    if changed {
        enqueue(tx, &Job::Plan)?;
    }
    Ok(())
}

fn retire_leaving(tx: &mut Tx<'_>) -> Result<Vec<SheepId>, StoreError> {
    let rows = query(
        "SELECT id FROM sheep WHERE state = 'live' AND leaving <> 0
           AND NOT EXISTS (SELECT 1 FROM clip
                           WHERE (from_sheep = sheep.id OR to_sheep = sheep.id)
                             AND state IN ('rendering', 'joining'))
         ORDER BY number",
    )
    .fetch_all(&mut *tx.conn)?;
    let edges = live_edges(tx.conn)?;
    let (mut gone, mut retired) = (BTreeSet::new(), Vec::new());
    for row in &rows {
        let sheep: SheepId = parsed(row, "id")?;
        gone.insert(sheep.clone());
        if stay_connected(&edges, &gone) {
            retire(tx, &sheep)?;
            retired.push(sheep);
        } else {
            gone.remove(&sheep);
        }
    }
    if !retired.is_empty() {
        next_manifest(tx)?;
    }
    Ok(retired)
}

fn retire(tx: &mut Tx<'_>, sheep: &SheepId) -> Result<(), StoreError> {
    query("UPDATE sheep SET state = 'retired', leaving = 0, retired_ms = $2 WHERE id = $1")
        .bind(sheep.as_str())
        .bind(tx.now_ms)
        .execute(&mut *tx.conn)?;
    query("UPDATE clip SET state = 'retired' WHERE from_sheep = $1 OR to_sheep = $1")
        .bind(sheep.as_str())
        .execute(&mut *tx.conn)?;
    Ok(())
}
