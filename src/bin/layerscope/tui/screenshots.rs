//! The screens of a lesson on paper: the explorer at each step, without the narrator and the keys.

use layerscope::display::escaped_str;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::lesson::{RenderedLesson, Scene, Stage};
use crate::tui::Settings;
use crate::tui::app::App;
use crate::tui::app::draw;
use crate::tui::lesson::{LessonPlayer, Place};
use crate::tui::message::Message;
use crate::tui::views::Motion;
use crate::tui::widgets::text::cut;
use crate::tui::widgets::theme::{Background, Theme};
use crate::view::View;

/// The height given to the narrator, which is not part of the picture.
const SPOKEN: u16 = 60;
/// The largest width of an instruction in a caption.
const INSTRUCTION: usize = 70;

/// The screen of a step.
pub struct Screenshot {
    pub screen: Buffer,
    /// A description in one line.
    pub caption: String,
}

/// The width of a screen, and its largest height.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub columns: u16,
    pub rows: u16,
}

/// Returns the screens of a lesson, one per step; `None` if nothing has changed since the previous
/// step.
pub fn screenshots(
    told: &RenderedLesson,
    stages: &[Stage],
    settings: &Settings,
    size: Size,
) -> Vec<Option<Screenshot>> {
    let narrator = LessonPlayer::new(told.clone(), stages.to_vec(), Place::Alone);
    let spoken = narrator.rows(Rect::new(0, 0, size.columns, SPOKEN));
    // The line of keys needs a row beside the explorer.
    let area = Rect::new(0, 0, size.columns, size.rows + spoken + 1);
    let settings =
        Settings { view: View::Explore, theme: None, motion: Motion::Smooth, ..settings.clone() };
    let theme = Theme::for_background(Background::Light).with(settings.signs).hatched();
    let mut app = App::new(escaped_str(&told.title), &settings, area);
    app.teach(narrator);
    let mut last: Option<(Scene, Buffer)> = None;
    let mut screenshots = Vec::with_capacity(told.steps.len());
    for (i, step) in told.steps.iter().enumerate() {
        app.go_to_step(i);
        play_to_the_end(&mut app);
        let screen = seen(&app, &theme);
        // A question hides figures of the screen, so repeating a screen for it would show less.
        let asks_again = |scene: Scene| step.question.is_some() && scene == step.scene;
        if last.as_ref().is_some_and(|(scene, last)| asks_again(*scene) || *last == screen) {
            screenshots.push(None);
            continue;
        }
        last = Some((step.scene, screen.clone()));
        screenshots.push(Some(Screenshot { screen, caption: caption(step.scene, stages) }));
    }
    screenshots
}

/// Runs an animation to its end, which is the state to print.
fn play_to_the_end(app: &mut App) {
    const STEP: Duration = Duration::from_secs(1);
    const LONGEST: usize = 600;
    for _ in 0..LONGEST {
        if !app.is_moving() {
            break;
        }
        app.update(Message::Tick(STEP));
    }
}

/// Returns the explorer's part of the screen, without empty rows.
fn seen(app: &App, theme: &Theme) -> Buffer {
    let screen = draw::screen(app, theme);
    let main = app.panes().main;
    // Charts and treemaps use all of their area on purpose.
    let is_list = matches!(
        app.view,
        View::Explore | View::Waste | View::Image | View::Findings | View::Sizes
    );
    let is_blank = |y: u16| {
        let mut row = (screen.area.left()..screen.area.right()).map(|x| screen[(x, y)].symbol());
        is_list
            && main.rows().any(|row| row.y == y)
            && row.all(|symbol| matches!(symbol, " " | "│" | "|"))
    };
    let bottom = main.bottom().saturating_sub(1);
    let is_left_out = |y: u16| is_blank(y) && (is_blank(y + 1) || y + 1 == bottom);
    let rows: Vec<u16> = (screen.area.top()..main.bottom()).filter(|&y| !is_left_out(y)).collect();
    let mut seen = Buffer::empty(Rect::new(
        0,
        0,
        screen.area.width,
        u16::try_from(rows.len()).unwrap_or(u16::MAX),
    ));
    for (to, from) in seen.area.rows().map(|row| row.y).zip(rows) {
        for x in screen.area.left()..screen.area.right() {
            seen[(x, to)] = screen[(x, from)].clone();
        }
    }
    seen
}

/// Describes a scene, for the caption and for accessibility.
fn caption(scene: Scene, stages: &[Stage]) -> String {
    let Some((view, stage)) = scene.view.zip(stages.get(scene.image)) else {
        return "The images of this lesson side by side".into();
    };
    let (name, image, inspection) = (view.name(), &stage.intro.name, &stage.inspection);
    if view != View::Explore {
        let bound = if inspection.completeness.sizes_are_exact() {
            ""
        } else {
            " · of what could be read"
        };
        return format!("{name}: {image}{bound}");
    }
    let mark = inspection
        .completeness
        .layer(scene.layer)
        .mark()
        .map_or(String::new(), |mark| format!(" ({mark})"));
    let instruction = scene
        .layer
        .get_from(&inspection.layers)
        .map(|layer| cut(&layer.instruction.one_line(), INSTRUCTION));
    let what = if scene.changes { "what layer" } else { "everything up to layer" };
    let changed = if scene.changes { " changed" } else { "" };
    let path = scene.path.map(|path| layerscope::display::escaped(&inspection.tree.path(path)));
    let path = path.map_or_else(String::new, |path| format!(" · at {path}"));
    format!(
        "{name}: {image}, {what} {}{changed}{mark} · {}{path}",
        scene.layer,
        instruction.unwrap_or_default()
    )
}
