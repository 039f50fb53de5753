//! What a volunteer uploads, weighed against the same frames as pictures.
//!
//! Renders the first segment of a loop, encodes it as a worker does, decodes it again, and prints its size
//! beside that of the frames as 8-bit PNG files, and how far the decoded frames are from the rendered ones.
//! The last columns are what `compare::same_picture` sees of the encoding.

use std::ops::ControlFlow;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use image::ImageEncoder;
use woolgather_genome::{Genome, TemporalFilter, TemporalFilterShape, parse_flames, starter_flock};
use woolgather_render_kernel::compare::{Floor, Verdict, block_means, continuity, same_picture};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, Frame, Planes, RenderControl, plan_clip_frame, render,
};
use woolgather_video::{
    DecodeLimits, EncoderSettings, PlanesRef, SegmentEncoder, decode_segment, psnr_luma,
};

use crate::args::UploadOptions;

/// What we promise: a segment is at most this part of its frames as PNG, at this fidelity.
const RATIO_MIN: f64 = 20.0;
const PSNR_MIN: f64 = 41.0;
const FPS: u32 = 30;

/// What came of one segment.
struct Outcome {
    segment_bytes: usize,
    psnr: f64,
    encode_s: f64,
    /// Greatest differences of the block means over all frames.
    typical: f64,
    worst: f64,
    same: bool,
    /// Frames that continuity finds suspicious.
    suspicious: usize,
}

/// Renders, encodes and weighs the segments, and returns whether all of them keep the promise.
pub(crate) fn run(options: &UploadOptions) -> anyhow::Result<bool> {
    ensure!(
        options.frames > 0 && options.frames <= options.loop_frames,
        "a segment lies within its loop"
    );
    println!(
        "{} x {}, {} of {} frames, quality {}, {} moments over {} frames, speed {}",
        options.width,
        options.height,
        options.frames,
        options.loop_frames,
        options.quality,
        options.temporal_samples,
        options.shutter,
        options.speed,
    );
    println!(
        "{:<24} {:>3}  {:>9}  {:>10}  {:>6}  {:>6}  {:>7} {:>7}  {:>8} {:>6} {:>5}",
        "genome",
        "q",
        "segment",
        "png",
        "ratio",
        "luma",
        "render",
        "encode",
        "typical",
        "worst",
        "odd",
    );
    let mut kept = true;
    for (title, genome) in genomes(options)? {
        kept &= weigh(options, &title, genome)?;
    }
    Ok(kept)
}

/// Renders one genome and tries every quantizer on the frames.
fn weigh(options: &UploadOptions, title: &str, genome: Genome) -> anyhow::Result<bool> {
    let start = Instant::now();
    let frames = render_frames(options, title, genome)?;
    let render_s = start.elapsed().as_secs_f64();
    let png_bytes = frames
        .iter()
        .map(png_bytes)
        .sum::<anyhow::Result<usize>>()?;
    let planes: Vec<Planes> = frames.iter().map(Frame::to_planes).collect();
    let mut kept = true;
    for &quantizer in &options.quantizer {
        let outcome = encode(options, quantizer, &planes)?;
        let ratio = png_bytes as f64 / outcome.segment_bytes as f64;
        let keeps = ratio >= RATIO_MIN && outcome.psnr >= PSNR_MIN && outcome.same;
        kept &= keeps;
        println!(
            "{title:<24} {quantizer:>3}  {:>9}  {png_bytes:>10}  {ratio:6.1}  {:6.2}  {render_s:6.1}s {:6.1}s  {:8.2} {:6.1} {:5}  {}",
            outcome.segment_bytes,
            outcome.psnr,
            outcome.encode_s,
            outcome.typical,
            outcome.worst,
            outcome.suspicious,
            if keeps { "kept" } else { "MISSED" },
        );
    }
    Ok(kept)
}

fn render_frames(
    options: &UploadOptions,
    title: &str,
    genome: Genome,
) -> anyhow::Result<Vec<Frame>> {
    let genomes = ClipGenomes::Loop(genome);
    let settings = ClipSettings {
        width: options.width,
        height: options.height,
        frames: options.loop_frames,
        quality: options.quality,
        temporal_samples: options.temporal_samples,
        temporal_filter: TemporalFilter {
            shape: TemporalFilterShape::Box,
            width: options.shutter,
            exponent: 0.0,
        },
        rng_seed: 1,
    };
    let mut frames = Vec::new();
    for frame in 0..options.frames {
        eprint!("\r{title}: frame {frame} of {} …", options.frames);
        let plan = plan_clip_frame(&genomes, &settings, frame)?;
        frames.push(render(&plan, &RenderControl::unattended())?);
    }
    eprint!("\r{:<60}\r", "");
    Ok(frames)
}

/// Encodes, decodes and compares.
fn encode(options: &UploadOptions, quantizer: u8, planes: &[Planes]) -> anyhow::Result<Outcome> {
    let settings = EncoderSettings {
        width: options.width,
        height: options.height,
        fps: FPS,
        speed: options.speed,
        quantizer,
        segment_frames: options.frames,
    };
    let start = Instant::now();
    let mut encoder = SegmentEncoder::new(&settings)?;
    for planes in planes {
        encoder.push(&borrowed(planes))?;
    }
    let segment = encoder.finish()?;
    let encode_s = start.elapsed().as_secs_f64();

    let mut outcome = Outcome {
        segment_bytes: segment.len(),
        psnr: 0.0,
        encode_s,
        typical: 0.0,
        worst: 0.0,
        same: true,
        suspicious: 0,
    };
    let (mut noise, mut decoded_means) = (0.0, Vec::new());
    let limits = DecodeLimits {
        width_max: options.width,
        height_max: options.height,
        frames_max: options.frames,
        bytes_max: segment.len(),
    };
    let shown = decode_segment(&segment, &limits, &mut |index, decoded| {
        let rendered = &planes[index as usize];
        noise += 10_f64.powf(-psnr_luma(&borrowed(rendered), &decoded.as_ref()) / 10.0);
        let decoded = block_means(
            decoded.width,
            decoded.height,
            &decoded.luma,
            &decoded.chroma_blue,
            &decoded.chroma_red,
        );
        let verdict = same_picture(&rendered.block_means(), &decoded, &Floor::encoded());
        outcome.same &= verdict.is_same();
        if let Verdict::Same(difference) | Verdict::Different(difference) = verdict {
            outcome.typical = outcome
                .typical
                .max(difference.luma_typical)
                .max(difference.chroma_typical);
            outcome.worst = outcome
                .worst
                .max(difference.luma_worst)
                .max(difference.chroma_worst);
        }
        decoded_means.push(decoded);
        ControlFlow::Continue(())
    })?;
    ensure!(shown == options.frames, "the segment shows {shown} frames");
    // The mean of the noise, not of the decibels: a bad frame must not hide behind good ones.
    outcome.psnr = -10.0 * (noise / f64::from(shown)).log10();
    outcome.suspicious = continuity(&decoded_means).len();
    Ok(outcome)
}

fn borrowed(planes: &Planes) -> PlanesRef<'_> {
    PlanesRef {
        width: planes.width,
        height: planes.height,
        luma: &planes.luma,
        chroma_blue: &planes.chroma_blue,
        chroma_red: &planes.chroma_red,
    }
}

/// Bytes of a frame as an 8-bit PNG file with the strongest usual compression.
fn png_bytes(frame: &Frame) -> anyhow::Result<usize> {
    let mut file = Vec::new();
    image::codecs::png::PngEncoder::new_with_quality(
        &mut file,
        image::codecs::png::CompressionType::Best,
        image::codecs::png::FilterType::Adaptive,
    )
    .write_image(
        &frame.to_rgb8(),
        frame.width(),
        frame.height(),
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(file.len())
}

/// The genomes asked for, with a title each.
fn genomes(options: &UploadOptions) -> anyhow::Result<Vec<(String, Genome)>> {
    let flock = starter_flock()
        .iter()
        .map(|sheep| (sheep.title.to_owned(), sheep.genome()));
    let Some(wanted) = &options.genome else {
        return Ok(flock.take(1).collect());
    };
    let chosen: Vec<_> = flock
        .filter(|(title, _)| wanted == "flock" || title.eq_ignore_ascii_case(wanted))
        .collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let xml = std::fs::read_to_string(wanted).with_context(|| {
        format!("{wanted} is neither a starter sheep nor a file that can be read")
    })?;
    let Some(genome) = parse_flames(&xml)?.into_iter().next() else {
        bail!("{wanted} holds no flame")
    };
    Ok(vec![(wanted.clone(), genome)])
}
