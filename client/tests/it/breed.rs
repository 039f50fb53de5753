//! `woolgather breed`.

use woolgather_genome::{Genome, parse_flames};

use crate::support::Studio;

fn genome(studio: &Studio, file: &str) -> Genome {
    parse_flames(&studio.text(file)).unwrap().remove(0)
}

#[test]
fn the_same_rng_seed_breeds_the_same_children_alone_or_in_a_litter() {
    let studio = Studio::new();
    let outcome = studio.must("breed mutate one.flam3 --count 3 --rng-seed 5 -o litter");
    assert!(outcome.stdout.contains("rng seed 6"), "{}", outcome.stdout);
    let names = [
        "one-mutant-5.flam3",
        "one-mutant-6.flam3",
        "one-mutant-7.flam3",
    ];
    assert_eq!(studio.names("litter"), names);
    studio.must("breed mutate one.flam3 --rng-seed 6 -o alone.flam3");
    let [in_litter, alone] =
        ["litter/one-mutant-6.flam3", "alone.flam3"].map(|file| genome(&studio, file));
    assert_eq!(in_litter.id(), alone.id());
    assert_ne!(
        in_litter.id(),
        genome(&studio, "litter/one-mutant-5.flam3").id()
    );
}

#[test]
fn a_child_says_how_it_came_to_be_and_of_whom() {
    let studio = Studio::new();
    let outcome = studio.must(
        "breed cross one.flam3 two.flam3 --method alternate --rng-seed 2 --previews -o child.flam3",
    );
    let parents = ["one.flam3", "two.flam3"].map(|file| genome(&studio, file));
    for parent in &parents {
        assert!(outcome.stdout.contains(&parent.name), "{}", outcome.stdout);
    }
    let child = genome(&studio, "child.flam3");
    let edit = &child.edits[0];
    assert_eq!(edit.attribute("rng_seed"), Some("2"));
    assert!(
        edit.attribute("action").unwrap().contains("parents"),
        "{edit:?}"
    );
    let ids: Vec<_> = edit.children.iter().map(|it| it.attribute("id")).collect();
    let expected = parents.each_ref().map(|parent| parent.id().to_string());
    assert_eq!(ids, expected.each_ref().map(|id| Some(id.as_str())));
    let preview = image::open(studio.path("child.png")).unwrap();
    assert_eq!(preview.height(), 240);
}

#[test]
fn grandchildren_remember_their_grandparents_as_long_as_it_fits() {
    let studio = Studio::new();
    studio.must("breed clone one.flam3 --rng-seed 1 -o g0.flam3");
    for generation in 1..10 {
        let parent = generation - 1;
        studio.must(&format!(
            "breed clone g{parent}.flam3 --rng-seed 1 -o g{generation}.flam3"
        ));
    }
    let depth = |generation: u32| genome(&studio, &format!("g{generation}.flam3")).edits[0].depth();
    assert_eq!([0, 1, 7, 8, 9].map(depth), [2, 4, 16, 16, 16]);
}

#[test]
fn a_genome_out_of_nothing_is_drawn_from_its_number() {
    let studio = Studio::new();
    let outcome = studio.must("breed random --symmetry 3 --rng-seed 4 -o new/");
    assert!(
        outcome.stdout.contains("new/random-4.flam3: random"),
        "{}",
        outcome.stdout
    );
    let child = genome(&studio, "new/random-4.flam3");
    assert_eq!(child.name, "random-4");
    assert!(child.edits[0].children.is_empty());
}

#[test]
fn every_method_has_children() {
    let studio = Studio::new();
    for method in [
        "all_vars",
        "one_xform",
        "add_symmetry",
        "post_xforms",
        "color_palette",
        "delete_xform",
        "all_coefs",
        "genes",
    ] {
        studio.must(&format!(
            "breed mutate one.flam3 --method {method} --rng-seed 3 -o {method}.flam3"
        ));
        let child = genome(&studio, &format!("{method}.flam3"));
        assert_ne!(child.id(), genome(&studio, "one.flam3").id(), "{method}");
    }
    for method in ["union", "interpolate", "alternate"] {
        studio.must(&format!(
            "breed cross one.flam3 two.flam3 --method {method} --rng-seed 3 -o {method}.flam3"
        ));
    }
}

#[test]
fn what_cannot_be_bred_is_said_in_a_sentence() {
    let studio = Studio::new();
    studio.must_refuse(
        "breed mutate broken.flam3 -o x.flam3",
        "broken.flam3: line 3",
    );
    studio.must_refuse("breed cross one.flam3 -o x.flam3", "GENOME");
    studio.must_refuse("breed mutate one.flam3 --speed 0 -o x.flam3", "--speed");
    studio.must_refuse("breed random --count 2 -o one.flam3", "one.flam3 is a file");
}
