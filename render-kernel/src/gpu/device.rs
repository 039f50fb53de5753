//! A device and what every stage asks of it: buffers within its limits, pipelines, bounded submissions, and whether it
//! is still alive.
//!
//! wgpu reports most faults late and through callbacks. [`GpuDevice`] collects them, so that a stage can ask once
//! ([`GpuDevice::check`]) and nothing panics: a fault becomes a [`GpuError`], and whoever draws may go on elsewhere.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{AdapterSummary, GpuError};

/// Submissions that may be under way: one runs while the next one waits for it.
pub(super) const IN_FLIGHT: usize = 2;
/// The longest that a submission may take before the device counts as lost; drivers themselves give up after some
/// seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open device.
pub(crate) struct GpuDevice {
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    pub(crate) summary: AdapterSummary,
    /// The most bytes that one render may hold on the device.
    memory_bytes_max: Option<u64>,
    faults: Arc<Mutex<Option<GpuError>>>,
    in_flight: Mutex<VecDeque<wgpu::SubmissionIndex>>,
    /// The longest submission so far, while each is waited for; see [`Self::measured`].
    longest: Mutex<Option<Duration>>,
    cache: Option<super::cache::PipelineStore>,
}

impl GpuDevice {
    /// Wraps a device, and listens to its complaints.
    pub(crate) fn new(
        device: wgpu::Device,
        queue: wgpu::Queue,
        summary: AdapterSummary,
        memory_bytes_max: Option<u64>,
    ) -> Self {
        let faults = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&faults);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            note(&noted, GpuError::from(error));
        }));
        let noted = Arc::clone(&faults);
        device.set_device_lost_callback(move |_, reason| {
            note(&noted, GpuError::Lost { reason });
        });
        let cache = super::cache::PipelineStore::open(&device, &summary);
        Self {
            device,
            queue,
            summary,
            memory_bytes_max,
            faults,
            in_flight: Mutex::default(),
            longest: Mutex::default(),
            cache,
        }
    }

    /// Whether the processor does the drawing.
    pub(crate) fn is_software(&self) -> bool {
        self.summary.is_software()
    }

    /// The first fault since the device was opened, if there was one.
    ///
    /// # Errors
    ///
    /// The fault: the device is lost, out of memory, or refused a command, which is our bug.
    pub(crate) fn check(&self) -> Result<(), GpuError> {
        let fault = locked(&self.faults);
        fault.clone().map_or(Ok(()), Err)
    }

    /// Forgets a fault that the device outlives: memory that it did not have.
    pub(crate) fn forgive(&self) {
        let mut fault = locked(&self.faults);
        if matches!(*fault, Some(GpuError::OutOfMemory)) {
            *fault = None;
        }
    }

    /// Refuses a render that would hold `bytes` on the device.
    ///
    /// # Errors
    ///
    /// [`GpuError::TooLarge`] beyond the memory that the caller allows.
    pub(crate) fn check_memory(&self, bytes: u64) -> Result<(), GpuError> {
        match self.memory_bytes_max {
            Some(limit) if bytes > limit => Err(GpuError::TooLarge {
                what: "the picture".into(),
                bytes,
                limit,
            }),
            _ => Ok(()),
        }
    }

    /// A buffer of `bytes`, rounded up to whole words and never empty.
    ///
    /// # Errors
    ///
    /// [`GpuError::TooLarge`] beyond the device's limits, [`GpuError::OutOfMemory`].
    pub(crate) fn buffer(
        &self,
        label: &str,
        bytes: u64,
        usage: wgpu::BufferUsages,
    ) -> Result<wgpu::Buffer, GpuError> {
        let size = bytes.next_multiple_of(16).max(16);
        let limits = self.device.limits();
        let limit = if usage.contains(wgpu::BufferUsages::STORAGE) {
            limits
                .max_storage_buffer_binding_size
                .min(limits.max_buffer_size)
        } else {
            limits.max_buffer_size
        };
        if size > limit {
            return Err(GpuError::TooLarge {
                what: label.to_owned(),
                bytes: size,
                limit,
            });
        }
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage,
            mapped_at_creation: false,
        });
        match pollster::block_on(scope.pop()) {
            Some(_) => Err(GpuError::OutOfMemory),
            None => self.check().map(|()| buffer),
        }
    }

    /// A buffer for a struct of numbers.
    ///
    /// # Errors
    ///
    /// As [`Self::buffer`].
    pub(crate) fn uniform(&self, label: &str, bytes: usize) -> Result<wgpu::Buffer, GpuError> {
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        self.buffer(label, bytes as u64, usage)
    }

    /// A storage buffer that the processor may write to and read from.
    ///
    /// # Errors
    ///
    /// As [`Self::buffer`].
    pub(crate) fn storage(&self, label: &str, bytes: u64) -> Result<wgpu::Buffer, GpuError> {
        self.buffer(
            label,
            bytes,
            wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_DST
                | wgpu::BufferUsages::COPY_SRC,
        )
    }

    /// A storage buffer that holds `content`.
    ///
    /// # Errors
    ///
    /// As [`Self::buffer`].
    pub(crate) fn storage_of<T: bytemuck::Pod>(
        &self,
        label: &str,
        content: &[T],
    ) -> Result<wgpu::Buffer, GpuError> {
        let bytes: &[u8] = bytemuck::cast_slice(content);
        let buffer = self.storage(label, bytes.len() as u64)?;
        if !bytes.is_empty() {
            self.queue.write_buffer(&buffer, 0, bytes);
        }
        Ok(buffer)
    }

    /// Compiles the entry point `entry` of the WGSL `text`.
    ///
    /// # Errors
    ///
    /// [`GpuError::Invalid`] where the text or the driver's compiler is at fault.
    pub(crate) fn compute_pipeline(
        &self,
        text: &str,
        entry: &str,
        layout: &wgpu::BindGroupLayout,
    ) -> Result<wgpu::ComputePipeline, GpuError> {
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let module = self
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(entry),
                source: wgpu::ShaderSource::Wgsl(text.into()),
            });
        let layout = self
            .device
            .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(entry),
                bind_group_layouts: &[Some(layout)],
                immediate_size: 0,
            });
        let pipeline = self
            .device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry),
                layout: Some(&layout),
                module: &module,
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions {
                    // The shaders clear what they read.
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: self.cache.as_ref().map(super::cache::PipelineStore::cache),
            });
        if let Some(error) = pollster::block_on(scope.pop()) {
            return Err(GpuError::Invalid {
                reason: format!("{entry}: {error}"),
            });
        }
        if let Some(cache) = &self.cache {
            cache.keep();
        }
        self.check().map(|()| pipeline)
    }

    /// An encoder for commands.
    pub(crate) fn encoder(&self) -> wgpu::CommandEncoder {
        self.device.create_command_encoder(&Default::default())
    }

    /// Hands `commands` to the device, once no more than one earlier submission is still under way.
    ///
    /// # Errors
    ///
    /// What [`Self::check`] finds.
    pub(crate) fn submit(&self, commands: wgpu::CommandBuffer) -> Result<(), GpuError> {
        let start = Instant::now();
        let index = self.queue.submit([commands]);
        if let Some(longest) = &mut *locked(&self.longest) {
            self.wait_for(Some(index))?;
            *longest = start.elapsed().max(*longest);
            return Ok(());
        }
        let mut in_flight = self
            .in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        in_flight.push_back(index);
        if in_flight.len() > IN_FLIGHT
            && let Some(oldest) = in_flight.pop_front()
        {
            drop(in_flight);
            self.wait_for(Some(oldest))?;
        }
        self.check()
    }

    /// Whether every submission is waited for now.
    pub(crate) fn is_measuring(&self) -> bool {
        locked(&self.longest).is_some()
    }

    /// Lets `work` submit, waits after every submission, and returns how long the longest one took, with what lies
    /// between asking for it and hearing that it is done.
    ///
    /// # Errors
    ///
    /// What `work` returns.
    pub(crate) fn measured(
        &self,
        work: impl FnOnce() -> Result<(), GpuError>,
    ) -> Result<Duration, GpuError> {
        self.wait()?;
        *locked(&self.longest) = Some(Duration::ZERO);
        let result = work();
        let longest = locked(&self.longest).take();
        result.map(|()| longest.unwrap_or_default())
    }

    /// Waits until everything submitted is done.
    ///
    /// # Errors
    ///
    /// What [`Self::check`] finds.
    pub(crate) fn wait(&self) -> Result<(), GpuError> {
        locked(&self.in_flight).clear();
        self.wait_for(None)
    }

    fn wait_for(&self, submission_index: Option<wgpu::SubmissionIndex>) -> Result<(), GpuError> {
        let result = self.device.poll(wgpu::PollType::Wait {
            submission_index,
            timeout: Some(PATIENCE),
        });
        self.check()?;
        match result {
            Ok(_) => Ok(()),
            Err(error) => Err(GpuError::Lost {
                reason: error.to_string(),
            }),
        }
    }

    /// Copies a buffer where the processor can read it, and begins to; see [`Staged`].
    ///
    /// # Errors
    ///
    /// As [`Self::buffer`] and [`Self::submit`].
    pub(crate) fn stage(
        self: &Arc<Self>,
        from: &wgpu::Buffer,
        bytes: u64,
    ) -> Result<Staged, GpuError> {
        let usage = wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ;
        let buffer = self.buffer("read back", bytes, usage)?;
        let mut encoder = self.encoder();
        encoder.copy_buffer_to_buffer(from, 0, &buffer, 0, bytes.next_multiple_of(4));
        let index = self.queue.submit([encoder.finish()]);
        let (done, answer) = std::sync::mpsc::channel();
        buffer.map_async(wgpu::MapMode::Read, .., move |result| {
            // Nobody listens where the frame was dropped.
            done.send(result).ok();
        });
        self.check()?;
        Ok(Staged {
            device: Arc::clone(self),
            buffer,
            bytes,
            index,
            answer,
        })
    }
}

/// A copy on its way to the processor.
pub(crate) struct Staged {
    device: Arc<GpuDevice>,
    buffer: wgpu::Buffer,
    bytes: u64,
    index: wgpu::SubmissionIndex,
    answer: std::sync::mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>,
}

impl Staged {
    /// Waits for the copy and gives it as words.
    ///
    /// # Errors
    ///
    /// What [`GpuDevice::check`] finds, or [`GpuError::Lost`].
    pub(crate) fn words(self) -> Result<Vec<u32>, GpuError> {
        self.device.wait_for(Some(self.index))?;
        let lost = |reason: String| GpuError::Lost { reason };
        match self.answer.recv_timeout(PATIENCE) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(lost(error.to_string())),
            Err(error) => return Err(lost(error.to_string())),
        }
        let range = self
            .buffer
            .get_mapped_range(..self.bytes.next_multiple_of(4))
            .map_err(|error| lost(error.to_string()))?;
        Ok(range
            .as_chunks::<4>()
            .0
            .iter()
            .map(|word| u32::from_le_bytes(*word))
            .collect())
    }
}

fn note(faults: &Mutex<Option<GpuError>>, fault: GpuError) {
    locked(faults).get_or_insert(fault);
}

/// A thread that panicked while it held one of these has ended its render; what it noted still stands.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
