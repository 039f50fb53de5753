//! Real frames: what the renderer makes of a work unit.

use woolgather_coordinator::checks::rendering::ClipToDraw;
use woolgather_protocol::audit::AuditReport;
use woolgather_protocol::work::WorkUnit;
use woolgather_render_kernel::{Planes, RenderControl};

use super::device::{report, submission_of};
use super::segments::encode;

/// One frame of the work unit's clip.
pub(crate) fn frame(work: &WorkUnit, frame: u32) -> Planes {
    let clip = ClipToDraw::of(work).unwrap();
    let frame = clip.draw(frame, &RenderControl::unattended()).unwrap();
    frame.to_planes()
}

/// The work unit's frames, in order.
pub(crate) fn frames(work: &WorkUnit) -> Vec<Planes> {
    let frames = work.first_frame..work.first_frame + work.frame_count;
    frames.map(|number| frame(work, number)).collect()
}

/// The submission of an honest worker.
pub(crate) fn submission(work: &WorkUnit) -> Vec<u8> {
    let frames = frames(work);
    submission_of(&frames, &encode(&work.recipe, &frames))
}

/// The report of an honest auditor.
pub(crate) fn honest_report(work: &WorkUnit, number: u32) -> AuditReport {
    report(&frame(work, number))
}

/// The work unit as it would be for another sheep of the starter flock.
pub(crate) fn of_another_sheep(work: &WorkUnit) -> WorkUnit {
    let genome = woolgather_genome::starter_flock()[5].genome();
    WorkUnit {
        genomes: vec![WorkUnit::encode_genome(&genome)],
        ..work.clone()
    }
}

/// The frame with a bright square painted on its middle.
pub(crate) fn painted(mut planes: Planes) -> Planes {
    let (width, height) = (planes.width as usize, planes.height as usize);
    for row in planes
        .luma
        .chunks_exact_mut(width)
        .skip(height / 4)
        .take(height / 2)
    {
        row[width / 4..width * 3 / 4].fill(900);
    }
    planes
}
