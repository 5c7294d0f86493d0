//! The files of one folder: they name one another in one direction, so that a room can be read from
//! its lowest file up.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use regex::Regex;

use super::sources;

/// The place of a file or of an item among the folders of `src`.
type Place = Vec<String>;

#[test]
fn files_of_a_folder_name_one_another_in_one_direction() {
    let files = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let files = files.iter().filter(|path| !path.ends_with("tests.rs"));
    let files = files.map(|path| (place(path), code(&fs::read_to_string(path).unwrap())));
    let found = House::of(files.collect()).circles();
    assert_eq!(found, BTreeMap::new(), "left: the folders with circles, and the files on them");
}

#[test]
fn a_circle_of_files_is_seen_through_groups_and_through_what_a_folder_exports() {
    let house = |lower: &str| {
        let files = [
            ("room", "mod lower;\nmod upper;\npub use upper::{Upper as Shown, made};"),
            ("room/lower", lower),
            ("room/upper", "use std::{fmt, io};\nuse super::{\n    lower::{self, Lower},\n};"),
            ("room/upper/inner", "fn f() { crate::room::lower::f() }"),
        ];
        let place = |path: &str| path.split('/').map(str::to_owned).collect();
        House::of(files.iter().map(|(path, text)| (place(path), code(text))).collect()).circles()
    };
    assert_eq!(house("use std::io;\n// use super::Shown;\n"), BTreeMap::new());
    for upwards in
        ["use super::Shown;", "fn f() { super::made() }", "use crate::room::upper::inner;"]
    {
        let both = ["lower", "upper"].map(str::to_owned).into();
        assert_eq!(house(upwards), BTreeMap::from([("room".to_owned(), both)]), "{upwards}");
    }
}

/// The modules of the program, each with the paths that it names.
struct House {
    modules: BTreeSet<Place>,
    named: Vec<(Place, Place)>,
    /// The child that has an item which a folder exports.
    exported: HashMap<Place, String>,
}

impl House {
    fn of(files: Vec<(Place, String)>) -> Self {
        let modules =
            files.iter().flat_map(|(place, _)| (0..=place.len()).map(|n| place[..n].to_vec()));
        let mut house =
            Self { modules: modules.collect(), named: Vec::new(), exported: HashMap::new() };
        let import = Regex::new(r"(?m)^\s*(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);").unwrap();
        let path = Regex::new(r"\b(?:crate|super|self)(?:::\w+)+").unwrap();
        for (place, text) in files {
            for found in import.captures_iter(&text) {
                for (path, name) in flattened(&found[2]) {
                    let child = path.split("::").find(|part| *part != "self").unwrap_or_default();
                    let inside = [&place[..], &[child.to_owned()]].concat();
                    if found.get(1).is_some() && house.modules.contains(&inside) {
                        let item = [&place[..], &[name]].concat();
                        house.exported.insert(item, child.to_owned());
                    }
                    house.name(&place, &path);
                }
            }
            for found in path.find_iter(&import.replace_all(&text, "")) {
                house.name(&place, found.as_str());
            }
        }
        house
    }

    /// Notes that the module at `place` names a path, if the path says where it begins.
    fn name(&mut self, place: &[String], path: &str) {
        let mut target = place.to_vec();
        let mut parts = path.split("::").peekable();
        match parts.peek() {
            Some(&"crate") => {
                let program = place.starts_with(&["bin".into(), "layerscope".into()]);
                target.truncate(if program { 2 } else { 0 });
                parts.next();
            }
            Some(&("super" | "self")) => {}
            _ => return,
        }
        for part in parts {
            match part {
                "self" => {}
                "super" => drop(target.pop()),
                part => target.push(part.to_owned()),
            }
        }
        self.named.push((place.to_vec(), target));
    }

    /// Returns the folders with circles, and the files of each that are on one or between two.
    fn circles(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut arrows: BTreeMap<String, BTreeSet<(&str, &str)>> = BTreeMap::new();
        for (place, target) in &self.named {
            for depth in
                (0..place.len().min(target.len())).take_while(|&n| place[..n] == target[..n])
            {
                let item = &target[..=depth];
                let child = match self.modules.contains(item) {
                    true => Some(&target[depth]),
                    false => self.exported.get(item),
                };
                if let Some(child) = child.filter(|child| **child != place[depth]) {
                    arrows
                        .entry(place[..depth].join("/"))
                        .or_default()
                        .insert((&place[depth], child));
                }
            }
        }
        let circles = arrows.into_iter().map(|(folder, arrows)| (folder, on_circles(arrows)));
        circles.filter(|(_, files)| !files.is_empty()).collect()
    }
}

/// Leaves out, again and again, the files that name none of the rest or that none of the rest names.
fn on_circles(mut arrows: BTreeSet<(&str, &str)>) -> BTreeSet<String> {
    loop {
        let from: BTreeSet<_> = arrows.iter().map(|(from, _)| *from).collect();
        let to: BTreeSet<_> = arrows.iter().map(|(_, to)| *to).collect();
        let before = arrows.len();
        arrows.retain(|(one, other)| to.contains(one) && from.contains(other));
        if arrows.len() == before {
            return from.into_iter().map(str::to_owned).collect();
        }
    }
}

/// Returns the place of a file: a folder's `mod.rs` is the folder.
fn place(path: &Path) -> Place {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let path = path.strip_prefix(root).unwrap().with_extension("");
    let parts = path.iter().map(|part| part.to_str().unwrap());
    parts.filter(|part| !["mod", "lib"].contains(part)).map(str::to_owned).collect()
}

/// Returns the code of a file without comments and tests.
pub fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// Lists the paths of an import, each with the name that it gets.
fn flattened(import: &str) -> Vec<(String, String)> {
    let import = import.trim();
    let Some((start, rest)) = import.split_once('{') else {
        let (path, name) = import.split_once(" as ").unwrap_or((import, import));
        let name = name.rsplit("::").next().unwrap_or_default();
        return vec![(path.to_owned(), name.to_owned())];
    };
    let group = rest.trim_end().strip_suffix('}').unwrap_or(rest);
    let mut depth = 0;
    let parts = group.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let parts = parts.filter(|part| !part.trim().is_empty()).flat_map(flattened);
    parts.map(|(path, name)| (format!("{start}{path}"), name)).collect()
}
