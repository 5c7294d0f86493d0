//! The pictures of the pages in `screenshots/`, which `LAYERSCOPE_UPDATE=1` makes anew. They are not
//! compared: each version of a browser draws a little differently.

use std::path::Path;

use super::browser::chromium;
use super::{comparison, said};
use crate::support::build::inspect;
use crate::support::versions::versions;
use crate::tools::installed;

/// The settings of a browser that wants a light and a dark page.
const LIGHT: &str = "--blink-settings=preferredColorScheme=1";
const DARK: &str = "--blink-settings=preferredColorScheme=0";

#[test]
fn pictures_of_the_pages_are_kept() {
    if std::env::var_os("LAYERSCOPE_UPDATE").is_none() || !installed("chromium") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let archive = directory.path().join("demo.tar");
    let archive = archive.to_str().unwrap();
    said(&["demo", "--write", archive]);
    let demo = said(&["report", archive, "--format", "html"]);
    // A picture begins at the top of a page, so the parts above are left out.
    let without =
        |above: &str| format!("<style>{above} {{ display: none !important }}</style></head>");
    let policy = demo.find("<meta http-equiv").unwrap();
    let end = policy + demo[policy..].find('>').unwrap() + 1;
    let files = format!("{}{}", &demo[..policy], &demo[end..]).replacen(
        "</head>",
        &without("header, body > nav, section:not(#files), footer"),
        1,
    );
    let [first, second] = versions().map(|archive| inspect(archive).unwrap());
    let compared = comparison(&first, &second);
    for (name, page, setting, size) in [
        ("html-light", &demo, LIGHT, "1100,1250"),
        ("html-dark", &demo, DARK, "1100,1250"),
        ("html-files-light", &files, LIGHT, "1100,1000"),
        ("html-files-dark", &files, DARK, "1100,1000"),
        ("html-phone", &demo, LIGHT, "375,812"),
        ("html-compare-light", &compared, LIGHT, "1100,1100"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("page.html");
        std::fs::write(&file, page).unwrap();
        let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("screenshots/{name}.png"));
        let arguments = [
            &format!("--screenshot={}", picture.display()),
            &format!("--window-size={size}"),
            setting,
            &format!("file://{}", file.display()),
        ];
        chromium(directory.path(), &arguments.map(|argument| argument as &str));
        let bytes = std::fs::read(&picture).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 400_000, "{name}: {}", bytes.len());
    }
}
