//! The Dockerfile in stages is the same on the screen, in the clipboard, in reports and in `fix`.

use layerscope::advice::changes::Change;
use layerscope::advice::dockerfile::Staged;
use layerscope::report::changes;

use super::images;
use super::outputs::fixed;

#[test]
fn the_whole_second_dockerfile_of_fix_is_behind_d() {
    let mut seen = 0;
    for image in images() {
        let Some(place) = image.study.changes.iter().position(Change::is_stage) else {
            continue;
        };
        let Some(Staged::Draft(draft)) = &image.study.staged else { continue };
        seen += 1;
        let fix = fixed(image);
        let second = fix.changes.iter().find(|change| change.name.ends_with(".multi-stage"));
        assert_eq!(second.map(|change| &change.new), Some(draft), "{}", image.name);
        let told = changes(&image.inspection, &image.study).swap_remove(place);
        let lines: Vec<String> = told.lines.iter().map(ToString::to_string).collect();
        assert_eq!(lines.join("\n"), draft.trim_end(), "{}", image.name);
        let mut person = image.person(160, 60);
        person.types("6");
        let secrets = image.study.secrets.as_ref().map_or(0, |secrets| secrets.list.len());
        (0..secrets + place).for_each(|_| {
            person.types("j");
        });
        let told = format!("D shows the draft: {} lines", lines.len());
        assert!(person.reads().contains(&told), "{told} is not on\n{}", person.screen());
        person.types("D");
        let screen = person.screen();
        assert!(screen.contains("Dockerfile.multi-stage, a new file:"), "{screen}");
        for line in lines.iter().filter(|line| line.len() < 100) {
            assert!(screen.contains(line.trim()), "{}: no {line} in\n{screen}", image.name);
        }
    }
    assert!(seen > 0, "no image has a draft");
}
