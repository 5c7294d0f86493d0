//! Images side by side: what a person does, and what they see then.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use layerscope::compare::Pair;
use layerscope::contents::LayerContents;
use layerscope::packages::{Installed, installed};
use layerscope::{Error, Inspection, Opened, Progress};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::support::build::{self, Image, dir, file, layer, tar};
use super::support::versions::versions;
use super::{lines, pictures, settings, svg};
use crate::tui::Settings;
use crate::tui::app::App;
use crate::tui::message::{Effect as ExplorerEffect, Intro, Message};
use crate::tui::side::{Effect, News, Side, Spot};
use crate::tui::theme::Theme;

/// An image with what the threads find out about it.
struct Known {
    opened: Opened,
    inspection: Arc<Inspection>,
    installed: Arc<Installed>,
}

fn known(archive: Vec<u8>) -> Known {
    let opened = build::open(archive).expect("the image opens");
    let inspection = layerscope::inspect(&opened, &Progress::default()).expect("the image is readable");
    let installed = installed(&inspection.tree, &LayerContents::new(&opened));
    Known { opened, inspection: Arc::new(inspection), installed: Arc::new(installed) }
}

static VERSIONS: LazyLock<[Known; 2]> = LazyLock::new(|| versions().map(known));

/// Four images that get smaller and smaller, none of them sharing a layer.
static LADDER: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let sizes = [("golang", 801_000), ("golang-alpine", 382_000), ("alpine", 10_800), ("scratch", 6_560)];
    let image = |(tag, size): (&str, usize)| {
        let mut image = Image::of([layer([file("app", size), dir(tag)])]);
        image.tags = serde_json::json!([format!("outyet:{tag}")]);
        known(tar(image.docker()))
    };
    sizes.into_iter().map(image).collect()
});

/// Someone in front of images side by side.
struct Onlooker<'a> {
    side: Side,
    images: &'a [Known],
    theme: Theme,
    time: Duration,
    clicked: (u16, u16),
    ended: bool,
    failed: Option<Error>,
    copied: Option<String>,
    opened: Option<(usize, Option<Spot>)>,
}

impl<'a> Onlooker<'a> {
    /// Nothing has been read.
    fn waiting(images: &'a [Known], width: u16, height: u16) -> Self {
        Self::with(&settings(), images, width, height)
    }

    fn with(settings: &Settings, images: &'a [Known], width: u16, height: u16) -> Self {
        let names = (0..images.len()).map(|i| format!("{i}.tar")).collect();
        let theme = settings.theme.unwrap_or_else(Theme::colours).with(settings.signs);
        let side = Side::new(names, settings, Rect::new(0, 0, width, height));
        let (time, clicked) = (Duration::ZERO, (0, 0));
        Self { side, images, theme, time, clicked, ended: false, failed: None, copied: None, opened: None }
    }

    fn before(images: &'a [Known], width: u16, height: u16) -> Self {
        Self::waiting(images, width, height).reads_all()
    }

    fn reads_all(mut self) -> Self {
        for (i, image) in self.images.iter().enumerate() {
            self.learns(News::Opened(i, Box::new(image.opened.clone())));
            self.learns(News::Read(i, Ok(image.inspection.clone())));
        }
        for (i, image) in self.images.iter().enumerate() {
            self.learns(News::Installed(i, image.installed.clone()));
        }
        self
    }

    fn learns(&mut self, news: News) {
        let effect = self.side.learn(news);
        self.does(effect);
    }

    fn does(&mut self, effect: Option<Effect>) {
        match effect {
            Some(Effect::Quit) => self.ended = true,
            Some(Effect::Fail(error)) => self.failed = Some(error),
            Some(Effect::Copy(text)) => self.copied = Some(text),
            Some(Effect::Open(image, spot)) => self.opened = Some((image, spot)),
            Some(Effect::Compare(other)) => {
                let pair = Pair::of(&self.images[0].inspection, &self.images[other].inspection);
                self.learns(News::Compared(other, Arc::new(pair)));
            }
            Some(Effect::Suspend) | None => {}
        }
    }

    fn tells(&mut self, message: Message) -> &mut Self {
        let effect = self.side.update(message);
        self.does(effect);
        self
    }

    fn press(&mut self, code: KeyCode) -> &mut Self {
        self.tells(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
        self
    }

    fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        self.tells(Message::Mouse(event, self.time))
    }

    /// Clicks on a text, long after the last time.
    fn clicks(&mut self, text: &str) -> &mut Self {
        self.time += Duration::from_secs(1);
        let lines = lines(&self.sees());
        let place = lines.iter().enumerate().find_map(|(y, line)| Some((line.find(text)?, y)));
        let (byte, y) = place.unwrap_or_else(|| panic!("{text:?} is not on\n{}", self.screen()));
        let cells = |n: usize| u16::try_from(n).expect("a cell of the screen");
        self.clicked = (cells(lines[y][..byte].chars().count()), cells(y));
        self.clicks_again()
    }

    /// Clicks at once where the last click was.
    fn clicks_again(&mut self) -> &mut Self {
        let (x, y) = self.clicked;
        self.mouse(MouseEventKind::Down(MouseButton::Left), x, y)
    }

    fn sees(&self) -> Buffer {
        let area = self.side.area;
        let mut terminal = Terminal::new(TestBackend::new(area.width, area.height)).expect("a screen");
        terminal.draw(|frame| self.side.draw(&self.theme, frame)).expect("a frame");
        terminal.backend().buffer().clone()
    }

    fn screen(&self) -> String {
        lines(&self.sees()).join("\n")
    }

    /// What is written on the screen, without frames and line breaks.
    fn reads(&self) -> String {
        let framed = |c: char| matches!(c, '│' | '┌' | '┐' | '└' | '┘' | '─' | '▐');
        let screen = self.screen();
        let words = screen.split(|c: char| framed(c) || c.is_whitespace()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn finds(&self, texts: &[&str]) -> &Self {
        let words = self.reads();
        for text in texts {
            assert!(words.contains(text), "{text:?} is not on\n{}", self.screen());
        }
        self
    }

    /// The row of the screen that is selected in the list.
    fn selected(&self) -> String {
        let buffer = self.sees();
        let plain = Theme::plain();
        let mut looked = Terminal::new(TestBackend::new(buffer.area.width, buffer.area.height)).expect("a screen");
        looked.draw(|frame| self.side.draw(&plain, frame)).expect("a frame");
        let reversed = looked.backend().buffer().clone();
        let is_selected = |y: u16| reversed[(2, y)].modifier.contains(ratatui::style::Modifier::REVERSED);
        let y = (0..buffer.area.height).find(|&y| is_selected(y));
        y.map(|y| lines(&buffer)[usize::from(y)].clone()).unwrap_or_default()
    }
}

#[test]
fn the_first_screen_says_what_the_new_version_costs_and_why() {
    for (width, height) in [(80, 24), (120, 40)] {
        Onlooker::before(&*VERSIONS, width, height).finds(&[
            "shop:1.5 is 1.05× smaller: 13.2 MiB instead of 13.9 MiB; 2 of 4 layers shared",
            "who has the first downloads 4.83 MiB",
            "13.9 MiB",
            "1.25 MiB",
            "1.05× shop:1.5",
            "layers Sharing ends at layer 1 `RUN apk upgrade",
            "which differs in /usr/bin/wget",
            "paths 6 came (480 KiB), 2 went (490 KiB), 3 grew (560 KiB), 1 shrank (4.00 KiB)",
            "packages 1 came (tzdata 2024b-r0), 1 went (wget 1.24.5-r0), 2 of another version (libcrypto3, libssl3)",
            "dead 1.25 MiB before, 203 B after",
            "+512 KiB ~ /srv/server",
        ]);
    }
}

#[test]
fn four_images_stand_in_one_table_and_the_selected_one_is_compared_with_the_first() {
    let mut onlooker = Onlooker::before(&LADDER, 80, 24);
    onlooker.finds(&[
        "2.10×",
        "74.2×",
        "122×",
        "outyet:scratch is 122× smaller",
        "outyet:scratch against outyet:golang",
    ]);
    onlooker.types("k").finds(&["outyet:alpine is 74.2× smaller", "outyet:alpine against outyet:golang"]);
    onlooker.types("g").finds(&["outyet:alpine against outyet:golang"]);
    assert!(onlooker.selected().contains("1.00×"), "{}", onlooker.selected());
    onlooker.types("2").finds(&["0 of 1 layer shared"]);
    onlooker.types("[").finds(&["→ outyet:golang-alpine"]);
    onlooker.types("[]]").finds(&["→ outyet:scratch"]);
    onlooker.types("]").finds(&["→ outyet:scratch"]);
}

#[test]
fn the_layers_say_which_are_shared_and_what_broke_the_sharing() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut onlooker = Onlooker::before(&*VERSIONS, width, height);
        onlooker.press(KeyCode::Tab).finds(&[
            "Layers · 2 of 4 layers shared",
            "= 0 0 1.65 MiB",
            "- 1 - 5.94 MiB",
            "+ - 1 5.72 MiB",
            "2.41 MiB RUN apk upgrade",
            "shared COPY dir:77c1d2",
            "gone RUN rm /srv/server.map",
            "Who has the first image downloads 4.83 MiB for the second.",
            "Sharing ends at layer 1",
            "Layer 0 of both: ADD file:5758b97d in /",
        ]);
        onlooker.types("j").finds(&["Layer 1 of the first only"]);
        onlooker.types("j").press(KeyCode::Enter);
        assert_eq!(onlooker.opened, Some((1, Some(Spot::Layer(1)))));
    }
}

#[test]
fn paths_are_summed_by_directory_the_biggest_difference_first() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    onlooker.types("3").finds(&["Paths · 12 paths differ", "+512 KiB", "~ server", "- wget", "+ tzdata.zi"]);
    assert!(onlooker.selected().contains("srv/"), "{}", onlooker.screen());
    onlooker.finds(&["+224 KiB -490 KiB, 6 paths", "3 paths differ in it: 768 KiB more, 0 B less."]);
    // Folding srv hides what is in it, and Enter shows it again.
    onlooker.press(KeyCode::Left);
    assert!(!onlooker.reads().contains("~ server"), "{}", onlooker.screen());
    onlooker.press(KeyCode::Enter).finds(&["~ server"]);
    onlooker.types("Z").types("l").types("l");
    assert!(onlooker.selected().contains("server"), "{}", onlooker.screen());
}

#[test]
fn a_path_is_found_by_name_and_enter_opens_the_image_that_has_it() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    onlooker.types("3/wget").finds(&["/wget▏ 1 of 1", "/usr/bin/wget", "Went, with 490 KiB (501,760 bytes)"]);
    onlooker.press(KeyCode::Enter);
    assert!(onlooker.selected().contains("wget"), "{}", onlooker.screen());
    onlooker.press(KeyCode::Enter);
    let node = VERSIONS[0].inspection.tree.find(b"usr/bin/wget").unwrap();
    assert_eq!(onlooker.opened, Some((0, Some(Spot::Path(node)))), "it went, so the first image has it");
    onlooker.press(KeyCode::Esc).types("/tz").press(KeyCode::Enter).types("nN");
    assert!(onlooker.selected().contains("tzdata.zi"), "{}", onlooker.screen());
    onlooker.types("y");
    assert_eq!(onlooker.copied.as_deref(), Some("/usr/share/zoneinfo/tzdata.zi"));
    onlooker.press(KeyCode::Enter);
    assert_eq!(onlooker.opened.map(|(image, _)| image), Some(1), "it came, so the second image has it");
    onlooker.types("/nowhere").finds(&["nothing that differs is called so"]);
    onlooker.press(KeyCode::Esc);
    assert!(!onlooker.screen().contains("nowhere"));
}

#[test]
fn as_a_list_the_biggest_difference_of_all_comes_first() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    onlooker.types("3t").finds(&["Paths, the biggest first", "~ /srv/server", "- /usr/bin/wget"]);
    onlooker.types("g");
    assert!(onlooker.selected().contains("/srv/server"));
    onlooker.types("n");
    assert!(onlooker.selected().contains("/srv/server"), "it stays on the path when the order changes");
    onlooker.types("t");
    assert!(onlooker.selected().contains("server"), "{}", onlooker.screen());
}

#[test]
fn packages_say_from_which_version_to_which() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut onlooker = Onlooker::before(&*VERSIONS, width, height);
        onlooker.types("4").finds(&[
            "Packages · 4 differ, 5 the same",
            "-490 KiB - wget went 1.24.5-r0",
            "+224 KiB + tzdata came 2024b-r0",
            "+48.0 KiB ~ libcrypto3 3.3.1-r3 → 3.3.2-r1",
            "8 packages before, 8 after: 1 came (+224 KiB), 1 went (-490 KiB), 2 have another version (+44.0 KiB).",
            "Files of no package: 5.06 MiB before, 5.81 MiB after.",
        ]);
        onlooker.types("jy");
        assert_eq!(onlooker.copied.as_deref(), Some("tzdata"));
    }
}

#[test]
fn packages_come_when_files_have_been_looked_into() {
    let mut onlooker = Onlooker::waiting(&*VERSIONS, 80, 24);
    for (i, image) in VERSIONS.iter().enumerate() {
        onlooker.learns(News::Opened(i, Box::new(image.opened.clone())));
        onlooker.learns(News::Read(i, Ok(image.inspection.clone())));
    }
    onlooker.finds(&["packages are being looked for …"]);
    onlooker.types("4").finds(&["Packages are being looked for …"]);
    for (i, image) in VERSIONS.iter().enumerate() {
        onlooker.learns(News::Installed(i, image.installed.clone()));
    }
    onlooker.finds(&["wget went"]);
}

#[test]
fn while_images_are_read_it_says_how_far_and_escape_cancels() {
    let mut onlooker = Onlooker::waiting(&*VERSIONS, 80, 24);
    onlooker.finds(&["2 images side by side", "waiting 0.tar", "Esc or q cancels"]);
    onlooker.learns(News::Opened(0, Box::new(VERSIONS[0].opened.clone())));
    onlooker.learns(News::Progress(0, (3 << 20, 6 << 20, 1)));
    onlooker.finds(&["3.00 MiB of 6.00 MiB shop:1.4", "waiting 1.tar"]);
    onlooker.types("1234jk/]t?").press(KeyCode::Esc);
    assert!(!onlooker.ended, "Esc leaves the help first");
    onlooker.press(KeyCode::Esc);
    assert!(onlooker.ended);
}

#[test]
fn an_image_that_cannot_be_read_ends_the_screen_with_the_error() {
    let mut onlooker = Onlooker::waiting(&*VERSIONS, 80, 24);
    onlooker.learns(News::Read(1, Err(Error::Empty { path: "1.tar".into() })));
    assert!(matches!(&onlooker.failed, Some(Error::Empty { path }) if path == "1.tar"));
}

#[test]
fn escape_goes_back_to_the_images_and_never_out_and_q_quits() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    for view in ["2", "3", "4"] {
        onlooker.types(view).press(KeyCode::Esc).finds(&["Images · 2/2"]);
    }
    onlooker.press(KeyCode::Esc).press(KeyCode::Esc);
    assert!(!onlooker.ended);
    onlooker.press(KeyCode::BackTab).finds(&["What they come to"]);
    onlooker.press(KeyCode::Tab).finds(&["Images · 2/2"]);
    onlooker.types("Y");
    assert_eq!(onlooker.copied.as_deref(), Some("layerscope compare '0.tar' '1.tar'"));
    onlooker.types("q");
    assert!(onlooker.ended);
}

#[test]
fn the_help_lists_every_key_of_the_comparison() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 60);
    onlooker.types("?");
    for (_, entries) in crate::tui::keymap::help::COMPARISON.groups {
        for (actions, what) in *entries {
            onlooker.finds(&[what]);
            for key in actions.iter().flat_map(|&action| settings().keymap.keys(action).to_vec()) {
                assert!(onlooker.screen().contains(&key.to_string()), "{key} is not on\n{}", onlooker.screen());
            }
        }
    }
    onlooker.types("?").finds(&["Images · 2/2"]);
}

#[test]
fn the_mouse_chooses_views_selects_rows_and_opens_them() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    onlooker.clicks("1.00×");
    assert!(onlooker.selected().contains("shop:1.4"), "{}", onlooker.screen());
    onlooker.clicks("1.05×  shop:1.5").clicks_again();
    assert_eq!(onlooker.opened, Some((1, None)), "a double click opens the image");
    onlooker.clicks("Paths").finds(&["12 paths differ"]);
    onlooker.mouse(MouseEventKind::ScrollDown, 5, 5);
    assert!(!onlooker.selected().contains("srv/"), "{}", onlooker.screen());
    onlooker.clicks("▾ srv/").finds(&["differ in it"]);
    onlooker.clicks("Packages").clicks("tzdata").types("y");
    assert_eq!(onlooker.copied.as_deref(), Some("tzdata"));
    onlooker.clicks("Layers").clicks("rm /srv/server.map").finds(&["Layer 4 of the first only"]);
    onlooker.clicks("quit");
    assert!(onlooker.ended, "hints are buttons");
}

#[test]
fn the_same_image_twice_says_that_nothing_differs() {
    let twice = [0, 0].map(|_| known(versions()[0].clone()));
    let mut onlooker = Onlooker::before(&twice, 80, 24);
    onlooker.finds(&[
        "both ship 13.9 MiB",
        "5 of 5 layers shared",
        "the final filesystems look the same",
        "all 8 are the same",
    ]);
    onlooker.types("2jj").finds(&["downloads 0 B for the second"]);
    onlooker.types("3jjllhzZtsn").press(KeyCode::Enter).finds(&["The final filesystems look the same"]);
    onlooker.types("4jj").finds(&["All packages are the same"]);
}

#[test]
fn images_without_layers_are_compared_too() {
    let empty = || known(tar(Image::of([]).docker()));
    let one = || known(tar(Image::of([layer([file("app", 5)])]).docker()));
    for (images, verdict) in [
        ([empty(), empty()], "both ship 0 B; 0 of 0 layers shared"),
        ([empty(), one()], "ships 5 B, and the first nothing"),
        ([one(), empty()], "ships nothing"),
    ] {
        let mut onlooker = Onlooker::before(&images, 80, 24);
        onlooker.finds(&[verdict]);
        for view in ["2", "3", "4", "1"] {
            onlooker.types(view).types("jkGgl").press(KeyCode::Enter).sees();
        }
    }
}

#[test]
fn hostile_names_are_escaped_wherever_they_are_shown() {
    let hostile = layer([
        file("\u{1b}]0;owned\u{7}", 900),
        file(b"caf\xe9", 5),
        dir("\u{202e}x"),
        file("\u{202e}x/y", 7),
        file("lib/apk/db/installed", 0).holding("P:a\u{1b}[31m\nV:1\u{7}\nF:\nR:caf\n"),
    ]);
    let mut image = Image::of([hostile]);
    image.tags = serde_json::json!(["x\u{1b}[31m:1"]);
    image.config["history"] = serde_json::json!([{ "created_by": "RUN \u{1b}[2J" }]);
    let images = [known(tar(Image::of([]).docker())), known(tar(image.docker()))];
    let mut onlooker = Onlooker::before(&images, 80, 24);
    for view in ["1", "2", "3", "3t", "4"] {
        onlooker.types(view);
        let screen = onlooker.screen();
        assert!(screen.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{screen}");
    }
    onlooker.types("4").finds(&["a\\x1b[31m"]);
    onlooker.types("3").finds(&["\\x1b]0;owned\\x07"]);
    onlooker.types("gy");
    assert!(onlooker.copied.is_some_and(|text| !text.contains('\u{1b}')));
}

#[test]
fn a_bigger_list_scrolls_and_keeps_what_is_selected() {
    let many = |count: usize, size: usize| {
        let files = (0..count).map(|i| file(format!("d/{i:03}"), size + i));
        known(tar(Image::of([layer(files)]).docker()))
    };
    let images = [many(1, 1), many(200, 10)];
    let mut onlooker = Onlooker::before(&images, 80, 24);
    onlooker.types("3glG");
    assert!(onlooker.selected().contains("000"), "the smallest difference comes last\n{}", onlooker.screen());
    onlooker.press(KeyCode::PageUp).tells(Message::Resize(60, 12));
    assert!(!onlooker.selected().is_empty(), "{}", onlooker.screen());
    onlooker.tells(Message::Resize(80, 24));
    let many: Vec<Known> = (1..40).map(|size| many(1, size)).collect();
    let mut onlooker = Onlooker::before(&many, 80, 24);
    onlooker.types("gkjj").finds(&["Images · 3/39"]);
    onlooker.types("G").finds(&["Images · 39/39"]);
}

#[test]
fn below_80_columns_and_on_a_few_cells_it_is_still_usable() {
    Onlooker::before(&*VERSIONS, 50, 18).finds(&["1.05×", "shop:1.5", "shipped"]);
    for (width, height) in [(40, 12), (20, 6), (12, 4), (3, 3), (2, 2), (1, 1), (1, 60), (200, 1), (0, 0)] {
        let mut onlooker = Onlooker::before(&*VERSIONS, width, height);
        for view in ["1", "2", "3", "4"] {
            onlooker.types(view).types("jlG?").sees();
            onlooker.types("?").sees();
        }
        Onlooker::waiting(&*VERSIONS, width, height).sees();
    }
}

#[test]
fn from_the_explorer_escape_and_q_come_back_and_interrupt_quits() {
    let image = &VERSIONS[1];
    let explorer = || {
        let mut app = App::new("1.tar".into(), &settings(), Rect::new(0, 0, 80, 24));
        app.returns = true;
        app.update(Message::Opened(Intro::of(&image.opened)));
        app.update(Message::Loaded(Ok(image.inspection.clone())));
        app
    };
    let key = |app: &mut App, code: KeyCode| app.update(Message::Key(code.into()));
    let mut app = explorer();
    app.go_to(Spot::Path(image.inspection.tree.find(b"srv/server").unwrap()));
    assert_eq!(app.selected_path().as_deref(), Some("/srv/server"));
    for way_in in [KeyCode::Char('2'), KeyCode::Char('/'), KeyCode::Char('f'), KeyCode::Tab, KeyCode::Char('?')] {
        key(&mut app, way_in);
        assert!(key(&mut app, KeyCode::Esc).is_none(), "{way_in:?} is left first");
    }
    assert!(matches!(key(&mut app, KeyCode::Esc), Some(ExplorerEffect::Leave)));
    let mut app = explorer();
    app.go_to(Spot::Layer(2));
    assert_eq!(app.explorer().unwrap().layer, 2);
    assert!(matches!(key(&mut app, KeyCode::Char('q')), Some(ExplorerEffect::Leave)));
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert!(matches!(app.update(Message::Key(interrupt)), Some(ExplorerEffect::Quit)));
}

#[test]
fn pictures_of_the_views() {
    for (width, height) in [(80, 24), (120, 40)] {
        for (view, name) in [("1", ""), ("2", "-layers"), ("3", "-paths"), ("4", "-packages")] {
            let mut onlooker = Onlooker::before(&*VERSIONS, width, height);
            onlooker.types(view);
            picture(&format!("compare{name}-{width}x{height}"), &onlooker);
        }
    }
    picture("compare-ladder-80x24", &Onlooker::before(&LADDER, 80, 24));
    let ascii = Settings { signs: crate::tui::Signs::Ascii, ..settings() };
    let mut onlooker = Onlooker::with(&ascii, &*VERSIONS, 80, 24).reads_all();
    picture("compare-ascii-80x24", &onlooker);
    onlooker.types("3");
    assert!(onlooker.screen().is_ascii(), "{}", onlooker.screen());
}

fn picture(name: &str, onlooker: &Onlooker<'_>) {
    let buffer = onlooker.sees();
    pictures::compare(&format!("{name}.txt"), &(lines(&buffer).join("\n") + "\n"));
    pictures::compare(&format!("{name}.svg"), &svg::draw(svg::DARK, &buffer));
}

/// Something that a person does.
#[derive(Debug, Clone)]
enum Deed {
    Key(KeyCode),
    Resize(u16, u16),
    Mouse(MouseEventKind, u16, u16),
}

fn deed() -> impl Strategy<Value = Deed> {
    let mut keys: Vec<_> = "kjudgGhl[]1234t/?snNzZyYe".chars().map(KeyCode::Char).collect();
    keys.extend([KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Backspace, KeyCode::PageDown]);
    let button = MouseEventKind::Down(MouseButton::Left);
    let kinds = vec![button, button, MouseEventKind::ScrollDown, MouseEventKind::ScrollUp];
    prop_oneof![
        6 => proptest::sample::select(keys).prop_map(Deed::Key),
        2 => (proptest::sample::select(kinds), 0u16..130, 0u16..50).prop_map(|(kind, x, y)| Deed::Mouse(kind, x, y)),
        1 => (0u16..130, 0u16..50).prop_map(|(width, height)| Deed::Resize(width, height)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_a_person_does_panics(deeds in proptest::collection::vec(deed(), 1..60), many in any::<bool>()) {
        let images: &[Known] = if many { &LADDER } else { &*VERSIONS };
        let mut onlooker = Onlooker::before(images, 80, 24);
        for deed in deeds {
            match deed {
                Deed::Key(code) => drop(onlooker.press(code)),
                Deed::Resize(width, height) => drop(onlooker.tells(Message::Resize(width, height))),
                Deed::Mouse(kind, x, y) => drop(onlooker.mouse(kind, x, y)),
            }
            onlooker.sees();
        }
        prop_assert!(onlooker.failed.is_none());
    }
}
