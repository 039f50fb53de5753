//! Every file that the fuzzer begins with keeps the promises already.

use std::path::Path;
use woolgather_genome_fuzz::examine;

#[test]
fn every_file_of_the_corpus_keeps_the_promises() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
    let mut files = 0;
    for folder in ["oracle", "broken", "foreign", "interp/inputs"] {
        for entry in std::fs::read_dir(data.join(folder)).expect(folder) {
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
