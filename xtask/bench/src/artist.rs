//! Who draws: the processor or a graphics adapter.

use std::fmt;

use anyhow::Context;
use woolgather_render_kernel::gpu::{
    AdapterChoice, GpuError, GpuRenderer, LiveRenderer, list_adapters,
};
use woolgather_render_kernel::{Frame, FramePlan, RenderControl, render};

/// Who draws.
pub(crate) enum Artist {
    Processor,
    Card(Box<GpuRenderer>),
}

impl Artist {
    /// The graphics adapter that [`open`] finds.
    pub(crate) fn on_card(adapter: Option<&str>) -> anyhow::Result<Self> {
        Ok(Self::Card(Box::new(open(adapter)?)))
    }

    pub(crate) fn draw(&mut self, plan: &FramePlan) -> anyhow::Result<Frame> {
        let control = RenderControl::unattended();
        Ok(match self {
            Self::Processor => render(plan, &control)?,
            Self::Card(card) => card.render(plan, &control)?,
        })
    }
}

impl fmt::Display for Artist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Processor => f.write_str("the processor"),
            Self::Card(card) => write!(f, "{}, {} adapter", card.adapter(), card.adapter().kind),
        }
    }
}

/// Opens the adapter of this name or number, or the best one; a software adapter will do.
pub(crate) fn open(adapter: Option<&str>) -> anyhow::Result<GpuRenderer> {
    found(GpuRenderer::open(&choice(adapter)))
}

/// The same for frames that never end.
pub(crate) fn open_live(adapter: Option<&str>) -> anyhow::Result<LiveRenderer> {
    found(LiveRenderer::open(&choice(adapter)))
}

fn choice(adapter: Option<&str>) -> AdapterChoice {
    AdapterChoice {
        name: adapter.map(str::to_owned),
        software: true,
        ..AdapterChoice::default()
    }
}

fn found<T>(opened: Result<T, GpuError>) -> anyhow::Result<T> {
    opened.with_context(|| {
        let adapters = list_adapters();
        if adapters.is_empty() {
            return "nothing to measure: install the graphics card's driver, or a software adapter \
                    (apt-get install mesa-vulkan-drivers)"
                .to_owned();
        }
        let lines = adapters.iter().enumerate();
        let lines: Vec<String> = lines
            .map(|(number, adapter)| format!("\n  {number}: {adapter}"))
            .collect();
        format!("nothing to measure; adapters here:{}", lines.concat())
    })
}
