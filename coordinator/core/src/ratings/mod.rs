//! What votes say about sheep and voters.
//!
//! A sheep's quality is θᵢ ~ N(μᵢ, sᵢ²), a voter's leniency c ~ N(γ, t²). A *single* vote compares
//! θᵢ + c with 0, a *pair* vote compares θᵢ with θⱼ, both through the logistic function σ. Nothing
//! here is in any unit: 1 is about how much two ordinary sheep differ.
//!
//! # In reading order
//!
//! * [`Belief`] and [`Shift`]: what is believed, and what a vote does to it.
//! * [`single_vote`], [`pair_vote`]: the moment a vote is cast.
//! * [`voter_weight`], [`capped_weight`]: what it weighs.
//! * [`child_prior`], [`heritability`]: what is believed of a child before any vote.
//! * [`refit`]: every night, all of it at once and in no order, with each voter's reliability.

mod beliefs;
mod children;
mod online;
pub mod refit;
mod reliability;
mod weights;

pub use beliefs::{Belief, DAY_MS, DRIFT_PER_DAY, SHEEP_VARIANCE_MAX, Shift};
pub use children::{
    CHILD_VARIANCE, HERITABILITY_BEFORE, SettledChild, child_prior, heritability, mid_parent,
};
pub use online::{PairAnswer, pair_vote, single_vote};
pub use reliability::{PAIRS_MIN, RELIABILITY_MIN, UNRELIABLE_FACTOR};
pub use weights::{YOUNG_MS, YOUNG_NETWORK_WEIGHT_MAX, YOUNG_WEIGHT, capped_weight, voter_weight};
