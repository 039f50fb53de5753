//! The desktop agent: what `woolgather-agent` decides, carried out.
//!
//! ```text
//! idle source ---\                                         /--> saver   (woolgather play --saver)
//! survey ---------+--> events --> Desk: Situation, step, --+--> worker  (woolgather work)
//! socket ---------+                effects                 \--> sharing (woolgather sync)
//! children -------+        '--> answers, the icon
//! icon's menu ----/
//! ```
//!
//! Saver, worker and sharing are processes of their own ([`children`]): they can be stopped between two instructions,
//! what they held is free when they end, and one that fails takes nobody along. [`survey`] looks at the machine,
//! [`socket`] is where the others ask, [`desk`] puts both into a situation, [`hands`] do what follows. [`sight`] knows what
//! was on the screens; [`tray`] is the icon in the panel, [`browser`] the person's.

pub(crate) mod browser;
pub(crate) mod children;
pub(crate) mod desk;
pub(crate) mod hands;
pub(crate) mod sight;
pub(crate) mod socket;
pub(crate) mod survey;
#[cfg_attr(not(target_os = "linux"), path = "tray/elsewhere.rs")]
pub(crate) mod tray;
