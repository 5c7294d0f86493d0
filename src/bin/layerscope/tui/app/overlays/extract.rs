//! Asks where to extract the selection to, and follows the extraction.

use crate::tui::app::App;
use crate::tui::overlay::Overlay;
use crate::tui::overlay::extract::{Extraction, State, place, result};
use crate::tui::widgets::prompt::Typed;
use crate::tui::work::{Answer, Task};
use crossterm::event::KeyEvent;
use layerscope::files::extract::What;

impl App {
    /// Opens the dialog for the selection.
    pub(in crate::tui) fn ask_to_extract(&mut self) {
        if self.extracting.is_some() {
            self.notice = Some("An extraction is already running. Press Esc to cancel it.".into());
            return;
        }
        let selected = self.selected_place();
        let Some(explorer) = self.explorer() else { return };
        let tree = &explorer.inspection.tree;
        let what = match (self.overlays.any_viewer(), selected) {
            (Some(viewer), _) => Some(What::Version(viewer.version())),
            (None, Some((node, layer))) if tree.at(node, layer).is_some() => {
                Some(What::AsOf { node, layer })
            }
            (None, Some((node, layer))) => {
                let before = tree.versions(node).find(|&version| tree.added_in(version) <= layer);
                before.or_else(|| tree.versions(node).next()).map(What::Version)
            }
            (None, None) => None,
        };
        match what.map(|what| Extraction::new(tree, what)) {
            Some(extraction) => self.overlays.open(Overlay::Extraction(Box::new(extraction))),
            None => self.notice = Some("Select a file or directory first.".into()),
        }
    }

    /// Handles a key in the input line.
    pub(in crate::tui) fn type_place(&mut self, key: KeyEvent) {
        let Some(Overlay::Extraction(extraction)) = self.overlays.top_mut() else { return };
        match extraction.prompt.key(key) {
            Typed::Left => {
                self.overlays.close();
            }
            Typed::Entered => {
                extraction.problem = None;
                extraction.state = State::Wanted(place(extraction.prompt.text().trim()));
                if let Some(Overlay::Extraction(extraction)) = self.overlays.close() {
                    self.extracting = Some(extraction);
                }
            }
            Typed::Changed => extraction.problem = None,
            Typed::Same | Typed::Other => {}
        }
    }

    /// Cancels the extraction; returns false if there is none.
    pub(in crate::tui) fn stop_extracting(&mut self) -> bool {
        let stopped = self.extracting.take().is_some();
        if stopped {
            self.notice = Some("cancelled: nothing was written".into());
        }
        stopped
    }

    pub(in crate::tui) fn extraction_task(&mut self) -> Option<Task> {
        let numbers = &mut self.numbers;
        let asking = self.overlays.extraction_mut().and_then(|extraction| extraction.task(numbers));
        asking.or_else(|| self.extracting.as_mut()?.task(numbers))
    }

    pub(in crate::tui) fn extraction_awaits(&self, number: u64) -> bool {
        let extractions = [self.overlays.extraction(), self.extracting.as_deref()];
        extractions.into_iter().flatten().any(|extraction| extraction.awaits(number))
    }

    pub(in crate::tui) fn extraction_progressed(
        &mut self,
        heard: u64,
        heard_done: u64,
        heard_total: u64,
    ) {
        if let Some(State::Running { number, done, total }) =
            self.extracting.as_mut().map(|extraction| &mut extraction.state)
            && *number == heard
        {
            (*done, *total) = (heard_done, heard_total);
        }
    }

    /// Handles an answer. A failed extraction can be tried again with another directory.
    pub(in crate::tui) fn extraction_answer(&mut self, answer: Answer) {
        if let Answer::Measured(amount) = answer {
            let extraction = self.overlays.extraction_mut().or(self.extracting.as_deref_mut());
            if let Some(extraction) = extraction {
                extraction.amount = Some(amount);
            }
            return;
        }
        let Some(mut extraction) = self.extracting.take() else { return };
        match answer {
            Answer::Extracted(extracted) => {
                self.notice = Some(result(&extracted, &extraction.destination(), self.units));
            }
            Answer::Failed(problem) => {
                extraction.problem = Some(problem);
                extraction.state = State::Asking;
                self.overlays.open(Overlay::Extraction(extraction));
            }
            _ => self.extracting = Some(extraction),
        }
    }
}
