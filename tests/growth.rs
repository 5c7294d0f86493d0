//! The time of a report grows with the entries of an image. What would grow with the number of changes,
//! layers or findings times that of the entries fails here: twice, that made a report of a large image
//! ten times slower, and no other test noticed.
//!
//! It is the processor time of whole processes, the least of a few runs. So a busy machine changes it
//! little, and the limits are far from the measured figures on both sides.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::build::{Entry, Image, dir, file, gone, layer, tar};

/// Entries of a layer's share, all layers together.
const ENTRIES: usize = 40_000;
/// Files of a directory.
const DIRECTORY: usize = 25;
/// Runs of which the fastest counts; more, if they are too slow.
const RUNS: usize = 3;
const MORE_RUNS: usize = 12;

/// An image of so many layers: each adds its share of the entries, writes a quarter of them again,
/// those of all layers below in turns, and removes a few. So each pair of layers wastes bytes.
fn image(entries_of_all: usize, layers: usize) -> Image {
    let share = entries_of_all / layers;
    let path = |number: usize| {
        let directory = number / DIRECTORY;
        format!("opt/app-{:02}/part-{directory:05}/file-{number:06}", directory % 40)
    };
    let mut added = 0;
    let contents = (0..layers).map(|number| {
        let mut list: Vec<Entry> = Vec::new();
        let (again, removed) = if number == 0 { (0, 0) } else { (share / 4, share / 50) };
        // A stride that has no factor in common with the number of files meets each of them.
        let below = |i: usize| (number * 7_919 + i * 104_729) % added.max(1);
        let mut known = std::collections::BTreeMap::new();
        for i in 0..again + removed {
            known.entry(below(i)).or_insert(i < removed);
        }
        for (&number_of_file, &is_removed) in &known {
            let path = path(number_of_file);
            list.push(match is_removed {
                true => gone(&path),
                false => file(path, 100 + (number * 31 + number_of_file) % 400),
            });
        }
        // What the rules and the advice speak of is in each layer, too.
        list.push(file(format!("root/.cache/pip/http/{number}"), 70_000));
        list.push(file(format!("var/lib/apt/lists/list-{number}"), 70_000));
        while list.len() < share {
            if added % DIRECTORY == 0 {
                let path = path(added);
                list.push(dir(path.rsplit_once('/').expect("a directory").0));
            }
            list.push(file(path(added), 100 + added * 13 % 600));
            added += 1;
        }
        layer(list)
    });
    let mut image = Image::of(contents);
    let steps = image.config["history"].as_array_mut().expect("a list");
    for (number, step) in steps.iter_mut().enumerate() {
        step["created_by"] = format!("/bin/sh -c apt-get install -y part-{number}").into();
    }
    image
}

fn saved(directory: &Path, name: &str, image: &Image) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, tar(image.docker())).expect("there is room");
    path
}

/// The processor time of a report, in user and kernel mode. A shell tells that of its children.
fn processor_time(archive: &Path) -> Duration {
    let output = Command::new("sh")
        .args(["-c", r#""$0" report "$1" --format json --top 1 >/dev/null && times"#])
        .args([Path::new(env!("CARGO_BIN_EXE_layerscope")), archive])
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).expect("a text");
    // The first line is of the shell itself.
    let children = told.lines().nth(1).expect("two lines").split_whitespace();
    let times = children.map(|time| {
        let (minutes, seconds) = time.trim_end_matches('s').split_once('m').expect("0m0.01s");
        let seconds: f64 = seconds.replace(',', ".").parse().expect("seconds");
        Duration::from_secs_f64(seconds + 60.0 * minutes.parse::<f64>().expect("minutes"))
    });
    times.sum()
}

/// Asserts that a report of the second archive takes at most `limit` times the processor time of one of
/// the first.
fn takes_at_most(limit: u32, [small, large]: [&Path; 2]) {
    let mut least = [Duration::MAX; 2];
    for run in 0..MORE_RUNS {
        least = [least[0].min(processor_time(small)), least[1].min(processor_time(large))];
        if run + 1 >= RUNS && least[1] <= least[0] * limit {
            return;
        }
    }
    panic!("{:?} became {:?}, more than {limit} times as much", least[0], least[1]);
}

#[test]
fn four_times_the_layers_with_sixteen_times_the_changes_hardly_take_longer() {
    let directory = tempfile::tempdir().expect("a directory");
    let archives = [24, 96]
        .map(|layers| saved(directory.path(), &format!("{layers}.tar"), &image(ENTRIES, layers)));
    takes_at_most(3, [&archives[0], &archives[1]]);
}

#[test]
fn four_times_the_entries_take_about_four_times_as_long() {
    let directory = tempfile::tempdir().expect("a directory");
    let archives = [ENTRIES / 4, ENTRIES]
        .map(|entries| saved(directory.path(), &format!("{entries}.tar"), &image(entries, 24)));
    takes_at_most(8, [&archives[0], &archives[1]]);
}
