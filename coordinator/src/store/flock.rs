//! The flock: founding it once, and what the manifest says of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use woolgather_genome::Genome;
use woolgather_protocol::manifest::{Manifest, ManifestClip, ManifestSheep};
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{ClipId, Licence, ProblemKind, PublicKey, Recipe};

use super::births::{self, NewSheep, Origin};
use super::clips::volunteer_counts;
use super::database::{Database, query};
use super::rows::{json, name_of, named, number, parsed, stored, to_json};
use super::writer::Tx;
use super::{ClipState, SheepState, Store, StoreError};

/// What a flock is founded with.
#[derive(Debug, Clone)]
pub struct NewFlock {
    /// Its name.
    pub name: String,
    /// The recipe of its clips; already checked.
    pub recipe: Recipe,
    /// Its first sheep, in order of birth.
    pub sheep: Vec<FoundingSheep>,
}

/// One of the first sheep.
#[derive(Debug, Clone)]
pub struct FoundingSheep {
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
    /// The genome.
    pub genome: Genome,
}

/// The flock as it was founded.
#[derive(Debug, Clone, PartialEq)]
pub struct Flock {
    /// Its name.
    pub name: String,
    /// The recipe new clips are made by. It is the founding one, whatever a later start asks for.
    pub recipe: Recipe,
    /// Where every clip's rng_seed comes from.
    pub rng_seed: u64,
    /// Goes up with every publication.
    pub manifest_sequence: u64,
    /// When it was founded.
    pub founded_at_ms: i64,
}

impl Store {
    /// Founds the flock: recipe, first sheep, a loop with its work units for each. Does nothing
    /// when there is a flock already, and returns the one that is there.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn found_flock(&self, new: NewFlock) -> Result<Flock, StoreError> {
        self.write(|tx| found(tx, new)).await
    }

    /// The flock.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found` before [`Store::found_flock`].
    pub async fn flock(&self) -> Result<Flock, StoreError> {
        self.read(flock).await
    }

    /// Sequence number of the newest manifest; cheap, for a cache's key.
    ///
    /// # Errors
    ///
    /// As [`Store::flock`].
    pub async fn manifest_sequence(&self) -> Result<u64, StoreError> {
        Ok(self.flock().await?.manifest_sequence)
    }

    /// The key that coordinators of this flock sign with; `None` before [`Store::keep_key`], and
    /// before there is a flock.
    ///
    /// # Errors
    ///
    /// As every read: [`StoreError::Database`].
    pub async fn coordinator_key(&self) -> Result<Option<PublicKey>, StoreError> {
        let row = self.row(query("SELECT coordinator_key FROM flock")).await?;
        let key = match &row {
            Some(row) => row.try_get::<Option<&str>>("coordinator_key")?,
            None => None,
        };
        key.map(|key| key.parse().map_err(impossible_key))
            .transpose()
    }

    /// Remembers the key that coordinators of this flock sign with, the first time.
    ///
    /// # Errors
    ///
    /// [`StoreError::OtherKey`] when they sign with another: do not start, for every client would
    /// turn away.
    pub async fn keep_key(&self, key: PublicKey) -> Result<(), StoreError> {
        self.write(move |tx| {
            query("UPDATE flock SET coordinator_key = $1 WHERE coordinator_key IS NULL")
                .bind(key.to_string())
                .execute(&mut *tx.conn)?;
            let row = query("SELECT coordinator_key FROM flock").fetch_one(tx.conn)?;
            let kept: PublicKey = row
                .try_get::<&str>("coordinator_key")?
                .parse()
                .map_err(impossible_key)?;
            if kept != key {
                return Err(StoreError::OtherKey);
            }
            Ok(())
        })
        .await
    }

    /// The manifest of the present sequence number as `seal` has signed it, the first time that
    /// anybody asked for it. Returns the number and what `seal` returned then: whoever asks, at
    /// whichever coordinator, gets the same.
    ///
    /// # Errors
    ///
    /// As [`Store::flock`].
    pub async fn sealed_manifest(
        &self,
        coordinator: PublicKey,
        seal: impl FnOnce(&Manifest) -> String + Send + 'static,
    ) -> Result<(u64, String), StoreError> {
        self.write(move |tx| sealed_manifest(tx, coordinator, seal))
            .await
    }

    /// Gives the manifest a new number when sheep were rated since it was made and it is older than
    /// `age`; says whether it did. What is in a manifest of one number never changes, so ratings
    /// reach players with the next one.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn renew_manifest(&self, age: Duration) -> Result<bool, StoreError> {
        let age_ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        let before_ms = self.now_ms().saturating_sub(age_ms);
        let rated = query(
            "SELECT 1 AS rated FROM flock WHERE manifest_made_ms <= $1
               AND EXISTS (SELECT 1 FROM sheep
                           WHERE votes > 0 AND rated_ms > flock.manifest_made_ms)",
        );
        // Looked at every second, and hardly ever so.
        if self.row(rated.bind(before_ms)).await?.is_none() {
            return Ok(false);
        }
        self.write(next_manifest).await?;
        Ok(true)
    }

    /// The manifest's contents at its present sequence number, for the caller to sign with the
    /// key `coordinator` belongs to.
    ///
    /// # Errors
    ///
    /// As [`Store::flock`].
    pub async fn manifest(&self, coordinator: PublicKey) -> Result<Manifest, StoreError> {
        self.read(move |conn| manifest(conn, coordinator)).await
    }
}

fn sealed_manifest(
    tx: &mut Tx<'_>,
    coordinator: PublicKey,
    seal: impl FnOnce(&Manifest) -> String,
) -> Result<(u64, String), StoreError> {
    let sequence = flock(tx.conn)?.manifest_sequence;
    let kept = query("SELECT document FROM sealed_manifest WHERE sequence = $1")
        .bind(stored(sequence))
        .fetch_optional(&mut *tx.conn)?;
    if let Some(row) = kept {
        return Ok((sequence, row.try_get("document")?));
    }
    let document = seal(&manifest(tx.conn, coordinator)?);
    query(
        "INSERT INTO sealed_manifest (only_one, sequence, document) VALUES (1, $1, $2)
         ON CONFLICT (only_one) DO UPDATE SET sequence = $1, document = $2",
    )
    .bind(stored(sequence))
    .bind(&document)
    .execute(&mut *tx.conn)?;
    Ok((sequence, document))
}

fn impossible_key(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("the coordinator's key: {error}"))
}

fn manifest(conn: &mut dyn Database, coordinator: PublicKey) -> Result<Manifest, StoreError> {
    let flock = flock(conn)?;
    let clips = manifest_clips(conn)?;
    let sheep = manifest_sheep(conn)?;
    let made = query("SELECT manifest_made_ms FROM flock").fetch_one(conn)?;
    Ok(Manifest {
        coordinator,
        sequence: flock.manifest_sequence,
        made_at_ms: made.try_get("manifest_made_ms")?,
        flock: flock.name,
        recipe: flock.recipe,
        sheep,
        clips,
    })
}

fn found(tx: &mut Tx<'_>, new: NewFlock) -> Result<Flock, StoreError> {
    if let Some(flock) = find_flock(tx.conn)? {
        return Ok(flock);
    }
    let rng_seed = u64::from_le_bytes(tx.random());
    let network_key = data_encoding::HEXLOWER.encode(&tx.random::<32>());
    query(
        "INSERT INTO flock (only_one, name, recipe, rng_seed, network_key, manifest_sequence,
                            manifest_made_ms, founded_ms)
         VALUES (1, $1, $2, $3, $4, 1, $5, $5)",
    )
    .bind(&new.name)
    .bind(to_json(&new.recipe))
    .bind(rng_seed.cast_signed())
    .bind(network_key)
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    for FoundingSheep {
        title,
        artist,
        genome,
    } in new.sheep
    {
        let sheep = NewSheep {
            title: &title,
            artist: &artist,
            genome: &genome,
            licence: Licence::default(),
            origin: Origin::Made,
        };
        births::bear(tx, &sheep)?;
    }
    flock(tx.conn)
}

/// The flock, inside a transaction.
pub(super) fn flock(conn: &mut dyn Database) -> Result<Flock, StoreError> {
    find_flock(conn)?.ok_or_else(|| {
        StoreError::refused(ProblemKind::NotFound, "No flock has been founded here yet.")
    })
}

/// The flock's recipe, which is asked for all the time and never changes.
pub(super) fn recipe(conn: &mut dyn Database) -> Result<Arc<Recipe>, StoreError> {
    if let Some(recipe) = &conn.memo().recipe {
        return Ok(Arc::clone(recipe));
    }
    let recipe = Arc::new(flock(conn)?.recipe);
    conn.memo().recipe = Some(Arc::clone(&recipe));
    Ok(recipe)
}

fn find_flock(conn: &mut dyn Database) -> Result<Option<Flock>, StoreError> {
    let row = query("SELECT name, recipe, rng_seed, manifest_sequence, founded_ms FROM flock")
        .fetch_optional(conn)?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Flock {
        name: row.try_get("name")?,
        recipe: json(&row, "recipe")?,
        rng_seed: row.try_get::<i64>("rng_seed")?.cast_unsigned(),
        manifest_sequence: number(&row, "manifest_sequence")?,
        founded_at_ms: row.try_get("founded_ms")?,
    }))
}

/// Marks that the manifest has changed and returns its new sequence number.
pub(super) fn next_manifest(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let row = query(
        "UPDATE flock SET manifest_sequence = manifest_sequence + 1, manifest_made_ms = $1
         RETURNING manifest_sequence",
    )
    .bind(tx.now_ms)
    .fetch_one(&mut *tx.conn)?;
    number(&row, "manifest_sequence")
}

fn manifest_sheep(conn: &mut dyn Database) -> Result<Vec<ManifestSheep>, StoreError> {
    let rows = query(
        "SELECT id, title, artist, genome, licence, parents, rating_mean FROM sheep
         WHERE state = $1 ORDER BY number",
    )
    .bind(name_of(&SheepState::Live))
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            Ok(ManifestSheep {
                id: parsed(row, "id")?,
                title: row.try_get("title")?,
                artist: row.try_get("artist")?,
                genome: row.try_get("genome")?,
                licence: row.try_get("licence")?,
                parents: json(row, "parents")?,
                rating: row.try_get("rating_mean")?,
            })
        })
        .collect()
}

fn manifest_clips(conn: &mut dyn Database) -> Result<Vec<ManifestClip>, StoreError> {
    let mut volunteers: HashMap<ClipId, Vec<String>> = HashMap::new();
    for count in volunteer_counts(conn, None)? {
        volunteers.entry(count.clip).or_default().push(count.name);
    }
    let rows = query(
        "SELECT id, version, kind, from_sheep, to_sheep, frames, bytes, sha256, info_hash,
                published_ms
         FROM clip WHERE state = $1 ORDER BY number",
    )
    .bind(name_of(&ClipState::Live))
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            let id: ClipId = parsed(row, "id")?;
            Ok(ManifestClip {
                version: number(row, "version")?,
                kind: named::<ClipKind>(row, "kind")?,
                from: parsed(row, "from_sheep")?,
                to: parsed(row, "to_sheep")?,
                frames: number(row, "frames")?,
                bytes: number(row, "bytes")?,
                sha256: parsed(row, "sha256")?,
                info_hash: parsed(row, "info_hash")?,
                volunteers: volunteers.remove(&id).unwrap_or_default(),
                published_at_ms: row.try_get("published_ms")?,
                id,
            })
        })
        .collect()
}
