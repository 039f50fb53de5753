//! `woolgather work`: renders for a flock, with a live line that says what is going on.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use image::ImageEncoder as _;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use woolgather_platform::lower_priority;
use woolgather_protocol::limits::clean_name;
use woolgather_protocol::work::Task;
use woolgather_render_kernel::Frame;
use woolgather_worker::{Event, MeasureFrame, Stop, Worker, WorkerSettings};

use super::stop_signal;
use crate::cli::WorkArgs;
use crate::connect::connect;
use crate::identity::{Identity, data_folder};
use crate::say::{Say, bytes, plain};

pub(crate) async fn work(data: Option<&Path>, args: WorkArgs) -> anyhow::Result<()> {
    let identity = Identity::open(&data_folder(data)?)?;
    let coordinator = connect(&identity, &args.coordinator.coordinator).await?;
    let device = coordinator.register(&clean_name(&args.name)).await?;
    if let Err(error) = lower_priority() {
        tracing::warn!(%error, "Working at normal priority: it could not be lowered");
    }
    let mut display = Display::new(args.json);
    let flock = &coordinator.info().name;
    display.words(&format!(
        "Working for \"{flock}\" as {}, device {}.",
        device.volunteer,
        device.key.short()
    ));

    let stop = Stop::default();
    tokio::spawn({
        let stop = stop.clone();
        async move {
            stop_signal().await;
            stop.stop();
            // Asked twice: at once, whatever is still being handed in.
            stop_signal().await;
            std::process::exit(1);
        }
    });
    let measure = args
        .compare_png
        .then(|| Arc::new(png_bytes) as MeasureFrame);
    let settings = WorkerSettings {
        threads: args.threads,
        backend: args.backend,
        adapter: args.adapter.named().map(str::to_owned),
        measure,
        ..WorkerSettings::default()
    };
    let mut worker = Worker::new(coordinator, settings, stop)?;
    let handed_in = worker
        .run(args.once.then_some(1), &mut |event| display.show(&event))
        .await?;
    display.words(&format!(
        "{handed_in} work units handed in; what is unfinished is given back."
    ));
    Ok(())
}

/// Length of a frame as an 8-bit PNG.
fn png_bytes(frame: &Frame) -> u64 {
    let mut png = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new_with_quality(
        &mut png,
        image::codecs::png::CompressionType::Default,
        image::codecs::png::FilterType::Adaptive,
    );
    encoder
        .write_image(
            &frame.to_rgb8(),
            frame.width(),
            frame.height(),
            image::ExtendedColorType::Rgb8,
        )
        .map_or(0, |()| png.len() as u64)
}

/// What the volunteer sees: a bar on a terminal, lines elsewhere, objects for programs.
struct Display {
    say: Say,
    bar: Option<ProgressBar>,
    title: String,
    segments: u64,
    audits: u64,
}

impl Display {
    fn new(json: bool) -> Self {
        let bar = (!json && std::io::stderr().is_terminal()).then(|| {
            let style = ProgressStyle::with_template(
                "{spinner} {msg} [{bar:24}] {pos}/{len} frames, {elapsed}",
            );
            let bar = ProgressBar::new(1);
            bar.set_style(style.map_or_else(
                |_| ProgressStyle::default_bar(),
                |style| style.progress_chars("=> "),
            ));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self {
            say: Say::new(json),
            bar,
            title: String::new(),
            segments: 0,
            audits: 0,
        }
    }

    /// A line for people only.
    fn words(&self, words: &str) {
        match &self.bar {
            Some(bar) => bar.println(plain(words)),
            None => self.say.words(words),
        }
    }

    fn show(&mut self, event: &Event) {
        if self.say.is_json() {
            self.say.event(&object(event), None);
            return;
        }
        match event {
            Event::Leased {
                task,
                title,
                segment,
                of_segments,
                frames,
                ..
            } => {
                self.title = format!("\"{title}\", segment {} of {of_segments}", segment + 1);
                if let Some(bar) = &self.bar {
                    let verb = if *task == Task::Segment {
                        "rendering"
                    } else {
                        "auditing"
                    };
                    bar.reset();
                    bar.set_length((*frames).into());
                    bar.set_message(plain(&format!("{verb} {}", self.title)));
                }
            }
            Event::Frame { done, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_position((*done).into());
                }
            }
            Event::Submitted {
                segment_bytes,
                measured_bytes,
                render_ms,
                ..
            } => {
                self.segments += 1;
                let saving = measured_bytes.map_or(String::new(), |png| {
                    format!(
                        ", 1/{:.0} of the frames as PNG",
                        png as f64 / (*segment_bytes).max(1) as f64
                    )
                });
                let (sent, seconds) = (bytes(*segment_bytes), *render_ms as f64 / 1000.0);
                self.words(&format!(
                    "handed in {}: {sent} in {seconds:.1} s{saving}",
                    self.title
                ));
            }
            Event::Audited { .. } => {
                self.audits += 1;
                self.words(&format!("audited {}", self.title));
            }
            Event::Refused { problem, .. } => self.words(&format!("refused: {problem}")),
            Event::GivenBack { reason } => self.words(&format!("given back: {reason}")),
            Event::Note { text } => self.words(&format!("note: {text}")),
            Event::Withheld { problem, retry_s } => {
                self.words(&format!("{}; asking again in {retry_s} s", problem.detail));
            }
            Event::Idle { retry_s } => {
                self.wait(&format!("nothing to do; asking again in {retry_s} s"));
            }
            Event::Unreachable { reason, retry_s } => {
                self.words(&format!("{reason}; trying again in {retry_s} s"));
            }
        }
    }

    fn wait(&self, words: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!(
                "{words} ({} segments, {} audits so far)",
                self.segments, self.audits
            ));
        }
    }
}

/// The event as programs read it.
fn object(event: &Event) -> serde_json::Value {
    match event {
        Event::Leased {
            work_unit,
            task,
            title,
            segment,
            of_segments,
            frames,
        } => {
            let task = if *task == Task::Segment {
                "segment"
            } else {
                "audit"
            };
            json!({"event": "leased", "work_unit": work_unit, "task": task, "title": title, "segment": segment, "of_segments": of_segments, "frames": frames})
        }
        Event::Frame {
            work_unit,
            done,
            of,
        } => json!({"event": "frame", "work_unit": work_unit, "done": done, "of": of}),
        Event::Submitted {
            work_unit,
            segment_bytes,
            measured_bytes,
            duplicate,
            ..
        } => {
            json!({"event": "submitted", "work_unit": work_unit, "segment_bytes": segment_bytes, "png_bytes": measured_bytes, "duplicate": duplicate})
        }
        Event::Audited { work_unit, frame } => {
            json!({"event": "audited", "work_unit": work_unit, "frame": frame})
        }
        Event::Refused { work_unit, problem } => {
            json!({"event": "refused", "work_unit": work_unit, "kind": problem.kind, "detail": problem.detail})
        }
        Event::GivenBack { reason } => json!({"event": "given_back", "reason": reason}),
        Event::Note { text } => json!({"event": "note", "text": text}),
        Event::Withheld { problem, retry_s } => {
            json!({"event": "withheld", "kind": problem.kind, "detail": problem.detail, "retry_s": retry_s})
        }
        Event::Idle { retry_s } => json!({"event": "idle", "retry_s": retry_s}),
        Event::Unreachable { reason, retry_s } => {
            json!({"event": "unreachable", "reason": reason, "retry_s": retry_s})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use woolgather_protocol::{Problem, ProblemKind, WorkUnitId};

    fn work_unit() -> WorkUnitId {
        "unit-1".parse().unwrap()
    }

    #[track_caller]
    fn check(event: &Event, expected: &str) {
        assert_eq!(object(event).to_string(), expected);
    }

    #[test]
    fn programs_read_one_object_for_each_event() {
        check(
            &Event::Leased {
                work_unit: work_unit(),
                task: Task::Audit { frame: 3 },
                title: "Alpha".into(),
                segment: 0,
                of_segments: 4,
                frames: 1,
            },
            r#"{"event":"leased","frames":1,"of_segments":4,"segment":0,"task":"audit","title":"Alpha","work_unit":"unit-1"}"#,
        );
        check(
            &Event::Submitted {
                work_unit: work_unit(),
                segment_bytes: 10,
                measured_bytes: None,
                render_ms: 5,
                duplicate: true,
            },
            r#"{"duplicate":true,"event":"submitted","png_bytes":null,"segment_bytes":10,"work_unit":"unit-1"}"#,
        );
        check(
            &Event::Refused {
                work_unit: work_unit(),
                problem: Problem::new(ProblemKind::LeaseSuperseded, "too late"),
            },
            r#"{"detail":"too late","event":"refused","kind":"lease-superseded","work_unit":"unit-1"}"#,
        );
        check(
            &Event::Withheld {
                problem: Problem::new(ProblemKind::WorkWithheld, "tomorrow"),
                retry_s: 60,
            },
            r#"{"detail":"tomorrow","event":"withheld","kind":"work-withheld","retry_s":60}"#,
        );
        check(
            &Event::Idle { retry_s: 5 },
            r#"{"event":"idle","retry_s":5}"#,
        );
    }
}
