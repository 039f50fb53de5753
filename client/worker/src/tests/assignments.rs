//! What a worker takes on, and what it does not.

use woolgather_protocol::recipe::Encoder;
use woolgather_protocol::work::{ClipKind, WorkUnit};
use woolgather_protocol::{DeviceSecret, Recipe};

use super::fixtures::{audit_of, genome, leased_by, operator, recipe, unit};
use crate::assignment::Assignment;
use crate::error::WorkerError;

fn open(unit: &WorkUnit) -> Result<Assignment, WorkerError> {
    Assignment::open(&leased_by(unit, &operator()), &operator().public())
}

/// Checks that `unit` is refused in words that contain `expected`.
fn check(unit: &WorkUnit, expected: &str) -> WorkerError {
    let error = open(unit).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    error
}

#[test]
fn a_segment_is_its_frames_and_an_audit_is_one_of_them() {
    assert_eq!(open(&unit()).unwrap().frames(), 4..8);
    for frame in 4..8 {
        assert_eq!(open(&audit_of(frame)).unwrap().frames(), frame..frame + 1);
    }
}

#[test]
fn work_that_the_coordinator_did_not_sign_is_not_begun() {
    let lease = leased_by(&unit(), &DeviceSecret::from_bytes(&[8; 32]));
    let error = Assignment::open(&lease, &operator().public()).unwrap_err();
    assert!(matches!(error, WorkerError::Unsigned(_)), "{error}");

    let mut lease = leased_by(&unit(), &operator());
    lease.work.document = lease
        .work
        .document
        .replace("\"rng_seed\":7", "\"rng_seed\":8");
    let error = Assignment::open(&lease, &operator().public()).unwrap_err();
    assert!(matches!(error, WorkerError::Unsigned(_)), "{error}");
}

#[test]
fn another_encoder_is_named_together_with_ours() {
    let with = |encoder| WorkUnit {
        recipe: Recipe {
            encoder,
            ..recipe()
        },
        ..unit()
    };
    let newer = Encoder {
        version: "0.9.0".into(),
        ..Encoder::rav1e(10, 80)
    };
    let error = check(
        &with(newer),
        "wants rav1e 0.9.0; this program has rav1e 0.8.1",
    );
    assert!(error.is_the_flocks());
    let other = Encoder {
        name: "svt-av1".into(),
        ..Encoder::rav1e(10, 80)
    };
    check(&with(other), "wants svt-av1 0.8.1");
}

#[test]
fn a_recipe_outside_the_limits_is_not_followed() {
    let huge = Recipe {
        width: 1 << 20,
        ..recipe()
    };
    let error = check(
        &WorkUnit {
            recipe: huge,
            ..unit()
        },
        "width is 1048576",
    );
    assert!(error.is_the_flocks());
}

#[test]
fn frames_that_are_no_segment_of_the_clip_are_refused() {
    let wrong = [
        (2, 8, 4), // behind the clip's end
        (1, 5, 4), // across two segments
        (0, 4, 4), // another segment's
        (1, 4, 3), // too few
        (1, 4, 5), // too many
        (u32::MAX, u32::MAX, 4),
    ];
    for (segment, first_frame, frame_count) in wrong {
        let unit = WorkUnit {
            segment,
            first_frame,
            frame_count,
            ..unit()
        };
        check(&unit, "not a segment of its clip");
    }
}

#[test]
fn a_frame_outside_the_segment_is_not_audited() {
    for frame in [0, 3, 8, u32::MAX] {
        check(&audit_of(frame), "not in its segment");
    }
}

#[test]
fn a_loop_has_one_genome_and_an_edge_has_two() {
    let [one, other] = [0, 1].map(|index| WorkUnit::encode_genome(&genome(index)));
    let with = |clip_kind, genomes: &[&String]| WorkUnit {
        clip_kind,
        genomes: genomes.iter().map(|&genome| genome.clone()).collect(),
        ..unit()
    };
    assert!(open(&with(ClipKind::Edge, &[&one, &other])).is_ok());
    check(
        &with(ClipKind::Loop, &[&one, &other]),
        "carries 1 genome(s)",
    );
    check(&with(ClipKind::Loop, &[]), "has 0");
    check(&with(ClipKind::Edge, &[&one]), "carries 2 genome(s)");
}

#[test]
fn a_genome_that_cannot_be_read_is_refused_for_this_unit_alone() {
    for text in ["?", "AAAA", ""] {
        let unit = WorkUnit {
            genomes: vec![text.into()],
            ..unit()
        };
        let error = open(&unit).unwrap_err();
        assert!(matches!(error, WorkerError::Genome(_)), "{error}");
        assert!(!error.is_the_flocks());
    }
}
