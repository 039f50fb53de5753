//! What is written down of a birth, and the way back from it.
//!
//! JSON with every number as text: decimal for whole numbers, and for others the shortest decimal
//! that reads back as the same bits, so that no reader rounds them. A child follows from its
//! operation, `rng_seed` and parents together with the program's own palettes, catalogue and settings; so the
//! version is written down too, and the child's id says whether what was bred again is the same.

use serde::{Deserialize, Serialize};
use woolgather_genome::{
    BreedError, BreedSettings, Child, CrossMethod, Examine, GeneMutation, GeneSpread, Genome,
    GenomeId, MutateMethod, Operation, breed,
};

/// Everything needed to breed a child again.
#[derive(Debug, Clone, PartialEq)]
pub struct BirthRecord {
    /// The child.
    pub child: GenomeId,
    /// What was done.
    pub operation: Operation,
    /// What it was drawn with.
    pub rng_seed: u64,
    /// To whom, in this order.
    pub parents: Vec<GenomeId>,
    /// The version of the program that did it.
    pub version: String,
}

/// The text is no record of a birth.
#[derive(Debug, thiserror::Error)]
#[error("this is no record of a birth: {0}")]
pub struct BirthRecordError(String);

/// Why a child could not be bred again.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BreedAgainError {
    /// Those are not its parents; give the ones that the record names.
    #[error("parents {0:?} were given, which are not the child's")]
    OtherParents(Vec<GenomeId>),
    /// Nothing was bred: this program's rules are not those of the record's version.
    #[error(transparent)]
    Unbred(#[from] BreedError),
    /// Another child was bred: this program's rules are not those of the record's version.
    #[error("version {version} bred {expected}, this program breeds {found}")]
    Otherwise {
        /// The record's version.
        version: String,
        /// The child.
        expected: GenomeId,
        /// What was bred now.
        found: GenomeId,
    },
}

impl BirthRecord {
    /// What is written down of a child that was just bred.
    #[must_use]
    pub fn of(child: &Child) -> Self {
        Self {
            child: child.genome.id(),
            operation: child.operation.clone(),
            rng_seed: child.rng_seed,
            parents: child.parents.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Breeds the child again.
    ///
    /// # Errors
    ///
    /// A [`BreedAgainError`]; its variants say what may help.
    pub fn breed_again(
        &self,
        parents: &[Genome],
        examine: &dyn Examine,
    ) -> Result<Genome, BreedAgainError> {
        let given: Vec<GenomeId> = parents.iter().map(Genome::id).collect();
        if given != self.parents {
            return Err(BreedAgainError::OtherParents(given));
        }
        let settings = BreedSettings::default();
        let child = breed(&self.operation, parents, self.rng_seed, examine, &settings)?;
        let found = child.genome.id();
        if found != self.child {
            return Err(BreedAgainError::Otherwise {
                version: self.version.clone(),
                expected: self.child,
                found,
            });
        }
        Ok(child.genome)
    }

    /// The record as JSON.
    ///
    /// # Panics
    ///
    /// If it cannot be written, which is our bug: it is a plain struct.
    #[must_use]
    pub fn to_json(&self) -> String {
        let written = Written {
            child: self.child.to_string(),
            operation: WrittenOperation::of(&self.operation),
            rng_seed: self.rng_seed.to_string(),
            parents: self.parents.iter().map(GenomeId::to_string).collect(),
            version: self.version.clone(),
        };
        serde_json::to_string(&written).expect("a record is a plain struct")
    }

    /// Reads a record.
    ///
    /// # Errors
    ///
    /// [`BirthRecordError`]: the text is not one, or is of a version that knew other operations.
    pub fn from_json(json: &str) -> Result<Self, BirthRecordError> {
        let written: Written =
            serde_json::from_str(json).map_err(|error| BirthRecordError(error.to_string()))?;
        let parents = written.parents.iter().map(|id| read(id));
        Ok(Self {
            child: read(&written.child)?,
            operation: written.operation.read()?,
            rng_seed: read(&written.rng_seed)?,
            parents: parents.collect::<Result<_, _>>()?,
            version: written.version,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    child: String,
    operation: WrittenOperation,
    rng_seed: String,
    parents: Vec<String>,
    version: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum WrittenOperation {
    Random {
        symmetry: Option<i32>,
    },
    Mutate {
        method: Option<String>,
        speed: String,
        symmetry: Option<i32>,
    },
    Cross {
        method: Option<String>,
        genes: Option<WrittenGenes>,
    },
    Genes(WrittenGenes),
    Clone,
}

#[derive(Serialize, Deserialize)]
struct WrittenGenes {
    share: String,
    sigma: String,
    /// Gene and standard deviation.
    spread: Vec<(String, String)>,
}

impl WrittenOperation {
    fn of(operation: &Operation) -> Self {
        match operation {
            Operation::Random { symmetry } => Self::Random {
                symmetry: *symmetry,
            },
            Operation::Mutate {
                method,
                speed,
                symmetry,
            } => Self::Mutate {
                method: method.map(|method| method.name().to_owned()),
                speed: speed.to_string(),
                symmetry: *symmetry,
            },
            Operation::Cross { method, genes } => Self::Cross {
                method: method.map(|method| method.name().to_owned()),
                genes: genes.as_ref().map(WrittenGenes::of),
            },
            Operation::Genes(genes) => Self::Genes(WrittenGenes::of(genes)),
            Operation::Clone => Self::Clone,
        }
    }

    fn read(self) -> Result<Operation, BirthRecordError> {
        Ok(match self {
            Self::Random { symmetry } => Operation::Random { symmetry },
            Self::Mutate {
                method,
                speed,
                symmetry,
            } => Operation::Mutate {
                method: named(method, MutateMethod::from_name)?,
                speed: read(&speed)?,
                symmetry,
            },
            Self::Cross { method, genes } => Operation::Cross {
                method: named(method, CrossMethod::from_name)?,
                genes: genes.map(WrittenGenes::read).transpose()?,
            },
            Self::Genes(genes) => Operation::Genes(genes.read()?),
            Self::Clone => Operation::Clone,
        })
    }
}

impl WrittenGenes {
    fn of(genes: &GeneMutation) -> Self {
        let entries = genes.spread.entries().iter();
        Self {
            share: genes.share.to_string(),
            sigma: genes.sigma.to_string(),
            spread: entries
                .map(|(gene, spread)| (gene.to_string(), spread.to_string()))
                .collect(),
        }
    }

    fn read(self) -> Result<GeneMutation, BirthRecordError> {
        let entries = self.spread.iter();
        let entries = entries.map(|(gene, spread)| Ok((read(gene)?, read(spread)?)));
        Ok(GeneMutation {
            share: read(&self.share)?,
            sigma: read(&self.sigma)?,
            spread: GeneSpread::from_entries(entries.collect::<Result<_, _>>()?),
        })
    }
}

fn named<Method>(
    name: Option<String>,
    from_name: fn(&str) -> Option<Method>,
) -> Result<Option<Method>, BirthRecordError> {
    let read = |name: String| {
        from_name(&name).ok_or_else(|| BirthRecordError(format!("{name} is no method")))
    };
    name.map(read).transpose()
}

fn read<Value: std::str::FromStr>(text: &str) -> Result<Value, BirthRecordError>
where
    Value::Err: std::fmt::Display,
{
    text.parse()
        .map_err(|error| BirthRecordError(format!("{text:?}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(operation: Operation) {
        let record = BirthRecord {
            child: Genome::default().id(),
            operation,
            rng_seed: u64::MAX - 1,
            parents: vec![Genome::default().id()],
            version: "1.2.3".into(),
        };
        assert_eq!(BirthRecord::from_json(&record.to_json()).unwrap(), record);
    }

    #[test]
    fn every_operation_reads_back() {
        let genes = GeneMutation {
            share: 0.1 + 0.2,
            sigma: f64::MIN_POSITIVE,
            spread: GeneSpread::from_entries(vec![
                ("coefs.3".parse().unwrap(), 1.0 / 3.0),
                ("variation.julian".parse().unwrap(), 1e300),
            ]),
        };
        check(Operation::Random { symmetry: Some(-3) });
        check(Operation::Random { symmetry: None });
        check(Operation::Mutate {
            method: Some(MutateMethod::AllCoefs),
            speed: 0.1,
            symmetry: None,
        });
        check(Operation::Cross {
            method: Some(CrossMethod::Union),
            genes: Some(genes.clone()),
        });
        check(Operation::Cross {
            method: None,
            genes: None,
        });
        check(Operation::Genes(genes));
        check(Operation::Clone);
    }

    #[test]
    fn what_is_no_record_is_refused_with_the_place() {
        let record = |operation: &str| {
            let id = Genome::default().id();
            let json = format!(
                r#"{{"child":"{id}","operation":{operation},"rng_seed":"1","parents":[],"version":"1"}}"#
            );
            BirthRecord::from_json(&json)
        };
        assert!(record(r#"{"what":"clone"}"#).is_ok());
        assert!(record(r#"{"what":"pray"}"#).is_err());
        let error = record(r#"{"what":"cross","method":"marry","genes":null}"#).unwrap_err();
        assert!(error.to_string().contains("marry"), "{error}");
        let genes = r#"{"what":"genes","share":"x","sigma":"1","spread":[]}"#;
        assert!(record(genes).unwrap_err().to_string().contains("\"x\""));
        assert!(BirthRecord::from_json("").is_err());
    }
}
