//! Which xform comes next: integer thresholds for 14 random bits.
//!
//! flam3 looks the xform up in a table of 16,384 entries. The thresholds say the same thing in one number per
//! xform: entry `k` of that table is the first xform whose threshold is above `k`.

use woolgather_genome::Xform;

use super::PlanError;

/// Entries of flam3's table.
const ENTRIES: f64 = 16_384.0;
/// How far a word is shifted to leave 14 bits.
const SHIFT: u32 = 18;
/// flam3 takes a chaos entry this close to 1 for 1.
const CHAOS_TOLERANCE: f64 = 1e-10;

/// The thresholds of a moment's xforms.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selection {
    /// Row 0 without regard to the past; where the genome has xaos, row `i + 1` after xform `i`.
    pub(crate) rows: Vec<Vec<u16>>,
}

impl Selection {
    /// Makes the thresholds of `xforms`.
    ///
    /// # Errors
    ///
    /// [`PlanError::NothingToChoose`] where a row has no weight.
    pub(super) fn new(xforms: &[Xform]) -> Result<Self, PlanError> {
        let mut rows = vec![thresholds(xforms.iter().map(|xform| xform.weight), None)?];
        if xforms.iter().any(has_chaos) {
            for (after, previous) in xforms.iter().enumerate() {
                let row = xforms
                    .iter()
                    .enumerate()
                    .map(|(i, xform)| xform.weight * chaos(previous, i));
                rows.push(thresholds(row, Some(after))?);
            }
        }
        Ok(Self { rows })
    }

    /// Whether every point chooses for itself, because its past counts.
    pub(crate) fn has_xaos(&self) -> bool {
        self.rows.len() > 1
    }

    /// The xform that `word` chooses in `row`.
    #[inline(always)]
    pub(crate) fn choose(&self, row: usize, word: u32) -> usize {
        let bits = (word >> SHIFT) as u16;
        self.rows[row]
            .iter()
            .filter(|&&threshold| threshold <= bits)
            .count()
    }
}

/// Whether any of the xform's chaos differs from 1.
fn has_chaos(xform: &Xform) -> bool {
    xform
        .chaos
        .iter()
        .any(|&chaos| (chaos - 1.0).abs() > CHAOS_TOLERANCE)
}

/// What xform `i`'s weight is multiplied by after `previous`.
fn chaos(previous: &Xform, i: usize) -> f64 {
    previous.chaos.get(i).copied().unwrap_or(1.0)
}

/// One row: for every xform the number of table entries that belong to it or to one before it.
fn thresholds(
    weights: impl Iterator<Item = f64>,
    after: Option<usize>,
) -> Result<Vec<u16>, PlanError> {
    let mut sum = 0.0;
    let sums: Vec<f64> = weights
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect();
    if sum <= 0.0 {
        return Err(PlanError::NothingToChoose { after });
    }
    // Entry k lies at k * sum / ENTRIES and belongs to the first xform whose sum is above that.
    Ok(sums
        .iter()
        .map(|&sum_here| (sum_here * ENTRIES / sum).ceil() as u16)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xform(weight: f64, chaos: &[f64]) -> Xform {
        Xform {
            weight,
            chaos: chaos.to_vec(),
            ..Xform::default()
        }
    }

    #[test]
    fn weights_share_the_table_and_zero_gets_nothing() {
        let selection =
            Selection::new(&[xform(1.0, &[]), xform(0.0, &[]), xform(3.0, &[])]).unwrap();
        assert_eq!(selection.rows, [[4096, 4096, 16_384]]);
        assert_eq!(selection.choose(0, 4095 << SHIFT), 0);
        assert_eq!(selection.choose(0, 4096 << SHIFT), 2);
        assert_eq!(selection.choose(0, u32::MAX), 2);
    }

    #[test]
    fn short_chaos_rows_go_on_with_ones() {
        let selection = Selection::new(&[xform(1.0, &[0.0]), xform(1.0, &[])]).unwrap();
        assert!(selection.has_xaos());
        assert_eq!(
            selection.rows,
            [[8192, 16_384], [0, 16_384], [8192, 16_384]]
        );
        assert!(
            !Selection::new(&[xform(1.0, &[1.0]), xform(1.0, &[])])
                .unwrap()
                .has_xaos()
        );
    }

    #[test]
    fn a_dead_end_is_refused_with_its_place() {
        let error = Selection::new(&[xform(1.0, &[]), xform(1.0, &[0.0, 0.0])]).unwrap_err();
        assert!(
            matches!(error, PlanError::NothingToChoose { after: Some(1) }),
            "{error}"
        );
        assert_eq!(
            Selection::new(&[]).unwrap_err().to_string(),
            "no xform to choose"
        );
    }
}
