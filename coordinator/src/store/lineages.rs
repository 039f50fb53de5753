//! Children: sheep that the flock bred, with how to breed them again; and entries whose turn it is.

use woolgather_coordinator_core::breeding::BirthRecord;
use woolgather_coordinator_core::ratings::{child_prior, mid_parent};
use woolgather_genome::{Descriptors, Genome};
use woolgather_protocol::{EntryId, Licence, SheepId};

use super::births::{NewSheep, Origin, bear};
use super::database::{Database, query};
use super::entries::bear_entry;
use super::rows::corrupt;
use super::sheep::load_genome;
use super::writer::Tx;
use super::{Store, StoreError};

/// Who gets the credit for a sheep without an artist.
pub const BRED: &str = "the flock";

/// A child that may join.
#[derive(Debug, Clone)]
pub struct NewChild {
    /// Its genome.
    pub genome: Genome,
    /// What was done, for people.
    pub action: String,
    /// How to breed it again.
    pub record: BirthRecord,
    /// Its parents, in the record's order.
    pub parents: Vec<SheepId>,
    /// Their mean ratings.
    pub ratings: Vec<f64>,
    /// What it looks like.
    pub descriptors: Descriptors,
}

/// How a sheep came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Lineage {
    /// What was written down at its birth.
    pub record: BirthRecord,
    /// Its parents' genomes, in the record's order.
    pub parents: Vec<Genome>,
}

impl Store {
    /// A child is born: a sheep with its lineage, and its loop is planned. `None` where another sheep
    /// was born since `newest` was the youngest one's number: then it was decided by an old state.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn bear_child(
        &self,
        child: NewChild,
        newest: i64,
    ) -> Result<Option<SheepId>, StoreError> {
        self.write(move |tx| bear_child(tx, &child, newest)).await
    }

    /// An entry's turn has come: it becomes a sheep, or is rejected where its genome is one already.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn bear_entry(&self, entry: &EntryId) -> Result<(), StoreError> {
        let entry = entry.clone();
        self.write(move |tx| bear_entry(tx, &entry)).await
    }

    /// How a sheep was bred; `None` for founders and artists' sheep.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn lineage(&self, sheep: &SheepId) -> Result<Option<Lineage>, StoreError> {
        let sheep = sheep.clone();
        self.read(move |conn| lineage(conn, &sheep)).await
    }
}

fn bear_child(
    tx: &mut Tx<'_>,
    child: &NewChild,
    newest: i64,
) -> Result<Option<SheepId>, StoreError> {
    let row = query(
        "SELECT COALESCE(MAX(number), 0) AS newest, (SELECT heritability FROM flock) AS h
         FROM sheep",
    )
    .fetch_one(&mut *tx.conn)?;
    if row.try_get::<i64>("newest")? != newest {
        return Ok(None);
    }
    let prior = child_prior(row.try_get("h")?, &child.ratings);
    let title = format!("Sheep {}", newest + 1);
    let lineage = child.record.to_json();
    let sheep = NewSheep {
        title: &title,
        artist: BRED,
        genome: &child.genome,
        licence: Licence::default(),
        origin: Origin::Bred {
            parents: &child.parents,
            lineage: &lineage,
            prior,
            mid_parent: mid_parent(&child.ratings),
            descriptors: &child.descriptors,
        },
    };
    bear(tx, &sheep).map(Some)
}

fn lineage(conn: &mut dyn Database, sheep: &SheepId) -> Result<Option<Lineage>, StoreError> {
    let row = query("SELECT lineage FROM sheep WHERE id = $1")
        .bind(sheep.as_str())
        .fetch_optional(&mut *conn)?
        .ok_or_else(|| StoreError::not_found("sheep", sheep))?;
    let Some(written) = row.try_get::<Option<&str>>("lineage")? else {
        return Ok(None);
    };
    let record = BirthRecord::from_json(written).map_err(corrupt)?;
    let parents = record.parents.iter();
    let parents = parents.map(|genome| load_genome(conn, &genome.to_string()));
    let parents = parents.collect::<Result<_, _>>()?;
    Ok(Some(Lineage { record, parents }))
}
