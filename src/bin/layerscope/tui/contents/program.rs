//! Describes an executable in a few sentences above its bytes.

use layerscope::archive::Source;
use layerscope::display::escaped;
use layerscope::display::{Units, count, plural};
use layerscope::files::executable::{ByteOrder, Class, Executable, Foreign, Recognised};

/// The most libraries that are listed.
const NAMED: usize = 12;

/// Describes a file that is not a text; empty if it is not a program. Damage is described, too.
pub fn about(source: &Source, units: Units) -> Vec<String> {
    match Recognised::detect(source) {
        Ok(Recognised::Elf(executable)) => elf(&executable, units),
        Ok(Recognised::Foreign(foreign)) => vec![format!("{}.", capital(foreign))],
        Ok(Recognised::Script(_) | Recognised::Other) => Vec::new(),
        Err(error) => vec![format!("It looks like a program, but {error}.")],
    }
}

fn capital(foreign: Foreign) -> String {
    let name = foreign.name();
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}

fn elf(executable: &Executable, units: Units) -> Vec<String> {
    let bits = match executable.class {
        Class::Bits32 => "32 bits",
        Class::Bits64 => "64 bits",
    };
    let order = match executable.byte_order {
        ByteOrder::Little => "little-endian",
        ByteOrder::Big => "big-endian",
    };
    let strip = &executable.strip;
    let stripped = match (strip.symbols, strip.debug) {
        (0, 0) => "stripped".into(),
        (symbols, 0) => format!("not stripped: {} of symbols", units.size(symbols)),
        (symbols, debug) => {
            format!(
                "not stripped: {} of symbols, {} for debuggers",
                units.size(symbols),
                units.size(debug)
            )
        }
    };
    let mut paragraphs = vec![format!(
        "ELF, {} for {}, {bits}, {order}; {stripped}.",
        executable.linkage.name(),
        executable.machine
    )];
    let mut loaded = Vec::new();
    loaded.extend(
        executable.interpreter.as_ref().map(|loader| format!("loader {}", escaped(loader))),
    );
    if !executable.needed.is_empty() {
        let names: Vec<_> =
            executable.needed.iter().take(NAMED).map(|name| escaped(name)).collect();
        let more = executable.needed.len().saturating_sub(NAMED);
        let more =
            if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
        loaded.push(format!("needs {}{more}", names.join(", ")));
    }
    loaded.extend(executable.soname.as_ref().map(|name| format!("called {}", escaped(name))));
    if !loaded.is_empty() {
        paragraphs.push(format!("{}.", loaded.join("; ")));
    }
    if let Some(go) = &executable.go {
        let module = go.module.as_ref().or(go.path.as_ref()).map_or_else(String::new, |module| {
            let version = go.module_version.as_deref().unwrap_or_default();
            format!(", module {module} {version}").trim_end().to_owned()
        });
        let dependencies = plural(go.dependencies, "other module");
        paragraphs.push(format!("Built by {}{module}, with {dependencies}.", go.version));
    } else if !executable.compilers.is_empty() {
        paragraphs.push(format!("Built by {}.", executable.compilers.join(", ")));
    }
    if executable.packed.is_some() {
        paragraphs.push("It is packed and unpacks itself at each start.".into());
    }
    paragraphs
}
