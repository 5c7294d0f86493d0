//! A report that is shown again tells what its image tells.

use super::recorded::write_report;
use crate::gate::outputs::hostile;
use crate::gate::{Place, image};
use crate::support::build::{Image, file, gone, layer, tar};

/// Writes the built-in images, and some with secrets in all places, into a directory.
fn images_to_report() -> (Place, Vec<String>) {
    let place = Place::new();
    place.write("secrets.tar", tar(crate::secrets::shop().docker()));
    place.write("hostile.tar", tar(hostile().docker()));
    place.write("odd.tar", tar(many_wasted().docker()));
    let mut names: Vec<_> = ["shop", "secrets", "hostile", "odd"].map(str::to_owned).into();
    for name in layerscope::image::builtin::names() {
        let file = name.replace('/', "-");
        let mut archive = Vec::new();
        layerscope::image::builtin::write(name, &mut archive).unwrap();
        place.write(&format!("{file}.tar"), archive);
        names.push(file);
    }
    (place, names)
}

/// An image with more wasted files than a report lists.
fn many_wasted() -> Image {
    let many = || (0..30).map(|i| file(format!("f{i}"), 1_000 + i));
    let gone = (0..30).map(|i| gone(&format!("f{i}")));
    image([("RUN a", layer(many())), ("RUN b", layer(gone))])
}

#[test]
fn a_report_is_shown_again_as_its_image_is_in_the_same_words_and_order() {
    let (place, names) = images_to_report();
    assert!(names.len() > 15, "{names:?}");
    let mut with_secrets = 0;
    for name in &names {
        write_report(&place, name, &["--top", "0"]);
        let report = |file: &str, format: &str, options: &[&str]| {
            let answer = place.run(&[&["report", file, "--format", format], options].concat());
            assert_eq!(answer.code, Some(0), "{file}: {answer:#?}");
            answer.out
        };
        let (archive, record) = (format!("{name}.tar"), format!("{name}-tree.json"));
        for (format, options) in [("text", &[][..]), ("text", &["--top", "0"]), ("markdown", &[])] {
            let image = report(&archive, format, options);
            with_secrets += usize::from(image.contains("(masked)") && format == "text");
            let mut again = report(&record, format, options);
            if format == "text" {
                let end = again.rfind("\nRead from a report of layerscope ").unwrap();
                again.truncate(end);
            }
            assert_same_lines(&image, &again, &format!("{name} {format} {options:?}"));
        }
    }
    assert!(with_secrets >= 4, "{with_secrets} texts have secrets");
}

/// Asserts that two texts are the same, and shows the first lines that are not.
fn assert_same_lines(one: &str, other: &str, what: &str) {
    let (mut lines, mut others) = (one.lines(), other.lines());
    for number in 1.. {
        let (line, other) = (lines.next(), others.next());
        assert_eq!(line, other, "{what}, line {number}");
        if line.is_none() {
            return;
        }
    }
}
