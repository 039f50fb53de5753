//! Licences: what an artist lets others do with a genome and its pictures.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A licence that sheep may have, by its SPDX name on the wire; ordered by how much it asks of others.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Licence {
    /// Dedicated to the public: anybody may do anything.
    #[default]
    #[serde(rename = "CC0-1.0")]
    Cc0,
    /// Anybody may do anything that names the artist.
    #[serde(rename = "CC-BY-4.0")]
    CcBy,
}

/// The text is no licence that sheep may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("CC0-1.0 and CC-BY-4.0 are the licences here, not {0:?}")]
pub struct NoLicence(String);

impl Licence {
    /// Every licence, the one that asks least of others first.
    pub const ALL: [Self; 2] = [Self::Cc0, Self::CcBy];

    /// Its SPDX name.
    #[must_use]
    pub const fn spdx(self) -> &'static str {
        match self {
            Self::Cc0 => "CC0-1.0",
            Self::CcBy => "CC-BY-4.0",
        }
    }

    /// Where its text is.
    #[must_use]
    pub const fn url(self) -> &'static str {
        match self {
            Self::Cc0 => "https://creativecommons.org/publicdomain/zero/1.0/",
            Self::CcBy => "https://creativecommons.org/licenses/by/4.0/",
        }
    }

    /// The licence of what was made from a work under this one and a work under `other`: whatever either
    /// asks of others stays asked.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        self.max(other)
    }
}

impl fmt::Display for Licence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spdx())
    }
}

impl FromStr for Licence {
    type Err = NoLicence;

    fn from_str(text: &str) -> Result<Self, NoLicence> {
        let named = |licence: &Self| licence.spdx().eq_ignore_ascii_case(text.trim());
        let found = Self::ALL.into_iter().find(named);
        found.ok_or_else(|| NoLicence(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_has_one_name_everywhere() {
        for licence in Licence::ALL {
            assert_eq!(licence.to_string().parse(), Ok(licence));
            let json = serde_json::to_string(&licence).unwrap();
            assert_eq!(json, format!("\"{}\"", licence.spdx()));
        }
        assert_eq!("cc-by-4.0".parse(), Ok(Licence::CcBy));
        assert!("CC-BY-NC-4.0".parse::<Licence>().is_err());
    }

    #[test]
    fn credit_that_is_owed_stays_owed() {
        use Licence::{Cc0, CcBy};
        for (one, other, both) in [
            (Cc0, Cc0, Cc0),
            (Cc0, CcBy, CcBy),
            (CcBy, Cc0, CcBy),
            (CcBy, CcBy, CcBy),
        ] {
            assert_eq!(one.joined(other), both);
        }
    }
}
