//! `docs/variations.md` is written by the catalogue.

use std::fmt::Write;
use std::path::Path;
use woolgather_genome::{Draw, Parameter, Variation};

const HEAD: &str = "\
# The variations

A flame's xforms map a point by an affine map, send it through *variations*, and add up what those
return. Woolgather has all 99 variations of flam3, under flam3's names and numbers. In a file an
attribute with a variation's name is its weight, and its parameters are attributes of their own:

```xml
<xform weight=\"1\" coefs=\"1 0 0 1 0 0\" linear=\"0.4\" julian=\"0.6\" julian_power=\"3\"/>
```

Each tile shows a square grid of coloured lines after it went through one variation (some of them
with other parameters than the defaults, which for many are the identity). Lines that went across
are warm, lines that went down are cool.

![A coloured grid after each of the 99 variations](images/variations.webp)

## Notation

* `x`, `y`: the point after the affine map; `w`: the variation's weight. The last two lines of a
  formula are what it adds to the sums `X` and `Y`.
* `r2 = x^2 + y^2`, `r = sqrt r2`, `eps = 1e-10`.
* `phi = atan2(x, y)`, the angle from the *y* axis; `theta = atan2(y, x)`, the one from the x axis.
* `R`: a uniform random number in 0..1, drawn anew at each mention; `G`: the sum of four of them
  less 2; `bit`: a random bit.
* `fmod` and `trunc` round towards 0 as in C, `floor` goes down, `rint` to the nearest.
* `b`, `e`, `c`, `f` *of coefs*: numbers of the xform's affine map, `x' = a x + b y + c`,
  `y' = d x + e y + f`.
* A parameter goes by its name without the variation's: `low` for `blob_low`.

A result that is not a number, or beyond 1e10, is replaced by a fresh random point.

Every parameter may be any number up to a million either way; the table names the exceptions. *At
random* is what a random genome draws for it. Variations marked † are left out of random genomes:
most of them only blur or tear.

";

const TAIL: &str = "
---

This page is written from the catalogue (`genome/src/catalogue/rows.rs`); a test of the genome crate
says when the two differ, and `WOOLGATHER_WRITE_DOCS=1 cargo test -p woolgather-genome --test it
variations_page` writes it anew. The picture is drawn by `cargo xtask bench variations --out FILE`.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for &variation in Variation::ALL {
        section(&mut page, variation).expect("a string takes everything");
    }
    page + TAIL
}

fn section(page: &mut String, variation: Variation) -> std::fmt::Result {
    let mark = if variation.in_random_genomes() {
        ""
    } else {
        " †"
    };
    writeln!(
        page,
        "## {} {}{mark}\n",
        variation.index(),
        variation.name()
    )?;
    writeln!(page, "{}\n\n```text", variation.summary())?;
    for line in variation.formula() {
        writeln!(page, "{line}")?;
    }
    writeln!(page, "```\n")?;
    if !variation.parameters().is_empty() {
        writeln!(
            page,
            "| parameter | default | at random | legal |\n|---|---|---|---|"
        )?;
        for parameter in variation.parameters() {
            row(page, parameter, variation.parameters())?;
        }
        writeln!(page)?;
    }
    writeln!(page, "*{}*\n", variation.source())
}

fn row(page: &mut String, parameter: &Parameter, all: &[Parameter]) -> std::fmt::Result {
    let mut names = format!("`{}`", parameter.name);
    for alias in parameter.aliases {
        write!(names, " or `{alias}`")?;
    }
    let draw = match parameter.draw {
        Draw::Default => "the default".to_owned(),
        Draw::Value(value) => value.to_string(),
        Draw::Uniform { from, to } => format!("{} to {}", short(from), short(to)),
        Draw::Whole { from, to } => format!("a whole number, {from} to {to}"),
        Draw::Multiple { of, from, to } if from == to => {
            format!("{from} times `{}`", all[of].name)
        }
        Draw::Multiple { of, from, to } => {
            format!("`{}` times {} to {}", all[of].name, short(from), short(to))
        }
    };
    let widest = woolgather_genome::limits::PARAMETER;
    let legal = if parameter.range == widest {
        "any".to_owned()
    } else {
        parameter.range.to_string()
    };
    let default = short(parameter.default);
    writeln!(page, "| {names} | {default} | {draw} | {legal} |")
}

/// A number with at most four digits after the point.
fn short(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

#[test]
fn the_page_of_variations_is_what_the_catalogue_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/variations.md");
    if std::env::var_os("WOOLGATHER_WRITE_DOCS").is_some() {
        std::fs::write(&path, page()).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).expect("docs/variations.md is there");
    for (found, expected) in written.lines().zip(page().lines()) {
        assert_eq!(found, expected, "docs/variations.md is out of step");
    }
    assert_eq!(written, page());
}
