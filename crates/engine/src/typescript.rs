//! TypeScript from the command table: each type once, in the order of its name, and two interfaces of commands.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use ts_rs::{Config, TS, TypeVisitor};

/// The declarations gathered so far, by name.
pub struct Declarations {
    config: Config,
    by_name: BTreeMap<String, String>,
    /// Types may contain themselves: each is visited once.
    visited: HashSet<TypeId>,
}

impl Default for Declarations {
    fn default() -> Self {
        Self {
            config: Config::new().with_large_int("number"),
            by_name: BTreeMap::new(),
            visited: HashSet::new(),
        }
    }
}

impl Declarations {
    /// Adds a type and all that it is made of.
    pub fn add<T: TS + 'static + ?Sized>(&mut self) {
        self.visit::<T>();
    }

    /// Adds a command's line to an interface.
    pub fn line<Request: TS, Response: TS>(&self, interface: &mut String, name: &str, outcome: &str) {
        let (request, response) = (Request::name(&self.config), Response::name(&self.config));
        let _ = writeln!(
            interface,
            "  \"{name}\": {{ request: {request}; {outcome}: {response} }};"
        );
    }

    /// The whole module.
    pub fn module(&self, calls: &str, jobs: &str) -> String {
        let mut module = String::from(
            "// Generated from the engine's command table by `cargo xtask bindings`. Do not edit: change the Rust types.\n\n",
        );
        for declaration in self.by_name.values() {
            let _ = writeln!(module, "{declaration}\n");
        }
        let _ = write!(
            module,
            "/** Commands that answer at once. */\nexport interface Calls {{\n{calls}}}\n\n/** Commands that start a job; \
             the result comes with the event `job_done`. */\nexport interface Jobs {{\n{jobs}}}\n"
        );
        module
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.visited.insert(TypeId::of::<T>()) {
            return;
        }
        if T::output_path().is_some() {
            let name = T::ident(&self.config);
            let docs = T::docs().unwrap_or_default();
            self.by_name
                .insert(name, format!("{docs}export {}", T::decl(&self.config)));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}
