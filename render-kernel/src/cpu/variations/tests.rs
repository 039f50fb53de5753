//! Every deterministic variation against flam3's own results, point by point; the others are in `tests/chance.rs`.

mod chance;

use serde_json::Value;
use woolgather_genome::{Affine, Variation, WeightedVariation};

use super::super::lanes::{LANES, Lanes, Places};
use super::{add, prepare};
use crate::plan::Map;
use crate::streams::Key;

/// Largest error, relative to the result's size.
const TOLERANCE: f64 = 1e-4;

fn table() -> Value {
    serde_json::from_str(include_str!("../../../tests/data/variation_points.json")).unwrap()
}

fn point(value: &Value) -> [f64; 2] {
    [0, 1].map(|i| value[i].as_f64().unwrap())
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn weighted(table: &Value, variation: Variation) -> WeightedVariation {
    let mut v = WeightedVariation::new(variation, table["weight"].as_f64().unwrap());
    for (value, parameter) in v.parameters.iter_mut().zip(variation.parameters()) {
        if let Some(number) = table["params"][variation.name()][parameter.name].as_f64() {
            *value = number;
        }
    }
    v
}

/// Moves a point through the affine map and the variation.
fn moved(v: &WeightedVariation, coefs: &Affine, [x, y]: [f64; 2]) -> [f64; 2] {
    let from = Lanes {
        x: [x as f32; LANES],
        y: [y as f32; LANES],
    }
    .mapped(&Map::from(coefs));
    let mut sum = Lanes::ZERO;
    let mut places = Places::new(Key::new(1), 0, 0, |lane| lane as u32);
    add(
        v.variation,
        &prepare(v, coefs),
        &from,
        &mut sum,
        &mut places,
    );
    [f64::from(sum.x[7]), f64::from(sum.y[7])]
}

#[test]
fn deterministic_variations_land_where_flam3_puts_them() {
    let table = table();
    let columns = std::array::from_fn(|i| table["coefs"][i].as_f64().unwrap());
    let coefs = Affine::from_columns(columns);
    let inputs = table["inputs"].as_array().unwrap();
    let mut checked = 0;
    let mut wrong = Vec::new();
    for &variation in Variation::ALL {
        let Some(outputs) = table["out"][variation.name()].as_array() else {
            continue;
        };
        let v = weighted(&table, variation);
        for (input, output) in inputs.iter().zip(outputs) {
            let ([x, y], theirs) = (point(input), point(output));
            let ours = moved(&v, &coefs, [x, y]);
            // Beside a pole the result is as uncertain as the single-precision input makes it.
            let beside = distance(ours, moved(&v, &coefs, [x * (1.0 + 1e-6), y]));
            let size = theirs[0].hypot(theirs[1]).max(1e-2);
            let error = distance(ours, theirs);
            if error.is_nan() || error > TOLERANCE * size + beside {
                wrong.push(format!(
                    "{} {input}: {ours:?}, not {theirs:?}",
                    variation.name()
                ));
            }
            checked += 1;
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {checked}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(checked, 82 * inputs.len());
}

#[test]
fn a_variation_whose_points_differ_by_chance_moves_on_in_the_stream() {
    // Otherwise the next variation of the xform would draw the same numbers.
    let coefs = Affine::IDENTITY;
    let from = Lanes {
        x: [0.3; LANES],
        y: [0.4; LANES],
    };
    for &variation in Variation::ALL {
        let v = WeightedVariation::new(variation, 1.0);
        let constants = prepare(&v, &coefs);
        let mut places = Places::new(Key::new(1), 0, 0, |lane| lane as u32);
        let before = places.draws(0).word();
        let mut sum = Lanes::ZERO;
        add(variation, &constants, &from, &mut sum, &mut places);
        let draws = places.draws(0).word() != before;
        let varies = sum.x.iter().any(|x| x.to_bits() != sum.x[0].to_bits());
        assert!(draws || !varies, "{} draws in secret", variation.name());
    }
}
