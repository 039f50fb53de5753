//! What a file's name says: that of a sheep of Electric Sheep, that of an edge, or neither.
//!
//! Its server named genomes `electricsheep.GENERATION.ID.flam3`, and clips `GENERATION=ID=FIRST=LAST`: a loop
//! where the first and the last sheep are one, otherwise an edge.

use std::path::Path;

/// What a name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A sheep of Electric Sheep.
    ElectricSheep {
        /// Its generation.
        generation: u32,
        /// Its number there.
        id: u32,
    },
    /// An edge of Electric Sheep.
    Edge,
    /// Anything else.
    Other {
        /// The name without its ending.
        stem: String,
    },
}

impl Named {
    /// Whether it is a sheep of Electric Sheep.
    #[must_use]
    pub fn is_sheep(&self) -> bool {
        matches!(self, Self::ElectricSheep { .. })
    }
}

/// What the name of `file` says.
#[must_use]
pub fn named(file: &Path) -> Named {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let numbers = |text: &str, between: char| -> Option<Vec<u32>> {
        text.split(between).map(|part| part.parse().ok()).collect()
    };
    if let Some(rest) = stem.strip_prefix("electricsheep.")
        && let Some([generation, id]) = numbers(rest, '.').as_deref()
    {
        return Named::ElectricSheep {
            generation: *generation,
            id: *id,
        };
    }
    match numbers(&stem, '=').as_deref() {
        Some([generation, id, first, last]) if first == last => Named::ElectricSheep {
            generation: *generation,
            id: *id,
        },
        Some([_, _, _, _]) => Named::Edge,
        _ => Named::Other {
            stem: stem.into_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &Named) {
        assert_eq!(named(Path::new(name)), *expected, "{name}");
    }

    #[test]
    fn electric_sheeps_names_are_known() {
        let sheep = |generation, id| Named::ElectricSheep { generation, id };
        check("electricsheep.244.12345.flam3", &sheep(244, 12_345));
        check("a/b/electricsheep.198.7.xml", &sheep(198, 7));
        check("00244=12345=12345=12345.flam3", &sheep(244, 12_345));
        check("00244=31337=10000=20000.flam3", &Named::Edge);
        for name in [
            "electricsheep.flam3",
            "electricsheep.244.x.flam3",
            "1=2=3.flam3",
            "rose.flame",
        ] {
            let stem = name.rsplit_once('.').unwrap().0.to_owned();
            check(name, &Named::Other { stem });
        }
    }
}
