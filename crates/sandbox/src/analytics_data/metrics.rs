//! The metrics a report can ask for, each a formula over a few counters that add up, and over sets of people.
use super::tally::{Counter, People, Sums};

/// Type of a metric's values, as `MetricHeader.type` spells it.
pub type MetricType = &'static str;

const INTEGER: MetricType = "TYPE_INTEGER";
const FLOAT: MetricType = "TYPE_FLOAT";
const SECONDS: MetricType = "TYPE_SECONDS";
const CURRENCY: MetricType = "TYPE_CURRENCY";

/// What a metric counts; decides what it can be combined with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// People, sessions and events.
    Visits,
    /// Items of ecommerce events.
    Items,
    /// Advertising cost data, known by day and campaign only.
    Advertising,
}

/// One metric's entry in getMetadata.
#[derive(Debug)]
pub struct MetricFacts {
    pub metric: Metric,
    pub api_name: &'static str,
    pub ui_name: &'static str,
    pub category: &'static str,
    pub metric_type: MetricType,
    pub counts: Counts,
    pub description: &'static str,
}

macro_rules! metrics {
    ($($variant:ident $api:literal $ui:literal $category:literal $type:ident $counts:ident $description:literal;)*) => {
        /// A metric of every property.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Metric {
            $($variant,)*
        }

        /// All metrics.
        pub const METRICS: &[MetricFacts] = &[
            $(MetricFacts {
                metric: Metric::$variant,
                api_name: $api,
                ui_name: $ui,
                category: $category,
                metric_type: $type,
                counts: Counts::$counts,
                description: $description,
            },)*
        ];
    };
}

metrics! {
    ActiveUsers "activeUsers" "Active users" "User" INTEGER Visits "The number of distinct users who visited your site or app.";
    TotalUsers "totalUsers" "Total users" "User" INTEGER Visits "The number of distinct users who have logged at least one event, regardless of whether the site or app was in use when that event was logged.";
    NewUsers "newUsers" "New users" "User" INTEGER Visits "The number of users who interacted with your site or launched your app for the first time (event triggered: first_open or first_visit).";
    ScrolledUsers "scrolledUsers" "Scrolled users" "User" INTEGER Visits "The number of unique users who scrolled down at least 90% of the page.";
    UserKeyEventRate "userKeyEventRate" "User key event rate" "User" FLOAT Visits "The percentage of users who triggered any key event.";
    SessionsPerUser "sessionsPerUser" "Sessions per user" "Session" FLOAT Visits "The average number of sessions per user (Sessions divided by Active Users).";
    ScreenPageViewsPerUser "screenPageViewsPerUser" "Views per user" "Page / Screen" FLOAT Visits "The number of app screens or web pages your users viewed per active user.";
    EventCountPerUser "eventCountPerUser" "Event count per user" "Event" FLOAT Visits "The average number of events per user (Event count divided by Active users).";
    Sessions "sessions" "Sessions" "Session" INTEGER Visits "The number of sessions that began on your site or app (event triggered: session_start).";
    EngagedSessions "engagedSessions" "Engaged sessions" "Session" INTEGER Visits "The number of sessions that lasted longer than 10 seconds, or had a key event, or had 2 or more screen views.";
    EngagementRate "engagementRate" "Engagement rate" "Session" FLOAT Visits "The percentage of engaged sessions (Engaged sessions divided by Sessions).";
    BounceRate "bounceRate" "Bounce rate" "Session" FLOAT Visits "The percentage of sessions that were not engaged ((Sessions Minus Engaged sessions) divided by Sessions).";
    AverageSessionDuration "averageSessionDuration" "Average session duration" "Session" SECONDS Visits "The average duration (in seconds) of users` sessions.";
    ScreenPageViewsPerSession "screenPageViewsPerSession" "Views per session" "Page / Screen" FLOAT Visits "The number of app screens or web pages your users viewed per session.";
    EventsPerSession "eventsPerSession" "Events per session" "Event" FLOAT Visits "The average number of events per session (Event count divided by Sessions).";
    SessionKeyEventRate "sessionKeyEventRate" "Session key event rate" "Session" FLOAT Visits "The percentage of sessions in which any key event was triggered.";
    UserEngagementDuration "userEngagementDuration" "User engagement" "User" SECONDS Visits "The total amount of time (in seconds) your website or app was in the foreground of users` devices.";
    AverageEngagementTimePerSession "averageEngagementTimePerSession" "Average engagement time per session" "Session" SECONDS Visits "User engagement divided by sessions.";
    ScreenPageViews "screenPageViews" "Views" "Page / Screen" INTEGER Visits "The number of app screens or web pages your users viewed. Repeated views of a single page or screen are counted. (screen_view + page_view events).";
    EventCount "eventCount" "Event count" "Event" INTEGER Visits "The count of events.";
    EventValue "eventValue" "Event value" "Event" FLOAT Visits "The sum of the event parameter named value.";
    KeyEvents "keyEvents" "Key events" "Event" FLOAT Visits "The count of key events. Marking an event as a key event affects reports from time of creation.";
    AddToCarts "addToCarts" "Add to carts" "Ecommerce" INTEGER Visits "The number of times users added items to their shopping carts.";
    Checkouts "checkouts" "Checkouts" "Ecommerce" INTEGER Visits "The number of times users started the checkout process.";
    EcommercePurchases "ecommercePurchases" "Ecommerce purchases" "Ecommerce" INTEGER Visits "The number of times users completed a purchase.";
    Transactions "transactions" "Transactions" "Ecommerce" INTEGER Visits "The count of transaction events with purchase revenue.";
    TotalPurchasers "totalPurchasers" "Total purchasers" "Ecommerce" INTEGER Visits "The number of users that logged purchase events for the time period selected.";
    PurchaserRate "purchaserRate" "Purchaser rate" "Ecommerce" FLOAT Visits "The percentage of active users who made 1 or more purchase transactions.";
    TransactionsPerPurchaser "transactionsPerPurchaser" "Transactions per purchaser" "Ecommerce" FLOAT Visits "The average number of transactions per purchaser.";
    PurchaseRevenue "purchaseRevenue" "Purchase revenue" "Revenue" CURRENCY Visits "The sum of revenue from purchases minus refunded transaction revenue made in your app or site.";
    GrossPurchaseRevenue "grossPurchaseRevenue" "Gross purchase revenue" "Revenue" CURRENCY Visits "The sum of revenue from purchases made in your website or app.";
    RefundAmount "refundAmount" "Refund amount" "Revenue" CURRENCY Visits "The total refunded transaction revenues.";
    ShippingAmount "shippingAmount" "Shipping amount" "Revenue" CURRENCY Visits "Shipping amount associated with a transaction.";
    TaxAmount "taxAmount" "Tax amount" "Revenue" CURRENCY Visits "Tax amount associated with a transaction.";
    TotalRevenue "totalRevenue" "Total revenue" "Revenue" CURRENCY Visits "The sum of revenue from purchases, subscriptions, and advertising minus refunded transaction revenue.";
    AveragePurchaseRevenue "averagePurchaseRevenue" "Average purchase revenue" "Revenue" CURRENCY Visits "The average purchase revenue in the transaction group of events.";
    AverageRevenuePerUser "averageRevenuePerUser" "ARPU" "Revenue" CURRENCY Visits "Average revenue per active user (ARPU).";
    AveragePurchaseRevenuePerUser "averagePurchaseRevenuePerUser" "Average purchase revenue per user" "Revenue" CURRENCY Visits "The average purchase revenue per active user.";
    AveragePurchaseRevenuePerPayingUser "averagePurchaseRevenuePerPayingUser" "ARPPU" "Revenue" CURRENCY Visits "Average revenue per paying user (ARPPU).";
    CartToViewRate "cartToViewRate" "Cart-to-view rate" "Ecommerce" FLOAT Items "The number of users who added a product(s) to their cart divided by the number of users who viewed the same product(s); here of items.";
    PurchaseToViewRate "purchaseToViewRate" "Purchase-to-view rate" "Ecommerce" FLOAT Items "The number of users who purchased a product(s) divided by the number of users who viewed the same product(s); here of items.";
    ItemsViewed "itemsViewed" "Items viewed" "Ecommerce" INTEGER Items "The number of units viewed for a single item.";
    ItemsAddedToCart "itemsAddedToCart" "Items added to cart" "Ecommerce" INTEGER Items "The number of units added to cart for a single item.";
    ItemsCheckedOut "itemsCheckedOut" "Items checked out" "Ecommerce" INTEGER Items "The number of units checked out for a single item.";
    ItemsPurchased "itemsPurchased" "Items purchased" "Ecommerce" INTEGER Items "The number of units for a single item included in purchase events.";
    ItemRevenue "itemRevenue" "Item revenue" "Ecommerce" CURRENCY Items "The total revenue from purchases minus refunded transaction revenue from items only.";
    GrossItemRevenue "grossItemRevenue" "Gross item revenue" "Ecommerce" CURRENCY Items "The total revenue from items only.";
    AdvertiserAdClicks "advertiserAdClicks" "Ads clicks" "Advertising" INTEGER Advertising "Total number of times users have clicked on an ad to reach the property.";
    AdvertiserAdImpressions "advertiserAdImpressions" "Ads impressions" "Advertising" INTEGER Advertising "The total number of impressions.";
    AdvertiserAdCost "advertiserAdCost" "Ads cost" "Advertising" CURRENCY Advertising "The total amount you paid for your ads.";
    AdvertiserAdCostPerClick "advertiserAdCostPerClick" "Ads cost per click" "Advertising" CURRENCY Advertising "Ads cost per click is ad cost divided by ad clicks and is often abbreviated CPC.";
    ReturnOnAdSpend "returnOnAdSpend" "Return on ad spend" "Advertising" FLOAT Advertising "Return On Ad Spend (ROAS) is total revenue divided by advertiser ad cost.";
}

impl Metric {
    /// Its entry in the table.
    pub fn facts(self) -> &'static MetricFacts {
        // Variants and rows are made by one macro, in one order.
        &METRICS[self as usize]
    }

    /// Its value for one row; money is in the property's currency.
    pub fn value(self, sums: Sums<'_>, people: &People) -> f64 {
        use Counter as C;
        let n = |counter| sums.get(counter);
        let money = |counter| sums.get(counter) / 100.0;
        let per = |up: f64, down: f64| if down == 0.0 { 0.0 } else { up / down };
        let net = || money(C::RevenueCents) - money(C::RefundCents);
        let active = f64::from(people.active);
        match self {
            Self::ActiveUsers => active,
            Self::TotalUsers => f64::from(people.total),
            Self::NewUsers => n(C::FirstVisits),
            Self::ScrolledUsers => f64::from(people.scrolled),
            Self::UserKeyEventRate => per(f64::from(people.with_key_event), active),
            Self::SessionsPerUser => per(n(C::Sessions), active),
            Self::ScreenPageViewsPerUser => per(n(C::PageViews), active),
            Self::EventCountPerUser => per(n(C::Events), active),
            Self::Sessions => n(C::Sessions),
            Self::EngagedSessions => n(C::EngagedSessions),
            Self::EngagementRate => per(n(C::EngagedSessions), n(C::Sessions)),
            Self::BounceRate => per(n(C::Sessions) - n(C::EngagedSessions), n(C::Sessions)),
            Self::AverageSessionDuration => per(n(C::SessionSeconds), n(C::Sessions)),
            Self::ScreenPageViewsPerSession => per(n(C::PageViews), n(C::Sessions)),
            Self::EventsPerSession => per(n(C::Events), n(C::Sessions)),
            Self::SessionKeyEventRate => per(n(C::KeyEventSessions), n(C::Sessions)),
            Self::UserEngagementDuration => n(C::EngagementSeconds),
            Self::AverageEngagementTimePerSession => per(n(C::EngagementSeconds), n(C::Sessions)),
            Self::ScreenPageViews => n(C::PageViews),
            Self::EventCount => n(C::Events),
            Self::EventValue => money(C::EventValueCents),
            Self::KeyEvents => n(C::KeyEvents),
            Self::AddToCarts => n(C::AddToCarts),
            Self::Checkouts => n(C::Checkouts),
            Self::EcommercePurchases | Self::Transactions => n(C::Purchases),
            Self::TotalPurchasers => f64::from(people.purchasers),
            Self::PurchaserRate => per(f64::from(people.purchasers), active),
            Self::TransactionsPerPurchaser => per(n(C::Purchases), f64::from(people.purchasers)),
            Self::PurchaseRevenue | Self::TotalRevenue => net(),
            Self::GrossPurchaseRevenue => money(C::RevenueCents),
            Self::RefundAmount => money(C::RefundCents),
            Self::ShippingAmount => money(C::ShippingCents),
            Self::TaxAmount => money(C::TaxCents),
            Self::AveragePurchaseRevenue => per(net(), n(C::Purchases)),
            Self::AverageRevenuePerUser | Self::AveragePurchaseRevenuePerUser => per(net(), active),
            Self::AveragePurchaseRevenuePerPayingUser => per(net(), f64::from(people.purchasers)),
            Self::CartToViewRate => per(n(C::ItemsCarted), n(C::ItemsViewed)),
            Self::PurchaseToViewRate => per(n(C::ItemsPurchased), n(C::ItemsViewed)),
            Self::ItemsViewed => n(C::ItemsViewed),
            Self::ItemsAddedToCart => n(C::ItemsCarted),
            Self::ItemsCheckedOut => n(C::ItemsCheckedOut),
            Self::ItemsPurchased => n(C::ItemsPurchased),
            Self::ItemRevenue | Self::GrossItemRevenue => money(C::ItemRevenueCents),
            Self::AdvertiserAdClicks => n(C::AdClicks),
            Self::AdvertiserAdImpressions => n(C::AdImpressions),
            Self::AdvertiserAdCost => money(C::AdCostCents),
            Self::AdvertiserAdCostPerClick => per(money(C::AdCostCents), n(C::AdClicks)),
            Self::ReturnOnAdSpend => per(net(), money(C::AdCostCents)),
        }
    }

    /// Whether its value counts people, who appear once however many rows they are in.
    pub fn counts_people(self) -> bool {
        matches!(
            self,
            Self::ActiveUsers
                | Self::TotalUsers
                | Self::ScrolledUsers
                | Self::UserKeyEventRate
                | Self::SessionsPerUser
                | Self::ScreenPageViewsPerUser
                | Self::EventCountPerUser
                | Self::TotalPurchasers
                | Self::PurchaserRate
                | Self::TransactionsPerPurchaser
                | Self::AverageRevenuePerUser
                | Self::AveragePurchaseRevenuePerUser
                | Self::AveragePurchaseRevenuePerPayingUser
        )
    }

    /// Whether it needs a look at the events of a session.
    pub fn needs_events(self) -> bool {
        !matches!(
            self,
            Self::ActiveUsers
                | Self::TotalUsers
                | Self::NewUsers
                | Self::SessionsPerUser
                | Self::Sessions
                | Self::EngagedSessions
                | Self::EngagementRate
                | Self::BounceRate
                | Self::AverageSessionDuration
                | Self::AdvertiserAdClicks
                | Self::AdvertiserAdImpressions
                | Self::AdvertiserAdCost
                | Self::AdvertiserAdCostPerClick
        )
    }

    /// Whether it is an amount of money, to be converted when another currency is asked for.
    pub fn is_money(self) -> bool {
        self.facts().metric_type == CURRENCY
    }

    /// Whether its values are whole numbers.
    pub fn is_whole(self) -> bool {
        self.facts().metric_type == INTEGER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_finds_its_own_row_of_the_table() {
        for facts in METRICS {
            assert_eq!(facts.metric.facts().api_name, facts.api_name);
        }
    }
}
