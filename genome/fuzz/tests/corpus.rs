//! Every file that the fuzzer begins with keeps the promises already.

use std::path::Path;
use woolgather_genome_fuzz::examine;

#[test]
fn every_file_of_the_corpus_keeps_the_promises() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["oracle", "broken", "foreign", "interp/inputs"];
    let data = folders.map(|folder| here.join("../tests/data").join(folder));
    let mut files = 0;
    for folder in data.into_iter().chain([here.join("seeds")]) {
        for entry in std::fs::read_dir(folder).expect("a folder of the corpus") {
            examine(&std::fs::read(entry.expect("an entry").path()).expect("a file"));
            files += 1;
        }
    }
    assert!(files > 100, "{files} files");
}

#[test]
fn bytes_that_are_no_text_are_passed_over() {
    examine(b"<flame name='\xff'/>");
    examine(b"");
}
