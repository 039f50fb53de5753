//! Files that are wrong, by accident or on purpose: each is refused with a message that says where,
//! what, and what would be right; nothing makes the parser panic or work for long.

use crate::data::{files, text};
use proptest::prelude::*;
use std::fmt::Write;
use std::time::{Duration, Instant};
use woolgather_genome::{Genome, ParseErrorKind, limits, parse_flames, print_flame};

const GOOD_XFORM: &str = r#"<xform weight="1" linear="1"/>"#;

/// The message for a file that must be refused.
#[track_caller]
fn message(xml: &str) -> String {
    parse_flames(xml).expect_err(xml).to_string()
}

/// Files with these attributes on the flame.
fn flame(attributes: &str) -> String {
    format!("<flames>\n<flame name=\"a\"\n   {attributes}>\n{GOOD_XFORM}\n</flame></flames>")
}

/// Files with these elements in the flame.
fn inside(elements: &str) -> String {
    format!("<flame name=\"a\">\n{GOOD_XFORM}\n{elements}\n</flame>")
}

/// Files with these attributes on an xform.
fn xform(attributes: &str) -> String {
    inside(&format!("<xform weight=\"1\"\n   {attributes}/>"))
}

/// Every file under `tests/data/broken` with the answer it gets.
#[test]
fn each_broken_file_is_refused_with_a_message_of_its_own() {
    let mut answers = String::new();
    let names = files("broken");
    assert!(names.len() >= 50);
    for name in names {
        let answer = message(&text(&format!("broken/{name}")));
        writeln!(answers, "{name}\n    {answer}").expect("a String takes it");
    }
    insta::assert_snapshot!(answers);
}

#[test]
fn the_fields_of_an_error_say_what_its_message_says() {
    let error = parse_flames(&flame(r#"gamma="4x""#)).expect_err("not a number");
    assert_eq!(error.line, 3);
    assert_eq!(error.element.as_deref(), Some("flame"));
    assert_eq!(error.attribute.as_deref(), Some("gamma"));
    assert_eq!(error.value.as_deref(), Some("4x"));
    assert_eq!(error.legal.as_deref(), Some("0.01 to 1000"));
    assert_eq!(error.kind, ParseErrorKind::NotANumber);
}

#[test]
fn a_long_or_rude_value_is_shown_short_and_tame() {
    let message = message(&flame(&format!("gamma=\"&#x9;{}\"", "9".repeat(1000))));
    assert!(message.len() < 200, "{message}");
    assert!(!message.contains(char::is_control), "{message}");
}

#[test]
fn what_flam3_ignores_is_ignored() {
    let xml = r#"<any version="1"><deep><flame name="a" nick="b" contrast="1" version="c">
        <edit date="x" action="y"><sheep generation="1" id="2"/></edit>
        <xform weight="1" linear="1" plugin_of_another_program="0" pdj_a="2" mobius="0"/>
        <finalxform linear="1" chaos="1 2 3"/>
        <regions/>
    </flame></deep></any>"#;
    let genome = parse_flames(xml).expect("a legal flame").remove(0);
    assert_eq!(genome.xforms.len(), 1);
    assert_eq!(genome.xforms[0].variations.len(), 1);
}

#[test]
fn sizes_stop_at_their_limits() {
    let long = " ".repeat(limits::GENOME_BYTES_MAX + 1 - inside("").len()) + &inside("");
    assert!(message(&long).contains("too large"));
    assert!(parse_flames(&long[1..]).is_ok());

    let xforms = |count| inside(&GOOD_XFORM.repeat(count - 1));
    assert!(parse_flames(&xforms(limits::XFORMS_MAX)).is_ok());
    assert!(message(&xforms(limits::XFORMS_MAX + 1)).contains("at most 64 xforms"));

    let flames = |count| format!("<f>{}</f>", inside("").repeat(count));
    assert!(parse_flames(&flames(limits::FLAMES_MAX)).is_ok());
    assert!(message(&flames(limits::FLAMES_MAX + 1)).contains("at most 256 flames"));

    let eight = r#"linear="1" swirl="1" polar="1" heart="1" ex="1" sin="1" sec="1" csc="1""#;
    let heavy = format!(r#"<xform weight="1" {eight}/>"#).repeat(62);
    let heaviest = format!(r#"<xform {eight}><motion {eight}/></xform>"#);
    assert!(parse_flames(&inside(&heavy)).is_ok());
    assert!(message(&inside(&(heavy + &heaviest))).contains("at most 512 weighted variations"));

    let attributes = |count| (0..count).map(|i| format!(" a{i}=''")).collect::<String>();
    assert!(parse_flames(&flame(&attributes(limits::XML_ATTRIBUTES_MAX - 1))).is_ok());
    assert!(message(&flame(&attributes(limits::XML_ATTRIBUTES_MAX))).contains("at most 1024"));

    let motions = |count| inside(&format!("<xform>{}</xform>", "<motion/>".repeat(count)));
    assert!(parse_flames(&motions(limits::MOTIONS_MAX)).is_ok());
    assert!(message(&motions(limits::MOTIONS_MAX + 1)).contains("at most 64 motion"));
}

/// What would cost an unwary parser seconds, gigabytes or its stack.
#[test]
fn costly_files_are_answered_at_once() {
    let attributes: String = (0..40_000).map(|i| format!(" a{i}=''")).collect();
    let allowed: String = (0..1_000).map(|i| format!(" a{i}=''")).collect();
    let costly = [
        format!("<flame {attributes}/>"),
        format!(
            "<flames>{}</flames>",
            format!("<flame {allowed}/>").repeat(40)
        ),
        "<a>".repeat(170_000),
        format!("{}{}", "<a>".repeat(70_000), "</a>".repeat(70_000)),
        "<a/>".repeat(130_000),
        format!("<a>{}</a>", "<a/>".repeat(120_000)),
        format!(
            "<flame name='a'>{}</flame>",
            "<symmetry kind='64'/>".repeat(20_000)
        ),
        format!("<flame name='a'>{}</flame>", "<color/>".repeat(60_000)),
        format!("<flame gamma='{}'/>", "1".repeat(500_000)),
        format!("<flame size='{}'/>", "1 ".repeat(250_000)),
        format!(
            "<flame name='a'><xform chaos='{}'/></flame>",
            "1 ".repeat(250_000)
        ),
        format!("<flame name='{}'/>", "&amp;".repeat(100_000)),
        "<!--".repeat(130_000),
        "<![CDATA[".repeat(58_000),
    ];
    for file in costly {
        let start = Instant::now();
        assert!(parse_flames(&file).is_err(), "{}...", &file[..60]);
        let taken = start.elapsed();
        assert!(
            taken < Duration::from_secs(5),
            "{taken:?} for {}...",
            &file[..60]
        );
    }
}

/// Reads something; whatever is accepted is legal and survives being printed.
fn read_anything(xml: &str) -> Result<(), TestCaseError> {
    let Ok(genomes) = parse_flames(xml) else {
        return Ok(());
    };
    for genome in genomes {
        prop_assert_eq!(genome.check(), Ok(()));
        let bytes = genome.canonical_bytes();
        prop_assert_eq!(&Genome::from_canonical_bytes(&bytes), &Ok(genome.clone()));
        prop_assert_eq!(parse_flames(&print_flame(&genome)), Ok(vec![genome]));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        read_anything(&text)?;
    }

    #[test]
    fn any_attributes_are_read_or_refused(
        names in proptest::collection::btree_set("(coefs|post|weight|color|var|var1|symmetry|chaos|linear|julian|julian_power|animate|opacity|plotmode)", 0..8),
        values in proptest::collection::vec("[ 0-9.eE+-]{0,14}|nan|inf|off", 8),
    ) {
        let pairs = names.iter().zip(&values);
        let attributes: String = pairs.map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
        read_anything(&xform(&attributes))?;
        read_anything(&inside(&format!("<finalxform{attributes}/>")))?;
        read_anything(&inside(&format!("<xform><motion{attributes}/></xform>")))?;
    }

    #[test]
    fn a_file_with_changed_characters_is_read_or_refused(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), "[ -~]"), 1..6),
    ) {
        let mut file = text("interp/inputs/special_motion.flam3").into_bytes();
        // Most of the file is its palette; the beginning is what is worth changing.
        let end = 2000.min(file.len());
        for (at, character) in changes {
            file[at.index(end)] = character.as_bytes()[0];
        }
        read_anything(&String::from_utf8_lossy(&file))?;
    }

    #[test]
    fn a_file_that_ends_early_is_read_or_refused(at: prop::sample::Index) {
        let file = text("oracle/26_legacy_syntax.flam3");
        prop_assert!(parse_flames(&file[..at.index(file.len() - 2)]).is_err());
    }
}
