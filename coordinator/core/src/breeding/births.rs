//! A birth: an operation on parents, the gate, and what is written down of it.

use woolgather_genome::{
    BreedSettings, Child, Descriptors, Examine, Gate, GeneMutation, Genome, Operation, Screening,
    TurnedAway, breed_for_flock,
};

use super::{BirthRecord, Kind};

/// A child that may join.
#[derive(Debug, Clone, PartialEq)]
pub struct Birth {
    /// Its genome, without a name.
    pub genome: Genome,
    /// What was done, for people.
    pub action: String,
    /// How to breed it again.
    pub record: BirthRecord,
    /// What it looks like.
    pub screening: Screening,
}

/// What a kind of birth does to its parents; `population` is every living genome, by whose spread
/// genes are moved. `None` for an artist's, who did it already.
#[must_use]
pub fn operation_of(kind: Kind, population: &[Genome]) -> Option<Operation> {
    match kind {
        Kind::Artist => None,
        Kind::Crossing => Some(Operation::Cross {
            method: None,
            genes: Some(GeneMutation::of(population)),
        }),
        Kind::Mutation => Some(Operation::Genes(GeneMutation::of(population))),
        Kind::Random => Some(Operation::Random { symmetry: None }),
    }
}

/// Breeds a child that passes the gate: it is legal and drawable, neither blank, burnt out, noise,
/// static nor flashing, and looks unlike all of `living`. Five children are tried, each with an
/// `rng_seed` of its own that follows from the given one.
///
/// # Errors
///
/// [`TurnedAway`]: why the last one stayed out; another `rng_seed` or kind may do.
pub fn bear(
    operation: &Operation,
    parents: &[Genome],
    rng_seed: u64,
    living: &[Descriptors],
    examine: &dyn Examine,
) -> Result<Birth, TurnedAway> {
    let settings = BreedSettings::default();
    let gate = Gate::new(living);
    let (child, screening) =
        breed_for_flock(operation, parents, rng_seed, examine, &settings, &gate)?;
    let record = BirthRecord::of(&child);
    let Child { genome, action, .. } = child;
    Ok(Birth {
        genome,
        action,
        record,
        screening,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use woolgather_genome::{BoundingBox, Picture, StarterSheep, Undrawable, starter_flock};

    /// Sees a coloured square that wanders as the first xform turns. What no turn changes of the genes
    /// decides its colours, so other genes look different.
    struct Eye;

    impl Examine for Eye {
        fn bounds(&self, _: &Genome, _: u64) -> Result<BoundingBox, Undrawable> {
            Ok(BoundingBox {
                min: [-1.0, -1.0],
                max: [1.0, 1.0],
            })
        }

        fn picture(&self, genome: &Genome, _: u64) -> Result<Picture, Undrawable> {
            let part = |number: f64| (number * 17.0).rem_euclid(1.0);
            let genes = genome.xforms.iter().map(|xform| {
                let place = xform.coefs.to_columns();
                [
                    place[4] + xform.weight,
                    place[5] + xform.color,
                    xform.color_speed,
                ]
            });
            let genes = genes.fold([0.0; 3], |sum: [f64; 3], genes| {
                [sum[0] + genes[0], sum[1] + genes[1], sum[2] + genes[2]]
            });
            let color = genes.map(|gene| 40 + (part(gene) * 160.0) as u8);
            let turn = genome.xforms[0].coefs.to_columns();
            let angle = libm::atan2(turn[1], turn[0]);
            let [width, height] = genome.size.map(f64::from);
            let left = width * (0.2 + 0.1 * libm::cos(angle));
            let pixels = (0..genome.size[0] * genome.size[1]).map(|i| {
                let x = f64::from(i % genome.size[0]);
                let y = f64::from(i / genome.size[0]);
                let inside = (left..left + width / 2.0).contains(&x)
                    && (height / 4.0..height * 0.9).contains(&y);
                if inside { color } else { [0; 3] }
            });
            Ok(Picture::new(
                genome.size[0],
                genome.size[1],
                pixels.collect(),
            ))
        }
    }

    fn flock() -> Vec<Genome> {
        starter_flock().iter().map(StarterSheep::genome).collect()
    }

    fn kinds() -> [(Operation, Vec<Genome>); 3] {
        let flock = flock();
        [Kind::Crossing, Kind::Mutation, Kind::Random].map(|kind| {
            let parents = flock[2..2 + kind.parents()].to_vec();
            (operation_of(kind, &flock).unwrap(), parents)
        })
    }

    #[test]
    fn every_child_is_bred_again_bit_for_bit_from_what_was_written_down() {
        for (operation, parents) in kinds() {
            let birth = bear(&operation, &parents, 77, &[], &Eye).unwrap();
            let written = birth.record.to_json();
            let record = BirthRecord::from_json(&written).unwrap();
            assert_eq!(record, birth.record);
            let again = record.breed_again(&parents, &Eye).unwrap();
            assert_eq!(again.canonical_bytes(), birth.genome.canonical_bytes());
        }
    }

    #[test]
    fn another_number_or_parent_makes_another_child_and_that_is_noticed() {
        let (operation, parents) = kinds()[1].clone();
        let birth = bear(&operation, &parents, 77, &[], &Eye).unwrap();
        let mut other = birth.record.clone();
        other.rng_seed ^= 1;
        assert!(other.breed_again(&parents, &Eye).is_err());
        assert!(birth.record.breed_again(&flock()[5..6], &Eye).is_err());
    }

    #[test]
    fn a_child_that_looks_like_a_living_sheep_is_tried_again_and_at_last_turned_away() {
        let (operation, parents) = kinds()[1].clone();
        let first = bear(&operation, &parents, 77, &[], &Eye).unwrap();
        let living = [first.screening.descriptors];
        let second = bear(&operation, &parents, 77, &living, &Eye).unwrap();
        assert_ne!(first.record.rng_seed, second.record.rng_seed);
        let still = Operation::Clone;
        let clone = bear(&still, &parents, 77, &[], &Eye).unwrap();
        let living = [clone.screening.descriptors];
        let away = bear(&still, &parents, 77, &living, &Eye).unwrap_err();
        assert!(
            matches!(away, TurnedAway::TooClose { living: 0, .. }),
            "{away}"
        );
    }

    #[test]
    fn an_artist_has_bred_already() {
        assert_eq!(operation_of(Kind::Artist, &flock()), None);
    }
}
