//! Just enough reading of markup to say that it is well formed, and what it would load.

/// The elements of HTML that have no end.
const VOID: [&str; 1] = ["meta"];

/// Checks that every element ends where it should, that attributes have quotes, and that `&` begins
/// an entity.
pub fn well_formed(text: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        check_text(&rest[..start], open.last())?;
        let (tag, after) = rest[start + 1..].split_once('>').ok_or("a tag has no end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let begun = open.pop();
            if begun != Some(name) {
                return Err(format!("</{name}> ends {begun:?}"));
            }
            continue;
        }
        let name = tag.split([' ', '\n', '/']).next().unwrap_or_default();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(format!("<{tag}> is no tag"));
        }
        check_attributes(tag)?;
        if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
    }
    check_text(rest, None)?;
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} have no end")) }
}

fn check_text(text: &str, element: Option<&&str>) -> Result<(), String> {
    let is_style = element == Some(&"style");
    let strange = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.contains(strange) {
        return Err(format!("control characters in {text:?}"));
    }
    let entities = ["amp;", "lt;", "gt;", "quot;"];
    match text
        .split('&')
        .skip(1)
        .find(|after| !entities.iter().any(|entity| after.starts_with(entity)))
    {
        Some(after) if !is_style => Err(format!("& before {after:?}")),
        _ if text.contains('>') && !is_style => Err(format!("> in {text:?}")),
        _ => Ok(()),
    }
}

fn check_attributes(tag: &str) -> Result<(), String> {
    // Between quotes is a value, and before each one a name.
    let parts: Vec<&str> = tag.trim_end_matches('/').split('"').collect();
    if parts.len().is_multiple_of(2) {
        return Err(format!("a quote has no end in <{tag}>"));
    }
    let names = parts.iter().step_by(2);
    let count = parts.len() / 2;
    for (i, name) in names.enumerate() {
        if i < count && !name.ends_with('=') || i == count && name.contains('=') {
            return Err(format!("{name:?} in <{tag}>"));
        }
    }
    parts.iter().skip(1).step_by(2).try_for_each(|value| check_text(value, None))
}

/// The tags and the rules of style that would load something, or do something.
pub fn loads(page: &str) -> Vec<String> {
    let tags = page.split('<').skip(1).filter_map(|tag| tag.split_once('>').map(|(tag, _)| tag));
    let mut found: Vec<String> = tags
        .filter(|tag| {
            let names = ["src", "href", "srcset", "data", "action", "xlink:href", "style"];
            let has = |name: &&str| tag.contains(&format!(" {name}="));
            let does = ["script", "link", "iframe", "object", "img", "a ", "base", "form"];
            names.iter().any(has)
                || tag.contains(" on")
                || does.iter().any(|name| tag.starts_with(name))
        })
        .map(str::to_owned)
        .collect();
    let style = page
        .split_once("<style>")
        .and_then(|(_, rest)| rest.split_once("</style>"))
        .map_or("", |(style, _)| style);
    found.extend(
        ["url(", "@import", "://"]
            .into_iter()
            .filter(|word| style.contains(word))
            .map(str::to_owned),
    );
    found
}

/// The files that Markdown shows as images.
pub fn images(markdown: &str) -> Vec<String> {
    let images = markdown.lines().filter(|line| line.starts_with("!["));
    images
        .filter_map(|line| Some(line.rsplit_once("](")?.1.trim_end_matches(')').to_owned()))
        .collect()
}
