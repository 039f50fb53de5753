//! Rendering one frame again in full, and saying what came out.

use std::time::Instant;

use woolgather_protocol::Blake3;
use woolgather_protocol::audit::{AuditReport, encode_means};
use woolgather_render_kernel::RenderControl;

use crate::assignment::Assignment;
use crate::devices::Devices;
use crate::error::WorkerError;
use crate::stop::Stop;

/// What an auditor found, and what it took.
#[derive(Debug)]
pub(crate) struct Audited {
    pub(crate) report: AuditReport,
    pub(crate) samples: u64,
}

/// Renders `frame` of the assignment's clip on the current rayon pool.
///
/// # Errors
///
/// [`WorkerError`]: stopped, or not plannable within the limits.
pub(crate) fn audit_frame(
    assignment: &Assignment,
    frame: u32,
    devices: &Devices,
    stop: &Stop,
) -> Result<Audited, WorkerError> {
    let start = Instant::now();
    let plan = assignment.plan(frame)?;
    let control = RenderControl {
        cancelled: &|| stop.is_stopped(),
        progress: &|_| {},
    };
    let samples = plan.samples();
    let (planes, drawn_by) = devices.draw(plan, &control)?;
    let means = planes.block_means();
    let report = AuditReport {
        frame: Blake3(planes.digest()),
        luma: encode_means(&means.luma),
        chroma_blue: encode_means(&means.chroma_blue),
        chroma_red: encode_means(&means.chroma_red),
        render_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        drawn_by,
    };
    Ok(Audited { report, samples })
}
