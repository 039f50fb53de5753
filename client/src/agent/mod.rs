//! The desktop agent: what `woolgather-agent` decides, carried out.
//!
//! ```text
//! idle source ---\                                         /--> saver   (woolgather play --saver)
//! survey ---------+--> events --> Desk: Situation, step, --+--> worker  (woolgather work)
//! socket ---------+                effects                 \--> sharing (woolgather sync)
//! children -------/        '--> answers
//! ```
//!
//! Saver, worker and sharing are processes of their own ([`children`]): they can be stopped between two instructions,
//! what they held is free when they end, and one that fails takes nobody along. [`survey`] looks at the machine,
//! [`socket`] is where the others ask, [`desk`] puts both into a situation, [`hands`] do what follows.

pub(crate) mod children;
pub(crate) mod desk;
pub(crate) mod hands;
pub(crate) mod socket;
pub(crate) mod survey;
