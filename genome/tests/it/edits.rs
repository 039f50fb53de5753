//! Genealogies: kept, printed, bounded, and no part of a genome's identity.

use woolgather_genome::{
    Edit, Genome, LimitError, ReadOptions, RemarkKind, limits, parse_flames, print_flame,
    read_flames,
};

fn flame(edits: &str) -> String {
    format!("<flame name='a'><xform weight='1' linear='1'/>{edits}</flame>")
}

#[track_caller]
fn read(edits: &str) -> Genome {
    parse_flames(&flame(edits))
        .expect("a legal flame")
        .remove(0)
}

#[test]
fn a_genealogy_is_kept_and_printed() {
    let genome = read(
        "<edit date='Sat' nick='a&amp;b' url='http://x/?a=1' action='cross'>
            <edit filename='p.flam3' index='0'>from <sheep generation='24' id='7'/> the\tflock</edit>
            <comment>a &lt;b&gt; c</comment>
        </edit><edit action='again'/>",
    );
    assert_eq!(genome.edits.len(), 2);
    let cross = &genome.edits[0];
    assert_eq!(cross.attribute("nick"), Some("a&b"));
    assert_eq!((cross.elements(), cross.depth()), (4, 3));
    assert_eq!(cross.children[0].text, "from the flock");
    assert_eq!(cross.children[1].text, "a <b> c");
    let printed = print_flame(&genome);
    assert_eq!(parse_flames(&printed), Ok(vec![genome]));
}

#[test]
fn a_genealogy_does_not_change_the_id() {
    assert_eq!(read("<edit action='random'/>").id(), read("").id());
}

#[test]
fn a_genealogy_that_is_too_long_loses_its_oldest_part() {
    let deep = |levels: usize| "<edit a='1'>".repeat(levels) + &"</edit>".repeat(levels);
    let wide = |count: usize| format!("<edit>{}</edit>", "<sheep id='1'/>".repeat(count - 1));
    let long = |bytes: usize| format!("<edit action='{}'/>", "x".repeat(bytes - 10));
    let cases = [
        (
            deep(limits::EDIT_DEPTH_MAX),
            deep(limits::EDIT_DEPTH_MAX + 1),
        ),
        (
            wide(limits::EDIT_ELEMENTS_MAX),
            wide(limits::EDIT_ELEMENTS_MAX + 1),
        ),
        (
            long(limits::EDIT_BYTES_MAX),
            long(limits::EDIT_BYTES_MAX + 1),
        ),
    ];
    for (fits, too_much) in cases {
        let remarks = |edits: &str| {
            let reading = read_flames(&flame(edits), &ReadOptions::default());
            let reading = reading.expect("a legal flame");
            assert_eq!(reading.genomes[0].check(), Ok(()));
            reading.remarks
        };
        assert!(remarks(&fits).is_empty(), "{}...", &fits[..40]);
        let [remark] = &remarks(&too_much)[..] else {
            panic!("{}...", &too_much[..40]);
        };
        assert!(
            matches!(remark.kind, RemarkKind::Ignored { .. }),
            "{remark}"
        );
    }
}

#[test]
fn names_that_would_need_a_namespace_are_left_out() {
    let genome = read("<edit xmlns:k='urn:k' k:id='1' id='2'><k:note/></edit>");
    assert_eq!(genome.edits[0].attributes.len(), 1);
    assert_eq!(genome.edits[0].children[0].element, "note");
    assert_eq!(parse_flames(&print_flame(&genome)), Ok(vec![genome]));
}

#[test]
fn edits_made_by_a_program_are_checked() {
    let mut genome = read("");
    let mut refuse = |edit: Edit| {
        genome.edits = vec![edit];
        genome.check()
    };
    let named = |element: &str| Edit {
        element: element.to_owned(),
        ..Edit::default()
    };
    assert_eq!(refuse(named("edit")), Ok(()));
    assert_eq!(refuse(named("sheep")), Err(LimitError::Edit));
    let text = Edit {
        text: "line\nline".to_owned(),
        ..named("edit")
    };
    assert_eq!(refuse(text), Err(LimitError::Edit));
    let inside = Edit {
        children: vec![named("flame")],
        ..named("edit")
    };
    assert_eq!(refuse(inside), Err(LimitError::Edit));
    let many = Edit {
        children: vec![named("sheep"); limits::EDIT_ELEMENTS_MAX],
        ..named("edit")
    };
    assert!(matches!(refuse(many), Err(LimitError::TooMany { .. })));
}
