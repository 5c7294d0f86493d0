//! Every archive of the corpus gives the golden numbers, the golden tree and the golden dead files.
//!
//! The golden answers come from a plain reference implementation that was
//! checked against real engines. Where the corpus is not there, the test says
//! so and passes, unless `LAYERSCOPE_CORPUS=required`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{account, corpus, inspect};
use serde_json::Value;

/// Golden archives that are errors: nothing in them is an image.
const ERRORS: [(&str, &str); 4] = [
    ("ggcr-null_manifest.tar", "is null"),
    ("outer-manifest-null.tar", "is null"),
    ("outer-not-tar.tar", "not an image archive"),
    ("outer-empty-file.tar", "is empty"),
];

#[test]
fn the_corpus_agrees_with_the_golden_answers() {
    let Some(corpus) = corpus() else {
        assert!(
            std::env::var("LAYERSCOPE_CORPUS").as_deref() != Ok("required"),
            "the corpus is not at ../shared/corpus"
        );
        eprintln!("skipped: the corpus is not at ../shared/corpus");
        return;
    };
    let mut failures = Vec::new();
    let mut images = 0;
    for directory in ["small", "edge"] {
        for file in std::fs::read_dir(corpus.join(directory)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let golden = read_golden(&corpus, &name);
            match check(&path, &name, &golden) {
                Ok(n) => images += n,
                Err(why) => failures.push(format!("{directory}/{name}: {why}")),
            }
        }
    }
    failures.sort();
    assert!(failures.is_empty(), "{} archives differ:\n{}", failures.len(), failures.join("\n"));
    eprintln!("{images} images agree");
    assert!(images > 240, "only {images} images were compared");
}

fn read_golden(corpus: &Path, name: &str) -> Value {
    let text = std::fs::read(corpus.join("golden").join(format!("{name}.json"))).unwrap();
    let mut golden: Value = serde_json::from_slice(&text).unwrap();
    if let Ok(packed) =
        std::fs::File::open(corpus.join("golden").join(format!("{name}.paths.json.gz")))
    {
        let paths: Value = serde_json::from_reader(flate2::read::GzDecoder::new(packed)).unwrap();
        for key in ["paths", "dead"] {
            let part = paths.get(key).or_else(|| paths.pointer(&format!("/images/0/{key}")));
            golden["images"][0][key] = part.unwrap_or(&Value::Null).clone();
        }
    }
    golden
}

fn check(path: &Path, name: &str, golden: &Value) -> Result<usize, String> {
    let images = golden["images"].as_array().unwrap();
    if let Some((_, words)) = ERRORS.iter().find(|(error, _)| *error == name) {
        return match inspect(path, None) {
            Ok(_) => Err("should be an error".into()),
            Err(error) if error.to_string().contains(words) => Ok(0),
            Err(error) => Err(format!("the error does not say {words:?}: {error}")),
        };
    }
    for image in images {
        let wanted = (images.len() > 1).then(|| wanted(image));
        let inspection = inspect(path, wanted.as_deref()).map_err(|error| error.to_string())?;
        let account = account(&inspection);
        compare(&account, image).map_err(|why| format!("{} {why}", wanted.unwrap_or_default()))?;
    }
    Ok(images.len())
}

fn wanted(image: &Value) -> String {
    format!("sha256:{}", image["config_sha256"].as_str().unwrap())
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("{key} is not a number in {value}"))
}

fn compare(ours: &Value, golden: &Value) -> Result<(), String> {
    let layers = ours["layers"].as_array().unwrap();
    let expected = golden["layers"].as_array().unwrap();
    same("number of layers", layers.len(), expected.len())?;
    for (i, (layer, golden)) in layers.iter().zip(expected).enumerate() {
        let wasted =
            number(golden, "dead_deleted_bytes") + number(golden, "dead_overwritten_bytes");
        same(
            &format!("layer {i} shipped"),
            number(layer, "size_bytes"),
            number(golden, "file_bytes"),
        )?;
        same(
            &format!("layer {i} live"),
            number(layer, "visible_bytes"),
            number(golden, "live_bytes"),
        )?;
        same(&format!("layer {i} dead"), number(layer, "wasted_bytes"), wasted)?;
        same(
            &format!("layer {i} stored"),
            number(layer, "stored_bytes"),
            number(golden, "blob_bytes"),
        )?;
        same(&format!("layer {i} entries"), number(layer, "entries"), number(golden, "entries"))?;
        same(&format!("layer {i} compression"), &layer["compression"], &golden["compression"])?;
        same(&format!("layer {i} diff ID"), &layer["diff_id"], &golden["diff_id"])?;
        same(&format!("layer {i} created by"), &layer["created_by"], &golden["created_by"])?;
        same(
            &format!("layer {i} tar bytes"),
            number(layer, "tar_bytes"),
            number(golden, "tar_bytes"),
        )?;
    }
    let (totals, golden_totals) = (&ours["totals"], &golden["totals"]);
    same("shipped", number(totals, "size_bytes"), number(golden_totals, "file_bytes"))?;
    same("live", number(totals, "visible_bytes"), number(golden_totals, "live_bytes"))?;
    same("tar bytes", number(totals, "tar_bytes"), number(golden_totals, "tar_bytes"))?;
    same("stored bytes", number(totals, "stored_bytes"), number(golden_totals, "blob_bytes"))?;
    for (ours, golden_key) in
        [("files", "files"), ("directories", "dirs"), ("symlinks", "symlinks")]
    {
        same(ours, number(totals, ours), number(&golden["tree"], golden_key))?;
    }
    if golden["paths"].is_array() {
        same_map(
            "tree",
            paths(&ours["tree"], "type", "target"),
            paths(&golden["paths"], "type", "link"),
        )?;
    }
    if golden["dead"].is_array() {
        same_list("dead", wasted(&ours["wasted"]), golden_dead(&golden["dead"]))?;
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: T, golden: T) -> Result<(), String> {
    if ours == golden { Ok(()) } else { Err(format!("{what}: {ours:?}, golden {golden:?}")) }
}

fn key(value: &Value) -> String {
    let hex = value.get("path_hex").and_then(Value::as_str);
    hex.map_or_else(|| value["path"].as_str().unwrap().to_owned(), |hex| format!("hex:{hex}"))
}

fn paths(tree: &Value, kind: &str, link: &str) -> BTreeMap<String, String> {
    let describe = |path: &Value| {
        let kind = match path[kind].as_str().unwrap() {
            "dir" => "directory",
            kind => kind,
        };
        let target = path.get(link).and_then(Value::as_str).unwrap_or_default();
        let [size, mode, uid, gid, layer] =
            ["size", "mode", "uid", "gid", "layer"].map(|key| path[key].to_string());
        format!("{kind} size {size} mode {mode} owner {uid}:{gid} layer {layer} target {target:?}")
    };
    tree.as_array().unwrap().iter().map(|path| (key(path), describe(path))).collect()
}

fn wasted(list: &Value) -> Vec<String> {
    let describe = |wasted: &Value| {
        let reason = match wasted["reason"].as_str().unwrap() {
            "overwritten" | "rewritten-unchanged" => "overwritten",
            reason => reason,
        };
        format!(
            "{} {} {} {} {reason}",
            key(wasted),
            wasted["bytes"],
            wasted["added_in"],
            wasted["removed_in"]
        )
    };
    let mut list: Vec<_> = list.as_array().unwrap().iter().map(describe).collect();
    list.sort();
    list
}

fn golden_dead(list: &Value) -> Vec<String> {
    let describe = |wasted: &Value| {
        let reason = match (wasted["reason"].as_str().unwrap(), wasted["how"].as_str().unwrap()) {
            ("overwritten", _) => "overwritten",
            (_, "opaque") => "opaque",
            (_, "parent-replaced" | "replaced") => "replaced",
            (_, _) => "deleted",
        };
        format!(
            "{} {} {} {} {reason}",
            key(wasted),
            wasted["size"],
            wasted["added_in"],
            wasted["killed_in"]
        )
    };
    let mut list: Vec<_> = list.as_array().unwrap().iter().map(describe).collect();
    list.sort();
    list
}

fn same_list(what: &str, ours: Vec<String>, golden: Vec<String>) -> Result<(), String> {
    let extra: Vec<_> = ours.iter().filter(|line| !golden.contains(line)).take(3).collect();
    let missing: Vec<_> = golden.iter().filter(|line| !ours.contains(line)).take(3).collect();
    if ours == golden {
        Ok(())
    } else {
        Err(format!("{what}: extra {extra:?}, missing {missing:?}"))
    }
}

fn same_map(
    what: &str,
    ours: BTreeMap<String, String>,
    golden: BTreeMap<String, String>,
) -> Result<(), String> {
    for (path, golden) in &golden {
        match ours.get(path) {
            None => return Err(format!("{what}: {path} is missing")),
            Some(ours) if ours != golden => {
                return Err(format!("{what}: {path} is {ours}, golden {golden}"));
            }
            Some(_) => {}
        }
    }
    match ours.keys().find(|path| !golden.contains_key(*path)) {
        Some(path) => Err(format!("{what}: {path} should not be there")),
        None => Ok(()),
    }
}
