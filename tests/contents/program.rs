//! `layerscope cat` and `layerscope extract` as a person uses them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::program::{layerscope, text};
use crate::support::build::{Image, char, dir, file, gone, layer, symlink, tar};

fn image() -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path: PathBuf = directory.path().join("my image.tar");
    let image = Image::of([
        layer([dir("etc"), file("etc/conf", 0).holding("first\n"), symlink("conf", "etc/conf")])
            .gzip(),
        layer([
            file("etc/conf", 0).holding("second\n"),
            file("secret", 0).holding("token\n"),
            char("null", 1, 3),
        ]),
        layer([gone("secret"), file("large", 3_000_000)]),
    ]);
    std::fs::write(&path, tar(image.docker())).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (directory, path)
}

#[test]
fn cat_writes_a_file_as_of_the_last_layer_or_the_one_that_is_asked_for() {
    let (_directory, image) = image();
    let cat = |arguments: &[&str]| {
        let output = layerscope(&[&["cat", &image], arguments].concat());
        assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert_eq!(cat(&["/etc/conf"]), "second\n");
    assert_eq!(cat(&["conf", "--layer", "0"]), "first\n");
    assert_eq!(cat(&["/secret", "--layer", "1"]), "token\n");
    assert_eq!(cat(&["/large"]).len(), 3_000_000);
}

#[test]
fn what_cannot_be_found_is_explained_with_the_command_that_helps() {
    let (_directory, image) = image();
    let said = |arguments: &[&str]| {
        let output = layerscope(&[&["cat", &image], arguments].concat());
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        text(&output.stderr)
    };
    let gone = said(&["/secret"]);
    assert_eq!(
        gone,
        format!(
            "error: /secret does not exist in layer 2: layer 2 deleted it\n\
             hint: layer 1 is the last one that has it: layerscope cat '{image}' /secret --layer 1\n"
        )
    );
    assert!(said(&["/secret", "--layer", "0"]).contains(
        "layer 1 adds it\nhint: try: \
        layerscope cat"
    ));
    assert!(said(&["/secrte"]).contains("hint: did you mean /secret?"));
    assert!(said(&["/no/such"]).starts_with("error: no layer of the image has /no/such\nhint: "));
    assert!(
        said(&["/etc"]).starts_with("error: /etc is a directory, not a file\nhint: "),
        "{}",
        said(&["/etc"])
    );
    assert!(said(&["/etc", "--layer", "3"]).starts_with(
        "error: no layer 3: the image has 3 \
        layers\nhint: "
    ));
    let piped = text(&layerscope(&["cat", "-", "/etc/conf"]).stderr);
    assert!(piped.contains("was read from a pipe") && piped.contains("\nhint: "), "{piped}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let (_directory, image) = image();
    let mut child = Command::new(env!("CARGO_BIN_EXE_layerscope"))
        .args(["cat", &image, "/large"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
}

#[test]
fn extract_says_what_it_wrote_and_what_it_left_out() {
    let (directory, image) = image();
    let to = directory.path().join("to");
    let output =
        layerscope(&["extract", &image, "/", "--to", to.to_str().unwrap(), "--layer", "1"]);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", text(&output.stderr));
    assert_eq!(
        text(&output.stderr),
        format!(
            "left out: /null is a device, which is not made\n\
             extracted 2 files, 1 directory, 1 link (13 B) into {}\n",
            to.display()
        )
    );
    assert_eq!(std::fs::read(to.join("etc/conf")).unwrap(), b"second\n");
    let again =
        layerscope(&["extract", &image, "/secret", "--to", to.to_str().unwrap(), "--layer", "1"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(
        text(&again.stderr)
            .contains("to/secret already exists; existing files are not overwritten\nhint: ")
    );
}

#[test]
fn extract_says_which_files_have_a_name_in_the_image_that_points_outside() {
    let directory = tempfile::tempdir().unwrap();
    let image = directory.path().join("image.tar");
    let layers = [layer([file("../../x", 3), file("opt/../../opt/y", 4), file("z", 5)])];
    std::fs::write(&image, tar(Image::of(layers).docker())).unwrap();
    let said = |path: &str, to: &str| {
        let to = directory.path().join(to);
        let arguments = ["extract", image.to_str().unwrap(), path, "--to", to.to_str().unwrap()];
        let output = layerscope(&arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stderr)
    };
    let x = "warning: layer 0: the path ../../x points outside the root; it is read as /x\n";
    let y = "warning: layer 0: the path opt/../../opt/y points outside the root; it is read as \
             /opt/y\n";
    let all = said("/", "all");
    assert!(all.starts_with(&format!("{x}{y}extracted 3 files")), "{all}");
    assert!(said("/x", "x").starts_with(&format!("{x}extracted 1 file, ")));
    assert!(said("/opt", "opt").starts_with(&format!("{y}extracted 1 file, ")));
    assert!(said("/z", "z").starts_with("extracted 1 file, "), "nothing is said of others");
}
