//! Rendering and encoding a segment, both on the same pool of threads.
//!
//! ```text
//! render 0 | render 1 | render 2 | ...      |
//!          | encode 0 | encode 1 | ...      | encode last, finish
//! ```
//!
//! A frame is encoded while the next one is rendered. The encoder keeps one thread busy, rendering
//! takes the others and helps itself to that one when it is free, so a worker that was given two
//! threads never uses a third.
//!
//! A graphics card begins the next frame before the one at hand is read back and encoded. Where the processor helps it,
//! each takes the next frame that nobody has taken yet, and the encoder takes them in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Instant;

use woolgather_api::Submission;
use woolgather_protocol::Blake3;
use woolgather_protocol::submission::Preamble;
use woolgather_protocol::work::DeviceKind;
use woolgather_render_kernel::{Planes, RenderControl, RenderError, Renderer, Started, render};
use woolgather_video::{PlanesRef, SegmentEncoder};

use crate::assignment::Assignment;
use crate::devices::Devices;
use crate::error::WorkerError;
use crate::stop::Stop;
use crate::worker::MeasureFrame;

/// A rendered segment and what it took.
#[derive(Debug)]
pub(crate) struct RenderedSegment {
    pub(crate) submission: Submission,
    pub(crate) measured_bytes: Option<u64>,
    pub(crate) samples: u64,
}

/// Renders and encodes; `frame_done` is told how many frames are rendered. Blocks, and works on the
/// current rayon pool.
///
/// # Errors
///
/// [`WorkerError`]: stopped, not plannable within the limits, or the encoder failed.
pub(crate) fn render_segment(
    assignment: &Assignment,
    devices: &Devices,
    measure: Option<&MeasureFrame>,
    stop: &Stop,
    frame_done: &(dyn Fn(u32) + Sync),
) -> Result<RenderedSegment, WorkerError> {
    let start = Instant::now();
    let job = Job {
        assignment,
        devices,
        measure,
        stop,
        frame_done,
    };
    let card = devices.card();
    let drawn_by = match card {
        Some(_) => DeviceKind::Gpu,
        None => DeviceKind::Cpu,
    };
    let film = match card {
        // What is measured is a frame, which a card does not read back for an encoder.
        Some(mut card) if measure.is_none() && devices.both() => job.draw_with_both(&mut card)?,
        Some(mut card) if measure.is_none() => job.draw_with_card(&mut card)?,
        Some(mut card) => job.draw_one_by_one(Some(&mut *card))?,
        None => job.draw_one_by_one(None)?,
    };
    let segment = film.encoder.finish()?;
    let preamble = Preamble {
        segment_bytes: segment.len() as u64,
        segment: Blake3::of(&segment),
        frames: film.frames,
        render_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        drawn_by,
    };
    Ok(RenderedSegment {
        submission: Submission { preamble, segment },
        measured_bytes: measure.map(|_| film.measured_bytes),
        samples: film.samples,
    })
}

/// A segment that is being made.
struct Film {
    encoder: SegmentEncoder,
    /// Digests of the frames encoded so far.
    frames: Vec<Blake3>,
    samples: u64,
    measured_bytes: u64,
}

/// A frame before it is encoded.
struct Drawn {
    planes: Planes,
    samples: u64,
    /// 0 where nobody measures.
    measured_bytes: u64,
}

/// A frame that a card has begun, and its samples.
type Begun = (Started, u64);

/// What there is to do.
struct Job<'a> {
    assignment: &'a Assignment,
    devices: &'a Devices,
    measure: Option<&'a MeasureFrame>,
    stop: &'a Stop,
    frame_done: &'a (dyn Fn(u32) + Sync),
}

impl Job<'_> {
    fn film(&self) -> Result<Film, WorkerError> {
        Ok(Film {
            encoder: SegmentEncoder::new(&self.assignment.encoder())?,
            frames: Vec::new(),
            samples: 0,
            measured_bytes: 0,
        })
    }

    /// Takes the next frame, if there is one; a frame cannot be stopped half-way.
    fn encode(&self, film: &mut Film, drawn: Option<Drawn>) -> Result<(), WorkerError> {
        self.go_on()?;
        let Some(drawn) = drawn else {
            return Ok(());
        };
        let planes = &drawn.planes;
        film.encoder.push(&PlanesRef {
            width: planes.width,
            height: planes.height,
            luma: &planes.luma,
            chroma_blue: &planes.chroma_blue,
            chroma_red: &planes.chroma_red,
        })?;
        film.frames.push(Blake3(planes.digest()));
        film.samples += drawn.samples;
        film.measured_bytes += drawn.measured_bytes;
        Ok(())
    }

    fn go_on(&self) -> Result<(), WorkerError> {
        if self.stop.is_stopped() {
            return Err(RenderError::Cancelled.into());
        }
        Ok(())
    }

    /// Every frame on all threads of the pool, or on the card, while the one before is encoded.
    fn draw_one_by_one(&self, mut card: Option<&mut Renderer>) -> Result<Film, WorkerError> {
        let mut film = self.film()?;
        let mut drawn = None;
        for (done, frame) in (1..).zip(self.assignment.frames()) {
            let before = drawn.take();
            let (encoded, next) = rayon::join(
                || self.encode(&mut film, before),
                || self.draw(frame, card.as_deref_mut()),
            );
            encoded?;
            drawn = Some(next?);
            (self.frame_done)(done);
        }
        self.encode(&mut film, drawn)?;
        Ok(film)
    }

    fn draw(&self, frame: u32, card: Option<&mut Renderer>) -> Result<Drawn, WorkerError> {
        let plan = self.assignment.plan(frame)?;
        let control = RenderControl {
            cancelled: &|| self.stop.is_stopped(),
            progress: &|_| {},
        };
        let start = Instant::now();
        let kind = match card {
            Some(_) => DeviceKind::Gpu,
            None => DeviceKind::Cpu,
        };
        let picture = match card {
            Some(card) => {
                let picture = card.render(&plan, &control)?;
                self.devices.heard(card);
                picture
            }
            None => render(&plan, &control)?,
        };
        let mut speed = self.devices.speed(kind);
        speed.measured(plan.samples(), start.elapsed());
        Ok(Drawn {
            planes: picture.to_planes(),
            samples: plan.samples(),
            measured_bytes: self.measure.map_or(0, |measure| measure(&picture)),
        })
    }

    /// Every frame on the card: it computes one, reads back the one before, and the processor encodes the one before that.
    fn draw_with_card(&self, card: &mut Renderer) -> Result<Film, WorkerError> {
        let mut film = self.film()?;
        let mut waiting: Option<Begun> = None;
        let mut drawn = None;
        let mut done = 0;
        let frames = self.assignment.frames().map(Some).chain([None]);
        let mut finished = Instant::now();
        for frame in frames {
            let before = drawn.take();
            let earlier = waiting.take();
            let (encoded, next) = rayon::join(
                || self.encode(&mut film, before),
                || self.step(card, frame, earlier),
            );
            encoded?;
            (waiting, drawn) = next?;
            if let Some(drawn) = &drawn {
                // The card is never idle here, so the time between two frames is that of one.
                let mut speed = self.devices.speed(DeviceKind::Gpu);
                speed.measured(drawn.samples, finished.elapsed());
                finished = Instant::now();
                done += 1;
                (self.frame_done)(done);
            }
        }
        self.encode(&mut film, drawn)?;
        Ok(film)
    }

    /// Begins `frame`, then waits for the one that was begun before it.
    fn step(
        &self,
        card: &mut Renderer,
        frame: Option<u32>,
        earlier: Option<Begun>,
    ) -> Result<(Option<Begun>, Option<Drawn>), WorkerError> {
        let control = RenderControl {
            cancelled: &|| self.stop.is_stopped(),
            progress: &|_| {},
        };
        let begun = match frame {
            Some(frame) => {
                let plan = self.assignment.plan(frame)?;
                let samples = plan.samples();
                Some((card.start(plan, &control)?, samples))
            }
            None => None,
        };
        let drawn = match earlier {
            Some((started, samples)) => Some(Drawn {
                planes: card.finish(started, &control)?,
                samples,
                measured_bytes: 0,
            }),
            None => None,
        };
        self.devices.heard(card);
        Ok((begun, drawn))
    }

    /// The card and the processor take frames in turn, each as fast as it can. The first one is the card's, so that a segment
    /// always tells how fast it is.
    fn draw_with_both(&self, card: &mut Renderer) -> Result<Film, WorkerError> {
        let frames: Vec<u32> = self.assignment.frames().collect();
        let next = AtomicUsize::new(0);
        let given_up = AtomicBool::new(false);
        let (sender, receiver) = channel();
        let take = || {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let go_on = !given_up.load(Ordering::Relaxed);
            frames
                .get(index)
                .filter(|_| go_on)
                .map(|&frame| (index, frame))
        };
        let from_card = sender.clone();
        let first = take();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Where the card fails, its renderer goes on on the processor.
                let mut taken = first;
                while let Some((index, frame)) = taken {
                    let drawn = self.draw_planes(frame, card);
                    if from_card.send((index, drawn)).is_err() {
                        break;
                    }
                    taken = take();
                }
                drop(from_card);
            });
            // The encoder waits for frames, so it has a thread of its own: the pool may have a single one, which draws.
            let encoder = scope.spawn(|| {
                let film = self.encode_in_order(receiver.into_iter());
                given_up.store(film.is_err(), Ordering::Relaxed);
                film
            });
            while self.processor_is_worth_it(frames.len(), &next)
                && let Some((index, frame)) = take()
            {
                if sender.send((index, self.draw(frame, None))).is_err() {
                    break;
                }
            }
            drop(sender);
            encoder.join().map_err(|_| WorkerError::Thread)?
        })
    }

    /// Whether the processor would be done with a frame before the card is with all that are left.
    fn processor_is_worth_it(&self, frames: usize, next: &AtomicUsize) -> bool {
        let left = frames.saturating_sub(next.load(Ordering::Relaxed)) as f64;
        let speed = |kind| self.devices.speed(kind).samples_per_second();
        let (card, processor) = (speed(DeviceKind::Gpu), speed(DeviceKind::Cpu));
        // Not measured yet: try it.
        card == 0.0 || processor == 0.0 || left * processor >= card
    }

    fn draw_planes(&self, frame: u32, card: &mut Renderer) -> Result<Drawn, WorkerError> {
        let start = Instant::now();
        let (begun, _) = self.step(card, Some(frame), None)?;
        let (_, drawn) = self.step(card, None, begun)?;
        let drawn = drawn.ok_or(RenderError::Cancelled)?;
        let mut speed = self.devices.speed(DeviceKind::Gpu);
        speed.measured(drawn.samples, start.elapsed());
        Ok(drawn)
    }

    /// Encodes frames as they come, in their order, until nobody sends any more.
    fn encode_in_order(
        &self,
        mut frames: impl Iterator<Item = (usize, Result<Drawn, WorkerError>)>,
    ) -> Result<Film, WorkerError> {
        let mut film = self.film()?;
        let mut early = BTreeMap::new();
        let mut next = 0;
        let wanted = self.assignment.frames().len();
        while next < wanted {
            let Some((index, drawn)) = frames.next() else {
                return Err(RenderError::Cancelled.into());
            };
            early.insert(index, drawn?);
            (self.frame_done)((next + early.len()) as u32);
            while let Some(drawn) = early.remove(&next) {
                self.encode(&mut film, Some(drawn))?;
                next += 1;
            }
        }
        Ok(film)
    }
}
