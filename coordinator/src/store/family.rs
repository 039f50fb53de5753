//! Who came from whom: ancestors and descendants a few generations each way, and whom to credit.
//!
//! A row of `kinship` is one parent of one child, written at the child's birth. Whatever the size of the flock, a
//! family is read in a bounded number of rows.

use std::collections::BTreeMap;

use woolgather_protocol::{Blake3, SheepId};

use super::database::{Database, Query, Row, query};
use super::lineages::BRED;
use super::rows::{json, maybe_parsed, named, number, parsed};
use super::writer::Tx;
use super::{SheepState, Store, StoreError};

/// Generations that a family reaches each way.
pub const GENERATIONS_MAX: u32 = 5;
/// Ties that are read each way: five whole generations of ancestors are 62.
const TIES_MAX: i64 = 200;
/// Ancestors that are looked at for credits.
const ANCESTORS_MAX: i64 = 2_000;
/// Artists that are credited.
const CREDITS_MAX: i64 = 100;

/// A relative, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relative {
    /// Its name in addresses.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
    /// How far it has come.
    pub state: SheepState,
    /// The blob with its picture, once there is one.
    pub poster: Option<Blake3>,
}

/// That a sheep is a child of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// Steps from the sheep whose family it is, from 1.
    pub generation: u32,
    /// The younger one.
    pub child: SheepId,
    /// The older one.
    pub parent: SheepId,
}

/// A sheep's ancestors and descendants, living or not, [`GENERATIONS_MAX`] generations each way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Family {
    /// Ties to its ancestors, the nearest first, each child's parents in their order.
    pub ancestors: Vec<Tie>,
    /// Ties to its descendants, the nearest first, the oldest of them first.
    pub descendants: Vec<Tie>,
    /// Everybody who is named in them, but for the sheep itself.
    pub relatives: BTreeMap<SheepId, Relative>,
    /// There are more descendants than are named.
    pub is_cut: bool,
}

/// An artist whose work a sheep descends from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InheritedCredit {
    /// The artist.
    pub artist: String,
    /// SPDX name of that work's licence.
    pub licence: String,
}

impl Family {
    /// The sheep's own parents, in their order.
    pub fn parents(&self) -> impl Iterator<Item = &Relative> {
        let near = self.ancestors.iter().filter(|tie| tie.generation == 1);
        near.filter_map(|tie| self.relatives.get(&tie.parent))
    }

    /// The sheep's own children, oldest first.
    pub fn children(&self) -> impl Iterator<Item = &Relative> {
        let near = self.descendants.iter().filter(|tie| tie.generation == 1);
        near.filter_map(|tie| self.relatives.get(&tie.child))
    }
}

impl Store {
    /// A sheep's family; without anybody where there is no such sheep.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn family(&self, sheep: &SheepId) -> Result<Family, StoreError> {
        let sheep = sheep.clone();
        self.read(move |conn| family(conn, &sheep)).await
    }

    /// The artists among a sheep's ancestors, each with each licence of theirs; the flock itself is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn inherited_credits(
        &self,
        sheep: &SheepId,
    ) -> Result<Vec<InheritedCredit>, StoreError> {
        let wanted = query(
            "WITH RECURSIVE up (id) AS (
               SELECT parent FROM kinship WHERE child = $1
               UNION
               SELECT kinship.parent FROM up JOIN kinship ON kinship.child = up.id
             )
             SELECT DISTINCT sheep.artist, sheep.licence
             FROM (SELECT id FROM up LIMIT $2) AS near CROSS JOIN sheep
             WHERE sheep.id = near.id AND sheep.artist <> $3 ORDER BY sheep.artist, sheep.licence LIMIT $4",
        )
        .bind(sheep.as_str())
        .bind(ANCESTORS_MAX)
        .bind(BRED)
        .bind(CREDITS_MAX);
        let rows = self.rows(wanted).await?;
        rows.iter()
            .map(|row| {
                Ok(InheritedCredit {
                    artist: row.try_get("artist")?,
                    licence: row.try_get("licence")?,
                })
            })
            .collect()
    }
}

/// Writes down whose child a sheep is; call it wherever `sheep.parents` is written.
pub(super) fn link_parents(
    tx: &mut Tx<'_>,
    child: &SheepId,
    parents: &[SheepId],
) -> Result<(), StoreError> {
    link(tx.conn, child, parents)
}

fn link(conn: &mut dyn Database, child: &SheepId, parents: &[SheepId]) -> Result<(), StoreError> {
    for (place, parent) in (0_i64..).zip(parents) {
        query(
            "INSERT INTO kinship (child, place, parent) VALUES ($1, $2, $3)
             ON CONFLICT (child, place) DO NOTHING",
        )
        .bind(child.as_str())
        .bind(place)
        .bind(parent.as_str())
        .execute(&mut *conn)?;
    }
    Ok(())
}

/// Fills the table from what births wrote before there was one.
pub(super) fn fill(conn: &mut dyn Database) -> Result<(), StoreError> {
    let rows = query("SELECT id, parents FROM sheep WHERE parents <> '[]' ORDER BY number")
        .fetch_all(&mut *conn)?;
    for row in &rows {
        let parents: Vec<SheepId> = json(row, "parents")?;
        link(conn, &parsed(row, "id")?, &parents)?;
    }
    Ok(())
}

/// `CROSS JOIN` is SQLite's word for "in this order": otherwise it reads every sheep there is to put them in order.
fn family(conn: &mut dyn Database, sheep: &SheepId) -> Result<Family, StoreError> {
    let up = query(
        "WITH RECURSIVE up (generation, child, place, parent) AS (
           SELECT CAST(1 AS BIGINT), child, place, parent FROM kinship WHERE child = $1
           UNION
           SELECT up.generation + 1, kinship.child, kinship.place, kinship.parent
           FROM up JOIN kinship ON kinship.child = up.parent WHERE up.generation < $2
         )
         SELECT near.generation, near.child AS child, near.parent AS parent, sheep.id AS id,
                sheep.title, sheep.artist, sheep.state, sheep.poster
         FROM (SELECT * FROM up LIMIT $3) AS near CROSS JOIN sheep WHERE sheep.id = near.parent
         ORDER BY near.generation, near.child, near.place",
    );
    let down = query(
        "WITH RECURSIVE down (generation, child, place, parent) AS (
           SELECT CAST(1 AS BIGINT), child, place, parent FROM kinship WHERE parent = $1
           UNION
           SELECT down.generation + 1, kinship.child, kinship.place, kinship.parent
           FROM down JOIN kinship ON kinship.parent = down.child WHERE down.generation < $2
         )
         SELECT near.generation, near.child AS child, near.parent AS parent, sheep.id AS id,
                sheep.title, sheep.artist, sheep.state, sheep.poster
         FROM (SELECT * FROM down LIMIT $3) AS near CROSS JOIN sheep WHERE sheep.id = near.child
         ORDER BY near.generation, sheep.number, near.place",
    );
    let bound = |wanted: Query, ties: i64| {
        let wanted = wanted.bind(sheep.as_str());
        wanted.bind(i64::from(GENERATIONS_MAX)).bind(ties)
    };
    let mut family = Family::default();
    for row in bound(up, TIES_MAX).fetch_all(&mut *conn)? {
        family.ancestors.push(tie(&row)?);
        family.meet(relative(&row)?);
    }
    for row in bound(down, TIES_MAX + 1).fetch_all(conn)? {
        family.descendants.push(tie(&row)?);
        family.meet(relative(&row)?);
    }
    let most = usize::try_from(TIES_MAX).unwrap_or(usize::MAX);
    family.is_cut = family.descendants.len() > most;
    family.descendants.truncate(most);
    Ok(family)
}

impl Family {
    fn meet(&mut self, relative: Relative) {
        self.relatives.insert(relative.id.clone(), relative);
    }
}

fn tie(row: &Row) -> Result<Tie, StoreError> {
    Ok(Tie {
        generation: number(row, "generation")?,
        child: parsed(row, "child")?,
        parent: parsed(row, "parent")?,
    })
}

fn relative(row: &Row) -> Result<Relative, StoreError> {
    Ok(Relative {
        id: parsed(row, "id")?,
        title: row.try_get("title")?,
        artist: row.try_get("artist")?,
        state: named(row, "state")?,
        poster: maybe_parsed(row, "poster")?,
    })
}
