//! Every kind that is found, in files and in the config.

use super::{GITHUB, NPM, PASSWORD, image, key, kinds, secrets, shop, text};
use crate::support::build::{Layer, file, gone};

#[test]
fn a_deleted_file_comes_first_and_its_layers_are_named() {
    let found = secrets(&shop());
    let (first, place) = &found[0];
    assert_eq!((&*first.kind.id, &**place), ("npm-token", "/root/.npmrc, line 1"));
    assert_eq!((first.added_in, first.removed_in), (Some(1.into()), Some(3.into())));
    assert_eq!(first.shown.as_str(), "npm_…");
    let rest: Vec<_> =
        found[1..].iter().map(|(secret, place)| (&*secret.kind.id, &**place)).collect();
    assert_eq!(
        rest,
        [
            ("named-secret", "the environment (ENV)"),
            ("github-token", "a label"),
            ("named-secret", "the CMD of the config"),
            ("named-secret", "a build argument that the history keeps (entry 2)"),
        ]
    );
}

#[test]
fn files_are_known_by_path_and_contents() {
    let jwt = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl";
    for (path, contents, kind) in [
        ("root/.ssh/id_ed25519", key(), "private-key"),
        ("etc/ssl/private/server.key", key(), "private-key"),
        ("usr/share/nginx/html/tls/site.pem", key(), "private-key"),
        ("app/.npmrc", "//npm.acme.dev/:_authToken=0123-4567-89ab".into(), "npmrc"),
        ("root/.pypirc", "[pypi]\nusername = ci\npassword = f4lc0n-42\n".into(), "pypirc"),
        ("root/.netrc", "machine acme.dev login ci password f4lc0n-42".into(), "netrc"),
        ("root/.git-credentials", "https://ci:f4lc0n-42@acme.dev\n".into(), "git-credentials"),
        ("src/.git/config", "[remote \"origin\"]\nurl = https://ci:f4lc0n-42@acme.dev/a".into(), "git-credentials"),
        ("etc/pip.conf", "[global]\nindex-url = https://ci:f4lc0n-42@pypi.acme.dev/simple".into(), "pip-conf"),
        ("root/.docker/config.json", r#"{"auths":{"acme.dev":{"auth":"Y2k6ZjRsYzBuLTQy"}}}"#.into(), "docker-config"),
        ("root/.aws/credentials", "[default]\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYzz".into(), "aws-credentials"),
        ("app/service-account.json", format!(r#"{{"type":"service_account","private_key":"{}"}}"#, key().replace('\n', "\\n")), "private-key"),
        ("root/.azure/accessTokens.json", r#"[{"accessToken":"abcdefgh12345678"}]"#.into(), "azure-credentials"),
        ("root/.kube/config", "users:\n- user:\n    client-key-data: TFMwdExTMUNSVWRKVGl\n".into(), "kubeconfig"),
        ("var/run/secrets/kubernetes.io/serviceaccount/token", jwt.into(), "kubeconfig"),
        ("app/.env", format!("PORT=80\nDB_PASSWORD={PASSWORD}\n"), "dotenv"),
        ("usr/share/nginx/html/.env", format!("API_KEY={PASSWORD}\n"), "dotenv"),
        ("app/.env.production", format!("export STRIPE_SECRET=\"{PASSWORD}\"\n"), "dotenv"),
        ("infra/terraform.tfstate", format!(r#"{{"db_password": "{PASSWORD}"}}"#), "terraform"),
        ("root/.m2/settings.xml", "<servers><server><id>a</id><username>ci</username><password>f4lc0n-42</password></server></servers>".into(), "maven-settings"),
        ("root/.cargo/credentials.toml", "[registry]\ntoken = \"cioQ7w8E9r0T1y2U3i4\"".into(), "package-registry-credentials"),
        ("root/.bash_history", "ls\nexport DB_PASSWORD=f4lc0n-42\n".into(), "shell-history"),
        ("var/www/wp-config.php", "define( 'DB_PASSWORD', 'f4lc0n-42' );".into(), "application-config"),
        ("root/.pgpass", "db:5432:app:ci:f4lc0n-42\n".into(), "login-file"),
        ("app/settings.py", format!("TOKEN = '{GITHUB}'\n"), "github-token"),
    ] {
        let steps = [("COPY . . # buildkit", vec![text(path, &contents)])];
        assert_eq!(
            kinds(&image(steps)).iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(),
            [kind],
            "{path}"
        );
    }
}

#[test]
fn keystores_are_known_by_their_first_bytes() {
    let mut keystore = vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1];
    keystore.extend([7; 900]);
    let steps = [("COPY . .", vec![file("app/server.jks", 0).holding(keystore)])];
    let found = secrets(&image(steps));
    assert_eq!((&*found[0].0.kind.id, &*found[0].1), ("keystore", "/app/server.jks"));
    assert_eq!(found[0].0.shown.as_str(), "…", "nothing of a binary file is shown");
    let trusted = [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
    let steps = [("COPY . .", vec![file("app/trusted.jks", 0).holding(trusted)])];
    assert_eq!(kinds(&image(steps)), [], "certificates alone are public");
}

#[test]
fn a_secret_is_found_in_every_layer_that_has_it() {
    let npmrc = |value: &str| vec![text("root/.npmrc", &format!("_authToken={value}\n"))];
    let found = secrets(&image([
        ("COPY .npmrc /root/", npmrc("first-f4lc0n-4242")),
        ("COPY .npmrc /root/", npmrc("second-f4lc0n-4242")),
        ("RUN rm /root/.npmrc", vec![gone("root/.npmrc")]),
    ]));
    let layers: Vec<_> =
        found.iter().map(|(secret, _)| (secret.added_in, secret.removed_in)).collect();
    let layer = |number: u16| Some(number.into());
    assert_eq!(layers, [(layer(0), layer(1)), (layer(1), layer(2))]);
}

#[test]
fn the_config_is_searched_whole() {
    let mut image = image([("RUN make", vec![file("app", 10)])]);
    image.config["config"] = serde_json::json!({
        "Healthcheck": { "Test": ["CMD-SHELL", format!("curl -u ci:{PASSWORD} localhost")] },
        "OnBuild": [format!("RUN login --password {PASSWORD}-2")],
        "Entrypoint": ["serve", format!("--api-key={PASSWORD}-3")],
    });
    image.config["history"] = serde_json::json!([
        { "created_by": format!("|1 TOKEN={PASSWORD}-4 /bin/sh -c make") },
        { "created_by": format!("ENV CI_TOKEN={PASSWORD}-5"), "empty_layer": true },
        { "created_by": format!("RUN curl -H 'Authorization: Bearer {PASSWORD}-6' x"), "empty_layer": true },
        { "created_by": format!("RUN |1 TOKEN={PASSWORD}-4 /bin/sh -c again # buildkit"), "empty_layer": true },
    ]);
    let places: Vec<_> = kinds(&image).into_iter().map(|(_, place)| place).collect();
    assert_eq!(
        places,
        [
            "the ENTRYPOINT of the config",
            "the HEALTHCHECK of the config",
            "the ONBUILD of the config",
            "a build argument that the history keeps (entry 0)",
            "the ENV instruction in the history (entry 1)",
            "the RUN instruction in the history (entry 2)",
        ],
        "each value once"
    );
}

#[test]
fn compressed_layers_are_searched_too() {
    let mut image = shop();
    image.layers = image.layers.into_iter().map(Layer::gzip).collect();
    assert_eq!(kinds(&image)[0], ("npm-token".into(), "/root/.npmrc, line 1".into()));
    assert!(NPM.starts_with("npm_"));
}
