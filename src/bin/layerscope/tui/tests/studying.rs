//! The study of an image arrives at the screen: what takes longer the larger the image is was done
//! beside it.

use std::time::{Duration, Instant};

use layerscope::files::contents::LayerContents;

use super::support::build::{self, Entry, Image, dir, entries, file, layer};
use super::*;

/// The layers of the image.
const LAYERS: usize = 12;
/// The files that each layer writes again.
const FILES: usize = 2_000;
/// The most that the screen's thread may do, in parts of what is done beside it.
const PART: u32 = 4;

/// Returns the processor time of this thread so far; where the system does not tell, the time.
fn time_of_this_thread(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat");
    let spent = told.ok().and_then(|told| told.split(' ').next()?.parse().ok());
    spent.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Returns the time that some work takes on this thread, and its result.
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let before = match time_of_this_thread(start) {
        time if time > Duration::from_millis(1) => time,
        _ => Duration::ZERO,
    };
    let result = work();
    (time_of_this_thread(start).saturating_sub(before), result)
}

#[test]
fn the_screen_takes_a_study_much_faster_than_it_is_prepared_beside_it() {
    let names = (0..FILES).map(|i| format!("root/.cache/pip/{}/wheel-{i:05}", i % 40));
    let names: Vec<_> = names.collect();
    let layers = (0..LAYERS).map(|number| {
        let files = names.iter().map(|name| file(name, 2_000 + number));
        let head = [dir("root"), dir("root/.cache"), dir("root/.cache/pip")];
        layer(head.into_iter().chain(files).collect::<Vec<Entry>>())
    });
    let opened = build::open(entries(Image::of(layers).docker())).expect("an image");
    let inspection = layerscope::inspect(&opened, &Progress::default()).expect("it is readable");
    let inspection = Arc::new(inspection);
    let contents = LayerContents::new(&opened);
    let study = Study::unprompted(&inspection, &contents, true, &Arc::default());
    let study = Arc::new(study.expect("nothing is cancelled"));
    let left_out: usize = study.changes.iter().map(|change| change.left_out.len()).sum();
    assert!(left_out >= (LAYERS - 1) * FILES, "{left_out} files are left out");
    let mut ratios = Vec::new();
    for _ in 0..5 {
        let mut person = Person::in_front_of("many.tar", 120, 40);
        person.tell(Message::Opened(Intro::from_opened(&opened)));
        person.tell(loaded(&person.app, inspection.clone()));
        let order = person.app.explorer().expect("it is shown").wasted_below.clone();
        let (beside, studied) = timed(|| Studied::new(&inspection, &study, &order));
        let message = Message::Studied(Box::new(studied));
        let (on_screen, _) = timed(|| person.app.update(message));
        assert!(person.app.explorer().is_some_and(|explorer| explorer.study().is_some()));
        // A busy machine makes one of them slow or another.
        if on_screen * PART <= beside {
            return;
        }
        ratios.push((on_screen, beside));
    }
    panic!("the screen took too long each time: {ratios:?}");
}
