//! The chaos game on the device: one pipeline per structure of genome, slabs in bounded dispatches.
//!
//! ```text
//! [FramePlan] -> structure -> pipeline; numbers -> buffers; slabs -> dispatches -> [HistogramBuffers]
//! ```
//!
//! A dispatch plays as many slabs as the device did in [`PACE`] before, so that whatever else draws on the same card, the
//! desktop above all, gets its turn.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use woolgather_shaders::assemble::Structure;
use woolgather_shaders::layout::IterateUniform;

use super::GpuError;
use super::device::{GpuDevice, IN_FLIGHT};
use super::histogram::HistogramBuffers;
use super::pipeline::{Pipeline, Slot, Stage};
use crate::RenderControl;
use crate::packing::{integers, numbers, structures, tasks};
use crate::plan::{FramePlan, Moment};

/// What a dispatch is to last: a large card takes half of that for as many slabs as it plays at once, so that much less would
/// leave much of it idle, and with three rounds of them a dispatch stays below the 50 ms that a desktop does not notice.
const PACE: Duration = Duration::from_millis(33);
/// The same on a software adapter, whose times vary more.
const PACE_SOFTWARE: Duration = Duration::from_millis(20);
/// The most that a dispatch grows by from one to the next.
const GROWTH: f64 = 1.5;
/// Slabs of the first dispatch of a card that nobody has measured yet.
const FIRST_SLABS: u32 = 64;
/// The most slabs of a dispatch on a software adapter, which gains nothing from long ones.
const SLABS_MAX_SOFTWARE: u32 = 64;
/// Most slabs of a dispatch: WebGPU's limit of workgroups along an axis.
const SLABS_MAX: u32 = 65_535;
/// Compiled games that are kept.
const GAMES_MAX: usize = 64;

/// Compiled games, by structure.
pub(super) struct Games {
    games: HashMap<Structure, Game>,
    /// Those that a thread of their own compiles.
    coming: HashMap<Structure, JoinHandle<Result<Game, GpuError>>>,
    /// Counts uses, to know which game was used longest ago.
    uses: u64,
}

/// The chaos game of one structure.
struct Game {
    pipeline: Pipeline,
    /// Slabs of the next dispatch.
    slabs: u32,
    used: u64,
}

impl Games {
    pub(super) fn new() -> Self {
        Self {
            games: HashMap::new(),
            coming: HashMap::new(),
            uses: 0,
        }
    }

    /// The game of `structure`, compiled where it is new; the one used longest ago makes room for it.
    fn game(&mut self, device: &GpuDevice, structure: &Structure) -> Result<&mut Game, GpuError> {
        self.uses += 1;
        let is_new = !self.games.contains_key(structure);
        if is_new && self.games.len() >= GAMES_MAX {
            let oldest = self.games.iter().min_by_key(|(_, game)| game.used);
            if let Some(oldest) = oldest.map(|(structure, _)| structure.clone()) {
                self.games.remove(&oldest);
            }
        }
        let game = match self.games.entry(structure.clone()) {
            Entry::Occupied(game) => game.into_mut(),
            Entry::Vacant(place) => {
                let coming = self.coming.remove(structure);
                let came = coming.and_then(|thread| thread.join().ok());
                place.insert(came.unwrap_or_else(|| Game::compile(device, structure))?)
            }
        };
        game.used = self.uses;
        Ok(game)
    }

    /// Has threads compile the games that `plan` needs and that are not there yet; true where all of them are. One that is
    /// wanted before its thread is done is waited for, and a fault is told then.
    pub(super) fn prepare(&mut self, device: &Arc<GpuDevice>, plan: &FramePlan) -> bool {
        let compiled = self
            .coming
            .iter()
            .filter(|(_, thread)| thread.is_finished());
        let compiled: Vec<_> = compiled.map(|(structure, _)| structure.clone()).collect();
        for structure in compiled {
            // A fault is found again, and told, by the frame that needs the game.
            self.game(device, &structure).ok();
        }
        let mut ready = true;
        for structure in structures(plan, &plan.moments) {
            if self.games.contains_key(&structure) {
                continue;
            }
            ready = false;
            if let Entry::Vacant(place) = self.coming.entry(structure) {
                let device = Arc::clone(device);
                let structure = place.key().clone();
                let thread = std::thread::Builder::new().name("shader compiler".into());
                // Where no thread can be had, the frame that needs the game compiles it.
                if let Ok(thread) = thread.spawn(move || Game::compile(&device, &structure)) {
                    place.insert(thread);
                }
            }
        }
        ready
    }

    /// Plays the moments of pass `pass` into `histogram`, which it does not empty first; `progress` is told the share that
    /// was handed to the device.
    ///
    /// # Errors
    ///
    /// [`GpuError::Cancelled`] between two dispatches, or the device's faults.
    pub(super) fn play(
        &mut self,
        device: &GpuDevice,
        plan: &FramePlan,
        pass: u32,
        histogram: &HistogramBuffers,
        control: &RenderControl<'_>,
    ) -> Result<(), GpuError> {
        let moments = plan.moments_of(pass);
        let samples = |moments: &[Moment]| moments.iter().map(|moment| moment.samples).sum::<u64>();
        let all = samples(moments).max(1) as f64;
        let mut before = 0.0;
        let structures = structures(plan, moments);
        let mut first = 0;
        for alike in structures.chunk_by(PartialEq::eq) {
            let run = &moments[first..first + alike.len()];
            first += alike.len();
            let here = samples(run) as f64;
            let progress = |part: f64| (control.progress)((before + here * part) / all);
            let watched = RenderControl {
                cancelled: control.cancelled,
                progress: &progress,
            };
            let game = self.game(device, &alike[0])?;
            let inputs = Inputs::new(device, plan, run)?;
            game.play(device, &inputs, histogram, &watched)?;
            before += here;
        }
        Ok(())
    }
}

impl Game {
    fn compile(device: &GpuDevice, structure: &Structure) -> Result<Self, GpuError> {
        use Slot::{Read, Uniform, Write};
        let mut slots = vec![Uniform, Read, Read, Read, Read, Write, Write];
        if structure.counts {
            slots.push(Write);
        }
        let slots: Vec<_> = (0..).zip(slots).collect();
        Ok(Self {
            pipeline: Pipeline::new(device, &structure.iterate_text(), "iterate", &slots)?,
            slabs: if device.is_software() {
                cores()
            } else {
                FIRST_SLABS
            },
            used: 0,
        })
    }

    fn bind(&self, device: &GpuDevice, inputs: &Inputs, histogram: &HistogramBuffers) -> Stage {
        let mut buffers = vec![
            &inputs.frame,
            &inputs.tasks,
            &inputs.numbers,
            &inputs.integers,
            &inputs.palette,
            &histogram.low,
            &histogram.high,
        ];
        buffers.extend(&histogram.counts);
        self.pipeline.bind(device, &buffers)
    }

    /// Plays all slabs of `inputs`.
    fn play(
        &mut self,
        device: &GpuDevice,
        inputs: &Inputs,
        histogram: &HistogramBuffers,
        control: &RenderControl<'_>,
    ) -> Result<(), GpuError> {
        let stage = self.bind(device, inputs, histogram);
        let tasks = inputs.tasks_count;
        let mut first = 0;
        let mut waited_at: Option<Instant> = None;
        let mut under_way = VecDeque::new();
        while first < tasks {
            if (control.cancelled)() {
                return Err(GpuError::Cancelled);
            }
            let slabs = self.slabs.min(tasks - first);
            let uniform = IterateUniform {
                first_task: first,
                ..inputs.uniform
            };
            device
                .queue
                .write_buffer(&inputs.frame, 0, bytemuck::bytes_of(&uniform));
            let mut encoder = device.encoder();
            stage.dispatch(&mut encoder, &[], [slabs, 1]);
            device.submit(encoder.finish())?;
            first += slabs;
            under_way.push_back(slabs);
            // The device has just waited for the oldest of them, which is what the time since the wait before went into.
            if under_way.len() > IN_FLIGHT
                && let Some(done) = under_way.pop_front()
            {
                let before = waited_at.replace(Instant::now());
                if let Some(before) = before.filter(|_| !device.is_measuring()) {
                    self.adapt(done, before.elapsed(), device.is_software());
                }
            }
            (control.progress)(f64::from(first) / f64::from(tasks));
        }
        Ok(())
    }

    /// Takes as many slabs next time as fit into [`PACE`], when `done` of them took `took`.
    fn adapt(&mut self, done: u32, took: Duration, software: bool) {
        // A software adapter plays a slab on each core at once, in the time of a single one.
        let (pace, fewest, most) = if software {
            (PACE_SOFTWARE, cores(), SLABS_MAX_SOFTWARE.max(cores()))
        } else {
            (PACE, 1, SLABS_MAX)
        };
        let fitting = f64::from(done) * pace.as_secs_f64() / took.as_secs_f64().max(1e-6);
        // A wait that was short by chance shall not lead to a long dispatch.
        let fitting = fitting.min(GROWTH * f64::from(self.slabs) + 1.0);
        self.slabs = (fitting as u32).clamp(fewest, most);
    }
}

/// How many slabs the processor plays at once.
fn cores() -> u32 {
    let cores = std::thread::available_parallelism();
    cores.map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

/// The numbers of moments of one structure, on the device.
struct Inputs {
    uniform: IterateUniform,
    frame: wgpu::Buffer,
    tasks: wgpu::Buffer,
    tasks_count: u32,
    numbers: wgpu::Buffer,
    integers: wgpu::Buffer,
    palette: wgpu::Buffer,
}

impl Inputs {
    fn new(device: &GpuDevice, plan: &FramePlan, moments: &[Moment]) -> Result<Self, GpuError> {
        let tasks = tasks(plan, moments);
        let numbers: Vec<[f32; 4]> = moments.iter().flat_map(numbers).collect();
        let integers: Vec<u32> = moments.iter().flat_map(integers).collect();
        let palette: Vec<[u32; 4]> = moments
            .iter()
            .flat_map(|moment| moment.palette.iter().copied())
            .collect();
        Ok(Self {
            uniform: IterateUniform {
                first_task: 0,
                bins_wide: plan.shape.bins_wide(),
                bins_high: plan.shape.bins_high(),
                unused: 0,
            },
            frame: device.uniform("frame", size_of::<IterateUniform>())?,
            tasks_count: tasks.len() as u32,
            tasks: device.storage_of("slabs", &tasks)?,
            numbers: device.storage_of("maps", &numbers)?,
            integers: device.storage_of("choices", &integers)?,
            palette: device.storage_of("palettes", &palette)?,
        })
    }
}

#[cfg(test)]
mod tests;
