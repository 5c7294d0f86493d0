//! An image in a registry is accounted for without a pull.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::server::{Fault, LOGIN, Server};
use super::{image, json, layerscope, refused, text, without_names};
use crate::secrets::metadata::attested_layout;
use crate::support::build::tar;

const JSON: [&str; 2] = ["--format", "json"];

/// Reports on the server's image, of which nothing is known from earlier.
fn report(home: &Path, server: &Server, more: &[&str]) -> std::process::Output {
    let name = format!("{}/team/app:1", server.host);
    layerscope(home, &[&["report", &name, "--no-cache"], more].concat()).output().unwrap()
}

/// Stores a login as `docker login` does.
fn log_in(home: &Path, server: &Server) {
    std::fs::create_dir_all(home.join(".docker")).unwrap();
    let config = format!("{{\"auths\":{{\"{}\":{{\"auth\":\"{LOGIN}\"}}}}}}", server.host);
    std::fs::write(home.join(".docker/config.json"), config).unwrap();
}

#[test]
fn the_report_of_a_registry_image_is_that_of_its_archive_and_each_layer_is_fetched_once() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Nothing);
    let archive = home.path().join("image.tar");
    std::fs::write(&archive, tar(image().oci())).unwrap();
    let of_archive =
        layerscope(home.path(), &["report", archive.to_str().unwrap(), "--format", "json"])
            .output()
            .unwrap();
    let of_registry = report(home.path(), &server, &JSON);
    assert_eq!(without_names(json(&of_registry)), without_names(json(&of_archive)));
    for asked in server.asked().iter().filter(|asked| asked.path.contains("/blobs/")) {
        let times = server.asked().iter().filter(|other| other.path == asked.path).count();
        assert_eq!(times, 1, "{} was fetched {times} times", asked.path);
    }
}

#[test]
fn an_image_is_verified_while_it_is_downloaded() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Nothing);
    let output = report(home.path(), &server, &["--verify"]);
    assert!(
        output.status.success() && text(&output.stdout).contains("Verified"),
        "{}",
        text(&output.stderr)
    );
    let server = Server::start(&image(), Fault::OtherBytes);
    let output = report(home.path(), &server, &JSON);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(
        text(&output.stdout).contains("the registry sends other bytes than sha256:"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn a_connection_that_breaks_is_taken_up_where_it_broke() {
    let home = tempfile::tempdir().unwrap();
    let whole = Server::start(&image(), Fault::Nothing);
    let cut = Server::start(&image(), Fault::CutOnce);
    let (whole_report, cut_report) =
        (report(home.path(), &whole, &JSON), report(home.path(), &cut, &JSON));
    assert_eq!(without_names(json(&cut_report)), without_names(json(&whole_report)));
    assert_eq!(cut.sent(), whole.sent(), "what arrived is not fetched again");
    let broken = Server::start(&image(), Fault::CutAlways);
    let output = report(home.path(), &broken, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("tries"), "{}", text(&output.stdout));
}

#[test]
fn a_login_is_used_where_it_is_stored_and_said_where_it_is_refused() {
    let home = tempfile::tempdir().unwrap();
    for fault in [Fault::Basic, Fault::Token, Fault::ShortToken] {
        let server = Server::start(&image(), fault);
        let said = refused(&report(home.path(), &server, &[]));
        assert!(
            said.contains("not authorised") && said.contains("docker login"),
            "{fault:?}: {said}"
        );
        log_in(home.path(), &server);
        let output = report(home.path(), &server, &["--quick"]);
        assert!(output.status.success(), "{fault:?}: {}", text(&output.stderr));
        std::fs::remove_file(home.path().join(".docker/config.json")).unwrap();
    }
}

#[test]
fn a_password_is_never_shown_and_goes_to_no_other_host() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Elsewhere);
    log_in(home.path(), &server);
    let output = report(home.path(), &server, &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let elsewhere: Vec<_> =
        server.asked().into_iter().filter(|asked| asked.host.starts_with("localhost")).collect();
    assert!(!elsewhere.is_empty(), "the blobs come from the other host");
    assert!(elsewhere.iter().all(|asked| asked.authorization.is_none()), "{elsewhere:?}");
    let shown = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(!shown.contains("secret-password") && !shown.contains(LOGIN), "{shown}");
}

#[test]
fn a_busy_registry_is_waited_for_and_one_that_stays_busy_is_said() {
    let home = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let output = report(home.path(), &Server::start(&image(), Fault::Busy), &["--quick"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(start.elapsed() >= Duration::from_secs(1), "it waits as long as the server says");
    let said = refused(&report(home.path(), &Server::start(&image(), Fault::Limited), &[]));
    assert!(said.contains("too many requests"), "{said}");
}

#[test]
fn a_registry_that_misbehaves_ends_in_one_sentence() {
    let home = tempfile::tempdir().unwrap();
    for (fault, sentence) in
        [(Fault::Circle, "redirects in a circle"), (Fault::Huge, "over a limit of 4194304 bytes")]
    {
        let said = refused(&report(home.path(), &Server::start(&image(), fault), &[]));
        assert!(said.contains(sentence), "{fault:?}: {said}");
    }
    let output = report(home.path(), &Server::start(&image(), Fault::LyingLength), &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(said.contains("bytes"), "{said}");
}

#[test]
fn an_image_with_dockers_media_types_is_as_good_as_any_other() {
    let home = tempfile::tempdir().unwrap();
    let account = json(&report(home.path(), &Server::start(&image(), Fault::DockerTypes), &JSON));
    assert_eq!(account["warnings"], serde_json::json!([]));
    assert_eq!(account["totals"]["size_bytes"], 343_000);
}

#[test]
fn what_nobody_may_read_is_said() {
    let home = tempfile::tempdir().unwrap();
    let said = refused(&report(home.path(), &Server::start(&image(), Fault::Forbidden), &[]));
    assert!(said.contains("not authorised") && said.contains("403"), "{said}");
}

#[test]
fn a_signal_while_layers_are_downloaded_ends_at_once_and_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Stalls);
    let name = format!("{}/team/app:1", server.host);
    let mut running =
        layerscope(home.path(), &["report", &name]).stdout(Stdio::null()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    while server.sent() < 200 {
        assert!(Instant::now() < end, "no layer is asked for");
        std::thread::sleep(Duration::from_millis(10));
    }
    let process = rustix::process::Pid::from_child(&running);
    // SIGINT stays ignored where the tests run in the background.
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    let interrupted = Instant::now();
    let status = running.wait().unwrap();
    assert!(!status.success() && interrupted.elapsed() < Duration::from_secs(5), "{status}");
    let layers =
        std::fs::read_dir(home.path().join(".cache/layerscope/layers")).map_or(0, Iterator::count);
    assert_eq!(layers, 0, "a part of a layer was kept");
}

#[test]
fn a_name_that_is_nowhere_says_who_was_asked() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Nothing);
    let name = format!("{}/team/other:1", server.host);
    let said = refused(&layerscope(home.path(), &["report", &name]).output().unwrap());
    assert!(said.contains(&format!("registry {}: no such image", server.host)), "{said}");
    let quiet = layerscope(home.path(), &["report", &name, "--pull", "never"]).output().unwrap();
    let asked = server.asked().len();
    assert!(refused(&quiet).contains("not asked (--pull never)"));
    assert_eq!(server.asked().len(), asked, "nothing is sent with --pull never");
}

#[test]
fn a_name_with_capitals_gets_the_name_that_was_meant() {
    let home = tempfile::tempdir().unwrap();
    let said =
        refused(&layerscope(home.path(), &["report", "ghcr.io/Team/App:1"]).output().unwrap());
    assert!(said.contains("hint: names of images are in lower case: ghcr.io/team/app:1"), "{said}");
}

#[test]
fn what_looks_like_a_file_is_never_sent_anywhere() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Nothing);
    let name = format!("./{}/team/app:1", server.host);
    let said = refused(&layerscope(home.path(), &["report", &name]).output().unwrap());
    assert!(said.contains("no such file"), "{said}");
    assert!(server.asked().is_empty());
}

#[test]
fn one_file_is_shown_of_a_registry_image_also_where_ranges_are_ignored() {
    let home = tempfile::tempdir().unwrap();
    for fault in [Fault::Nothing, Fault::NoRanges] {
        let server = Server::start(&image(), fault);
        let name = format!("{}/team/app:1", server.host);
        let output = layerscope(home.path(), &["cat", &name, "/etc/one"]).output().unwrap();
        assert!(output.status.success(), "{fault:?}: {}", text(&output.stderr));
        assert_eq!(output.stdout, vec![7; 3000], "{fault:?}");
    }
}

#[test]
fn the_provenance_beside_a_registry_image_is_searched_for_secrets() {
    let home = tempfile::tempdir().unwrap();
    let check = |is_whole: bool| {
        let server = Server::of_layout(attested_layout(is_whole));
        let name = format!("{}/team/app:1", server.host);
        let wanted =
            ["check", &name, "--no-cache", "--platform", "linux/amd64", "--max-secrets", "0"];
        let output = layerscope(home.path(), &wanted).output().unwrap();
        (output.status.code(), text(&output.stdout))
    };
    let (code, said) = check(true);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("DEPLOY_TOKEN") && !said.contains("f4lc0n"), "{said}");
    assert!(said.contains("provenance") && !said.contains("attestation not searched"), "{said}");
    let (_, said) = check(false);
    assert!(said.contains("1 attestation not searched for secrets"), "{said}");
}
