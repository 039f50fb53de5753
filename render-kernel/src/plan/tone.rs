//! The tone map's constants, averaged over the moments of the exposure where flam3 averages.

use woolgather_genome::Genome;

use super::OutputSettings;

/// What the tone map needs to know.
#[derive(Clone, Debug)]
pub(crate) struct TonePlan {
    /// 1 / gamma.
    pub(crate) exponent: f64,
    pub(crate) gamma_threshold: f64,
    /// The threshold's own density after gamma.
    pub(crate) curved_threshold: f64,
    pub(crate) vibrancy: f64,
    pub(crate) highlight_power: f64,
    /// Linear red, green and blue, 0 to 1.
    pub(crate) background: [f64; 3],
    /// The pixel keeps its alpha and has no background.
    pub(crate) transparency: bool,
    /// The map is applied to bins, before the spatial filter.
    pub(crate) early_clip: bool,
}

impl TonePlan {
    pub(super) fn new(leader: &Genome, genomes: &[Genome], output: &OutputSettings) -> Self {
        let mean = |number: &dyn Fn(&Genome) -> f64| {
            genomes.iter().map(number).sum::<f64>() / genomes.len() as f64
        };
        let exponent = 1.0 / mean(&|genome| genome.gamma);
        Self {
            exponent,
            gamma_threshold: leader.gamma_threshold,
            curved_threshold: libm::pow(leader.gamma_threshold, exponent),
            vibrancy: mean(&|genome| genome.vibrancy),
            highlight_power: leader.highlight_power,
            background: [0, 1, 2].map(|channel| mean(&|genome| genome.background[channel])),
            transparency: output.transparency,
            early_clip: output.early_clip,
        }
    }
}
