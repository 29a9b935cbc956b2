//! The words of the practice data: cities, devices, sources, pages, events, items.

/// A place people come from.
#[derive(Debug)]
#[allow(clippy::struct_field_names, reason = "fields are named as Google's dimensions are")]
pub struct City {
    pub city: &'static str,
    pub region: &'static str,
    pub country: &'static str,
    /// ISO 3166-1 alpha-2.
    pub country_id: &'static str,
    pub continent: &'static str,
    /// UN M49 code of the continent.
    pub continent_id: &'static str,
    pub language: &'static str,
    /// Lower-case language tag as Analytics shows it.
    pub language_code: &'static str,
    /// Currency of the place: a property gets most of its visits from where its currency is used.
    pub currency: &'static str,
    /// Relative weight.
    pub weight: u32,
}

macro_rules! cities {
    ($($continent:literal $continent_id:literal $country:literal $country_id:literal $language:literal $code:literal $currency:literal
       { $($city:literal $region:literal $weight:literal)* })*) => {
        /// All places.
        pub const CITIES: &[City] = &[$($(City {
            city: $city, region: $region, country: $country, country_id: $country_id, continent: $continent,
            continent_id: $continent_id, language: $language, language_code: $code, currency: $currency, weight: $weight,
        },)*)*];
    };
}

cities! {
    "Europe" "150" "Germany" "DE" "German" "de-de" "EUR" {
        "Berlin" "Berlin" 40 "Hamburg" "Hamburg" 24 "Munich" "Bavaria" 22 "Cologne" "North Rhine-Westphalia" 16
        "Frankfurt" "Hesse" 14 "Stuttgart" "Baden-Wurttemberg" 11 "Düsseldorf" "North Rhine-Westphalia" 10
        "Leipzig" "Saxony" 9 "Dortmund" "North Rhine-Westphalia" 7 "Bremen" "Bremen" 6 "Dresden" "Saxony" 6
        "Hanover" "Lower Saxony" 6 "Nuremberg" "Bavaria" 5 "(not set)" "(not set)" 12 }
    "Europe" "150" "Austria" "AT" "German" "de-at" "EUR" { "Vienna" "Vienna" 12 "Graz" "Styria" 4 "Linz" "Upper Austria" 3 }
    "Europe" "150" "Switzerland" "CH" "German" "de-ch" "CHF" { "Zurich" "Zurich" 14 "Bern" "Canton of Bern" 6 "Basel" "Basel City" 5 "Geneva" "Geneva" 6 }
    "Europe" "150" "France" "FR" "French" "fr-fr" "EUR" { "Paris" "Ile-de-France" 26 "Lyon" "Auvergne-Rhone-Alpes" 9 "Marseille" "Provence-Alpes-Cote d'Azur" 8 "Toulouse" "Occitanie" 6 "Saint-Étienne" "Auvergne-Rhone-Alpes" 3 }
    "Europe" "150" "Italy" "IT" "Italian" "it-it" "EUR" { "Rome" "Lazio" 12 "Milan" "Lombardy" 14 "Naples" "Campania" 6 "Turin" "Piedmont" 5 }
    "Europe" "150" "Spain" "ES" "Spanish" "es-es" "EUR" { "Madrid" "Community of Madrid" 14 "Barcelona" "Catalonia" 12 "Valencia" "Valencian Community" 5 "A Coruña" "Galicia" 2 }
    "Europe" "150" "Netherlands" "NL" "Dutch" "nl-nl" "EUR" { "Amsterdam" "North Holland" 10 "Rotterdam" "South Holland" 6 "'s-Hertogenbosch" "North Brabant" 2 }
    "Europe" "150" "United Kingdom" "GB" "English" "en-gb" "GBP" { "London" "England" 36 "Manchester" "England" 11 "Birmingham" "England" 10 "Edinburgh" "Scotland" 6 "Cardiff" "Wales" 4 "(not set)" "(not set)" 7 }
    "Europe" "150" "Ireland" "IE" "English" "en-ie" "EUR" { "Dublin" "County Dublin" 6 }
    "Europe" "150" "Poland" "PL" "Polish" "pl-pl" "PLN" { "Warsaw" "Masovian Voivodeship" 9 "Kraków" "Lesser Poland Voivodeship" 5 "Łódź" "Lodz Voivodeship" 3 }
    "Europe" "150" "Sweden" "SE" "Swedish" "sv-se" "SEK" { "Stockholm" "Stockholm County" 8 "Gothenburg" "Vastra Gotaland County" 4 }
    "Europe" "150" "Denmark" "DK" "Danish" "da-dk" "DKK" { "Copenhagen" "Capital Region of Denmark" 5 }
    "Europe" "150" "Türkiye" "TR" "Turkish" "tr-tr" "TRY" { "Istanbul" "Istanbul" 11 "Ankara" "Ankara" 5 "İzmir" "Izmir" 4 }
    "Americas" "019" "United States" "US" "English" "en-us" "USD" {
        "New York" "New York" 40 "Los Angeles" "California" 28 "Chicago" "Illinois" 20 "Houston" "Texas" 14 "Dallas" "Texas" 13
        "San Francisco" "California" 12 "Seattle" "Washington" 10 "Boston" "Massachusetts" 10 "Atlanta" "Georgia" 10
        "Denver" "Colorado" 8 "Ashburn" "Virginia" 9 "Columbus" "Ohio" 6 "Phoenix" "Arizona" 6 "(not set)" "(not set)" 15 }
    "Americas" "019" "Canada" "CA" "English" "en-ca" "CAD" { "Toronto" "Ontario" 12 "Montreal" "Quebec" 8 "Vancouver" "British Columbia" 6 }
    "Americas" "019" "Brazil" "BR" "Portuguese" "pt-br" "BRL" { "São Paulo" "State of Sao Paulo" 14 "Rio de Janeiro" "State of Rio de Janeiro" 8 }
    "Americas" "019" "Mexico" "MX" "Spanish" "es-mx" "MXN" { "Mexico City" "Mexico City" 8 "Guadalajara" "Jalisco" 4 }
    "Asia" "142" "India" "IN" "English" "en-in" "INR" { "Mumbai" "Maharashtra" 12 "Bengaluru" "Karnataka" 11 "Delhi" "Delhi" 10 "Chennai" "Tamil Nadu" 5 }
    "Asia" "142" "Japan" "JP" "Japanese" "ja-jp" "JPY" { "Tokyo" "Tokyo" 16 "Osaka" "Osaka" 8 "Yokohama" "Kanagawa" 5 }
    "Asia" "142" "Israel" "IL" "Hebrew" "he-il" "ILS" { "Tel Aviv-Yafo" "Tel Aviv District" 5 "Jerusalem" "Jerusalem District" 3 }
    "Asia" "142" "United Arab Emirates" "AE" "Arabic" "ar-ae" "AED" { "Dubai" "Dubai" 6 "Abu Dhabi" "Abu Dhabi" 3 }
    "Asia" "142" "Singapore" "SG" "English" "en-sg" "SGD" { "Singapore" "(not set)" 6 }
    "Oceania" "009" "Australia" "AU" "English" "en-au" "AUD" { "Sydney" "New South Wales" 12 "Melbourne" "Victoria" 11 "Brisbane" "Queensland" 6 }
    "Africa" "002" "South Africa" "ZA" "English" "en-za" "ZAR" { "Johannesburg" "Gauteng" 4 "Cape Town" "Western Cape" 3 }
    "(not set)" "(not set)" "(not set)" "(not set)" "(not set)" "(not set)" "" { "(not set)" "(not set)" 2 }
}

/// Where a session comes from.
#[derive(Debug)]
#[allow(clippy::struct_field_names, reason = "fields are named as Google's dimensions are")]
pub struct Source {
    pub source: &'static str,
    pub medium: &'static str,
    pub channel: &'static str,
    pub campaigns: &'static [&'static str],
    pub weight: u32,
    /// What a click costs, in hundredths; 0 where nothing is paid.
    pub click_cents: u32,
    pub referrer: &'static str,
}

const SHOP_CAMPAIGNS: &[&str] = &[
    "brand",
    "spring_sale",
    "black-friday 2025",
    "retargeting | all visitors",
    "=Herbst & Winter",
    "generic_dsa",
];
const MAILS: &[&str] = &["newsletter_weekly", "welcome_series", "abandoned_cart", "новости"];

macro_rules! sources {
    ($($source:literal $medium:literal $channel:literal $campaigns:expr, $weight:literal $cents:literal $referrer:literal)*) => {
        /// All sources.
        pub const SOURCES: &[Source] = &[$(Source {
            source: $source, medium: $medium, channel: $channel, campaigns: $campaigns, weight: $weight,
            click_cents: $cents, referrer: $referrer,
        },)*];
    };
}

sources! {
    "google" "organic" "Organic Search" &["(organic)"], 380 0 "https://www.google.com/"
    "(direct)" "(none)" "Direct" &["(direct)"], 270 0 ""
    "google" "cpc" "Paid Search" SHOP_CAMPAIGNS, 95 83 "https://www.google.com/"
    "newsletter" "email" "Email" MAILS, 48 0 ""
    "m.facebook.com" "referral" "Organic Social" &["(referral)"], 34 0 "https://m.facebook.com/"
    "facebook" "paid_social" "Paid Social" SHOP_CAMPAIGNS, 30 41 "https://l.facebook.com/"
    "bing" "organic" "Organic Search" &["(organic)"], 28 0 "https://www.bing.com/"
    "instagram" "social" "Organic Social" &["(not set)"], 25 0 "https://l.instagram.com/"
    "linkedin.com" "referral" "Organic Social" &["(referral)"], 14 0 "https://www.linkedin.com/"
    "duckduckgo" "organic" "Organic Search" &["(organic)"], 12 0 "https://duckduckgo.com/"
    "youtube.com" "referral" "Organic Video" &["(referral)"], 10 0 "https://www.youtube.com/"
    "chatgpt.com" "referral" "Referral" &["(referral)"], 9 0 "https://chatgpt.com/"
    "bing" "cpc" "Paid Search" SHOP_CAMPAIGNS, 8 52 "https://www.bing.com/"
    "partner.example" "referral" "Referral" &["(referral)"], 8 0 "https://partner.example/tips"
    "t.co" "referral" "Organic Social" &["(referral)"], 6 0 "https://t.co/"
    "google" "display" "Display" SHOP_CAMPAIGNS, 6 22 "https://googleads.g.doubleclick.net/"
    "affiliates.example" "affiliate" "Affiliates" &["(not set)"], 4 0 "https://affiliates.example/go"
    "ecosia.org" "organic" "Organic Search" &["(organic)"], 4 0 "https://www.ecosia.org/"
    "(data not available)" "(data not available)" "Unassigned" &["(data not available)"], 5 0 ""
    "(not set)" "(not set)" "Unassigned" &["(not set)"], 4 0 ""
}

/// The campaign of a source by number; the list of all campaigns, each name once, gives a dimension its ids.
pub fn campaign(source: usize, number: usize) -> &'static str {
    let campaigns = SOURCES[source].campaigns;
    campaigns[number % campaigns.len()]
}

/// Devices: (category, operating system, versions, browsers, resolutions, weight).
#[derive(Debug)]
pub struct Device {
    pub category: &'static str,
    pub system: &'static str,
    pub versions: &'static [&'static str],
    pub browsers: &'static [&'static str],
    pub screens: &'static [&'static str],
    pub weight: u32,
}

/// All devices.
pub const DEVICES: &[Device] = &[
    Device {
        category: "mobile",
        system: "Android",
        versions: &["14", "15", "16", "13"],
        browsers: &["Chrome", "Samsung Internet", "Chrome", "Android Webview", "Firefox"],
        screens: &["412x915", "360x800", "384x832", "393x873"],
        weight: 290,
    },
    Device {
        category: "mobile",
        system: "iOS",
        versions: &["26.1", "18.6", "26.0", "17.7"],
        browsers: &["Safari", "Safari", "Safari (in-app)", "Chrome"],
        screens: &["390x844", "393x852", "430x932", "375x812"],
        weight: 270,
    },
    Device {
        category: "desktop",
        system: "Windows",
        versions: &["11", "10", "11"],
        browsers: &["Chrome", "Edge", "Chrome", "Firefox", "Opera"],
        screens: &["1920x1080", "1536x864", "2560x1440", "1366x768"],
        weight: 265,
    },
    Device {
        category: "desktop",
        system: "Macintosh",
        versions: &["Intel 10.15", "Intel 10.15"],
        browsers: &["Safari", "Chrome", "Firefox"],
        screens: &["1440x900", "1512x982", "2560x1440"],
        weight: 110,
    },
    Device {
        category: "tablet",
        system: "iOS",
        versions: &["26.1", "18.6"],
        browsers: &["Safari", "Chrome"],
        screens: &["820x1180", "768x1024"],
        weight: 30,
    },
    Device {
        category: "desktop",
        system: "Linux",
        versions: &["x86_64"],
        browsers: &["Firefox", "Chrome"],
        screens: &["1920x1080", "2560x1440"],
        weight: 25,
    },
    Device {
        category: "tablet",
        system: "Android",
        versions: &["14", "15"],
        browsers: &["Chrome"],
        screens: &["800x1280"],
        weight: 10,
    },
];

/// Every browser once, in id order.
pub const BROWSERS: &[&str] = &[
    "Chrome",
    "Safari",
    "Edge",
    "Firefox",
    "Samsung Internet",
    "Safari (in-app)",
    "Android Webview",
    "Opera",
];

/// Pages that every site has: (path, title, content group).
pub const PAGES: &[(&str, &str, &str)] = &[
    ("/", "Home", "home"),
    ("/products", "All products", "list"),
    ("/sale", "Sale % – up to 50 % off", "list"),
    ("/about-us", "About us", "company"),
    ("/contact", "Contact", "company"),
    ("/blog", "Blog", "blog"),
    ("/cart", "Your cart", "checkout"),
    ("/checkout", "Checkout", "checkout"),
    ("/thank-you", "Thank you!", "checkout"),
    ("/search", "Search", "search"),
    ("/login", "Sign in", "account"),
    ("/account", "My account", "account"),
    ("/faq", "Questions & answers", "help"),
    ("/shipping", "Shipping and returns", "help"),
    ("/privacy", "Privacy", "legal"),
    ("/imprint", "Imprint", "legal"),
    ("/über-uns", "Über uns – wer wir sind", "company"),
    ("/日本語/ご案内", "ご案内", "company"),
    ("/downloads/catalogue", "Catalogue \"2026\" <PDF>", "help"),
    ("/404", "(not set)", "(not set)"),
];

/// Articles under /blog.
pub const ARTICLES: usize = 60;
/// Products under /product, each an item.
pub const PRODUCTS: usize = 240;
/// Number of pages of a site.
pub const PAGE_COUNT: usize = PAGES.len() + ARTICLES + PRODUCTS;

const TOPICS: [&str; 10] = [
    "care",
    "choosing-a-gift",
    "workshop",
    "behind-the-scenes",
    "sizes",
    "materials",
    "season",
    "recipes",
    "repair",
    "people",
];
const ADJECTIVES: [&str; 12] = [
    "Classic", "Light", "Nordic", "Compact", "Vintage", "Soft", "Solid", "Élan", "Everyday", "Grand", "Mini", "Pro",
];
const THINGS: [&str; 20] = [
    "Backpack", "Mug", "Lamp", "Chair", "Notebook", "Blanket", "Bottle", "Knife", "Scarf", "Tray", "Kettle", "Bowl",
    "Clock", "Vase", "Apron", "Basket", "Candle", "Mirror", "Stool", "Rug",
];
const CATEGORIES: [&str; 5] = ["Home", "Kitchen", "Travel", "Office", "Outdoor"];
const BRANDS: [&str; 6] = [
    "Northwind",
    "Fjord & Sons",
    "Casa Lume",
    "木の家",
    "Atelier №5",
    "(not set)",
];

/// A page's path.
pub fn page_path(page: usize) -> String {
    match page.checked_sub(PAGES.len()) {
        None => PAGES[page].0.to_owned(),
        Some(article) if article < ARTICLES => format!("/blog/{}-{}", TOPICS[article % 10], article / 10 + 1),
        Some(product) => {
            let item = product - ARTICLES;
            format!(
                "/product/{}-{}-{}",
                ADJECTIVES[item / 20].to_lowercase(),
                THINGS[item % 20].to_lowercase(),
                1000 + item
            )
        }
    }
}

/// A page's title.
pub fn page_title(page: usize) -> String {
    match page.checked_sub(PAGES.len()) {
        None => PAGES[page].1.to_owned(),
        Some(article) if article < ARTICLES => {
            format!("{} – part {}", TOPICS[article % 10].replace('-', " "), article / 10 + 1)
        }
        Some(product) => item_name(product - ARTICLES),
    }
}

/// A page's content group.
pub fn content_group(page: usize) -> &'static str {
    match page.checked_sub(PAGES.len()) {
        None => PAGES[page].2,
        Some(article) if article < ARTICLES => "blog",
        Some(_) => "product",
    }
}

/// The item a page sells.
pub fn item_of_page(page: usize) -> Option<usize> {
    page.checked_sub(PAGES.len() + ARTICLES)
}

/// The page that sells an item.
pub fn page_of_item(item: usize) -> usize {
    PAGES.len() + ARTICLES + item
}

/// An item's name.
pub fn item_name(item: usize) -> String {
    format!("{} {}", ADJECTIVES[item / 20], THINGS[item % 20])
}

/// An item's category.
pub fn item_category(item: usize) -> &'static str {
    CATEGORIES[item % 5]
}

/// An item's brand.
pub fn item_brand(item: usize) -> &'static str {
    BRANDS[item % 6]
}

/// An item's price in hundredths of the property's currency.
pub fn item_cents(item: usize) -> u32 {
    let item = u32::try_from(item).unwrap_or_default();
    990 + (item * 7_919 % 140) * 100
}

/// Event names, in id order.
pub const EVENTS: &[&str] = &[
    "session_start",
    "first_visit",
    "page_view",
    "user_engagement",
    "scroll",
    "click",
    "file_download",
    "form_start",
    "form_submit",
    "generate_lead",
    "view_search_results",
    "video_start",
    "sign_up",
    "login",
    "view_item",
    "add_to_cart",
    "begin_checkout",
    "add_payment_info",
    "purchase",
    "newsletter_subscribe",
];

/// Terms people search for on the site.
pub const SEARCHES: &[&str] = &[
    "lamp",
    "gift",
    "returns",
    "größe 38",
    "opening hours",
    "<b>sale</b>",
    "マグカップ",
    "blanket wool",
];

/// Languages, genders, ages and interests.
pub const AGES: &[&str] = &["unknown", "25-34", "35-44", "18-24", "45-54", "55-64", "65+"];
pub const GENDERS: &[&str] = &["unknown", "female", "male"];
pub const INTERESTS: &[&str] = &[
    "(not set)",
    "Shoppers/Value Shoppers",
    "Travel/Travel Buffs",
    "Food & Dining/Cooking Enthusiasts",
    "Technology/Technophiles",
];
