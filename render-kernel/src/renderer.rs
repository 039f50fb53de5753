//! Whatever draws here: a graphics card with the processor behind it, or the processor alone.
//!
//! Callers draw through a [`Renderer`] and get their picture whatever happens to the card. What happened is said once, in
//! a sentence that [`Renderer::take_note`] gives.
//!
//! # Rules
//!
//! * [`Backend::Auto`] takes a hardware card where there is one, and the processor without a word otherwise. A software
//!   adapter is the processor in disguise, several times slower than our own backend, and is used only where it is named.
//! * A card that is lost or refuses commands is not asked again. One that has too little memory for a picture is asked
//!   again for the next one.

use std::fmt;
use std::str::FromStr;

use crate::plan::FramePlan;
use crate::{Frame, LinearImage, Planes, RenderControl, RenderError, render, render_linear};

/// What shall draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// The processor: the same bits everywhere.
    Cpu,
    /// A graphics card.
    Gpu,
    /// A graphics card where there is one, else the processor.
    #[default]
    Auto,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
            Self::Auto => "auto",
        })
    }
}

impl FromStr for Backend {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu),
            "auto" => Ok(Self::Auto),
            _ => Err(format!("“{text}” is no backend; cpu, gpu and auto are")),
        }
    }
}

/// Why a card did not draw.
#[cfg_attr(
    not(any(test, feature = "gpu")),
    expect(dead_code, reason = "without cards nothing fails")
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The caller asked for it.
    Cancelled,
    /// This picture is too much for it; another may not be.
    ThisPicture(String),
    /// It will not draw again.
    ForGood(String),
}

/// A frame that a card has begun.
pub(crate) trait Begun: Send {
    /// Waits for it.
    fn wait(self: Box<Self>) -> Result<Planes, Fault>;
}

/// A card, or what a test puts in its place.
pub(crate) trait Accelerator: Send {
    /// Draws a frame.
    fn render(&mut self, plan: &FramePlan, control: &RenderControl<'_>) -> Result<Frame, Fault>;
    /// Draws a picture up to the tone map.
    fn render_linear(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<LinearImage, Fault>;
    /// Begins a frame; another may be begun before this one is waited for.
    fn start(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<Box<dyn Begun>, Fault>;
}

/// Draws frames.
pub struct Renderer {
    /// A card's name and the card, while it works.
    card: Option<(String, Box<dyn Accelerator>)>,
    note: Option<String>,
    /// Whether it was said already that a picture is too large for the card.
    said_too_large: bool,
}

/// A frame that was begun with [`Renderer::start`].
pub struct Started {
    plan: FramePlan,
    /// The planes, or the card that draws them.
    begun: Result<Planes, Box<dyn Begun>>,
}

impl Renderer {
    /// The processor.
    #[must_use]
    pub fn processor() -> Self {
        Self {
            card: None,
            note: None,
            said_too_large: false,
        }
    }

    /// Opens what `backend` says; `adapter` is part of a card's name, or its number. Where a card was asked for and none
    /// can be had, the processor draws, and [`Self::take_note`] says why.
    #[must_use]
    pub fn open(backend: Backend, adapter: Option<&str>) -> Self {
        // An empty name, as an empty variable of the environment is, names none.
        let adapter = adapter.map(str::trim).filter(|name| !name.is_empty());
        if backend == Backend::Cpu {
            return Self::processor();
        }
        match open_card(adapter) {
            Ok((name, card)) => Self::on(name, card),
            // Nobody asked for a card in particular.
            Err(_) if backend == Backend::Auto && adapter.is_none() => Self::processor(),
            Err(reason) => Self {
                note: Some(format!("Rendering on the processor: {reason}.")),
                ..Self::processor()
            },
        }
    }

    fn on(name: String, card: Box<dyn Accelerator>) -> Self {
        Self {
            card: Some((name, card)),
            ..Self::processor()
        }
    }

    /// What draws, in words.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.card {
            Some((name, _)) => name.clone(),
            None => format!("processor, {} threads", rayon::current_num_threads()),
        }
    }

    /// Whether a card draws.
    #[must_use]
    pub fn is_gpu(&self) -> bool {
        self.card.is_some()
    }

    /// What the person should know, once.
    pub fn take_note(&mut self) -> Option<String> {
        self.note.take()
    }

    /// Draws a frame.
    ///
    /// # Errors
    ///
    /// [`RenderError::Cancelled`] when `control` says so.
    pub fn render(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<Frame, RenderError> {
        self.draw(|card| card.render(plan, control), || render(plan, control))
    }

    /// Draws a picture up to the tone map.
    ///
    /// # Errors
    ///
    /// [`RenderError::Cancelled`] when `control` says so.
    pub fn render_linear(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<LinearImage, RenderError> {
        self.draw(
            |card| card.render_linear(plan, control),
            || render_linear(plan, control),
        )
    }

    /// Begins a frame for a video encoder. On a card this returns before the frame is there; begin the next one, then
    /// [`Self::finish`] this one, and computing, reading back and encoding overlap. The processor draws it at once.
    ///
    /// # Errors
    ///
    /// [`RenderError::Cancelled`] when `control` says so.
    pub fn start(
        &mut self,
        plan: FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<Started, RenderError> {
        let begun = self.draw(
            |card| card.start(&plan, control).map(Err),
            || Ok(Ok(render(&plan, control)?.to_planes())),
        )?;
        Ok(Started { plan, begun })
    }

    /// Waits for a frame that was begun; the processor draws it where the card has failed since.
    ///
    /// # Errors
    ///
    /// [`RenderError::Cancelled`] when `control` says so.
    pub fn finish(
        &mut self,
        started: Started,
        control: &RenderControl<'_>,
    ) -> Result<Planes, RenderError> {
        let planes = match started.begun {
            Ok(planes) => Some(planes),
            Err(begun) => self.taken(begun.wait())?,
        };
        match planes {
            Some(planes) => Ok(planes),
            None => Ok(render(&started.plan, control)?.to_planes()),
        }
    }

    /// Draws a frame for a video encoder.
    ///
    /// # Errors
    ///
    /// [`RenderError::Cancelled`] when `control` says so.
    pub fn render_planes(
        &mut self,
        plan: FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<Planes, RenderError> {
        let started = self.start(plan, control)?;
        self.finish(started, control)
    }

    /// What the card makes, or the processor where there is no card or it fails.
    fn draw<T>(
        &mut self,
        on_card: impl FnOnce(&mut dyn Accelerator) -> Result<T, Fault>,
        on_processor: impl FnOnce() -> Result<T, RenderError>,
    ) -> Result<T, RenderError> {
        if let Some((_, card)) = &mut self.card {
            let drawn = on_card(&mut **card);
            if let Some(drawn) = self.taken(drawn)? {
                return Ok(drawn);
            }
        }
        on_processor()
    }

    /// What the card drew, or `None` where the processor has to.
    fn taken<T>(&mut self, drawn: Result<T, Fault>) -> Result<Option<T>, RenderError> {
        let fault = match drawn {
            Ok(drawn) => return Ok(Some(drawn)),
            Err(fault) => fault,
        };
        match fault {
            Fault::Cancelled => return Err(RenderError::Cancelled),
            Fault::ThisPicture(reason) => {
                if !self.said_too_large {
                    self.said_too_large = true;
                    self.note = Some(format!("Drawn on the processor: {reason}."));
                }
            }
            Fault::ForGood(reason) => {
                if let Some((name, _)) = self.card.take() {
                    self.note = Some(format!(
                        "{name} stopped: {reason}. Rendering on the processor from here on."
                    ));
                }
            }
        }
        Ok(None)
    }
}

#[cfg(not(feature = "gpu"))]
fn open_card(_: Option<&str>) -> Result<(String, Box<dyn Accelerator>), String> {
    Err("this program was built without graphics cards".into())
}

#[cfg(feature = "gpu")]
fn open_card(adapter: Option<&str>) -> Result<(String, Box<dyn Accelerator>), String> {
    let choice = crate::gpu::AdapterChoice {
        name: adapter.map(str::to_owned),
        ..crate::gpu::AdapterChoice::default()
    };
    let card = crate::gpu::GpuRenderer::open(&choice).map_err(|error| error.to_string())?;
    Ok((card.adapter().to_string(), Box::new(card)))
}

#[cfg(feature = "gpu")]
mod card {
    use super::{Accelerator, Begun, Fault};
    use crate::gpu::{GpuError, GpuRenderer, PendingPlanes};
    use crate::plan::FramePlan;
    use crate::{Frame, LinearImage, Planes, RenderControl};

    impl From<GpuError> for Fault {
        fn from(error: GpuError) -> Self {
            match error {
                GpuError::Cancelled => Self::Cancelled,
                GpuError::TooLarge { .. } | GpuError::OutOfMemory => {
                    Self::ThisPicture(error.to_string())
                }
                GpuError::NoAdapter { .. }
                | GpuError::NotSuitable { .. }
                | GpuError::Lost { .. }
                | GpuError::Invalid { .. } => Self::ForGood(error.to_string()),
            }
        }
    }

    impl Begun for PendingPlanes {
        fn wait(self: Box<Self>) -> Result<Planes, Fault> {
            Ok((*self).wait()?)
        }
    }

    impl Accelerator for GpuRenderer {
        fn render(
            &mut self,
            plan: &FramePlan,
            control: &RenderControl<'_>,
        ) -> Result<Frame, Fault> {
            Ok(Self::render(self, plan, control)?)
        }

        fn render_linear(
            &mut self,
            plan: &FramePlan,
            control: &RenderControl<'_>,
        ) -> Result<LinearImage, Fault> {
            Ok(Self::render_linear(self, plan, control)?)
        }

        fn start(
            &mut self,
            plan: &FramePlan,
            control: &RenderControl<'_>,
        ) -> Result<Box<dyn Begun>, Fault> {
            Ok(Box::new(self.start_planes(plan, control)?))
        }
    }
}

#[cfg(test)]
mod tests;
