//! Lessons on paper and in directories, as a teacher asks for them.

mod markup;

use std::path::Path;

use layerscope::{Inspection, Progress};
use markup::{images, loads, well_formed};

use crate::program::{layerscope, said, text};

/// What is said of arguments that are refused.
fn refused(arguments: &[&str]) -> String {
    let output = layerscope(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stdout));
    assert!(output.stdout.is_empty());
    text(&output.stderr)
}

/// The names of the built-in lessons.
fn lessons() -> Vec<String> {
    let list = said(&["learn"]);
    let heads =
        list.lines().filter(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    heads
        .filter_map(|line| Some(line.rsplit_once('(')?.1.trim_end_matches(')').to_owned()))
        .collect()
}

fn inspected(archive: &Path) -> Inspection {
    layerscope::inspect(&layerscope::open(archive, None).unwrap(), &Progress::default()).unwrap()
}

/// A lesson of one's own, told about the demo.
fn own(directory: &Path, say: &str) -> String {
    let file = directory.join("mine.toml");
    let lesson = format!(
        "title = \"Mine {say}\"\nabout = \"{say}\"\nimages = [\"demo\"]\nseen = [\"1 {say}\", \"2\", \"3\"]\n\
         before = \"FROM a\\nRUN\\tb {say}\\n\"\nafter = \"FROM a\\n\"\n\
         [[step]]\nsay = \"{say} {{size}}\"\nlayer = 1\n\
         [[step]]\nask = \"{say}?\"\noptions = [\"{say}\", \"no\"]\nright = 1\nbecause = \"{say}\"\n"
    );
    std::fs::write(&file, lesson).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn without_a_terminal_the_list_is_written_and_a_lesson_as_markdown() {
    let list = said(&["learn"]);
    assert!(list.contains("  1  The cleanup that saved nothing (cleanup)"), "{list}");
    let lesson = said(&["learn", "1"]);
    assert!(lesson.starts_with("# The cleanup that saved nothing\n"), "{lesson}");
    assert_eq!(lesson, said(&["learn", "cleanup", "--format", "markdown"]));
}

#[test]
fn every_lesson_is_a_page_that_loads_nothing_and_keeps_the_answers_for_the_end() {
    let lessons = lessons();
    assert!(lessons.len() >= 8, "{lessons:?}");
    for lesson in &lessons {
        let page = said(&["learn", lesson, "--format", "html"]);
        assert!(
            page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">") && page.ends_with("</html>\n"),
            "{lesson}"
        );
        well_formed(page.trim_start_matches("<!DOCTYPE html>"))
            .unwrap_or_else(|what| panic!("{lesson}: {what}"));
        assert_eq!(loads(&page), Vec::<String>::new(), "{lesson}");
        let pictures = page.matches("<svg role=\"img\" aria-label=\"").count();
        assert!(
            pictures >= 2 && page.matches("</svg>").count() == pictures,
            "{lesson}: {pictures} pictures"
        );
        assert_eq!(
            page.matches("<title>").count(),
            pictures + 1,
            "{lesson}: every picture has a title"
        );
        let (asked, answers) = page.split_once("<div class=\"answers\">").expect("answers");
        let questions = asked.matches("class=\"ask\"").count();
        assert!(
            questions >= 2 && answers.matches("class=\"answer\"").count() == questions,
            "{lesson}: {questions}"
        );
        for part in ["What you learned", "Dockerfile before", "Dockerfile after"] {
            assert!(answers.contains(part) && !asked.contains(part), "{lesson}: {part}");
        }
    }
}

#[test]
fn every_lesson_is_markdown_with_its_screens_as_text() {
    for lesson in lessons() {
        let page = said(&["learn", &lesson, "--format", "markdown"]);
        let fences: Vec<_> = page.lines().filter(|line| line.starts_with("```")).collect();
        assert!(fences.len() >= 8 && fences.len().is_multiple_of(2), "{lesson}: {fences:?}");
        assert!(
            fences
                .chunks(2)
                .all(|pair| ["```text", "```dockerfile"].contains(&pair[0]) && pair[1] == "```")
        );
        assert!(page.contains("╭ Layers · "), "{lesson}");
        let (asked, answers) = page.split_once("\n## Answers\n").expect("answers");
        let questions = asked.matches(": question ").count();
        assert!(questions >= 2 && answers.matches("**Question ").count() == questions, "{lesson}");
        assert!(
            answers.contains("```dockerfile\nFROM ") && answers.contains("## What you learned"),
            "{lesson}"
        );
        assert_eq!(images(&page), Vec::<String>::new(), "{lesson}");
        // Screens of 80 columns, without the line of keys.
        let screens = page.lines().filter(|line| line.starts_with('│'));
        assert!(screens.clone().count() > 10, "{lesson}");
        assert!(screens.into_iter().all(|line| line.chars().count() <= 80), "{lesson}");
        assert!(!page.contains("look around"), "{lesson}");
    }
}

#[test]
fn a_question_about_the_same_screen_has_no_second_picture() {
    let page = said(&["learn", "cleanup"]);
    let (_, question) = page.split_once("## Step 4: question 1\n").unwrap();
    let (question, _) = question.split_once("## Step 5").unwrap();
    assert!(
        question.contains("- **b** ") && question.contains("The picture is that of step 3."),
        "{question}"
    );
    assert!(!question.contains("```"), "{question}");
}

#[test]
fn a_directory_has_archives_that_open_both_dockerfiles_and_the_handouts_with_their_pictures() {
    let temporary = tempfile::tempdir().unwrap();
    let directory = temporary.path().join("class");
    assert_eq!(said(&["learn", "cleanup", "--si", "--write", directory.to_str().unwrap()]), "");
    let read = |name: &str| {
        std::fs::read_to_string(directory.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    let (page, markdown) = (read("handout.html"), read("handout.md"));
    for name in ["demo", "toolchain-left"] {
        let archive = directory.join(format!("{name}.tar"));
        let written = inspected(&archive);
        let embedded = layerscope::image::builtin::open(name).unwrap().unwrap();
        assert_eq!(
            written.totals,
            layerscope::inspect(&embedded, &Progress::default()).unwrap().totals,
            "{name}"
        );
        let size = layerscope::report::Units::Si.size(written.totals.size);
        assert!(
            page.contains(&size) && markdown.contains(&size),
            "{size} of {name} is not in the handout"
        );
    }
    let pictures = images(&markdown);
    assert!(pictures.len() >= 5, "{pictures:?}");
    for picture in &pictures {
        let drawn = read(picture);
        well_formed(&drawn).unwrap_or_else(|what| panic!("{picture}: {what}"));
        assert!(drawn.starts_with("<svg xmlns=") && drawn.contains("<title>"), "{picture}");
    }
    assert_eq!(std::fs::read_dir(directory.join("pictures")).unwrap().count(), pictures.len());
    assert!(read("Dockerfile.before").contains("\nRUN apk del go"));
    assert!(read("Dockerfile.after").contains(" \\\n    && apk del go"));
    let readme = read("README.txt");
    for line in [
        "docker load -i demo.tar",
        "layerscope demo.tar",
        "docker build -f \
        Dockerfile.after",
        "learn cleanup",
    ] {
        assert!(readme.contains(line), "{line} is not in\n{readme}");
    }
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 1, "nothing else is left");
}

#[cfg(target_os = "linux")]
#[test]
fn zeros_take_no_room() {
    use std::os::unix::fs::MetadataExt;
    let temporary = tempfile::tempdir().unwrap();
    let mut file = tempfile::NamedTempFile::new_in(&temporary).unwrap();
    layerscope::image::builtin::write_file("golang", file.as_file_mut()).unwrap();
    let metadata = file.path().metadata().unwrap();
    assert!(metadata.len() > 800_000_000, "{} bytes", metadata.len());
    assert!(
        metadata.blocks() * 512 < metadata.len() / 4,
        "{} bytes on the disk",
        metadata.blocks() * 512
    );
}

#[test]
fn what_is_there_already_is_left_alone() {
    let temporary = tempfile::tempdir().unwrap();
    let directory = temporary.path().join("class");
    let place = directory.to_str().unwrap();
    std::fs::create_dir(&directory).unwrap();
    // An empty directory is as good as none.
    said(&["learn", "binary", "--write", place]);
    let before = std::fs::read_to_string(directory.join("README.txt")).unwrap();
    let error = refused(&["learn", "cleanup", "--write", place]);
    assert!(
        error.contains(
            "class already exists; existing files are not overwritten\nhint: choose another \
        name"
        ),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(directory.join("README.txt")).unwrap(), before);
    assert!(!directory.join("demo.tar").exists());
    let file = temporary.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    assert!(
        refused(&["learn", "binary", "--write", file.to_str().unwrap()]).contains("already exists")
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    let nowhere = temporary.path().join("no/where");
    let error = refused(&["learn", "binary", "--write", nowhere.to_str().unwrap()]);
    assert!(error.contains("no such file or directory"), "{error}");
}

#[test]
fn a_lesson_has_to_be_named_to_be_written() {
    assert!(refused(&["learn", "--format", "html"]).contains("no lesson given"));
    assert!(refused(&["learn", "99", "--format", "html"]).contains("no lesson 99"));
    let near = refused(&["learn", "claenup"]);
    assert!(near.contains("no lesson claenup; did you mean cleanup?"), "{near}");
    assert!(near.contains("8 chown"), "the lessons are listed: {near}");
    assert_eq!(said(&["learn", "chmod"]), said(&["learn", "chown"]), "both words are in its text");
}

#[test]
fn a_lesson_of_one_s_own_is_written_with_the_archive_that_lies_beside_it() {
    let temporary = tempfile::tempdir().unwrap();
    let lesson = own(temporary.path(), "hello");
    let text = std::fs::read_to_string(&lesson)
        .unwrap()
        .replace("[\"demo\"]", "[\"tiny.tar\", \"far/tiny.tar\"]");
    std::fs::write(&lesson, text.replace("layer = 1", "layer = 0")).unwrap();
    std::fs::create_dir(temporary.path().join("far")).unwrap();
    for name in ["tiny.tar", "far/tiny.tar"] {
        let mut file = std::fs::File::create(temporary.path().join(name)).unwrap();
        layerscope::image::builtin::write_file("binary-packed", &mut file).unwrap();
    }
    let directory = temporary.path().join("class");
    said(&["learn", &lesson, "--write", directory.to_str().unwrap()]);
    assert_eq!(inspected(&directory.join("tiny.tar")).totals.files, 1);
    assert!(!directory.join("far").exists());
    let readme = std::fs::read_to_string(directory.join("README.txt")).unwrap();
    assert!(
        readme.contains("is not in this directory. It is in ")
            && readme.contains("learn mine.toml"),
        "{readme}"
    );
    assert!(directory.join("mine.toml").exists(), "the lesson itself");
    assert_eq!(
        std::fs::read_to_string(directory.join("Dockerfile.before")).unwrap(),
        "FROM a\nRUN\tb hello\n"
    );
}

#[test]
fn an_error_in_a_lesson_names_file_and_line() {
    let temporary = tempfile::tempdir().unwrap();
    let lesson = own(temporary.path(), "{sise}");
    let error = refused(&["learn", &lesson, "--format", "html"]);
    assert!(
        error
            .contains("mine.toml: line 8: say: {sise}: sise: no such quantity; did you mean size?"),
        "{error}"
    );
    let lesson = own(temporary.path(), "{size(9)}");
    let error = refused(&["learn", &lesson]);
    assert!(error.contains("mine.toml: line 8: {size(9)}: demo has 4 layers"), "{error}");
    let text = std::fs::read_to_string(&lesson).unwrap().replace("\"demo\"", "\"demos.tar\"");
    std::fs::write(&lesson, text).unwrap();
    let error = refused(&["learn", &lesson]);
    assert!(
        error.contains("mine.toml: line 3: images: cannot open ") && error.contains("demos.tar"),
        "{error}"
    );
    assert!(error.contains("hint: name an archive") && error.contains("hello-scratch"), "{error}");
}

#[test]
fn a_hostile_lesson_is_only_words() {
    let temporary = tempfile::tempdir().unwrap();
    let lesson = own(
        temporary.path(),
        "<script>alert(1)</script> ]]> \\u001b[31m \\u202e & ``` <img src=x \
        onerror=y>",
    );
    let page = said(&["learn", &lesson, "--format", "html"]);
    well_formed(page.trim_start_matches("<!DOCTYPE html>")).unwrap();
    assert_eq!(loads(&page), Vec::<String>::new());
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt; ]]&gt; \\x1b[31m \\u{202e} &amp;"),
        "{page}"
    );
    let markdown = said(&["learn", &lesson]);
    assert!(markdown.contains("\\<script\\>") && !markdown.contains("\n<"), "{markdown}");
    assert!(
        markdown.contains("\n````dockerfile\n"),
        "the fence is longer than what it holds:\n{markdown}"
    );
    let directory = temporary.path().join("class");
    said(&["learn", &lesson, "--write", directory.to_str().unwrap()]);
    let files = ["README.txt", "Dockerfile.before", "handout.md", "handout.html"];
    let written = files.map(|name| std::fs::read_to_string(directory.join(name)).unwrap());
    for text in written.iter().chain([&page, &markdown]) {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}

#[test]
fn the_lesson_of_the_manual_can_be_told() {
    let page = include_str!("../assets/manual/lessons.md");
    let (_, lesson) = page.split_once("\n```toml\n").expect("the example");
    let (lesson, _) = lesson.split_once("```").expect("its end");
    let temporary = tempfile::tempdir().unwrap();
    let file = temporary.path().join("readme.toml");
    std::fs::write(&file, lesson).unwrap();
    let page = said(&["learn", file.to_str().unwrap()]);
    assert!(page.contains("## Step 2: question 1") && page.contains("210 MiB"), "{page}");
    assert_eq!(page.matches("```text").count(), 3, "a step of it shows nothing new:\n{page}");
    for key in [
        "title", "about", "images", "seen", "before", "after", "say", "ask", "options", "right",
        "because",
    ] {
        assert!(
            lesson.contains(&format!("\n{key} = ")) || lesson.starts_with(&format!("{key} = ")),
            "{key} is not told of"
        );
    }
    for key in ["image", "view", "layer", "path", "changes"] {
        assert!(lesson.contains(&format!("\n{key} = ")), "{key} is not told of");
    }
}

/// The demo as a file.
fn demo(directory: &Path) -> String {
    let file = directory.join("demo.tar").to_str().unwrap().to_owned();
    said(&["demo", "--write", &file]);
    file
}

#[test]
fn without_a_screen_the_story_of_an_image_is_a_handout() {
    let temporary = tempfile::tempdir().unwrap();
    let file = demo(temporary.path());
    let markdown = said(&["learn", "--image", &format!("{file}#layerscope/demo:latest")]);
    assert!(markdown.starts_with("# Guided tour of layerscope/demo:latest\n"), "{markdown}");
    assert!(
        markdown.contains("has 210 MiB in 4 layers") && markdown.contains("RUN apk del"),
        "{markdown}"
    );
    let page = said(&["learn", "--image", &file, "--format", "html", "--si"]);
    well_formed(page.trim_start_matches("<!DOCTYPE html>")).unwrap();
    assert_eq!(loads(&page), Vec::<String>::new());
    assert!(
        page.contains("Guided tour of layerscope/demo:latest") && page.contains("220 MB"),
        "{page}"
    );
}

#[test]
fn an_image_whose_story_cannot_be_told_is_named() {
    let temporary = tempfile::tempdir().unwrap();
    let file = demo(temporary.path());
    let message = refused(&["learn", "--image", &format!("{file}#other")]);
    assert!(message.contains("error: ") && message.contains("demo.tar#TAG"), "{message}");
    assert!(refused(&["learn", "--image", "none.tar"]).contains("none.tar"));
    assert!(refused(&["learn", "1", "--image", &file]).contains("cannot be used with"));
    assert!(refused(&["learn", "1", "--platform", "linux/amd64"]).contains("cannot be used with"));
    assert!(refused(&["learn", "--platform", "linux/amd64"]).contains("--image"));
}
