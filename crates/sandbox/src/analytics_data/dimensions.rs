//! The dimensions a report can ask for: Google's names, and what each one hangs on.

/// What a dimension describes; it decides how deep a report must look and what it can be combined with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    User,
    Session,
    Event,
    Item,
}

/// One dimension's entry in getMetadata.
#[derive(Debug)]
pub struct DimensionFacts {
    pub dimension: Dimension,
    pub api_name: &'static str,
    pub ui_name: &'static str,
    pub category: &'static str,
    pub scope: Scope,
    pub description: &'static str,
}

macro_rules! dimensions {
    ($($variant:ident $api:literal $ui:literal $category:ident $scope:ident $description:literal;)*) => {
        /// A dimension of every property. Custom ones are `Custom`, by place in the property's list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Dimension {
            $($variant,)*
            Custom(u16),
            /// Realtime only.
            MinutesAgo,
            /// Realtime only.
            AppVersion,
            /// Realtime only.
            AudienceName,
        }

        /// All dimensions that every property has.
        pub const DIMENSIONS: &[DimensionFacts] = &[
            $(DimensionFacts {
                dimension: Dimension::$variant,
                api_name: $api,
                ui_name: $ui,
                category: category::$category,
                scope: Scope::$scope,
                description: $description,
            },)*
        ];
    };
}

mod category {
    pub const TIME: &str = "Time";
    pub const GEO: &str = "Geography";
    pub const TECH: &str = "Platform / Device";
    pub const SOURCE: &str = "Traffic Source";
    pub const PAGE: &str = "Page / Screen";
    pub const EVENT: &str = "Event";
    pub const USER: &str = "User";
    pub const DEMO: &str = "Demographics";
    pub const SHOP: &str = "Ecommerce";
}

dimensions! {
    Date "date" "Date" TIME Session "The date of the event, formatted as YYYYMMDD.";
    DateHour "dateHour" "Date + hour (YYYYMMDDHH)" TIME Session "The combined values of date and hour formatted as YYYYMMDDHH.";
    DateHourMinute "dateHourMinute" "Date hour and minute" TIME Session "The combined values of date, hour, and minute formatted as YYYYMMDDHHMM.";
    Day "day" "Day" TIME Session "The day of the month, a two-digit number from 01 to 31.";
    DayOfWeek "dayOfWeek" "Day of week" TIME Session "The integer day of the week. It returns values in the range 0 to 6 with Sunday as the first day of the week.";
    DayOfWeekName "dayOfWeekName" "Day of week name" TIME Session "The day of the week in English. This dimension has values such as Sunday or Monday.";
    Hour "hour" "Hour" TIME Session "The two-digit hour of the day that the event was logged. This dimension ranges from 0-23 and is reported in your property's timezone.";
    Minute "minute" "Minute" TIME Session "The two-digit minute of the hour that the event was logged. This dimension ranges from 0-59 and is reported in your property's timezone.";
    Month "month" "Month" TIME Session "The month of the event, a two digit integer from 01 to 12.";
    Week "week" "Week" TIME Session "The week of the event, a two-digit number from 01 to 53. Each week starts on Sunday. January 1st is always in week 01.";
    Year "year" "Year" TIME Session "The four-digit year of the event. For example, 2020 or 2024.";
    YearMonth "yearMonth" "Year month" TIME Session "The combined values of year and month. Example values include 202212 or 202301.";
    YearWeek "yearWeek" "Year week" TIME Session "The combined values of year and week. Example values include 202253 or 202301.";
    IsoWeek "isoWeek" "ISO week of the year" TIME Session "ISO week number, where each week starts on Monday. Example values include 01, 02 & 53.";
    IsoYear "isoYear" "ISO year" TIME Session "The ISO year of the event. Example values include 2022 & 2023.";
    IsoYearIsoWeek "isoYearIsoWeek" "ISO week of ISO year" TIME Session "The combined values of isoWeek and isoYear. Example values include 201652 & 201701.";
    NthDay "nthDay" "Nth day" TIME Session "The number of days since the start of the date range.";
    NthWeek "nthWeek" "Nth week" TIME Session "A number representing the number of weeks since the start of a date range.";
    NthMonth "nthMonth" "Nth month" TIME Session "The number of months since the start of a date range. The starting month is 0000.";
    NthYear "nthYear" "Nth year" TIME Session "The number of years since the start of the date range. The starting year is 0000.";
    Continent "continent" "Continent" GEO User "The continent from which the user activity originated.";
    ContinentId "continentId" "Continent ID" GEO User "The geographic ID of the continent from which the user activity originated, derived from their IP address.";
    Country "country" "Country" GEO User "The country from which the user activity originated.";
    CountryId "countryId" "Country ID" GEO User "The geographic ID of the country from which the user activity originated, derived from their IP address. Formatted according to ISO 3166-1 alpha-2 standard.";
    Region "region" "Region" GEO User "The geographic region from which the user activity originated, derived from their IP address.";
    City "city" "City" GEO User "The city from which the user activity originated.";
    CityId "cityId" "City ID" GEO User "The geographic ID of the city from which the user activity originated, derived from their IP address.";
    Browser "browser" "Browser" TECH User "The browsers used to view your website.";
    DeviceCategory "deviceCategory" "Device category" TECH User "The type of device: Desktop, Tablet, or Mobile.";
    OperatingSystem "operatingSystem" "Operating system" TECH User "The operating systems used by visitors to your app or website. Includes desktop and mobile operating systems such as Windows and Android.";
    OperatingSystemVersion "operatingSystemVersion" "OS version" TECH User "The operating system versions used by visitors to your website or app.";
    OperatingSystemWithVersion "operatingSystemWithVersion" "Operating system with version" TECH User "The operating system and version. For example, Android 10 or Windows 7.";
    Platform "platform" "Platform" TECH User "The platform on which your app or website ran; for example, web, iOS, or Android.";
    PlatformDeviceCategory "platformDeviceCategory" "Platform / device category" TECH User "The platform and type of device on which your website or mobile app ran.";
    ScreenResolution "screenResolution" "Screen resolution" TECH User "The screen resolution of the user's monitor. For example, 1920x1080.";
    Language "language" "Language" TECH User "The language setting of the user's browser or device. For example, English.";
    LanguageCode "languageCode" "Language code" TECH User "The language setting (ISO 639) of the user's browser or operating system. For example, en-us.";
    StreamId "streamId" "Stream ID" TECH User "The numeric data stream identifier for your app or website.";
    StreamName "streamName" "Stream name" TECH User "The data stream name for your app or website.";
    SessionSource "sessionSource" "Session source" SOURCE Session "The source that initiated a session on your website or app.";
    SessionMedium "sessionMedium" "Session medium" SOURCE Session "The medium that initiated a session on your website or app.";
    SessionSourceMedium "sessionSourceMedium" "Session source / medium" SOURCE Session "The combined values of the dimensions sessionSource and sessionMedium.";
    SessionCampaignName "sessionCampaignName" "Session campaign" SOURCE Session "The marketing campaign name for a session. Includes Google Ads Campaigns, Manual Campaigns, & other Campaigns.";
    SessionDefaultChannelGroup "sessionDefaultChannelGroup" "Session default channel group" SOURCE Session "The session's default channel group is based primarily on source and medium. An enumeration which includes Direct, Organic Search, Paid Social, Organic Social, Email, Affiliates, Referral, Paid Search, Video, and Display.";
    Source "source" "Source" SOURCE Event "The source attributed to the key event.";
    Medium "medium" "Medium" SOURCE Event "The medium attributed to the key event.";
    SourceMedium "sourceMedium" "Source / medium" SOURCE Event "The combined values of the dimensions source and medium.";
    CampaignName "campaignName" "Campaign" SOURCE Event "The name of the marketing campaign.";
    DefaultChannelGroup "defaultChannelGroup" "Default channel group" SOURCE Event "The key event's default channel group is based primarily on source and medium.";
    FirstUserSource "firstUserSource" "First user source" SOURCE User "The source that first acquired the user to your website or app.";
    FirstUserMedium "firstUserMedium" "First user medium" SOURCE User "The medium that first acquired the user to your website or app.";
    FirstUserSourceMedium "firstUserSourceMedium" "First user source / medium" SOURCE User "The combined values of the dimensions firstUserSource and firstUserMedium.";
    FirstUserCampaignName "firstUserCampaignName" "First user campaign" SOURCE User "Name of the marketing campaign that first acquired the user.";
    FirstUserDefaultChannelGroup "firstUserDefaultChannelGroup" "First user default channel group" SOURCE User "The default channel group that first acquired the user.";
    HostName "hostName" "Hostname" PAGE Event "Includes the subdomain and domain names of a URL; for example, the Host Name of www.example.com/contact.html is www.example.com.";
    LandingPage "landingPage" "Landing page" PAGE Session "The page path associated with the first pageview in a session.";
    LandingPagePlusQueryString "landingPagePlusQueryString" "Landing page + query string" PAGE Session "The page path + query string associated with the first pageview in a session.";
    PageLocation "pageLocation" "Page location" PAGE Event "The protocol, hostname, page path, and query string for web pages visited.";
    PagePath "pagePath" "Page path" PAGE Event "The portion of the URL between the hostname and query string for web pages visited.";
    PagePathPlusQueryString "pagePathPlusQueryString" "Page path + query string" PAGE Event "The portion of the URL following the hostname for web pages visited.";
    PageReferrer "pageReferrer" "Page referrer" PAGE Event "The full referring URL including the hostname and path. This referring URL is the user's previous URL and can be this website's domain or other domains.";
    PageTitle "pageTitle" "Page title" PAGE Event "The web page titles used on your site.";
    UnifiedPagePathScreen "unifiedPagePathScreen" "Page path and screen class" PAGE Event "The page path (web) or screen class (app) on which the event was logged.";
    UnifiedScreenClass "unifiedScreenClass" "Page title and screen class" PAGE Event "The page title (web) or screen class (app) on which the event was logged.";
    UnifiedScreenName "unifiedScreenName" "Page title and screen name" PAGE Event "The page title (web) or screen name (app) on which the event was logged.";
    ContentGroup "contentGroup" "Content group" PAGE Event "A category that applies to items of published content.";
    EventName "eventName" "Event name" EVENT Event "The name of the event.";
    IsKeyEvent "isKeyEvent" "Is key event" EVENT Event "The string true if the event is a key event.";
    PercentScrolled "percentScrolled" "Percent scrolled" EVENT Event "The percentage down the page that the user has scrolled (for example, 90).";
    SearchTerm "searchTerm" "Search term" EVENT Event "The term searched by the user.";
    LinkUrl "linkUrl" "Link URL" EVENT Event "The full URL for an outbound link or file download.";
    NewVsReturning "newVsReturning" "New / returning" USER Session "New users have 0 previous sessions, and returning users have 1 or more previous sessions.";
    FirstSessionDate "firstSessionDate" "First session date" USER User "The date the user's first session occurred, formatted as YYYYMMDD.";
    UserAgeBracket "userAgeBracket" "Age" DEMO User "User age brackets.";
    UserGender "userGender" "Gender" DEMO User "User gender.";
    BrandingInterest "brandingInterest" "Interests" DEMO User "Interests demonstrated by users who are higher in the shopping funnel.";
    TransactionId "transactionId" "Transaction ID" SHOP Event "The ID of the ecommerce transaction.";
    ItemBrand "itemBrand" "Item brand" SHOP Item "Brand name of the item.";
    ItemCategory "itemCategory" "Item category" SHOP Item "The hierarchical category in which the item is classified.";
    ItemId "itemId" "Item ID" SHOP Item "The ID of the item.";
    ItemName "itemName" "Item name" SHOP Item "The name of the item.";
}

impl Dimension {
    /// What it hangs on. Custom dimensions are event-scoped here.
    pub fn scope(self) -> Scope {
        DIMENSIONS
            .iter()
            .find(|facts| facts.dimension == self)
            .map_or(Scope::Event, |facts| facts.scope)
    }

    /// Whether Google withholds small rows of reports by it.
    pub fn is_thresholded(self) -> bool {
        matches!(self, Self::UserAgeBracket | Self::UserGender | Self::BrandingInterest)
    }

    /// Whether it speaks of time, which goes with everything.
    pub fn is_time(self) -> bool {
        DIMENSIONS
            .iter()
            .any(|facts| facts.dimension == self && facts.category == category::TIME)
    }
}
