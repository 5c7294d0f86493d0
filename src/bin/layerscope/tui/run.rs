//! The event loop: takes events and draws, until something ends the program.

use std::io;
use std::sync::mpsc::channel;
use std::time::Instant;

use layerscope::Selection;
use ratatui::layout::Rect;

use super::app::App;
use super::session::{Ended, Session};
use super::terminal::drawn;
use super::terminal::stage::{Prepared, Stage};
use super::{Failure, Settings, Start};

/// Shows an image until the user quits.
pub fn run(start: Start, selection: Selection, settings: Settings) -> Result<(), Failure> {
    let (sender, receiver) = channel();
    let prepared = Prepared::watching(sender.clone(), receiver)?;
    let app = App::new(start.name(), &settings, area()?);
    let mut session = Session::new(app, 0, selection, settings.pager.clone(), sender);
    // The layers are already being read while the terminal is asked for its colours.
    session.start(start);
    let mut stage = prepared.open(&settings)?;
    let ended = exchange(&mut session, &mut stage);
    drop(stage);
    match ended? {
        Ended::Quit | Ended::Back => Ok(()),
        Ended::Failed(failure) => Err(failure),
    }
}

/// Takes events and draws, until something ends the program.
fn exchange(session: &mut Session, stage: &mut Stage) -> io::Result<Ended> {
    loop {
        session.work();
        stage.draw(|theme, frame| session.draw(theme, frame))?;
        let patience = session.patience(Instant::now());
        let Some(events) = stage.wait(patience)? else { return Ok(Ended::Quit) };
        session.pass_time(Instant::now(), events.is_empty());
        for event in events {
            if let Some(ended) = session.take(event, stage)? {
                return Ok(ended);
            }
        }
    }
}

/// Returns the whole of the terminal.
pub fn area() -> io::Result<Rect> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(drawn(width, height))
}
