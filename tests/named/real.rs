//! Images in real registries and engines, where they are installed: Debian's `docker-registry`,
//! podman, Docker.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{image, json, refused, text};
use crate::support::build::tar;
use crate::support::registry::Registry;
use crate::tools::{installed, run};

/// `user:secret-password`, as htpasswd(1) stores it.
const HTPASSWD: &str = "user:$2b$05$VD8pUZ5DLmjVQbFPQO/Yo.5RS7JPoNf2adl/wXDCtcceQ/sjDhIou\n";

/// The program with the engines of this machine.
fn layerscope(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env("HOME", home)
        .env("LAYERSCOPE_CONFIG", "/dev/null");
    for variable in [
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_RUNTIME_DIR",
        "DOCKER_CONFIG",
        "REGISTRY_AUTH_FILE",
    ] {
        command.env_remove(variable);
    }
    command
}

fn report(home: &Path, name: &str, more: &[&str]) -> std::process::Output {
    layerscope(home, &[&["report", name, "--format", "json"], more].concat()).output().unwrap()
}

/// Writes the archive that images are pushed from.
fn archive(home: &Path) -> PathBuf {
    let archive = home.join("image.tar");
    std::fs::write(&archive, tar(image().oci())).unwrap();
    archive
}

#[test]
fn an_image_in_debians_registry_is_the_same_as_in_its_archive() {
    if !installed("docker-registry") || !installed("skopeo") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let registry = Registry::start(home.path(), "").unwrap();
    let archive = archive(home.path());
    let target = format!("docker://{}/team/app:1", registry.host);
    let from = format!("oci-archive:{}", archive.display());
    run("skopeo", &["--insecure-policy", "copy", "--dest-tls-verify=false", &from, &target]);
    let name = format!("{}/team/app:1", registry.host);
    let of_registry = report(home.path(), &name, &["--source", "registry"]);
    let of_archive = report(home.path(), archive.to_str().unwrap(), &[]);
    assert_eq!(super::without_names(json(&of_registry)), super::without_names(json(&of_archive)));
    let again = report(home.path(), &name, &["--source", "registry"]);
    // The cache holds no contents, but notes that the texts were searched.
    let (first, second) = (json(&of_registry), json(&again));
    assert_eq!(first["secrets"]["unread_files"], 0);
    assert_eq!(second, first, "the second look comes from the cache");
    let cat = layerscope(home.path(), &["cat", &target, "/etc/one"]).output().unwrap();
    assert_eq!((cat.status.code(), cat.stdout.len()), (Some(0), 3000), "{}", text(&cat.stderr));
    let said =
        refused(&report(home.path(), &format!("docker://{}/team/app:2", registry.host), &[]));
    assert!(said.contains("no such tag; it has 1"), "{said}");
}

#[test]
fn a_registry_with_a_certificate_and_a_password_of_its_own_is_read_with_both() {
    if !installed("docker-registry") || !installed("openssl") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).display().to_string();
    let own =
        ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority"];
    run("openssl", &[&own[..], &["-keyout", &at("ca-key.pem"), "-out", &at("ca.pem")]].concat());
    let asked = [
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=registry",
        "-keyout",
        &at("key.pem"),
    ];
    run("openssl", &[&asked[..], &["-out", &at("asked.pem")]].concat());
    std::fs::write(home.path().join("names"), "subjectAltName=IP:127.0.0.1").unwrap();
    let signed = [
        "x509",
        "-req",
        "-days",
        "2",
        "-in",
        &at("asked.pem"),
        "-CA",
        &at("ca.pem"),
        "-CAkey",
        &at("ca-key.pem"),
    ];
    let rest = ["-CAcreateserial", "-extfile", &at("names"), "-out", &at("cert.pem")];
    run("openssl", &[&signed[..], &rest].concat());
    std::fs::write(home.path().join("htpasswd"), HTPASSWD).unwrap();
    let more = format!(
        "  tls:\n    certificate: {}\n    key: {}\nauth:\n  htpasswd:\n    realm: r\n    path: {}\n",
        at("cert.pem"),
        at("key.pem"),
        at("htpasswd")
    );
    let registry = Registry::start(home.path(), &more).unwrap();
    let name = format!("docker://{}/team/app:1", registry.host);
    let said = refused(&report(home.path(), &name, &[]));
    assert!(said.contains("certificate") && said.contains("--ca-file"), "{said}");
    let trusted = ["--ca-file", &at("ca.pem")];
    let said = refused(&report(home.path(), &name, &trusted));
    assert!(said.contains("not authorised") && said.contains("docker login"), "{said}");
    std::fs::create_dir_all(home.path().join(".docker")).unwrap();
    let login = format!(
        "{{\"auths\":{{\"{}\":{{\"auth\":\"{}\"}}}}}}",
        registry.host,
        super::server::LOGIN
    );
    std::fs::write(home.path().join(".docker/config.json"), login).unwrap();
    if installed("skopeo") {
        let from = format!("oci-archive:{}", archive(home.path()).display());
        let target = format!("docker://{}/team/app:1", registry.host);
        let login = ["--dest-creds", "user:secret-password"];
        run(
            "skopeo",
            &[
                &["--insecure-policy", "copy", "--dest-tls-verify=false"],
                &login[..],
                &[&from, &target],
            ]
            .concat(),
        );
        let output = report(home.path(), &name, &trusted);
        assert_eq!(json(&output)["totals"]["size_bytes"], 343_000);
        assert!(!text(&output.stdout).contains("secret-password"));
    } else {
        let said = refused(&report(home.path(), &name, &trusted));
        assert!(said.contains("no such image"), "the login is taken: {said}");
    }
}

#[test]
fn an_image_in_podmans_storage_is_the_same_as_in_its_archive() {
    if !installed("podman") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let archive = archive(home.path());
    let root = home.path().join("storage");
    let storage = ["--root", root.to_str().unwrap(), "--storage-driver", "vfs"];
    let loaded = Command::new("podman")
        .args(storage)
        .args(["load", "-q", "-i"])
        .arg(&archive)
        .output()
        .unwrap();
    if !loaded.status.success() {
        assert!(
            !std::env::var("LAYERSCOPE_TOOLS").unwrap_or_default().contains("podman"),
            "{}",
            text(&loaded.stderr)
        );
        return eprintln!("skipped: podman cannot load here: {}", text(&loaded.stderr));
    }
    let said = text(&loaded.stdout);
    let loaded = said.trim().rsplit(": ").next().unwrap_or_default();
    let name = format!("containers-storage:[vfs@{}]{loaded}", root.display());
    let (of_podman, of_archive) =
        (report(home.path(), &name, &[]), report(home.path(), archive.to_str().unwrap(), &[]));
    let (of_podman, of_archive) = (json(&of_podman), json(&of_archive));
    for part in ["size_bytes", "visible_bytes", "wasted_bytes", "files", "directories"] {
        assert_eq!(of_podman["totals"][part], of_archive["totals"][part], "{part}");
    }
    assert_eq!(of_podman["image"]["id"], of_archive["image"]["id"]);
    assert_eq!(of_podman["image"]["source_kind"], "podman");
}

#[test]
fn an_image_in_docker_is_the_same_by_its_command_and_by_its_socket_alone() {
    let runs =
        Command::new("docker").arg("info").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_required = std::env::var("LAYERSCOPE_TOOLS")
        .unwrap_or_default()
        .split(',')
        .any(|tool| tool == "docker");
    if !runs.is_ok_and(|status| status.success()) {
        assert!(!is_required, "Docker does not run, but LAYERSCOPE_TOOLS asks for it");
        return eprintln!("skipped: Docker does not run");
    }
    let home = tempfile::tempdir().unwrap();
    let archive = home.path().join("image.tar");
    std::fs::write(&archive, tar(image().docker())).unwrap();
    run("docker", &["load", "-q", "-i", archive.to_str().unwrap()]);
    let id = json(&report(home.path(), archive.to_str().unwrap(), &[]))["image"]["id"].clone();
    let name = id.as_str().unwrap();
    let saved = home.path().join("saved.tar");
    run("docker", &["save", "-o", saved.to_str().unwrap(), name]);
    let of_archive = json(&report(home.path(), saved.to_str().unwrap(), &[]));
    let by_command = json(&report(home.path(), &format!("docker-daemon:{name}"), &[]));
    let mut by_socket =
        layerscope(home.path(), &["report", &format!("docker-daemon:{name}"), "--format", "json"]);
    let by_socket = json(&by_socket.env("PATH", home.path()).output().unwrap());
    assert_eq!(super::without_names(by_command), super::without_names(of_archive.clone()));
    assert_eq!(super::without_names(by_socket), super::without_names(of_archive));
}
