//! Sheep as people see them.

use serde::{Deserialize, Serialize};
use woolgather_coordinator_core::ratings::Belief;
use woolgather_genome::{Genome, GenomeId};
use woolgather_protocol::{Blake3, SheepId};

use super::database::{Database, Row, query};
use super::rows::{corrupt, maybe_parsed, name_of, named, number, parsed};
use super::{Page, PageRequest, Store, StoreError};

/// Life of a sheep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheepState {
    /// Its loop is being rendered.
    Rendering,
    /// Its loop is live.
    Live,
    /// No longer bred or dealt; genome, poster, credits and torrent stay.
    Retired,
}

/// A sheep.
#[derive(Debug, Clone, PartialEq)]
pub struct SheepRow {
    /// Its place in the order of birth, from 1; the page cursor.
    pub number: i64,
    /// Its name in addresses.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
    /// Its genome's name.
    pub genome: GenomeId,
    /// SPDX name of the licence.
    pub licence: String,
    /// How far it has come.
    pub state: SheepState,
    /// When it was founded or accepted.
    pub born_at_ms: i64,
    /// When its loop went live.
    pub live_at_ms: Option<i64>,
    /// When it retired.
    pub retired_at_ms: Option<i64>,
    /// Mean of its rating; 0 is an ordinary sheep.
    pub rating: f64,
    /// Variance of its rating, drift until now included.
    pub rating_variance: f64,
    /// How many standing votes are about it.
    pub votes: u64,
    /// How often it was on a ballot.
    pub exposures: u64,
    /// The blob with its picture (WebP); `None` before its loop is live.
    pub poster: Option<Blake3>,
}

/// How a list of sheep is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheepOrder {
    /// Youngest first.
    Newest,
    /// Best rating first (`Page::next` is then an offset).
    Best,
}

impl Store {
    /// A sheep.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn sheep(&self, sheep: &SheepId) -> Result<SheepRow, StoreError> {
        let wanted = query("SELECT * FROM sheep WHERE id = $1").bind(sheep.as_str());
        let row = self
            .row(wanted)
            .await?
            .ok_or_else(|| StoreError::not_found("sheep", sheep))?;
        sheep_row(&row, self.now_ms())
    }

    /// Sheep in a state (or all).
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn sheep_page(
        &self,
        state: Option<SheepState>,
        order: SheepOrder,
        page: PageRequest,
    ) -> Result<Page<SheepRow>, StoreError> {
        let (sql, start) = match order {
            SheepOrder::Newest => (
                "SELECT * FROM sheep WHERE ($1 = '' OR state = $1) AND number < $2
                 ORDER BY number DESC LIMIT $3",
                i64::MAX,
            ),
            SheepOrder::Best => (
                "SELECT * FROM sheep WHERE ($1 = '' OR state = $1)
                 ORDER BY rating_mean DESC, number DESC LIMIT $3 OFFSET $2",
                0,
            ),
        };
        let from = page.after.unwrap_or(start);
        let wanted = query(sql)
            .bind(state.as_ref().map(name_of).unwrap_or_default())
            .bind(from)
            .bind(page.fetch());
        let rows = self.rows(wanted).await?;
        let now_ms = self.now_ms();
        let rows: Result<Vec<_>, _> = rows.iter().map(|row| sheep_row(row, now_ms)).collect();
        let mut page = Page::of(rows?, &page, |sheep| sheep.number);
        if order == SheepOrder::Best {
            let shown = i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
            page.next = page.next.map(|_| from + shown);
        }
        Ok(page)
    }

    /// A sheep's genome.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`; [`StoreError::Corrupt`] when the bytes on disk
    /// are no genome.
    pub async fn sheep_genome(&self, sheep: &SheepId) -> Result<Genome, StoreError> {
        let sheep = sheep.clone();
        self.read(move |conn| {
            let row = query("SELECT genome FROM sheep WHERE id = $1")
                .bind(sheep.as_str())
                .fetch_optional(conn)?
                .ok_or_else(|| StoreError::not_found("sheep", sheep))?;
            load_genome(conn, row.try_get("genome")?)
        })
        .await
    }
}

/// A genome by its id, inside a transaction.
pub(super) fn load_genome(conn: &mut dyn Database, genome: &str) -> Result<Genome, StoreError> {
    let row = query("SELECT canonical FROM genome WHERE id = $1")
        .bind(genome)
        .fetch_one(conn)?;
    Genome::from_canonical_bytes(row.try_get("canonical")?).map_err(corrupt)
}

/// What is believed about a sheep now, drift included.
pub(super) fn belief(row: &Row, now_ms: i64) -> Result<Belief, StoreError> {
    let belief = Belief {
        mean: row.try_get("rating_mean")?,
        variance: row.try_get("rating_variance")?,
    };
    let rated_ms: i64 = row.try_get("rated_ms")?;
    Ok(belief.drifted(now_ms.saturating_sub(rated_ms)))
}

/// What was believed of a sheep before any vote.
pub(super) fn belief_at_birth(row: &Row) -> Result<Belief, StoreError> {
    Ok(Belief {
        mean: row.try_get("prior_mean")?,
        variance: row.try_get("prior_variance")?,
    })
}

pub(super) fn sheep_row(row: &Row, now_ms: i64) -> Result<SheepRow, StoreError> {
    let Belief { mean, variance } = belief(row, now_ms)?;
    Ok(SheepRow {
        number: row.try_get("number")?,
        id: parsed(row, "id")?,
        title: row.try_get("title")?,
        artist: row.try_get("artist")?,
        genome: parsed(row, "genome")?,
        licence: row.try_get("licence")?,
        state: named(row, "state")?,
        born_at_ms: row.try_get("born_ms")?,
        live_at_ms: row.try_get("live_ms")?,
        retired_at_ms: row.try_get("retired_ms")?,
        rating: mean,
        rating_variance: variance,
        votes: number(row, "votes")?,
        exposures: number(row, "exposures")?,
        poster: maybe_parsed(row, "poster")?,
    })
}
