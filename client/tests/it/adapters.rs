//! What draws: `--backend`, `--adapter` and `woolgather adapters`.

use crate::support::{Outcome, SMALL, Studio, frames};

/// As [`SMALL`], and no word of what draws.
const TINY: &str = "--size 32x18 --quality 10";

impl Studio {
    fn channels(&self, name: &str) -> Vec<u8> {
        image::open(self.path(name)).unwrap().into_rgb8().into_raw()
    }

    /// Whether a graphics card draws here unless something else is said.
    fn has_card(&self) -> bool {
        let said = self.must("adapters").stdout;
        said.lines()
            .any(|line| line.starts_with("Rendering on ") && !line.contains("processor"))
    }

    /// Whether the software adapter of Mesa is here.
    fn has_llvmpipe(&self) -> bool {
        self.must("adapters").stdout.contains("llvmpipe")
    }
}

/// What the program notes; drivers may say more on standard error, which is not ours.
fn notes(outcome: &Outcome) -> Vec<&str> {
    let lines = outcome.stderr.lines();
    lines.filter(|line| line.starts_with("note: ")).collect()
}

/// How far apart the pictures of a card and of the processor may be: most channels are equal, and none shows.
#[track_caller]
fn must_be_near(one: &[u8], other: &[u8]) {
    assert_eq!(one.len(), other.len());
    let distances: Vec<u8> = one
        .iter()
        .zip(other)
        .map(|(one, other)| one.abs_diff(*other))
        .collect();
    let farthest = distances.iter().max();
    assert!(farthest <= Some(&4), "{farthest:?} levels");
    let unequal = distances.iter().filter(|&&distance| distance > 0).count();
    assert!(
        unequal * 10 <= distances.len(),
        "{unequal} of {} differ",
        distances.len()
    );
}

#[test]
fn adapters_are_listed_with_what_draws() {
    let said = Studio::new().must("adapters").stdout;
    let last = said.lines().last().unwrap();
    if said.lines().count() == 1 {
        assert_eq!(
            last,
            "Rendering on the processor: this machine shows no graphics adapter."
        );
        return;
    }
    assert!(said.starts_with("number  name"), "{said}");
    assert!(said.lines().nth(1).unwrap().starts_with("0 "), "{said}");
    assert!(last.starts_with("Rendering on "), "{said}");
    for line in said.lines().filter(|line| line.contains("  software  ")) {
        let reason = "no: software: the processor's own renderer is faster";
        assert!(line.ends_with(reason), "{line}");
    }
}

#[test]
fn an_adapter_that_is_named_draws_even_if_it_is_software() {
    let studio = Studio::new();
    if !studio.has_llvmpipe() {
        return;
    }
    let said = studio.must("adapters --adapter LLVMpipe").stdout;
    let row = said.lines().find(|line| line.contains("llvmpipe")).unwrap();
    assert!(row.ends_with(" yes"), "{said}");
    assert!(
        said.lines()
            .last()
            .unwrap()
            .starts_with("Rendering on llvmpipe"),
        "{said}"
    );
}

#[test]
fn without_a_card_the_processor_draws_the_same_bits_and_says_so_once() {
    let studio = Studio::new();
    if studio.has_card() {
        return;
    }
    let files = "render one.flam3 two.flam3";
    studio.must(&format!("{files} -o cpu/ {SMALL}"));
    let outcome = studio.must(&format!("{files} --backend gpu -o gpu/ {TINY}"));
    let lines = notes(&outcome);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("note: Rendering on the processor: "),
        "{lines:?}"
    );
    let quiet = studio.must(&format!("{files} -o auto/ {TINY}"));
    assert!(notes(&quiet).is_empty(), "{}", quiet.stderr);
    for name in ["one.png", "two.png"] {
        let [cpu, gpu, auto] = ["cpu", "gpu", "auto"]
            .map(|folder| std::fs::read(studio.path(&format!("{folder}/{name}"))).unwrap());
        assert!(cpu == gpu && cpu == auto, "{name}");
    }
}

#[test]
fn an_adapter_that_is_not_there_is_said_and_the_processor_draws() {
    let studio = Studio::new();
    let outcome = studio.must(&format!(
        "render one.flam3 --adapter matrox -o one.png {TINY}"
    ));
    let lines = notes(&outcome);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("note: Rendering on the processor: "),
        "{lines:?}"
    );
    studio.must(&format!("render one.flam3 -o same.png {SMALL}"));
    assert!(studio.channels("one.png") == studio.channels("same.png"));
}

#[test]
fn an_adapter_draws_a_picture_near_the_processors() {
    let studio = Studio::new();
    if !studio.has_llvmpipe() {
        return;
    }
    studio.must(&format!("render one.flam3 -o cpu.png {SMALL}"));
    let args = format!("render one.flam3 --adapter llvmpipe -o gpu.png {TINY}");
    let outcome = studio.must(&args);
    assert!(notes(&outcome).is_empty(), "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains(" on llvmpipe"),
        "{}",
        outcome.stdout
    );
    must_be_near(&studio.channels("gpu.png"), &studio.channels("cpu.png"));
}

#[test]
fn an_adapter_makes_frames_and_films() {
    let studio = Studio::new();
    if !studio.has_llvmpipe() {
        return;
    }
    let animation = "animate one.flam3 --frames 4";
    studio.must(&format!("{animation} -o cpu/ {SMALL}"));
    studio.must(&format!("{animation} -o cpu.mp4 {SMALL}"));
    for out in ["gpu/", "gpu.mp4"] {
        let outcome = studio.must(&format!("{animation} --adapter llvmpipe -o {out} {TINY}"));
        assert!(
            outcome.stdout.contains(" on llvmpipe"),
            "{}",
            outcome.stdout
        );
    }
    for frame in ["00000.png", "00003.png"] {
        let [gpu, cpu] = ["gpu", "cpu"].map(|folder| studio.channels(&format!("{folder}/{frame}")));
        must_be_near(&gpu, &cpu);
    }
    let [gpu, cpu] = ["gpu.mp4", "cpu.mp4"].map(|film| frames(&studio, film));
    assert_eq!((gpu.len(), cpu.len()), (4, 4));
    for (frame, (gpu, cpu)) in gpu.iter().zip(&cpu).enumerate() {
        // Of 10 bits, after an encoder that may decide otherwise.
        let pairs = gpu.luma.iter().zip(&cpu.luma);
        let sum: u32 = pairs.map(|(gpu, cpu)| u32::from(gpu.abs_diff(*cpu))).sum();
        let apart = f64::from(sum) / gpu.luma.len() as f64;
        assert!(apart < 4.0, "frame {frame}: {apart}");
    }
}

#[test]
fn frames_of_the_same_bits_are_not_mixed_with_others() {
    let studio = Studio::new();
    studio.must(&format!("animate one.flam3 --frames 3 -o out {TINY}"));
    let args = format!("animate one.flam3 --frames 3 -o out {SMALL}");
    studio.must_refuse(&args, "out holds another animation");
}

#[test]
fn a_backend_that_is_none_is_refused_with_those_there_are() {
    let studio = Studio::new();
    for command in ["render one.flam3 -o x.png", "animate one.flam3 -o x.mp4"] {
        let expected = "“tpu” is no backend; cpu, gpu and auto are";
        studio.must_refuse(&format!("{command} --backend tpu"), expected);
    }
}
