//! Cards that fail, and the picture all the same.

use std::sync::atomic::{AtomicUsize, Ordering};

use woolgather_genome::starter_flock;

use super::*;
use crate::{StillSettings, plan_still};

/// A card that draws as the processor does until `good` frames are drawn, then fails with `fault`.
struct Failing {
    good: usize,
    fault: Fault,
    asked: &'static AtomicUsize,
}

impl Failing {
    fn next(&mut self) -> Result<(), Fault> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.good == 0 {
            return Err(self.fault.clone());
        }
        self.good -= 1;
        Ok(())
    }
}

/// A frame whose card is lost while it draws.
struct LostMeanwhile;

impl Begun for LostMeanwhile {
    fn wait(self: Box<Self>) -> Result<Planes, Fault> {
        Err(Fault::ForGood(
            "the graphics card was lost: it was unplugged".into(),
        ))
    }
}

impl Accelerator for Failing {
    fn render(&mut self, plan: &FramePlan, control: &RenderControl<'_>) -> Result<Frame, Fault> {
        self.next()?;
        render(plan, control).map_err(|_| Fault::Cancelled)
    }

    fn render_linear(
        &mut self,
        plan: &FramePlan,
        control: &RenderControl<'_>,
    ) -> Result<LinearImage, Fault> {
        self.next()?;
        render_linear(plan, control).map_err(|_| Fault::Cancelled)
    }

    fn start(&mut self, _: &FramePlan, _: &RenderControl<'_>) -> Result<Box<dyn Begun>, Fault> {
        self.next()?;
        Ok(Box::new(LostMeanwhile))
    }
}

fn plan() -> FramePlan {
    let settings = StillSettings {
        width: 48,
        height: 32,
        quality: 4.0,
        ..StillSettings::default()
    };
    plan_still(&starter_flock()[0].genome(), &settings).unwrap()
}

fn failing(good: usize, fault: Fault) -> (Renderer, &'static AtomicUsize) {
    let asked: &'static AtomicUsize = Box::leak(Box::default());
    let card = Failing { good, fault, asked };
    (Renderer::on("Test card".into(), Box::new(card)), asked)
}

#[test]
fn a_card_that_is_lost_is_replaced_for_good_and_said_once() {
    let (plan, control) = (plan(), RenderControl::unattended());
    let fault = Fault::ForGood("the graphics card was lost: it was unplugged".into());
    let (mut renderer, asked) = failing(1, fault);
    let expected = render(&plan, &control).unwrap();
    for _ in 0..3 {
        assert!(renderer.render(&plan, &control).unwrap() == expected);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert!(!renderer.is_gpu());
    let note = renderer.take_note().unwrap();
    assert_eq!(
        note,
        "Test card stopped: the graphics card was lost: it was unplugged. Rendering on the processor from here on."
    );
    assert_eq!(renderer.take_note(), None);
}

#[test]
fn a_card_that_is_lost_in_mid_frame_gives_the_processors_frame() {
    let (plan, control) = (plan(), RenderControl::unattended());
    let (mut renderer, _) = failing(9, Fault::Cancelled);
    let expected = render(&plan, &control).unwrap().to_planes();
    assert_eq!(
        renderer.render_planes(plan.clone(), &control).unwrap(),
        expected
    );
    assert!(!renderer.is_gpu());
    assert!(renderer.take_note().is_some());
    assert_eq!(
        renderer.render_planes(plan.clone(), &control).unwrap(),
        expected
    );
}

#[test]
fn a_picture_that_is_too_large_is_drawn_by_the_processor_and_the_next_one_tried_again() {
    let (plan, control) = (plan(), RenderControl::unattended());
    let fault = Fault::ThisPicture("the graphics card has no memory left".into());
    let (mut renderer, asked) = failing(0, fault);
    let expected = render(&plan, &control).unwrap();
    for _ in 0..2 {
        assert!(renderer.render(&plan, &control).unwrap() == expected);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert!(renderer.is_gpu());
    assert_eq!(
        renderer.take_note().as_deref(),
        Some("Drawn on the processor: the graphics card has no memory left.")
    );
    assert_eq!(renderer.take_note(), None);
}

#[test]
fn a_cancelled_frame_is_not_drawn_again() {
    let (plan, control) = (plan(), RenderControl::unattended());
    let (mut renderer, _) = failing(0, Fault::Cancelled);
    let result = renderer.render(&plan, &control);
    assert!(matches!(result, Err(RenderError::Cancelled)));
    assert!(renderer.is_gpu());
}

#[test]
fn an_adapter_that_is_not_there_is_named_and_the_processor_draws() {
    let (plan, control) = (plan(), RenderControl::unattended());
    let mut renderer = Renderer::open(Backend::Gpu, Some("no such card"));
    let note = renderer.take_note().unwrap();
    assert!(note.starts_with("Rendering on the processor: "), "{note}");
    assert!(!renderer.is_gpu());
    let drawn = renderer.render(&plan, &control).unwrap();
    assert!(drawn == render(&plan, &control).unwrap());
}

#[test]
fn backends_are_read_as_they_are_written() {
    for backend in [Backend::Cpu, Backend::Gpu, Backend::Auto] {
        assert_eq!(backend.to_string().parse(), Ok(backend));
    }
    assert!("tpu".parse::<Backend>().unwrap_err().contains("tpu"));
}

/// Real devices at fault, software ones.
#[cfg(feature = "gpu")]
mod devices {
    use super::*;
    use crate::gpu::{AdapterChoice, GpuError, GpuRenderer};

    fn card(memory_bytes_max: Option<u64>) -> GpuRenderer {
        GpuRenderer::open(&AdapterChoice {
            software: true,
            memory_bytes_max,
            ..AdapterChoice::default()
        })
        .expect("an adapter, if only a software one")
    }

    /// A picture that takes about 72 bytes a bin on a device.
    fn large_plan() -> FramePlan {
        let settings = StillSettings {
            width: 1280,
            height: 720,
            quality: 0.5,
            ..StillSettings::default()
        };
        plan_still(&starter_flock()[0].genome(), &settings).unwrap()
    }

    #[test]
    fn with_64_megabytes_a_large_picture_is_the_processors_and_a_small_one_the_cards() {
        let control = RenderControl::unattended();
        let mut renderer = Renderer::on("Small card".into(), Box::new(card(Some(64 << 20))));
        let large = large_plan();
        let drawn = renderer.render(&large, &control).unwrap();
        assert!(drawn == render(&large, &control).unwrap());
        let note = renderer.take_note().unwrap();
        assert!(
            note.starts_with("Drawn on the processor: the picture needs "),
            "{note}"
        );
        assert!(
            note.ends_with(" MiB on the graphics card, which gives 64 MiB."),
            "{note}"
        );
        assert!(renderer.is_gpu());
        renderer.render(&plan(), &control).unwrap();
        assert_eq!(renderer.take_note(), None);
    }

    #[test]
    fn a_device_that_is_lost_in_mid_frame_ends_in_the_processors_picture_and_one_line() {
        let card = card(None);
        let device = card.wgpu_device();
        let mut renderer = Renderer::on("Lost card".into(), Box::new(card));
        let lose = RenderControl {
            cancelled: &|| false,
            progress: &|_| device.destroy(),
        };
        let plan = plan();
        let drawn = renderer.render(&plan, &lose).unwrap();
        assert!(drawn == render(&plan, &RenderControl::unattended()).unwrap());
        let note = renderer.take_note().unwrap();
        assert!(note.starts_with("Lost card stopped: "), "{note}");
        assert!(!note.contains('\n'), "{note}");
        assert!(!renderer.is_gpu());
    }

    #[test]
    fn no_adapter_is_an_error_with_a_sentence() {
        let choice = AdapterChoice {
            name: Some("no such card".into()),
            ..AdapterChoice::default()
        };
        let error = GpuRenderer::open(&choice).err().unwrap();
        assert!(matches!(error, GpuError::NoAdapter { .. }), "{error}");
    }
}
