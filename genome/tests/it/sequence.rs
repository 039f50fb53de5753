//! Whole animations: every frame in its place, and no seam between the parts.
//!
//! flam3-genome's `sequence=` over three genomes with four frames a part is what `interp.rs` compares
//! part by part; here the parts are put together.

use crate::data::genomes;
use woolgather_genome::{
    EdgeOptions, Genome, PaletteInterpolation, SequenceSettings, edge_genome, edge_window,
    loop_genome, loop_window, sequence,
};

fn keys() -> Vec<Genome> {
    ["27_random_s3", "28_random_s4", "29_random_s10"]
        .map(|name| genomes(&format!("oracle/{name}.flam3")).remove(0))
        .to_vec()
}

fn settings(frames_per_loop: u32, frames_per_edge: u32) -> SequenceSettings {
    SequenceSettings {
        frames_per_loop,
        frames_per_edge,
        edge: EdgeOptions::default(),
    }
}

/// What a frame shows, without its number.
fn shown(genome: &Genome) -> Genome {
    Genome {
        name: String::new(),
        time: 0.0,
        palette_interpolation: PaletteInterpolation::default(),
        ..genome.clone()
    }
}

#[test]
fn a_sequence_is_loop_edge_loop_edge_loop_and_the_last_sheep() {
    let keys = keys();
    let frames: Vec<Genome> = sequence(&keys, settings(4, 3)).collect();
    assert_eq!(frames.len(), 3 * 4 + 2 * 3 + 1);
    for (number, frame) in frames.iter().enumerate() {
        assert_eq!(
            (frame.time, frame.name.as_str()),
            (number as f64, &*number.to_string())
        );
        frame.check().expect("a legal genome");
    }
    let at = |number: usize| shown(&frames[number]);
    assert_eq!(at(1), shown(&loop_genome(&keys[0], 0.25)));
    assert_eq!(at(5), shown(&edge_genome(&keys[0], &keys[1], 1.0 / 3.0)));
    assert_eq!(at(8), shown(&loop_genome(&keys[1], 0.25)));
    assert_eq!(at(13), shown(&edge_genome(&keys[1], &keys[2], 2.0 / 3.0)));
    assert_eq!(at(18), shown(&keys[2]));
}

#[test]
fn loops_or_edges_may_be_left_out() {
    let keys = keys();
    let edges: Vec<Genome> = sequence(&keys, settings(0, 2)).collect();
    assert_eq!(edges.len(), 5);
    assert_eq!(shown(&edges[0]), shown(&keys[0]));
    assert_eq!(sequence(&keys, settings(2, 0)).count(), 7);
    assert_eq!(sequence(&keys[..1], settings(6, 5)).count(), 7);
    assert_eq!(sequence(&[], settings(6, 5)).count(), 0);
}

#[test]
fn windows_of_neighbouring_frames_overlap() {
    let keys = keys();
    let (one, two) = (loop_window(&keys[0], 7, 20), loop_window(&keys[0], 8, 20));
    assert_eq!(one[1..], two[..2]);
    let first = edge_window(&keys[0], &keys[1], 0, 20, &EdgeOptions::default());
    assert_eq!(first[1].time, 0.0);
    assert_eq!(shown(&first[0]), shown(&loop_genome(&keys[0], -0.05)));
    assert_eq!(shown(&first[1]), shown(&keys[0]));
}
