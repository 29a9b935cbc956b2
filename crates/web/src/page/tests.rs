//! Pages as builders make them, and pages as nobody should.

use proptest::prelude::*;

use super::*;

const GTM: &str = "<script>(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':new Date().getTime(),event:'gtm.js'});\
var f=d.getElementsByTagName(s)[0],j=d.createElement(s),dl=l!='dataLayer'?'&l='+l:'';j.async=true;\
j.src='https://www.googletagmanager.com/gtm.js?id='+i+dl;f.parentNode.insertBefore(j,f);})(window,document,'script',\
'dataLayer','GTM-N6ZD2RKP');</script>";
const NOSCRIPT: &str = "<noscript><iframe src=\"https://www.googletagmanager.com/ns.html?id=GTM-N6ZD2RKP\" height=\"0\"></iframe></noscript>";
const GTAG: &str = "<script async src=\"https://www.googletagmanager.com/gtag/js?id=G-ABC123DEF4\"></script><script>\
window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments);}gtag('js',new Date());\
gtag('config','G-ABC123DEF4');</script>";

#[test]
fn a_page_tells_its_name_language_and_builder() {
    let page = PageFacts::read(
        "<!doctype html><html lang='de-AT'><head><svg><title>Logo</title></svg><title>Home |\n Elmstead &amp; Sons</title>\
         <meta property='og:site_name' content=' Elmstead Bakery '><meta name=Generator content='WordPress 6.8'>",
    );
    assert_eq!(page.title.as_deref(), Some("Home | Elmstead & Sons"));
    assert_eq!(page.site_name.as_deref(), Some("Elmstead Bakery"));
    assert_eq!(page.language.as_deref(), Some("de-AT"));
    assert_eq!(page.builder, Some(Builder::WordPress));
    let by_locale = PageFacts::read("<html><meta property='og:locale' content='pt_BR'>");
    assert_eq!(by_locale.language.as_deref(), Some("pt-BR"));
}

#[test]
fn builders_are_known_by_what_they_leave() {
    for (markup, builder) in [
        ("<link href='https://x.de/wp-content/themes/a.css'>", Builder::WordPress),
        (
            "<script src='//cdn.shopify.com/s/files/1/a.js'></script>",
            Builder::Shopify,
        ),
        ("<meta name=generator content='Wix.com Website Builder'>", Builder::Wix),
        (
            "<img src='https://images.squarespace-cdn.com/a.png'>",
            Builder::Squarespace,
        ),
        ("<html data-wf-site='65f'>", Builder::Webflow),
        (
            "<script src='https://assets.jimstatic.com/a.js'></script>",
            Builder::Jimdo,
        ),
    ] {
        assert_eq!(PageFacts::read(markup).builder, Some(builder), "{markup}");
    }
    assert_eq!(
        PageFacts::read("<p>WordPress is a builder. /wp-content/</p>").builder,
        None
    );
}

#[test]
fn tags_are_counted_as_a_browser_would_load_them() {
    let once = PageFacts::read(&format!("<head>{GTM}</head><body>{NOSCRIPT}"));
    let tag = once.tag("GTM-N6ZD2RKP").unwrap();
    assert_eq!((tag.times(), tag.noscript, once.tags.len()), (1, true, 1));
    let twice = PageFacts::read(&format!("<head>{GTM}</head><body>{GTM}"));
    assert_eq!((twice.tags[0].times(), twice.tags[0].noscript), (2, false));
    let google_tag = PageFacts::read(GTAG);
    assert_eq!((google_tag.tags[0].times(), google_tag.tags.len()), (1, 1));
    assert_eq!(PageFacts::read(&format!("{GTAG}{GTAG}")).tags[0].times(), 2);
    let both = PageFacts::read(&format!("{GTM}{GTAG}"));
    assert_eq!(
        both.tags.iter().map(|tag| tag.id.as_str()).collect::<Vec<_>>(),
        ["GTM-N6ZD2RKP", "G-ABC123DEF4"]
    );
}

#[test]
fn what_no_browser_loads_is_not_counted() {
    for markup in [
        format!("<!-- {GTM} -->"),
        format!("<textarea>{GTAG}</textarea>"),
        format!("<title>{GTM}</title>"),
        "<p>Our container is GTM-N6ZD2RKP.</p>".to_owned(),
        "<script>var order='G-ABC123DEF4'</script>".to_owned(),
    ] {
        assert!(PageFacts::read(&markup).tags.is_empty(), "{markup}");
    }
}

#[test]
fn a_tag_that_waits_for_consent_or_comes_from_the_sites_own_domain_is_seen() {
    let waits = PageFacts::read(
        "<script type='text/plain' data-src='https://www.googletagmanager.com/gtag/js?id=G-ABC123DEF4'></script>",
    );
    assert_eq!(waits.tags[0].fetched, 1);
    let own = PageFacts::read("<script src='https://sst.hafen.de/gtm.js?id=GTM-N6ZD2RKP'></script>");
    assert_eq!(own.tags[0].times(), 1);
}

#[test]
fn deep_nesting_takes_time_in_proportion_to_the_page() {
    let nested = "<p><b x=1><i><a href=x>".repeat(1 << 15);
    assert_eq!(PageFacts::read(&nested), PageFacts::default());
}

proptest! {
    /// Whatever a site sends, it is read to its end.
    #[test]
    fn any_text_is_read(text in "\\PC{0,400}") {
        let _ = PageFacts::read(&text);
    }

    #[test]
    fn any_markup_is_read(pieces in proptest::collection::vec(
        prop_oneof![
            Just("<script>".to_owned()), Just("</script>".to_owned()), Just("<title>".to_owned()), Just("</title>".to_owned()),
            Just("<svg>".to_owned()), Just("<iframe src=ns.html?id=GTM-".to_owned()), Just("<!--".to_owned()), Just("-->".to_owned()),
            Just("<![CDATA[".to_owned()), Just("\0".to_owned()), Just("<plaintext>".to_owned()), Just(GTM.to_owned()),
            Just("&#x110000;".to_owned()), Just("<meta property=og:site_name content=".to_owned()), "\\PC{0,12}",
        ], 0..40)) {
        let facts = PageFacts::read(&pieces.concat());
        prop_assert!(facts.title.is_none_or(|title| title.chars().count() <= LONGEST_TEXT));
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..800)) {
        let _ = PageFacts::read(&crate::charset::decode(&bytes, None));
    }
}
