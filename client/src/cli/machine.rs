//! What of the machine draws: options that `render`, `animate` and `work` share, and `adapters`, which
//! shows what there is to choose from.

use clap::Args;
use woolgather_render_kernel::{Backend, Renderer};

pub(super) const ADAPTERS_HELP: &str = "\
Examples:
  What is there, and what draws unless you say otherwise:
  woolgather adapters

  Draw on one of them, by part of its name or by its number:
  woolgather render flame.flam3 --adapter radeon -o flame.png
  woolgather render flame.flam3 --adapter 1 -o flame.png

A graphics card draws the same picture as the processor, to rounding. A software adapter is the
processor in disguise, several times slower than Woolgather's own renderer for it, and draws only
where it is named.";

/// What of the machine draws.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Machine")]
pub(crate) struct MachineArgs {
    /// What draws: cpu, the same bits on every machine; gpu, the same picture to rounding on a graphics card; auto, a card where there is one
    #[arg(long, value_name = "BACKEND", default_value_t = Backend::Auto)]
    pub(crate) backend: Backend,
    #[command(flatten)]
    adapter: AdapterArg,
}

impl MachineArgs {
    /// Opens what draws. Where a card was asked for and none can be had, [`Renderer::take_note`] says why.
    pub(crate) fn renderer(&self) -> Renderer {
        Renderer::open(self.backend, self.adapter.named())
    }
}

/// Which graphics card.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Machine")]
pub(crate) struct AdapterArg {
    /// The graphics card: part of its name, or its number in `woolgather adapters`
    #[arg(long, env = "WOOLGATHER_ADAPTER", value_name = "NAME")]
    adapter: Option<String>,
}

impl AdapterArg {
    /// The adapter that was asked for; an empty variable asks for none.
    pub(crate) fn named(&self) -> Option<&str> {
        self.adapter
            .as_deref()
            .filter(|name| !name.trim().is_empty())
    }
}

/// Options of `adapters`.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct AdaptersArgs {
    #[command(flatten)]
    pub(crate) adapter: AdapterArg,
    /// One JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}
