//! What a worker draws with: the processor, a graphics card, or both.

use std::sync::{Mutex, MutexGuard, PoisonError};

use woolgather_protocol::work::{DeviceKind, DrawingDevice};
use woolgather_render_kernel::{
    Backend, FramePlan, Planes, RenderControl, RenderError, Renderer, render,
};

use crate::speed::Speed;

/// What a worker shall draw with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WorkBackend {
    /// The processor.
    Cpu,
    /// A graphics card; the processor where there is none.
    Gpu,
    /// A graphics card and the processor side by side.
    Both,
    /// A graphics card where there is one, else the processor.
    #[default]
    Auto,
}

/// A worker's devices, each with its measured speed. A thread that draws with the card holds it meanwhile.
pub(crate) struct Devices {
    /// `None` where there was no card when the worker began.
    card: Option<Mutex<Renderer>>,
    card_name: String,
    /// Whether the processor takes frames while the card draws others.
    both: bool,
    card_speed: Mutex<Speed>,
    processor_speed: Mutex<Speed>,
    /// What the volunteer should know and was not told yet.
    notes: Mutex<Vec<String>>,
}

impl Devices {
    /// Opens what `backend` says; `adapter` is part of a card's name, or its number.
    pub(crate) fn open(backend: WorkBackend, adapter: Option<&str>) -> Self {
        let renderer = match backend {
            WorkBackend::Cpu => Renderer::processor(),
            WorkBackend::Gpu | WorkBackend::Both => Renderer::open(Backend::Gpu, adapter),
            WorkBackend::Auto => Renderer::open(Backend::Auto, adapter),
        };
        Self::with(renderer, backend == WorkBackend::Both)
    }

    /// Draws with `renderer`, and with the processor beside it if `both`.
    pub(crate) fn with(mut renderer: Renderer, both: bool) -> Self {
        Self {
            notes: Mutex::new(renderer.take_note().into_iter().collect()),
            card_name: renderer.name(),
            both: both && renderer.is_gpu(),
            card: renderer.is_gpu().then(|| Mutex::new(renderer)),
            card_speed: Mutex::default(),
            processor_speed: Mutex::default(),
        }
    }

    /// The card, while it draws.
    pub(crate) fn card(&self) -> Option<MutexGuard<'_, Renderer>> {
        let card = self.card.as_ref().map(locked)?;
        card.is_gpu().then_some(card)
    }

    /// Whether the processor takes frames beside the card.
    pub(crate) fn both(&self) -> bool {
        self.both
    }

    /// Draws one frame on the best device; the processor's work is done on the current rayon pool.
    ///
    /// # Errors
    ///
    /// [`RenderError`] when `control` says so.
    pub(crate) fn draw(
        &self,
        plan: FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<(Planes, DeviceKind), RenderError> {
        let Some(mut card) = self.card() else {
            return Ok((render(&plan, control)?.to_planes(), DeviceKind::Cpu));
        };
        let planes = card.render_planes(plan, control)?;
        self.heard(&mut card);
        Ok((planes, DeviceKind::Gpu))
    }

    /// Takes down what the card has to say.
    pub(crate) fn heard(&self, card: &mut Renderer) {
        locked(&self.notes).extend(card.take_note());
    }

    /// What the volunteer should know, each once.
    pub(crate) fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut *locked(&self.notes))
    }

    /// The speed of the card or of the processor.
    pub(crate) fn speed(&self, kind: DeviceKind) -> MutexGuard<'_, Speed> {
        locked(match kind {
            DeviceKind::Cpu => &self.processor_speed,
            DeviceKind::Gpu => &self.card_speed,
        })
    }

    /// The devices that draw, as the coordinator is told.
    pub(crate) fn described(&self) -> Vec<DrawingDevice> {
        let card = self.card().is_some();
        let named = |kind, name: String| DrawingDevice {
            kind,
            name,
            samples_per_second: self.speed(kind).samples_per_second(),
        };
        let mut devices = Vec::new();
        if card {
            devices.push(named(DeviceKind::Gpu, self.card_name.clone()));
        }
        if self.both || !card {
            let name = format!("{} processor", std::env::consts::ARCH);
            devices.push(named(DeviceKind::Cpu, name));
        }
        devices
    }
}

/// A thread that panicked while it held something ends the work anyway.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
