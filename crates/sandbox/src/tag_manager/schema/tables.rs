//! The fields of every resource, as the discovery document `tagmanager.v2` lists them.
use super::super::kinds::Kind;

/// The shape of one field.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Identity and output-only fields: accepted, never stored from a body.
    Output,
    Str,
    Strs,
    Bool,
    Int32,
    Int64,
    Enum(&'static [&'static str]),
    Enums(&'static [&'static str]),
    Obj(&'static [Field]),
    Objs(&'static [Field]),
    /// A Parameter, which may hold others.
    Param,
    Params,
}

/// A name and what it may hold.
pub(super) type Field = (&'static str, Shape);

use Shape::{Bool, Enum, Enums, Int32, Int64, Obj, Objs, Output, Param, Params, Str, Strs};

const PARAMETER_TYPES: &[&str] = &[
    "template",
    "integer",
    "boolean",
    "list",
    "map",
    "triggerReference",
    "tagReference",
];
pub(super) const PARAMETER: &[Field] = &[
    ("type", Enum(PARAMETER_TYPES)),
    ("key", Str),
    ("value", Str),
    ("isWeakReference", Bool),
    ("list", Params),
    ("map", Params),
];
const CONDITION: &[Field] = &[
    (
        "type",
        Enum(&[
            "equals",
            "contains",
            "startsWith",
            "endsWith",
            "matchRegex",
            "greater",
            "greaterOrEquals",
            "less",
            "lessOrEquals",
            "cssSelector",
            "urlMatches",
        ]),
    ),
    ("parameter", Params),
];
const USAGE: &[&str] = &["web", "android", "ios", "androidSdk5", "iosSdk5", "amp", "server"];

pub(super) const ACCOUNT: &[Field] = &[
    ("path", Output),
    ("accountId", Output),
    ("features", Output),
    ("fingerprint", Output),
    ("tagManagerUrl", Output),
    ("name", Str),
    ("shareData", Bool),
];
pub(super) const CONTAINER: &[Field] = &[
    ("path", Output),
    ("accountId", Output),
    ("containerId", Output),
    ("publicId", Output),
    ("tagIds", Output),
    ("features", Output),
    ("fingerprint", Output),
    ("tagManagerUrl", Output),
    ("name", Str),
    ("notes", Str),
    ("domainName", Strs),
    ("taggingServerUrls", Strs),
    ("usageContext", Enums(USAGE)),
];
pub(super) const WORKSPACE: &[Field] = &[
    ("path", Output),
    ("accountId", Output),
    ("containerId", Output),
    ("workspaceId", Output),
    ("fingerprint", Output),
    ("tagManagerUrl", Output),
    ("name", Str),
    ("description", Str),
];
/// Entities inside a version that is sent back for an update are ignored as Google ignores them.
pub(super) const VERSION: &[Field] = &[
    ("path", Output),
    ("accountId", Output),
    ("containerId", Output),
    ("containerVersionId", Output),
    ("fingerprint", Output),
    ("tagManagerUrl", Output),
    ("deleted", Output),
    ("container", Output),
    ("tag", Output),
    ("trigger", Output),
    ("variable", Output),
    ("builtInVariable", Output),
    ("folder", Output),
    ("client", Output),
    ("zone", Output),
    ("customTemplate", Output),
    ("gtagConfig", Output),
    ("transformation", Output),
    ("name", Str),
    ("description", Str),
];
pub(super) const VERSION_OPTIONS: &[Field] = &[("name", Str), ("notes", Str)];

pub(super) const IDENTITY: &[Field] = &[
    ("path", Output),
    ("accountId", Output),
    ("containerId", Output),
    ("workspaceId", Output),
    ("fingerprint", Output),
    ("tagManagerUrl", Output),
];
const TAG: &[Field] = &[
    ("tagId", Output),
    ("name", Str),
    ("type", Str),
    ("notes", Str),
    ("parameter", Params),
    ("firingTriggerId", Strs),
    ("blockingTriggerId", Strs),
    ("liveOnly", Bool),
    ("priority", Param),
    ("parentFolderId", Str),
    ("scheduleStartMs", Int64),
    ("scheduleEndMs", Int64),
    ("setupTag", Objs(&[("tagName", Str), ("stopOnSetupFailure", Bool)])),
    (
        "teardownTag",
        Objs(&[("tagName", Str), ("stopTeardownOnFailure", Bool)]),
    ),
    ("tagFiringOption", Enum(&["unlimited", "oncePerEvent", "oncePerLoad"])),
    ("paused", Bool),
    ("monitoringMetadata", Param),
    ("monitoringMetadataTagNameKey", Str),
    (
        "consentSettings",
        Obj(&[
            ("consentStatus", Enum(&["notSet", "notNeeded", "needed"])),
            ("consentType", Param),
        ]),
    ),
];
const TRIGGER_TYPES: &[&str] = &[
    "pageview",
    "domReady",
    "windowLoaded",
    "customEvent",
    "triggerGroup",
    "init",
    "consentInit",
    "serverPageview",
    "always",
    "firebaseAppException",
    "firebaseAppUpdate",
    "firebaseCampaign",
    "firebaseFirstOpen",
    "firebaseInAppPurchase",
    "firebaseNotificationDismiss",
    "firebaseNotificationForeground",
    "firebaseNotificationOpen",
    "firebaseNotificationReceive",
    "firebaseOsUpdate",
    "firebaseSessionStart",
    "firebaseUserEngagement",
    "formSubmission",
    "click",
    "linkClick",
    "jsError",
    "historyChange",
    "timer",
    "ampClick",
    "ampTimer",
    "ampScroll",
    "ampVisibility",
    "youTubeVideo",
    "scrollDepth",
    "elementVisibility",
];
const TRIGGER: &[Field] = &[
    ("triggerId", Output),
    ("uniqueTriggerId", Output),
    ("name", Str),
    ("type", Enum(TRIGGER_TYPES)),
    ("notes", Str),
    ("parentFolderId", Str),
    ("filter", Objs(CONDITION)),
    ("autoEventFilter", Objs(CONDITION)),
    ("customEventFilter", Objs(CONDITION)),
    ("parameter", Params),
    ("checkValidation", Param),
    ("continuousTimeMinMilliseconds", Param),
    ("eventName", Param),
    ("horizontalScrollPercentageList", Param),
    ("interval", Param),
    ("intervalSeconds", Param),
    ("limit", Param),
    ("maxTimerLengthSeconds", Param),
    ("selector", Param),
    ("totalTimeMinMilliseconds", Param),
    ("verticalScrollPercentageList", Param),
    ("visibilitySelector", Param),
    ("visiblePercentageMax", Param),
    ("visiblePercentageMin", Param),
    ("waitForTags", Param),
    ("waitForTagsTimeout", Param),
];
const VARIABLE: &[Field] = &[
    ("variableId", Output),
    ("name", Str),
    ("type", Str),
    ("notes", Str),
    ("parentFolderId", Str),
    ("parameter", Params),
    ("enablingTriggerId", Strs),
    ("disablingTriggerId", Strs),
    ("scheduleStartMs", Int64),
    ("scheduleEndMs", Int64),
    (
        "formatValue",
        Obj(&[
            ("caseConversionType", Enum(&["none", "lowercase", "uppercase"])),
            ("convertNullToValue", Param),
            ("convertUndefinedToValue", Param),
            ("convertTrueToValue", Param),
            ("convertFalseToValue", Param),
            ("convertToBoolean", Bool),
            ("convertToNumber", Enum(&["period", "comma", "automatic"])),
        ]),
    ),
];
const FOLDER: &[Field] = &[("folderId", Output), ("name", Str), ("notes", Str)];
const TEMPLATE: &[Field] = &[
    ("templateId", Output),
    ("name", Str),
    ("templateData", Str),
    (
        "galleryReference",
        Obj(&[
            ("host", Str),
            ("owner", Str),
            ("repository", Str),
            ("version", Str),
            ("signature", Str),
            ("isModified", Bool),
            ("galleryTemplateId", Str),
            ("templateDeveloperId", Str),
        ]),
    ),
];
const ZONE: &[Field] = &[
    ("zoneId", Output),
    ("name", Str),
    ("notes", Str),
    (
        "boundary",
        Obj(&[("condition", Objs(CONDITION)), ("customEvaluationTriggerId", Strs)]),
    ),
    ("childContainer", Objs(&[("publicId", Str), ("nickname", Str)])),
    ("typeRestriction", Obj(&[("enable", Bool), ("whitelistedTypeId", Strs)])),
];
const CLIENT: &[Field] = &[
    ("clientId", Output),
    ("name", Str),
    ("type", Str),
    ("notes", Str),
    ("parentFolderId", Str),
    ("parameter", Params),
    ("priority", Int32),
];
const TRANSFORMATION: &[Field] = &[
    ("transformationId", Output),
    ("name", Str),
    ("type", Str),
    ("notes", Str),
    ("parentFolderId", Str),
    ("parameter", Params),
];
const GTAG_CONFIG: &[Field] = &[("gtagConfigId", Output), ("type", Str), ("parameter", Params)];

/// An entity's own fields, beside those that all kinds have.
pub(super) fn fields_of(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Tag => TAG,
        Kind::Trigger => TRIGGER,
        Kind::Variable => VARIABLE,
        Kind::Folder => FOLDER,
        Kind::Template => TEMPLATE,
        Kind::Zone => ZONE,
        Kind::Client => CLIENT,
        Kind::Transformation => TRANSFORMATION,
        Kind::GtagConfig => GTAG_CONFIG,
    }
}
