//! Sheep from elsewhere join the flock, without an entry.

use woolgather_genome::Genome;
use woolgather_protocol::{Licence, SheepId};

use super::births::{NewSheep, Origin, bear, keep_genome, sheep_with};
use super::writer::Tx;
use super::{Store, StoreError};

/// A sheep from elsewhere.
#[derive(Debug, Clone)]
pub struct ImportedSheep {
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
    /// Its genome.
    pub genome: Genome,
    /// Its licence.
    pub licence: Licence,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It is this sheep now, and its loop will be rendered.
    Born(SheepId),
    /// The same genome was this sheep already.
    There(SheepId),
}

impl Store {
    /// Lets sheep join the flock, in their order and in one transaction; says what became of each.
    ///
    /// # Errors
    ///
    /// As [`Store::flock`].
    pub async fn import_sheep(
        &self,
        sheep: Vec<ImportedSheep>,
    ) -> Result<Vec<Imported>, StoreError> {
        self.write(move |tx| sheep.iter().map(|new| import(tx, new)).collect())
            .await
    }
}

fn import(tx: &mut Tx<'_>, new: &ImportedSheep) -> Result<Imported, StoreError> {
    let genome = keep_genome(tx.conn, &new.genome)?;
    if let Some(sheep) = sheep_with(tx.conn, &genome)? {
        return Ok(Imported::There(sheep));
    }
    let sheep = NewSheep {
        title: &new.title,
        artist: &new.artist,
        genome: &new.genome,
        licence: new.licence,
        origin: Origin::Made,
    };
    bear(tx, &sheep).map(Imported::Born)
}
