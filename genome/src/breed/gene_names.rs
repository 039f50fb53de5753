//! Genes by name, so that a mutation can be written down and read back.
//!
//! `weight`, `color`, `color_speed`, `coefs.0` to `coefs.5`, `post.0` to `post.5`, and with the
//! attributes of flam3 files `variation.julian` and `parameter.julian_power`.

use std::fmt;
use std::str::FromStr;

use super::Gene;
use crate::Variation;

/// The text names no gene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no gene of this name")]
pub struct UnknownGene;

impl fmt::Display for Gene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weight => f.write_str("weight"),
            Self::Color => f.write_str("color"),
            Self::ColorSpeed => f.write_str("color_speed"),
            Self::Coefs(place) => write!(f, "coefs.{place}"),
            Self::Post(place) => write!(f, "post.{place}"),
            Self::Variation(variation) => write!(f, "variation.{}", variation.name()),
            Self::Parameter(variation, place) => {
                let parameter = variation.parameters().get(usize::from(*place));
                let name = parameter.map_or("", |parameter| parameter.name);
                write!(f, "parameter.{name}")
            }
        }
    }
}

impl FromStr for Gene {
    type Err = UnknownGene;

    fn from_str(text: &str) -> Result<Self, UnknownGene> {
        let (kind, rest) = text.split_once('.').unwrap_or((text, ""));
        let place = || rest.parse().ok().filter(|place| *place < 6_u8);
        let gene = match kind {
            "weight" if rest.is_empty() => Some(Self::Weight),
            "color" if rest.is_empty() => Some(Self::Color),
            "color_speed" if rest.is_empty() => Some(Self::ColorSpeed),
            "coefs" => place().map(Self::Coefs),
            "post" => place().map(Self::Post),
            "variation" => Variation::from_name(rest).map(Self::Variation),
            "parameter" => Variation::from_parameter_name(rest)
                .map(|(variation, place)| Self::Parameter(variation, place as u8)),
            _ => None,
        };
        gene.ok_or(UnknownGene)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gene_reads_back() {
        let mut genes = vec![Gene::Weight, Gene::Color, Gene::ColorSpeed];
        genes.extend((0..6).flat_map(|place| [Gene::Coefs(place), Gene::Post(place)]));
        for &variation in Variation::ALL {
            genes.push(Gene::Variation(variation));
            let parameters = (0..).zip(variation.parameters());
            genes.extend(parameters.map(|(place, _)| Gene::Parameter(variation, place)));
        }
        for gene in genes {
            assert_eq!(gene.to_string().parse(), Ok(gene), "{gene}");
        }
    }

    #[test]
    fn other_words_are_no_genes() {
        for text in [
            "",
            "weight.1",
            "coefs",
            "coefs.6",
            "post.-1",
            "variation.",
            "parameter.x",
        ] {
            assert_eq!(text.parse::<Gene>(), Err(UnknownGene), "{text}");
        }
    }
}
