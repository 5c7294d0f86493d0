//! The pages in a real browser: Chromium without a window, where it is installed.

use std::path::Path;
use std::process::{Command, Output};

use super::{HOSTILE, comparison, demo, hostile, page};
use crate::tools::installed;

/// A script of a test, which runs when the page is ready; its answer stands in the title. The page
/// is the same but for its policy, which would not let it run.
fn driven(page: &str, script: &str) -> String {
    let policy = page.find("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let end = policy + page[policy..].find('>').unwrap() + 1;
    let driver = format!(
        "<script>new MutationObserver((_, me) => {{ me.disconnect(); document.title = 'answer: ' + (() => {{ {script} }})(); }})\
         .observe(document.documentElement, {{ attributeFilter: ['data-state'] }});</script>"
    );
    format!("{}{driver}{}", &page[..policy], &page[end..])
}

/// The browser, as each test starts it; its profile is in a directory of the test.
pub(super) fn chromium(directory: &Path, arguments: &[&str]) -> Output {
    let profile = format!("--user-data-dir={}", directory.join("profile").display());
    let mut command = Command::new("chromium");
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]);
    command.args(["--enable-logging=stderr", "--virtual-time-budget=20000", &profile]);
    command.args(arguments).output().unwrap()
}

/// The document after its script has run; the browser must not complain of anything.
fn shown(page: &str, fragment: &str, size: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    let (address, size) =
        (format!("file://{}{fragment}", file.display()), format!("--window-size={size}"));
    let output = chromium(directory.path(), &["--dump-dom", &size, &address]);
    let log = String::from_utf8_lossy(&output.stderr);
    let complaints: Vec<_> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(output.status.success() && complaints.is_empty(), "{complaints:?}");
    let document = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(document.contains("data-state=\"ready\""), "the script has run to its end\n{log}");
    document
}

/// What the script of a test answers.
fn answer(page: &str, fragment: &str, size: &str, script: &str) -> String {
    let document = shown(&driven(page, script), fragment, size);
    document.split("<title>answer: ").nth(1).unwrap().split("</title>").next().unwrap().to_owned()
}

#[test]
fn the_search_finds_and_the_treemap_zooms_by_the_address() {
    if !installed("chromium") {
        return;
    }
    let page = page(&demo());
    let whole = shown(&page, "", "1200,900");
    assert!(
        whole.contains("7,148 entries, visible and wasted ones")
            && whole.contains("210 MiB, 200 MiB wasted")
    );
    for tile in ["/usr", "/usr/lib", "/go"] {
        assert!(whole.contains(&format!("data-path=\"{tile}\" aria-label")), "{tile}");
    }
    let found = shown(&page, "#q=gofmt", "1200,900");
    assert!(found.contains(">3 matches, "), "the search says how many");
    assert!(found.contains("data-path=\"/usr/lib/go/bin/gofmt\""));
    let below = shown(&page, "#at=/usr/lib/go&sort=name&only=wasted", "1200,900");
    assert!(below.contains("<strong aria-current=\"page\">go</strong>"), "the way to here");
    assert!(below.contains("/usr/lib/go: 144 MiB, 144 MiB wasted in "), "said in words");
    assert!(below.contains("data-path=\"/usr/lib/go/pkg\" aria-label"), "a tile inside");
    assert!(!below.contains("data-path=\"/lib/apk\""), "nothing outside is open");
    let nowhere = shown(&page, "#at=/usr/nowhere/at/all", "1200,900");
    assert!(nowhere.contains("<strong aria-current=\"page\">usr</strong>"), "the nearest there is");
    let none = shown(&page, "#q=no-such-name", "1200,900");
    assert!(none.contains(">No match.<"));
}

#[test]
fn hostile_names_stay_text_in_a_browser_too() {
    if !installed("chromium") {
        return;
    }
    let inspection = hostile();
    let page = page(&inspection);
    let document = shown(&page, "#at=/<img src=x onerror=alert(1)>&q=</script>", "1200,900");
    assert!(!document.contains("<img") && document.contains("value=\"size\""));
    let counted = "return document.querySelectorAll('img, svg[onload], iframe, b').length + ' ' + \
        [...document.querySelectorAll('#tree .name')].map((name) => name.textContent).join(' ')";
    let names = answer(&page, "#at=/", "1200,900", counted);
    assert!(names.starts_with("0 "), "no element is made of a name: {names}");
    let name = HOSTILE[1].replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    assert!(names.contains(&format!("d1{name}")), "{names}");
    assert!(names.contains("d3a\\u{202e}gpj.exe"), "{names}");
    shown(&comparison(&demo(), &inspection), "#q=<img src=x onerror=alert(1)>", "1200,900");
}

#[test]
fn the_tree_obeys_the_keys_of_a_tree() {
    if !installed("chromium") {
        return;
    }
    let script = "
        const press = (key) => document.activeElement.dispatchEvent(
            new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        const at = () => document.activeElement.dataset.path;
        document.querySelector('#tree [tabindex=\"0\"]').focus();
        const seen = [at()];
        for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowLeft', 'End', 'Home', 'g']) {
            press(key);
            seen.push(`${key} ${at()}`);
        }
        press('Enter');
        seen.push(`Enter ${document.querySelector('#path strong').textContent} ${location.hash}`);
        const rows = [...document.querySelectorAll('#tree li')];
        seen.push(rows.every((row) => row.getAttribute('role') === 'treeitem' && row.hasAttribute('aria-level')));
        seen.push(rows.filter((row) => row.tabIndex === 0).length);
        return seen.join(', ');";
    let answer = answer(&page(&demo()), "", "1200,900", script);
    let expected = "/, ArrowDown /usr, ArrowRight /usr, ArrowRight /usr/lib, ArrowLeft /usr, \
        ArrowLeft /usr, End /tmp, Home /, g /go, Enter go #at=/go, true, 1";
    assert_eq!(answer, expected);
}

#[test]
fn a_click_goes_into_a_tile_and_back_comes_out_of_it() {
    if !installed("chromium") {
        return;
    }
    let script = "
        const at = () => document.querySelector('#path strong').textContent;
        const seen = [at()];
        document.querySelector('#treemap [data-path=\"/usr\"]').click();
        seen.push(at(), location.hash);
        document.querySelector('#path button').click();
        seen.push(at(), location.hash);
        document.querySelector('#search').value = 'git-core';
        document.querySelector('#only').click();
        seen.push(location.hash);
        return seen.join(' ');";
    let answer = answer(&page(&demo()), "", "1200,900", script);
    assert_eq!(answer, "/ usr #at=/usr / #at=/ #only=wasted");
}

#[test]
fn no_page_is_wider_than_a_phone() {
    if !installed("chromium") {
        return;
    }
    let (demo, hostile) = (demo(), hostile());
    let width = "const page = document.documentElement; \
        parent.postMessage(`${page.scrollWidth} of ${innerWidth}`, '*')";
    for page in [page(&demo), page(&hostile), comparison(&demo, &hostile)] {
        // No window of the browser is as narrow, but a frame is.
        let page = driven(&page, width).replace('&', "&amp;").replace('"', "&quot;");
        let phone = format!(
            "<iframe width=\"375\" height=\"800\" srcdoc=\"{page}\"></iframe><script>\
             addEventListener('message', (message) => {{ document.title = message.data; \
             document.documentElement.dataset.state = 'ready'; }});</script>"
        );
        let seen = shown(&phone, "", "1200,900");
        assert!(seen.contains("<title>375 of 375</title>"), "{}", &seen[..300]);
    }
}

#[test]
fn a_page_can_be_printed() {
    if !installed("chromium") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (page_file, paper) =
        (directory.path().join("page.html"), directory.path().join("page.pdf"));
    std::fs::write(&page_file, page(&demo())).unwrap();
    let print = format!("--print-to-pdf={}", paper.display());
    chromium(directory.path(), &[&print, &format!("file://{}", page_file.display())]);
    let paper = std::fs::read(paper).unwrap();
    assert!(paper.starts_with(b"%PDF-") && paper.len() > 20_000, "{} bytes", paper.len());
}
