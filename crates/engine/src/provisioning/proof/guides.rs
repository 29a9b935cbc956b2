//! Where the snippet goes in the builders that small businesses use, step by step, in the words of each builder's own screens
//! (as of 2026).

use crate::dto::provisioning::BuilderGuide;

/// How to paste the snippet into one builder.
struct Guide {
    builder: &'static str,
    title: &'static str,
    /// (step, whether it is about the code after `<body>` alone)
    steps: &'static [(&'static str, bool)],
}

const GUIDES: [Guide; 8] = [
    Guide {
        builder: "wordpress",
        title: "WordPress",
        steps: &[
            (
                "Sign in to your site's dashboard, at your address followed by /wp-admin.",
                false,
            ),
            (
                "Under Plugins, Add New, install the free plugin WPCode (once called Insert Headers and Footers) and activate it. (On WordPress.com, plugins need a plan that includes them, such as Business.)",
                false,
            ),
            ("In the menu open Code Snippets, then Header & Footer.", false),
            ("Paste the code for the head into the box Header.", false),
            ("Paste the code for the body into the box Body.", true),
            ("Press Save Changes. If you use a cache plugin, empty its cache.", false),
        ],
    },
    Guide {
        builder: "shopify",
        title: "Shopify",
        steps: &[
            ("In your Shopify admin open Online Store, then Themes.", false),
            ("Next to your theme press the three dots, then Edit code.", false),
            ("In the folder layout open theme.liquid.", false),
            ("Paste the code for the head directly below <head>.", false),
            (
                "Paste the code for the body directly below the line that begins with <body.",
                true,
            ),
            (
                "Press Save. (The checkout does not load it: there Shopify takes pixels, in Settings under Customer events.)",
                false,
            ),
        ],
    },
    Guide {
        builder: "wix",
        title: "Wix",
        steps: &[
            (
                "In your site's dashboard open Settings, then Custom Code. (Wix offers it to sites that are published under a domain of their own, which takes a paid plan.)",
                false,
            ),
            ("Press Add Custom Code and paste the code for the head.", false),
            ("Choose All pages, and under Place Code in choose Head.", false),
            ("Press Apply.", false),
            ("Do the same with the code for the body, and choose Body - start.", true),
        ],
    },
    Guide {
        builder: "squarespace",
        title: "Squarespace",
        steps: &[
            (
                "Open your site in Squarespace, press the / key and search for Code Injection. (It needs the plan Core or higher, or the earlier plans Business and Commerce.)",
                false,
            ),
            ("Paste the code for the head into the box Header.", false),
            (
                "Leave out the code for the body: Squarespace has no place for it directly below <body>, and measuring works without it.",
                true,
            ),
            ("Press Save.", false),
        ],
    },
    Guide {
        builder: "webflow",
        title: "Webflow",
        steps: &[
            (
                "Open your site's settings and choose Custom code. (It needs a site plan, Basic or higher, or a paid workspace.)",
                false,
            ),
            (
                "Paste the code for the head into the box Head code and press Save changes.",
                false,
            ),
            (
                "Leave out the code for the body: Webflow's box Footer code ends the page instead of beginning it, and measuring works without it.",
                true,
            ),
            ("Publish the site: the code is on the pages from then on.", false),
        ],
    },
    Guide {
        builder: "jimdo",
        title: "Jimdo",
        steps: &[
            (
                "In the menu open Settings, then Edit Head. (Jimdo Creator has it; the newer Jimdo Website does not take code of one's own.)",
                false,
            ),
            ("Choose the whole website and paste the code for the head.", false),
            (
                "Leave out the code for the body: Jimdo has no place for it, and measuring works without it.",
                true,
            ),
            ("Press Save.", false),
        ],
    },
    Guide {
        builder: "html",
        title: "Plain HTML, or another builder",
        steps: &[
            (
                "Open the template that all pages share, or else each page. A builder's setting is mostly called custom code, head code or header scripts.",
                false,
            ),
            ("Paste the code for the head directly below <head>.", false),
            ("Paste the code for the body directly below <body>.", true),
            (
                "Save, publish or upload, and empty the site's cache if it has one.",
                false,
            ),
        ],
    },
    Guide {
        builder: "someone_else",
        title: "Somebody else looks after the site",
        steps: &[
            (
                "Send them the e-mail that Gantry has written: it holds the code and says where it goes.",
                false,
            ),
            ("They need no access to your Google accounts.", false),
            ("When they say that it is done, press Check again.", false),
        ],
    },
];

/// All guides, the likely one first.
pub(super) fn all(likely: Option<&str>, noscript: bool) -> Vec<BuilderGuide> {
    // Builders that have no guide of their own are helped by the general one.
    let likely = likely.map(|builder| match GUIDES.iter().find(|guide| guide.builder == builder) {
        Some(guide) => guide.builder,
        None => "html",
    });
    let mut guides: Vec<BuilderGuide> = GUIDES
        .iter()
        .map(|guide| BuilderGuide {
            builder: guide.builder.to_owned(),
            title: guide.title.to_owned(),
            steps: guide
                .steps
                .iter()
                .filter(|(_, of_body)| noscript || !of_body)
                .map(|(step, _)| (*step).to_owned())
                .collect(),
            likely: likely == Some(guide.builder),
        })
        .collect();
    // Stable: the others keep their order.
    guides.sort_by_key(|guide| !guide.likely);
    guides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_guide_has_three_to_six_steps_with_and_without_a_body() {
        for noscript in [true, false] {
            for guide in all(None, noscript) {
                assert!((3..=6).contains(&guide.steps.len()), "{guide:?}");
                let body = guide.steps.iter().any(|step| step.contains("code for the body"));
                assert_eq!(body, noscript && guide.builder != "someone_else", "{guide:?}");
            }
        }
    }

    #[test]
    fn the_likely_guide_comes_first() {
        assert_eq!(all(Some("wix"), true)[0].builder, "wix");
        assert!(all(Some("wix"), true)[0].likely);
        assert_eq!(all(Some("typo3"), true)[0].builder, "html");
        let unknown = all(None, true);
        assert_eq!(
            (unknown[0].builder.as_str(), unknown.iter().any(|guide| guide.likely)),
            ("wordpress", false)
        );
    }
}
