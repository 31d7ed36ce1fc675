//! Generates the C headers with cbindgen from the declarations in `rust/capi`.
//!
//! Each header is generated only from the source files listed for it, so nothing else can get into
//! it. The prototypes of the functions that Rust calls come from the declarations that those calls
//! use, so the C compiler checks both directions of the glue.

use std::path::Path;

use anyhow::{Context as _, Result};
use cbindgen::{
    Braces, Builder, Config, DocumentationLength, DocumentationStyle, EnumConfig, ExportConfig,
    Language, RenameRule, Style,
};

/// The contents of a header.
struct Header {
    path: &'static str,
    sources: &'static [&'static str],
    guard: &'static str,
    /// Types to include although no function refers to them.
    more: &'static [&'static str],
    /// The comment at the top of the file.
    about: &'static str,
    /// C code after the declarations that cannot be generated from Rust.
    trailer: &'static str,
    /// Text after the end of `extern "C"`.
    closing: &'static str,
}

const HEADERS: [Header; 2] = [
    Header {
        path: "include/network_provisioning/network_prov_mgr.h",
        sources: &[
            "rust/capi/sys/src/types.rs",
            "rust/capi/src/api.rs",
            "rust/capi/src/online.rs",
            "rust/capi/src/qr.rs",
            "rust/capi/src/wifi/api.rs",
            "rust/capi/src/openthread/api.rs",
        ],
        guard: "NETWORK_PROVISIONING_NETWORK_PROV_MGR_H_",
        more: &[
            "network_prov_address_kind",
            "network_prov_attempt",
            "network_prov_network",
            "network_prov_security",
            "network_prov_security2_params",
        ],
        about: API_ABOUT,
        trailer: API_TRAILER,
        closing: "/** @} */\n\n",
    },
    Header {
        path: "zephyr/src/netprov_core.h",
        sources: &[
            "rust/capi/sys/src/errno.rs",
            "rust/capi/src/port.rs",
            "rust/capi/src/wifi/port.rs",
            "rust/capi/src/openthread/port.rs",
            "rust/capi/src/glue.rs",
            "rust/capi/src/http.rs",
            "rust/capi/src/wifi/glue.rs",
            "rust/capi/src/openthread/glue.rs",
        ],
        guard: "NETPROV_CORE_H_",
        more: &[
            "netprov_auth",
            "netprov_errno",
            "netprov_failure",
            "netprov_security",
            "netprov_settings",
        ],
        about: CORE_ABOUT,
        trailer: "/** The platform's errno values. */\n\
                  extern const struct netprov_errno netprov_errno;\n\n\
                  /** Settings from Kconfig. */\n\
                  extern const struct netprov_settings netprov_settings;",
        closing: "",
    },
];

const API_ABOUT: &str = r#"/**
 * @file
 * @brief Network provisioning: an app on a phone sends the device its Wi-Fi credentials or the
 * dataset of a Thread network.
 */

/**
 * @defgroup network_prov Network provisioning
 * @brief An app on a phone sends the device its Wi-Fi credentials or the dataset of a Thread
 * network.
 *
 * @code{.c}
 * struct network_prov_mgr_config config = {
 *         .scheme = &network_prov_scheme_softap,
 *         .app_event_handler = { .event_cb = on_event },
 * };
 * int ret = network_prov_mgr_init(config);
 *
 * if (ret == 0) {
 *         ret = network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, "pop", "PROV_1234",
 *                                                     NULL);
 * }
 * if (ret != 0) {
 *         printk("Not online: %d\n", ret);
 * }
 * @endcode
 *
 * Functions return 0 or a negative errno. They write to their parameters only on success. A build
 * is for one network type and has only the functions of that type, except
 * network_prov_mgr_is_wifi_provisioned() and network_prov_mgr_is_thread_provisioned(), which every
 * build has.
 *
 * **Who may call.** Work is done on the provisioning thread while the caller waits. Every function
 * may be called from any thread, with these limits:
 *
 * - In a callback or a handler of this API, a call does not wait. The work is done after the
 *   callback has returned, and events report the outcome. network_prov_mgr_connect(),
 *   network_prov_mgr_connect_or_provision() and network_prov_mgr_wait_for_address() return -EPERM
 *   rather than wait.
 * - Threads that the transports or the network need cannot wait either: the system work queue,
 *   Bluetooth's receive thread (connection and GATT callbacks), the net_mgmt thread (handlers of
 *   network events) and the HTTP server's thread. The work is done after the call has returned, and
 *   events report the outcome. If the provisioning thread is busy for 100 ms, a call does nothing
 *   and returns -EWOULDBLOCK; call again later. network_prov_mgr_connect(),
 *   network_prov_mgr_connect_or_provision() and network_prov_mgr_wait_for_address() always return
 *   -EWOULDBLOCK; call them from a thread of the application.
 * - In an interrupt, and on OpenThread's thread (its callbacks), every function that returns an int
 *   returns -EWOULDBLOCK.
 * - network_prov_mgr_stop_provisioning() and network_prov_mgr_deinit() are never refused. Where
 *   they cannot wait, they take effect later. There, network_prov_mgr_is_sm_idle() does not wait,
 *   and network_prov_mgr_wait() returns at once.
 *
 * Do not call while holding a lock that a callback takes, or while holding the OpenThread lock.
 *
 * @{
 */
"#;

const API_TRAILER: &str = r#"/** Initialiser of a `struct network_prov_event_handler` without a callback. */
#define NETWORK_PROV_EVENT_HANDLER_NONE { .event_cb = NULL, .user_data = NULL }

/** @cond INTERNAL_HIDDEN */
#if defined(__GNUC__) && !defined(__cplusplus)
/*
 * Compilers before GCC 14 only warn about a handler with other parameters, such as ESP-IDF's. Its
 * arguments would be mixed up at run time.
 */
#define NETWORK_PROV_CHECK_HANDLER(type, handler) \
	((void)sizeof(struct { \
		int its_arguments_are_not_those_of_##type : \
			__builtin_types_compatible_p(__typeof__(1 ? (handler) : (handler)), type) || \
					__builtin_types_compatible_p(__typeof__(handler), void *) \
				? 1 : -1; \
	}))
#else
#define NETWORK_PROV_CHECK_HANDLER(type, handler) ((void)0)
#endif

#define network_prov_mgr_endpoint_register(ep_name, handler, user_ctx) \
	network_prov_mgr_endpoint_register( \
		(NETWORK_PROV_CHECK_HANDLER(network_prov_endpoint_handler_t, handler), (ep_name)), \
		handler, user_ctx)
/** @endcond */"#;

const CORE_ABOUT: &str = r"/**
 * @file
 * @brief Interface between the C glue and the core.
 *
 * The glue calls `netprov_core_*()`, only on the provisioning thread. It implements
 * `netprov_port_*()`, which the core calls on that thread, except for netprov_port_run(),
 * netprov_port_may_wait(), netprov_port_refuse(), netprov_port_end() and netprov_port_wait(), which
 * application threads call.
 */
";

/// Maximum length of a line, in columns.
const LINE: usize = 100;

/// How cbindgen closes the declarations.
const LINKAGE_END: &str = "#ifdef __cplusplus\n}";

/// How cbindgen closes the include guard.
const GUARD_END: &str = "#endif  /* NET";

const LICENSE: &str = "/* SPDX-License-Identifier: Apache-2.0 */\n\n";

const NOTICE: &str = "/* @generated by `cargo xtask generate` from rust/capi. Do not edit. */\n";

/// Returns the headers: paths and contents.
pub fn generate(root: &Path) -> Result<Vec<(&'static str, String)>> {
    HEADERS.iter().map(|header| Ok((header.path, one(root, header)?))).collect()
}

fn one(root: &Path, header: &Header) -> Result<String> {
    let mut builder = Builder::new().with_config(config(header));
    for source in header.sources {
        builder = builder.with_src(root.join(source));
    }
    let bindings =
        builder.generate().with_context(|| format!("cbindgen cannot generate {}", header.path))?;
    let mut code = Vec::new();
    bindings.write(&mut code);
    let code = tidy(&String::from_utf8(code)?);
    let (declarations, end) =
        code.rsplit_once(LINKAGE_END).with_context(|| format!("{}: no end", header.path))?;
    let (linkage, guard) =
        end.split_once(GUARD_END).with_context(|| format!("{}: no guard", header.path))?;
    let (trailer, closing) = (header.trailer, header.closing);
    Ok(format!("{declarations}{trailer}\n\n{LINKAGE_END}{linkage}{closing}{GUARD_END}{guard}"))
}

fn config(header: &Header) -> Config {
    Config {
        language: Language::C,
        style: Style::Tag,
        cpp_compat: true,
        header: Some(format!("{LICENSE}{NOTICE}\n{}", header.about.trim_end())),
        include_guard: Some(header.guard.to_owned()),
        no_includes: true,
        sys_includes: ["stdbool.h", "stddef.h", "stdint.h"].map(str::to_owned).to_vec(),
        export: ExportConfig {
            include: header.more.iter().map(|&name| name.to_owned()).collect(),
            ..ExportConfig::default()
        },
        braces: Braces::SameLine,
        line_length: LINE,
        tab_width: 8,
        usize_is_size_t: true,
        documentation: true,
        documentation_style: DocumentationStyle::Doxy,
        documentation_length: DocumentationLength::Full,
        enumeration: EnumConfig { rename_variants: RenameRule::None, ..EnumConfig::default() },
        ..Config::default()
    }
}

/// Drops the text that only readers of the Rust code need, indents with tabs, and puts short comments
/// on one line.
fn tidy(code: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut in_safety = false;
    for line in code.replace("// extern \"C\"", "/* extern \"C\" */").lines() {
        let text = line.trim_start();
        if text == "* # Safety" {
            in_safety = true;
            while lines.last().is_some_and(|last| last.trim() == "*") {
                lines.pop();
            }
        }
        in_safety &= text != "*/";
        if in_safety {
            continue;
        }
        let spaces = line.len() - text.len();
        let indent = "\t".repeat(spaces / 8) + &" ".repeat(spaces % 8);
        lines.push(format!("{indent}{text}").trim_end().to_owned());
        close_up(&mut lines);
    }
    let mut text = lines.join("\n");
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text.replace("  // __cplusplus", " /* __cplusplus */") + "\n"
}

/// Joins the comment that has just ended into a single line, if its text has only one.
fn close_up(lines: &mut Vec<String>) {
    let [.., start, text, end] = lines.as_slice() else { return };
    let (Some(indent), Some(text)) = (start.strip_suffix("/**"), text.trim().strip_prefix("* "))
    else {
        return;
    };
    let comment = format!("{indent}/** {text} */");
    if end.trim() == "*/" && comment.len() + 7 * indent.len() <= LINE {
        lines.truncate(lines.len() - 3);
        lines.push(comment);
    }
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn text_for_rust_only_is_dropped() {
        let rust = "/**\n * Does it.\n *\n * # Safety\n *\n * A pointer.\n */\nvoid f(void);\n\n\n\n\
                    struct s {\n        /**\n         * A.\n         */\n        int a;\n};\n";
        let c = "/** Does it. */\nvoid f(void);\n\nstruct s {\n\t/** A. */\n\tint a;\n};\n";
        assert_eq!(tidy(rust), c);
    }
}
