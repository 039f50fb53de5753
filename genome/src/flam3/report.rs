//! What became of a file, flame by flame and xform by xform, for a page or a table.

use super::remark::{Reading, Remark, RemarkKind, XformPlace};
use crate::Xform;

/// What became of a part of a file, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It has another name here and means the same.
    Renamed,
    /// It is said in another way, or was drawn.
    Changed,
    /// It is left out, and the picture may differ.
    Dropped,
    /// It is left out, and the picture does not care.
    Ignored,
}

impl RemarkKind {
    /// What became of it, in one word.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Renamed { .. } => Outcome::Renamed,
            Self::Converted { .. } | Self::Drawn { .. } => Outcome::Changed,
            Self::Dropped { .. } => Outcome::Dropped,
            Self::Ignored { .. } => Outcome::Ignored,
        }
    }

    /// What became of it, as the end of a sentence that begins with its name.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Renamed { to } => format!("is called {to} here"),
            Self::Converted { to } => format!("became {to}"),
            Self::Drawn { kind } => format!("drew the symmetry {kind}"),
            Self::Dropped { reason } => format!("is left out: {reason}"),
            Self::Ignored { reason } => format!("is not kept: {reason}"),
        }
    }
}

/// What became of a flame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlameReport {
    /// Its xforms in their order, the final one last.
    pub xforms: Vec<XformReport>,
    /// Remarks that are about no xform, in the file's order.
    pub remarks: Vec<Remark>,
}

/// What became of an xform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XformReport {
    /// Which one it is.
    pub place: XformPlace,
    /// The variations that it has, by their names here, those that were renamed included.
    pub kept: Vec<&'static str>,
    /// What was read in another way than it was written, in the file's order.
    pub remarks: Vec<Remark>,
}

impl FlameReport {
    /// How many remarks there are with this outcome.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        let of_xforms = self.xforms.iter().flat_map(|xform| &xform.remarks);
        let all = self.remarks.iter().chain(of_xforms);
        all.filter(|remark| remark.kind.outcome() == outcome)
            .count()
    }
}

impl Reading {
    /// What became of every flame, in the order of [`Reading::genomes`].
    #[must_use]
    pub fn reports(&self) -> Vec<FlameReport> {
        (0..self.genomes.len())
            .map(|flame| self.report(flame))
            .collect()
    }

    fn report(&self, flame: usize) -> FlameReport {
        let genome = &self.genomes[flame];
        let remarks = || self.remarks.iter().filter(|remark| remark.flame == flame);
        let xform = |place: XformPlace, xform: &Xform| XformReport {
            place,
            kept: xform
                .variations
                .iter()
                .map(|it| it.variation.name())
                .collect(),
            remarks: remarks()
                .filter(|remark| remark.xform == Some(place))
                .cloned()
                .collect(),
        };
        let numbered = genome.xforms.iter().enumerate();
        let numbered = numbered.map(|(index, it)| xform(XformPlace::Number(index), it));
        let last = genome.final_xform.iter();
        let xforms: Vec<_> = numbered
            .chain(last.map(|it| xform(XformPlace::Final, it)))
            .collect();
        let placed = |remark: &&Remark| {
            let of = |xform: &XformReport| remark.xform == Some(xform.place);
            xforms.iter().any(of)
        };
        FlameReport {
            remarks: remarks()
                .filter(|remark| !placed(remark))
                .cloned()
                .collect(),
            xforms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flam3::{ReadOptions, read_flames};

    #[test]
    fn every_remark_stands_once_where_it_belongs() {
        let xml = r#"<flames>
<flame size="100 100"><xform weight="1" linear="1" coefs="1 0 0 1 0 0"/></flame>
<flame size="100 100" cam_pitch="0.5" batches="2">
<xform weight="1" linear3D="1" hexes="0.5" coefs="1 0 0 1 0 0"/>
<xform weight="1" spherical="1" zscale="2" coefs="1 0 0 1 0 0"/>
<finalxform JuliaN="1" julian_power="3" coefs="1 0 0 1 0 0"/>
</flame></flames>"#;
        let reading = read_flames(xml, &ReadOptions::default()).unwrap();
        let reports = reading.reports();
        let counted: usize = reports
            .iter()
            .map(|flame| {
                let xforms = flame.xforms.iter().map(|xform| xform.remarks.len());
                flame.remarks.len() + xforms.sum::<usize>()
            })
            .sum();
        assert_eq!(counted, reading.remarks.len());
        assert_eq!(reports[0].xforms[0].kept, ["linear"]);
        assert!(reports[0].remarks.is_empty() && reports[0].xforms[0].remarks.is_empty());
        let flame = &reports[1];
        let kept: Vec<_> = flame
            .xforms
            .iter()
            .map(|xform| xform.kept.join(" "))
            .collect();
        assert_eq!(kept, ["linear", "spherical", "julian"]);
        assert_eq!(flame.xforms[2].place, XformPlace::Final);
        let outcomes = |place: usize| {
            let remarks = flame.xforms[place].remarks.iter();
            remarks
                .map(|it| (it.attribute.as_str(), it.kind.outcome()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            outcomes(0),
            [("linear3D", Outcome::Renamed), ("hexes", Outcome::Dropped)]
        );
        assert_eq!(outcomes(1), [("zscale", Outcome::Ignored)]);
        assert_eq!(outcomes(2), [("JuliaN", Outcome::Renamed)]);
        assert_eq!(flame.remarks.len(), 2, "{:?}", flame.remarks);
        assert_eq!(flame.count(Outcome::Renamed), 3);
        assert_eq!(flame.count(Outcome::Dropped), 2);
    }
}
