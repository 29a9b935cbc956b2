// Generated from the engine's command table by `cargo xtask bindings`. Do not edit: change the Rust types.

export type AcceptSuggestions = { suggestions: Array<ClientSuggestion>, };

/**
 * One request in full. Secrets were left out before it was written down.
 */
export type ActivityDetail = { view: ActivityView, explanation: Explanation, 
/**
 * Google's own word for a failure, such as `rateLimitExceeded`.
 */
reason: string | null, 
/**
 * All attempts in order; the last one is the view's.
 */
attempts: Array<AttemptView>, 
/**
 * `None` where nothing was sent, or where it is forgotten to save space.
 */
request: MessageView | null, 
/**
 * `None` where no answer came, or where it is forgotten to save space.
 */
response: MessageView | null, 
/**
 * The request as a command for a shell, with the token as `$TOKEN`.
 */
curl: string, };

export type ActivityOnly = "writes" | "failed";

/**
 * Which requests to list, newest first. Everything but `limit` may be left out.
 */
export type ActivityRequest = { 
/**
 * How many, newest first.
 */
limit: number, 
/**
 * Only what this connection sent: its id or its e-mail.
 */
connection: string | null, only: ActivityOnly | null, 
/**
 * Only those whose address, account, status, id or error contains this, in any case.
 */
text: string | null, 
/**
 * Only those written down before the one with this id: the next page.
 */
before: string | null, 
/**
 * Only those written down after the one with this id: at most `limit` of those that came next.
 */
after: string | null, };

/**
 * How much was asked of Google since midnight, in this computer's time zone.
 */
export type ActivitySummary = { today: number, writes_today: number, failed_today: number, };

/**
 * One request to Google, from the record of activity.
 */
export type ActivityView = { id: string, at: string, 
/**
 * The e-mail of the connection that sent it; its id where it is disconnected meanwhile.
 */
connection: string | null, connection_id: string | null, 
/**
 * For instance "Tag Manager"; "Sign-in" for requests to the token endpoint.
 */
api: string, 
/**
 * For instance `tagmanager.accounts.containers.versions.live`.
 */
method: string, http_method: string, 
/**
 * Google's address, without secrets.
 */
url: string, 
/**
 * `None` where no answer came.
 */
status: number | null, 
/**
 * Milliseconds, retries and the waits between them included.
 */
latency_ms: number, retries: number, 
/**
 * Bytes received, as they came over the wire.
 */
bytes: number, bytes_sent: number, 
/**
 * Requests spent against a quota, retries included.
 */
quota_cost: number, 
/**
 * Whether it was to change something at Google's.
 */
writes: boolean, error: string | null, 
/**
 * A stable word for the kind of failure, such as `permission_denied`.
 */
error_code: string | null, };

/**
 * Add an OAuth client from the JSON file that the Google Cloud console gives.
 */
export type AddOAuthClient = { 
/**
 * Path of `client_secret_*.json`. The file is read by the engine, so that no secret passes through a page.
 */
path: string, name: string | null, 
/**
 * Keep the secret in memory only, where there is no keychain.
 */
session_only: boolean, };

/**
 * A service account's key: JSON, or P12 with the e-mail that it does not hold.
 */
export type AddServiceAccount = { 
/**
 * The key file's path. It is read by the engine, so that no key passes through a page.
 */
path: string, 
/**
 * For P12: the service account's e-mail.
 */
email: string | null, name: string | null, allow: Array<PermissionName>, 
/**
 * The user to act as, where the organisation has delegated that (domain-wide delegation).
 */
subject: string | null, 
/**
 * Leave the key in its file and remember the path, instead of storing it.
 */
by_reference: boolean, 
/**
 * Keep the key in memory only.
 */
session_only: boolean, };

/**
 * Keep the account that answered a re-connect although another was asked for: as a connection of its own.
 */
export type AdoptAccount = { 
/**
 * From the offer that the refused sign-in made. Good for some minutes, in the process that made it.
 */
pending: string, };

export type AnalyticsAccountChoice = { account_id: string, name: string, properties: Array<PropertyChoice>, };

/**
 * Where the property goes.
 */
export type AnalyticsChoice = { "kind": "new_account" } | { "kind": "account", account_id: string, } | { "kind": "property", property_id: string, };

/**
 * What a host shows around every page.
 */
export type AppStatus = { version: string, profile: ProfileView, keychain: KeychainView, 
/**
 * Signed-in connections that work / all of them.
 */
connections_ready: number, connections_total: number, 
/**
 * OAuth clients that can be signed in with, the one that this build ships included.
 */
oauth_clients_total: number, 
/**
 * When the oldest part of the mirrored estate was read; `None` before the first sync.
 */
data_as_of: string | null, 
/**
 * The system's IANA time zone, region and their currency, to prefill forms.
 */
system_time_zone: string, quota: Array<QuotaView>, };

export type AppStreamMade = { 
/**
 * `android` or `ios`
 */
platform: string, data_stream_id: string, firebase_app_id: string | null, };

export type AttemptView = { 
/**
 * `None` where no answer came.
 */
status: number | null, error_code: string | null, };

export type AttentionKind = "sign_in_again" | "sign_in_ends" | "permission_missing" | "setup_unfinished" | "export_failed" | "never_synced" | "sync_incomplete" | "never_published" | "keychain_unavailable";

/**
 * Something that a person should look at, with the page that settles it.
 */
export type AttentionView = { kind: AttentionKind, title: string, detail: string, 
/**
 * Where to go: `connections`, `provisioning`, `exports`, `containers`, `settings`.
 */
page: string, 
/**
 * The thing on that page.
 */
id: string | null, };

/**
 * A limit of the data, shown next to the title that it limits.
 */
export type Badge = { kind: BadgeKind, 
/**
 * "Sampled: 62 % of events"
 */
label: string, explanation: string, };

export type BadgeKind = "sampled" | "thresholded" | "other_row" | "today_incomplete";

export type BatchDefaults = { time_zone: string | null, currency: string | null, country: string | null, 
/**
 * As in `ProvisionRequest`: overrides the template.
 */
wait_for_consent: boolean | null, };

/**
 * What a file holds and what it would cost.
 */
export type BatchPlan = { columns: Array<string>, 
/**
 * Field to column, guessed or given.
 */
mapping: { [key in string]: string }, 
/**
 * Fields that a column can be mapped to.
 */
fields: Array<string>, 
/**
 * `,`, `;` or tab
 */
delimiter: string, rows: Array<BatchRowPlan>, right: number, wrong: number, duplicates: number, analytics_calls: number, tag_manager_calls: number, 
/**
 * Without what waits for people, under the quotas as they stand.
 */
seconds: number, 
/**
 * Why not all can be done today, where they cannot.
 */
quota_note: string | null, 
/**
 * The batch of the same rows that was begun before, which `start` goes on with.
 */
resumes: string | null, 
/**
 * Of what the rows say, for `BatchRequest::seen`.
 */
digest: string, };

/**
 * Reads a CSV file and says what it would set up. Nothing is sent.
 */
export type BatchRequest = { path: string, 
/**
 * Column (its heading) for a field of `ProvisionRequest` or `group`; guessed from the headings where absent.
 */
mapping: { [key in string]: string }, connection: string | null, template: string | null, 
/**
 * For rows that name none.
 */
defaults: BatchDefaults, container: ContainerChoice, people: Array<PersonAccess>, skip: Array<ProvisionStep>, terms: TermsInBatch, 
/**
 * Sets up the rows that are right, where others are not.
 */
leave_out_wrong_rows: boolean, 
/**
 * Lines of rows that are set up all the same, though they are told as duplicates.
 */
anyway: Array<number>, 
/**
 * The digest of the plan that the person saw: `start` refuses a file that says something else by then.
 */
seen: string | null, };

export type BatchRowPlan = { 
/**
 * In the file, the heading being line 1.
 */
line: number, request: ProvisionRequest, group: string | null, problems: Array<FieldProblem>, 
/**
 * "Line 4 has the same website.", "Its website was set up on 12 May 2026."
 */
duplicate: string | null, 
/**
 * It is set up all the same, because the person wants it.
 */
anyway: boolean, 
/**
 * A set-up of the same form that was begun before, which this row goes on with.
 */
resumes: string | null, 
/**
 * An earlier start of the same rows has set it up; nothing is sent for it.
 */
made: boolean, };

export type BatchRowState = "draft" | "ticket" | "waiting_for_terms" | "waiting_for_tag_manager" | "building" | "waiting_for_data" | "done" | "failed" | "in_trash";

export type BatchRowView = { line: number, name: string, website: string, state: BatchRowState, run_id: string | null, 
/**
 * Why it failed, in plain words.
 */
problem: string | null, 
/**
 * The step it is at, in plain words.
 */
doing: string | null, 
/**
 * The Terms of Service to accept now.
 */
terms: LinkView | null, result: ProvisionResult | null, };

export type BatchView = { id: string, 
/**
 * The file's name.
 */
name: string, template: string | null, connection: string, created_at: string, updated_at: string, rows: Array<BatchRowView>, 
/**
 * A living process works on it.
 */
running: boolean, finished: boolean, eta_seconds: number | null, 
/**
 * Set while it waits for quota to come back.
 */
waiting_until: string | null, };

export type BodyView = { text: string, 
/**
 * Only the beginning is kept.
 */
cut: boolean, };

export type Breakdown = { title: string, dimension: string, dimension_label: string, columns: Array<MetricColumn>, rows: Array<BreakdownRow>, 
/**
 * Google's own totals over all rows, not only those shown.
 */
totals: Array<number>, 
/**
 * Rows that Google has.
 */
row_count: number, };

export type BreakdownRow = { value: string, metrics: Array<number>, };

/**
 * How to paste the snippet into what the site is made with.
 */
export type BuilderGuide = { 
/**
 * `wordpress`, `shopify`, `wix`, `squarespace`, `html` ...
 */
builder: string, title: string, steps: Array<string>, 
/**
 * The site looks as if it were made with it.
 */
likely: boolean, };

/**
 * A request that names one thing by its id.
 */
export type ById = { id: string, };

/**
 * A file that a person chose, by its path.
 */
export type ByPath = { path: string, };

/**
 * Makes a template of what a property and its container have. Reads, and changes nothing.
 */
export type CaptureTemplate = { connection: string | null, property_id: string, 
/**
 * `GTM-...` or `accounts/1/containers/2`
 */
container: string | null, 
/**
 * The site whose data stream is meant, of a property that has several.
 */
website?: string, name: string, title: string, };

export type Choices = { analytics_accounts: Array<AnalyticsAccountChoice>, tag_manager_accounts: Array<TagManagerAccountChoice>, 
/**
 * Why Tag Manager's could not be read, where they could not.
 */
tag_manager_problem: string | null, 
/**
 * Where a person makes a Tag Manager account.
 */
make_tag_manager_account: LinkView, };

/**
 * What the connection can set a site up in, read from Google.
 */
export type ChoicesRequest = { connection: string | null, };

export type ChooseFile = { purpose: FilePurpose, };

/**
 * The file that the person chose; `None` when they chose none.
 */
export type ChosenFile = { path: string | null, };

export type ClientAsset = { 
/**
 * `properties/2` or `accounts/1/containers/2`
 */
asset: string, kind: ClientAssetKind, name: string, 
/**
 * The measurement IDs of a property, the public id of a container.
 */
ids: Array<string>, account_name: string, };

export type ClientAssetKind = "property" | "container";

/**
 * The agency's client that gets what is made.
 */
export type ClientChoice = { "kind": "by_name" } | { "kind": "existing", id: string, } | { "kind": "none" };

/**
 * All clients, and what belongs to none.
 */
export type ClientList = { clients: Array<ClientView>, unassigned: Array<ClientAsset>, };

/**
 * A client as its chip shows it, beside the assets that belong to it.
 */
export type ClientMark = { id: string, name: string, group: string | null, 
/**
 * 1 to 10.
 */
colour: number, letters: string, };

/**
 * A grouping that the data suggests, of assets that no client has yet. Nothing is moved by itself.
 */
export type ClientSuggestion = { 
/**
 * Of a new client, or of the one that is there.
 */
name: string, client_id: string | null, assets: Array<ClientAsset>, 
/**
 * "G-4K7WQ2M1TX is sent by GTM-N6ZD2RKP", "both are called Elmstead Bakery".
 */
because: Array<string>, strength: SuggestionStrength, };

export type ClientView = { id: string, name: string, 
/**
 * A plain heading that clients stand under, for instance "Retail".
 */
group: string | null, 
/**
 * 1 to 10.
 */
colour: number, 
/**
 * Two letters for the chip.
 */
letters: string, assets: Array<ClientAsset>, };

/**
 * Sign in, or sign in again.
 */
export type ConnectRequest = { allow: Array<PermissionName>, 
/**
 * The default OAuth client where absent.
 */
oauth_client_id: string | null, 
/**
 * The connection to sign in again; the same account must answer.
 */
reconnect: string | null, 
/**
 * Keep the refresh token in memory only.
 */
session_only: boolean, };

/**
 * What a check of one connection found.
 */
export type ConnectionCheck = { connection: ConnectionView, ok: boolean, 
/**
 * The outcome in a sentence.
 */
message: string, 
/**
 * What was looked at, in order.
 */
findings: Array<Finding>, 
/**
 * The kind of the first failure, for a script to act on.
 */
code: ErrorCode | null, };

export type ConnectionKind = "user" | "service_account";

export type ConnectionState = "ready" | "needs_sign_in";

export type ConnectionView = { id: string, kind: ConnectionKind, email: string, display_name: string | null, 
/**
 * `None` for a service account.
 */
oauth_client_id: string | null, asked: Array<PermissionName>, 
/**
 * The permissions whose scopes Google granted.
 */
granted: Array<PermissionName>, 
/**
 * Granted, and switched off here by the person.
 */
dropped: Array<PermissionName>, 
/**
 * What Gantry does with it: granted and not switched off.
 */
allowed: Array<PermissionName>, state: ConnectionState, 
/**
 * Why it needs a sign-in, in plain words.
 */
state_reason: string | null, 
/**
 * The same, with cause, remedy and what else it may be; `None` while it works. While it is ready: what will end that,
 * such as a renewed sign-in that the keychain did not take.
 */
trouble: TroubleView | null, stored_in: StoredIn, connected_at: string, 
/**
 * The last sign-in in the browser.
 */
signed_in_at: string | null, 
/**
 * When Google will end the sign-in, where that is known.
 */
sign_in_ends_at: string | null, 
/**
 * Refresh tokens that Gantry obtained for this account and OAuth client in the last six months; Google keeps 100
 * (25 in its older text) and ends the oldest.
 */
tokens_obtained: number, last_used_at: string | null, 
/**
 * A service account's key that stays in its file.
 */
key_file: string | null, 
/**
 * The user whom a service account acts as.
 */
impersonated: string | null, 
/**
 * What the mirror knows it can reach.
 */
properties: number, containers: number, };

/**
 * Consent mode's defaults (`gtag('consent', 'default', ...)`); `true` is granted.
 */
export type ConsentDefaults = { ad_storage: boolean, ad_user_data: boolean, ad_personalization: boolean, analytics_storage: boolean, 
/**
 * How long tags wait for the consent banner, in milliseconds.
 */
wait_for_update: number, };

export type ConsentSetting = "set" | "not_set" | "not_needed";

/**
 * Which Tag Manager container measures the site.
 */
export type ContainerChoice = { "kind": "none" } | { "kind": "new", account_id: string | null, } | { "kind": "existing", container: string, };

export type ContainerMade = { account_id: string, container_id: string, 
/**
 * `GTM-...`
 */
public_id: string, name: string, 
/**
 * `None` where the step was left out.
 */
version_id: string | null, published: boolean, 
/**
 * It was there before.
 */
existing: boolean, };

export type ContainerOption = { container_id: string, 
/**
 * `GTM-...`
 */
public_id: string, name: string, };

export type ContainerRequest = { 
/**
 * Public id (`GTM-...`) or container id.
 */
container: string, };

export type ContainerRow = { account_id: string, container_id: string, 
/**
 * `GTM-...`
 */
public_id: string, name: string, 
/**
 * `web`, `server`, `android`, `ios`, `amp` ...
 */
usage_context: Array<string>, 
/**
 * Number of the live version; `None` when nothing was ever published.
 */
live_version: string | null, 
/**
 * When the live version was last read from Google; `None` while no sync has come to this container.
 */
live_read_at: string | null, entities: number, 
/**
 * The agency's client that it belongs to.
 */
client: ClientMark | null, };

/**
 * Tag Manager accounts with their containers.
 */
export type ContainerTree = { accounts: Array<ContainerTreeAccount>, 
/**
 * When the tree was read from Google; `None` before the first sync.
 */
as_of: string | null, };

export type ContainerTreeAccount = { account_id: string, name: string, containers: Array<ContainerRow>, };

/**
 * One container's live version: its numbers, not its entities.
 */
export type ContainerView = { container: ContainerRow, account_name: string, 
/**
 * Connections that reach it, by e-mail.
 */
reached_by: Array<string>, version_name: string | null, version_description: string | null, 
/**
 * When Google stored the version (from its fingerprint).
 */
version_stored_at: string | null, kinds: Array<EntityCount>, 
/**
 * When the live version was read from Google.
 */
as_of: string | null, };

export type Counting = "once_per_event" | "once_per_session";

export type Density = "compact" | "regular" | "comfortable";

/**
 * Which of Google's APIs makes the account.
 */
export type Dialect = "ga4" | "v3_ticket" | "v3_tree";

export type DimensionScope = "event" | "user" | "item";

export type EngineEvent = { "event": "job_started", job: JobId, command: string, } | { "event": "job_progress", job: JobId, progress: Progress, } | { "event": "open_url", job: JobId, 
/**
 * Why the browser is needed.
 */
purpose: LinkPurpose, link: LinkView, 
/**
 * The URL alone again, where scripts look for it.
 */
url: string, 
/**
 * For instance `127.0.0.1:47811`; `None` when nothing listens and polling waits instead.
 */
listening_on: string | null, expires_at: string, 
/**
 * Whether Gantry asked a browser to open it.
 */
opened: boolean, 
/**
 * E-mail of the Google account that must act on the page, where it has to be a certain one.
 */
account?: string, } | { "event": "stray_answer", job: JobId, message: string, } | { "event": "provision_step", job: JobId, run_id: string, step: ProvisionStep, state: StepState, outcome: string | null, } | { "event": "batch_row", job: JobId, batch_id: string, row: BatchRowView, } | { "event": "job_done", job: JobId, command: string, result: JsonValue, } | { "event": "job_failed", job: JobId, command: string, error: ErrorView, } | { "event": "changed", topic: Topic, };

export type EntitiesRequest = { container: string, kind: EntityKind, };

export type EntityCount = { kind: EntityKind, count: number, };

export type EntityDetail = { row: EntityRow, notes: string | null, 
/**
 * Readable parameters and settings, in a stable order.
 */
fields: Array<EntityField>, 
/**
 * Firing triggers, blocking triggers: resolved to names.
 */
firing_triggers: Array<EntityReference>, blocking_triggers: Array<EntityReference>, 
/**
 * Conditions of a trigger, readable: "Page Path contains /checkout".
 */
conditions: Array<string>, raw: JsonValue, };

/**
 * One readable setting. Lists and maps are nested.
 */
export type EntityField = { 
/**
 * Google's key, for instance `eventName`.
 */
key: string, 
/**
 * The key in plain words, for instance "Event name".
 */
label: string, value: string | null, children: Array<EntityField>, };

/**
 * Kinds of entities in a container version (Tag Manager API v2, `ContainerVersion`).
 */
export type EntityKind = "tag" | "trigger" | "variable" | "built_in_variable" | "folder" | "template" | "zone" | "client" | "transformation" | "gtag_config";

export type EntityReference = { kind: EntityKind, id: string, 
/**
 * The name, or Google's id when the entity is not in the version.
 */
name: string, detail: string | null, };

export type EntityRequest = { container: string, kind: EntityKind, id: string, };

/**
 * A row of an entity table. All rows of one kind are returned (some hundred at most); the page filters and sorts.
 */
export type EntityRow = { kind: EntityKind, id: string, name: string, 
/**
 * Google's type, for instance `gaawe`.
 */
type: string, 
/**
 * The type in plain words, for instance "GA4 event"; Google's own where unknown.
 */
type_label: string, folder: string | null, 
/**
 * Names of firing triggers, for tags.
 */
fires_on: Array<string>, paused: boolean, 
/**
 * `set`, `not_set`, `not_needed`; `None` where consent has no meaning.
 */
consent: ConsentSetting | null, };

/**
 * What kind of failure this is; the window maps it to an action, the command line to an exit code.
 */
export type ErrorCode = "invalid_request" | "no_oauth_client" | "no_connection" | "connection_ambiguous" | "sign_in_needed" | "service_account_key" | "sign_in_denied" | "sign_in_timed_out" | "permission_missing" | "wrong_account" | "not_found" | "no_permission" | "quota_wait" | "quota_exhausted" | "offline" | "google_outage" | "google_unreadable" | "google_refused" | "conflict" | "partly_done" | "keychain_unavailable" | "cancelled" | "terms_declined" | "terms_max_accounts" | "terms_backend_error" | "terms_timed_out" | "no_tag_manager_account" | "redirect_not_registered" | "listener_unavailable" | "storage" | "destination" | "internal";

/**
 * An error as it crosses to a host.
 */
export type ErrorView = { code: ErrorCode, message: string, remedy: string, activity_id: string | null, details: string | null, 
/**
 * What Gantry itself can do about it, for a host to show as buttons.
 */
offers: Array<Offer>, };

/**
 * What happened, in plain words, and what to do.
 */
export type Explanation = { title: string, text: string, 
/**
 * Empty where nothing is to be done.
 */
remedy: string, offers: Array<Offer>, };

/**
 * Write a support bundle: a ZIP file of what is known here, without secrets.
 */
export type ExportActivity = { 
/**
 * The file to write; one that is there is replaced once the new one is whole.
 */
path: string, 
/**
 * Whether e-mail addresses and people's names stay readable; otherwise each address gets a number.
 */
include_emails: boolean, 
/**
 * How many requests to put in, newest first; a thousand where left out.
 */
requests: number | null, };

/**
 * Writes what a batch made to a CSV file.
 */
export type ExportBatch = { id: string, path: string, };

export type ExportRequest = { property: string, dimensions: Array<string>, metrics: Array<string>, from: string, to: string, 
/**
 * `sqlite:FILE`, `sqlite:FILE?table=NAME` or `csv:FILE`.
 */
destination: string, connection: string | null, };

export type ExportRunView = { id: string, property_id: string, property_name: string | null, destination: string, dimensions: Array<string>, metrics: Array<string>, from: string, to: string, state: ExportState, rows_read: number, 
/**
 * Rows that were new or had changed.
 */
rows_written: number, started_at: string, finished_at: string | null, problem: string | null, 
/**
 * "ga:pageviews is screenPageViews in GA4."
 */
notes: Array<string>, };

export type ExportState = "running" | "done" | "failed" | "cancelled";

/**
 * Writes a template to a file, to share it.
 */
export type ExportTemplate = { name: string, path: string, };

export type ExportedActivity = { path: string, requests: number, bytes: number, };

export type ExportedBatch = { path: string, rows: number, };

/**
 * What is wrong with one field of a form.
 */
export type FieldProblem = { 
/**
 * Name of the field in `ProvisionRequest`, for instance `time_zone`.
 */
field: string, message: string, remedy: string, };

export type FieldView = { api_name: string, ui_name: string, description: string, category: string, is_metric: boolean, is_custom: boolean, };

/**
 * What a file is chosen for.
 */
export type FilePurpose = "oauth_client" | "service_account_key" | "support_bundle" | "export_sqlite" | "export_csv" | "clients_csv" | "open_template" | "save_template" | "save_record";

/**
 * One thing that a check looked at.
 */
export type Finding = { subject: FindingSubject, state: FindingState, 
/**
 * "The Tag Manager API answers".
 */
title: string, 
/**
 * Why, and what it means; empty where the title says it all.
 */
explanation: string, 
/**
 * What to do; empty where nothing is to be done.
 */
remedy: string, offers: Array<Offer>, 
/**
 * The request in Activity, where one was sent.
 */
activity_id: string | null, };

export type FindingState = "ok" | "warn" | "failed" | "skipped";

export type FindingSubject = "keychain" | "sign_in" | "clock" | "permissions" | "analytics_admin" | "analytics_data" | "tag_manager";

/**
 * One step of "Get your own OAuth client", for the window's guided page and the command line alike.
 */
export type GuideStep = { 
/**
 * Stable: `project`, `apis`, `consent`, `audience`, `test_users`, `publishing`, `client`, `download`.
 */
id: string, title: string, text: string, 
/**
 * The page of the Google Cloud console where it is done.
 */
link: LinkView | null, 
/**
 * Texts to copy there, each by itself.
 */
copy: Array<string>, };

export type HeaderView = { name: string, value: string, };

/**
 * Names a running job.
 */
export type JobId = string;

/**
 * A running job, for a page that was opened after it began.
 */
export type JobView = { job: JobId, 
/**
 * The command that started it, for instance `estate.sync`.
 */
command: string, started_at: string, progress: Progress | null, };

export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;

export type KeyFormat = "json" | "p12";

/**
 * What is wrong with the keychain.
 */
export type KeychainProblem = "absent" | "locked" | "hung" | "mock" | "broken";

/**
 * Where refresh tokens are kept.
 */
export type KeychainView = { "state": "available", name: string, } | { "state": "opening" } | { "state": "unavailable", problem: KeychainProblem, reason: string, remedy: string, };

export type KpiCard = { 
/**
 * GA4 metric name.
 */
metric: string, label: string, value: number, previous: number | null, format: MetricFormat, 
/**
 * Whether a rise is good; `None` where it is neither.
 */
up_is_good: boolean | null, };

export type LinkPurpose = "sign_in" | "terms" | "tag_manager_account";

/**
 * A browser link that the engine issued. Hosts open it by `id`; `url` is for showing and copying.
 */
export type LinkView = { id: string, url: string, };

/**
 * Something that a set-up made and that can be moved to the trash.
 */
export type MadeAsset = { 
/**
 * `accounts/1` (Analytics), `properties/2`, `accounts/1/containers/2` (Tag Manager).
 */
asset: string, kind: MadeKind, name: string, 
/**
 * Name of the account that it is in; its own for an account.
 */
account_name: string, 
/**
 * E-mail of the connection that would act.
 */
connection: string, 
/**
 * Why it cannot be removed, where it cannot: a permission that is missing, or that it was there before.
 */
why_not: string | null, 
/**
 * It is in the trash already.
 */
trashed: boolean, 
/**
 * What is lost with it, in plain words.
 */
consequence: string, };

export type MadeKind = "analytics_account" | "property" | "container";

export type MappedStream = { property_id: string, property_name: string, client_id: string | null, stream_id: string, stream_name: string, 
/**
 * `web`, `android` or `ios`
 */
platform: string, 
/**
 * `G-...`; `None` for apps.
 */
measurement_id: string | null, website: string | null, 
/**
 * Empty: no container in reach sends to it.
 */
tags: Array<MappedTag>, };

export type MappedTag = { 
/**
 * `accounts/1/containers/2`
 */
container: string, 
/**
 * `GTM-...`
 */
public_id: string, container_name: string, tag_id: string, tag_name: string, 
/**
 * Google's type, for instance `googtag`.
 */
tag_type: string, 
/**
 * The ID that it sends to, as far as it can be read; a variable's name where it cannot.
 */
sends_to: string, paused: boolean, };

/**
 * Which property is fed by which tags, from the mirror.
 */
export type MeasurementMap = { streams: Array<MappedStream>, 
/**
 * Tags that send to an ID that no stream in reach has.
 */
orphan_tags: Array<MappedTag>, 
/**
 * Containers whose live version could not be read yet.
 */
unread_containers: number, 
/**
 * Properties whose data streams could not be read yet.
 */
unread_properties: number, };

/**
 * The headers and the body of a request or an answer.
 */
export type MessageView = { headers: Array<HeaderView>, body: BodyView | null, };

export type MetadataRequest = { 
/**
 * `0` for the fields that all properties have.
 */
property: string, connection: string | null, };

export type MetricColumn = { metric: string, label: string, format: MetricFormat, };

export type MetricFormat = "integer" | "decimal" | "ratio" | "seconds" | "currency";

/**
 * Moves assets to a client, or out of all.
 */
export type MoveAssets = { 
/**
 * Id or name; out of all where absent.
 */
client: string | null, assets: Array<string>, };

/**
 * A request without fields.
 */
export type Nothing = Record<symbol, never>;

/**
 * What a `client_secret_*.json` says, looked at before it is added. Nothing is stored.
 */
export type OAuthClientFile = { client_id: string, kind: OAuthClientKind, project_id: string | null, redirect_uris: Array<string>, 
/**
 * The redirect URIs that Gantry can listen on; what is missing is said in `remarks`.
 */
usable_redirects: Array<string>, 
/**
 * It was added before.
 */
known: boolean, 
/**
 * What a person should know before adding it, in plain sentences.
 */
remarks: Array<string>, };

export type OAuthClientKind = "installed" | "web";

/**
 * What a test sign-in with an OAuth client found. Nothing of it is stored.
 */
export type OAuthClientTest = { ok: boolean, 
/**
 * What came back, in plain sentences; what to do about it where it failed.
 */
message: string, 
/**
 * Who signed in.
 */
email: string | null, 
/**
 * What kind of failure it was; the command line makes its exit code of it.
 */
code: ErrorCode | null, };

/**
 * One OAuth client. Its secret stays in the keychain.
 */
export type OAuthClientView = { 
/**
 * Google's client id.
 */
id: string, name: string, kind: OAuthClientKind, project_id: string | null, redirect_uris: Array<string>, is_default: boolean, 
/**
 * Came with this build; cannot be removed.
 */
shipped: boolean, 
/**
 * How many connections were made with it.
 */
connections: number, 
/**
 * What the person said of its consent screen; `None` where nothing was said.
 */
publishing_status: PublishingStatusName | null, };

/**
 * Something that the engine can do about an error or a finding, for a host to show as a button.
 */
export type Offer = { "kind": "sign_in_again", connection_id: string, } | { "kind": "grant", connection_id: string, permission: PermissionName, } | { "kind": "use_again", connection_id: string, permission: PermissionName, } | { "kind": "use_connection", connection_id: string, email: string, } | { "kind": "adopt_account", pending: string, email: string, } | { "kind": "open_link", label: string, link: LinkView, } | { "kind": "copy_text", label: string, text: string, } | { "kind": "retry_keychain" };

/**
 * A property's overview.
 */
export type OverviewReport = { property_id: string, property_name: string, time_zone: string, currency: string, 
/**
 * Resolved dates.
 */
from: string, to: string, compare_from: string | null, compare_to: string | null, cards: Array<KpiCard>, series: Series, breakdowns: Array<Breakdown>, badges: Array<Badge>, 
/**
 * When Google answered.
 */
as_of: string, 
/**
 * Set when Google could not be asked and this is the last good answer: why, in plain words.
 */
stale_because: string | null, 
/**
 * Property tokens that this report cost, and what is left of the hour and of the day.
 */
tokens: TokensView | null, };

export type OverviewReportRequest = { 
/**
 * Digits, or `properties/DIGITS`.
 */
property: string, 
/**
 * `YYYY-MM-DD`, `NdaysAgo`, `yesterday` or `today`, in the property's time zone.
 */
from: string, to: string, 
/**
 * Compare with the period of the same length just before.
 */
compare: boolean, connection: string | null, };

/**
 * The first page: what is connected, what needs attention, the last runs.
 */
export type OverviewView = { connections: number, analytics_accounts: number, properties: number, containers: number, containers_never_published: number, attention: Array<AttentionView>, properties_list: Array<PropertyRow>, last_exports: Array<ExportRunView>, last_sync: SyncRunView | null, };

/**
 * The TypeScript face of `gantry_domain::Permission`.
 */
export type PermissionName = "view" | "configure" | "edit" | "publish" | "manage";

/**
 * Who gets which role on the property.
 */
export type PersonAccess = { 
/**
 * E-mail address of a person or a service account.
 */
email: string, role: PropertyRole, };

export type PlannedStep = { step: ProvisionStep, 
/**
 * What it makes, in plain words: "8 custom dimensions".
 */
detail: string, analytics_calls: number, tag_manager_calls: number, 
/**
 * A person may leave it out.
 */
optional: boolean, skipped: boolean, };

/**
 * What a template would change in a property that is there. Reads, and changes nothing.
 */
export type PreviewTemplate = { connection: string | null, template: string, property_id: string, 
/**
 * `GTM-...` or `accounts/1/containers/2`
 */
container: string | null, 
/**
 * The site to set up: a property may have a data stream for each of several. Where absent, the stream that the container
 * sends to is meant, or else the first.
 */
website?: string, };

export type ProfileView = { 
/**
 * Stable name, derived from the home directory and the base URL.
 */
id: string, 
/**
 * Where the database and the logs are.
 */
data_directory: string, 
/**
 * The loopback base that stands in for Google; `None` when Google itself is dialled.
 */
base_url: string | null, 
/**
 * The host itself runs what stands in for Google, so it can reset and leave it; `false` for an address from outside.
 */
bundled_sandbox: boolean, };

/**
 * How far a job is.
 */
export type Progress = { 
/**
 * What is being done, in plain words: "Reading containers".
 */
what: string, done: number, 
/**
 * Grows when lists turn out longer than known.
 */
total: number, 
/**
 * Quota spent so far, in calls.
 */
calls: number, eta_seconds: number | null, 
/**
 * Set while the job waits for quota to come back.
 */
waiting_until: string | null, };

export type ProofCheck = { outcome: ProofOutcome, 
/**
 * "The page contains GTM-N6ZD2RKP".
 */
what: string, 
/**
 * "found once"
 */
detail: string | null, remedy: string | null, };

export type ProofEvent = { event: string, page_title: string, count: number, };

export type ProofOutcome = "good" | "warning" | "bad";

/**
 * Look at the site, and watch realtime until the first active user.
 */
export type ProofRequest = { run_id: string, 
/**
 * Goes on looking until somebody is seen, or for 15 minutes; `false` looks once.
 */
watch: boolean, };

/**
 * What was seen of the site and of its visitors.
 */
export type ProofView = { checked_at: string, 
/**
 * `None` where the site could not be looked at: the reason is among the checks.
 */
page_title: string | null, checks: Array<ProofCheck>, 
/**
 * In the last 30 minutes.
 */
active_users: number, first_seen_at: string | null, 
/**
 * From the beginning of the watch to the first active user.
 */
seconds_to_first: number | null, events: Array<ProofEvent>, 
/**
 * What to look at where nobody comes.
 */
hints: Array<string>, 
/**
 * "Open my site".
 */
site: LinkView | null, };

export type PropertyChoice = { property_id: string, name: string, can_edit: boolean, };

/**
 * Predefined roles of the Admin API (`predefinedRoles/...`).
 */
export type PropertyRole = "viewer" | "analyst" | "editor" | "admin";

/**
 * One property of the estate, from the mirror.
 */
export type PropertyRow = { 
/**
 * Digits only.
 */
property_id: string, display_name: string, account_id: string, account_name: string, connection_id: string, can_edit: boolean, 
/**
 * The agency's client that it belongs to.
 */
client: ClientMark | null, };

/**
 * Looks at the sites and at realtime of those that wait for data.
 */
export type ProveBatch = { id: string, };

/**
 * What a set-up will do, before it does it. Made without a call.
 */
export type ProvisionPlan = { steps: Array<PlannedStep>, 
/**
 * What one sign-in asks for: the union of all steps.
 */
permissions: Array<PermissionName>, 
/**
 * Of these, what the connection has not.
 */
missing: Array<PermissionName>, analytics_calls: number, tag_manager_calls: number, 
/**
 * Of these, the reads that only make sure (the accounts from before the ticket, the new account's arrival).
 */
safety_reads: number, 
/**
 * How long it takes without what waits for a person, under the quotas as they stand.
 */
seconds: number, 
/**
 * Each wrong field; a set-up starts where this is empty.
 */
problems: Array<FieldProblem>, 
/**
 * An unfinished run of the same form, which `start` goes on with.
 */
resumes: string | null, 
/**
 * What a person should know before: that the same website was set up already, for instance. They stop nothing.
 */
notes?: Array<string>, };

/**
 * Everything that a set-up asks a person for.
 */
export type ProvisionRequest = { 
/**
 * The connection that acts; may be left out when there is only one.
 */
connection: string | null, 
/**
 * Sign in first, with the permissions of the plan, where no connection is named and none is there.
 */
sign_in_first: boolean, 
/**
 * Where the property goes.
 */
analytics: AnalyticsChoice, 
/**
 * Of the new account; at most 100 UTF-16 units. Not read where an account or a property is chosen.
 */
account_name: string, property_name: string, 
/**
 * `https://...` of the site; empty where only apps are measured.
 */
website: string, 
/**
 * Package name of an Android app to measure.
 */
android_package: string | null, 
/**
 * Bundle id of an iOS app to measure.
 */
ios_bundle: string | null, 
/**
 * IANA name, for instance `Europe/London`.
 */
time_zone: string, 
/**
 * ISO 4217, for instance `GBP`.
 */
currency: string, 
/**
 * CLDR region code of the business, for instance `GB`.
 */
country: string, 
/**
 * Name of a template (`templates.list`); the plain website where absent.
 */
template: string | null, 
/**
 * Overrides the template: scrolls, outbound clicks, searches and downloads are counted by themselves.
 */
enhanced_measurement: boolean | null, 
/**
 * Overrides the template: the Google tag waits for the visitor's consent before it stores cookies.
 */
wait_for_consent: boolean | null, 
/**
 * Customer id of a Google Ads account to link, digits with or without hyphens.
 */
google_ads_customer: string | null, 
/**
 * People and service accounts that get a role on the property, besides the template's.
 */
people: Array<PersonAccess>, container: ContainerChoice, client: ClientChoice, 
/**
 * Steps that are left out.
 */
skip: Array<ProvisionStep>, dialect: Dialect, };

export type ProvisionResult = { account_id: string, property_id: string, 
/**
 * Empty where no website is measured.
 */
data_stream_id: string, 
/**
 * `G-...`; empty where no website is measured.
 */
measurement_id: string, app_streams: Array<AppStreamMade>, container: ContainerMade | null, 
/**
 * HTML for the site's `<head>`.
 */
snippet: string, 
/**
 * HTML for right after `<body>`; only a container has it.
 */
noscript: string | null, 
/**
 * The agency's client that got it.
 */
client_id: string | null, analytics_calls: number, tag_manager_calls: number, };

/**
 * One set-up, finished or not, as the journal has it.
 */
export type ProvisionRunView = { id: string, request: ProvisionRequest, state: ProvisionState, steps: Array<ProvisionStepView>, started_at: string, updated_at: string, result: ProvisionResult | null, 
/**
 * Why it stopped, in plain words.
 */
problem: string | null, 
/**
 * Whether "Resume set-up" can go on from where it stopped.
 */
resumable: boolean, 
/**
 * What was seen of the site and of its first visitor, last time somebody looked.
 */
proof: ProofView | null, 
/**
 * What it made and is in the trash; such a run cannot go on. Absent where nothing is.
 */
in_trash?: Array<TrashAsset>, };

export type ProvisionState = "running" | "waiting_for_terms" | "waiting_for_tag_manager" | "done" | "failed" | "cancelled";

/**
 * The steps in their order. A run has those that its plan names.
 */
export type ProvisionStep = "ticket" | "terms" | "account" | "property" | "data_stream" | "app_streams" | "enhanced_measurement" | "data_retention" | "key_events" | "custom_dimensions" | "google_ads_link" | "people" | "tag_manager_account" | "container" | "workspace" | "tags" | "version" | "publish" | "snippet" | "client";

export type ProvisionStepView = { step: ProvisionStep, state: StepState, 
/**
 * What was made: an account id, a property id, a measurement ID.
 */
outcome: string | null, 
/**
 * When it came to this state.
 */
at: string, };

/**
 * The consent screen's status, as the Google Cloud console shows it under Audience.
 */
export type PublishingStatusName = "testing" | "production" | "internal";

/**
 * What was spent of one quota of one Google project.
 */
export type QuotaView = { 
/**
 * The Google Cloud project number or the OAuth client id that stands for it.
 */
project: string, 
/**
 * For instance "Tag Manager".
 */
api: string, window_seconds: number, window_used: number, window_limit: number, day_used: number, day_limit: number, 
/**
 * Midnight Pacific, when the day's count starts again.
 */
day_resets_at: string, };

export type RealtimeRequest = { property: string, connection: string | null, };

export type RealtimeView = { active_users: number, 
/**
 * Active users per minute, the current minute first, 30 values.
 */
per_minute: Array<number>, as_of: string, };

export type RedirectUri = { uri: string, 
/**
 * No other program listens on its port.
 */
free: boolean, };

/**
 * Which redirect URIs the connection's OAuth client must have registered for the Terms of Service.
 */
export type RedirectsView = { oauth_client: string, 
/**
 * Of kind `web`: to the letter. Empty for kind `installed`, which registers none.
 */
registered: Array<RedirectUri>, 
/**
 * What to register where none of this computer is.
 */
suggested: Array<string>, 
/**
 * Whether a set-up can begin: an address is registered, or none is needed, and one of them is free.
 */
usable: boolean, message: string, };

/**
 * A free question to a property.
 */
export type ReportRequest = { property: string, 
/**
 * GA4 names; old `ga:` names are translated.
 */
dimensions: Array<string>, metrics: Array<string>, from: string, to: string, totals: boolean, limit: number | null, offset: number | null, 
/**
 * `activeUsers:desc`, `date`.
 */
order_by: Array<string>, connection: string | null, };

export type ReportTable = { property_id: string, dimensions: Array<string>, metrics: Array<MetricColumn>, 
/**
 * Dimension values, then metric values, as Google sent them.
 */
rows: Array<Array<string>>, totals: Array<string> | null, 
/**
 * Rows that Google has for this question.
 */
row_count: number, badges: Array<Badge>, time_zone: string | null, currency: string | null, 
/**
 * "ga:pageviews is screenPageViews in GA4."
 */
notes: Array<string>, };

export type ResumeProvision = { run_id: string, 
/**
 * Steps to leave out from now on, besides those that were left out already; one that is done stays done.
 */
leave_out: Array<ProvisionStep>, 
/**
 * The form with what was wrong put right. What belongs to steps that are done stays as it was.
 */
corrected: ProvisionRequest | null, };

export type RouteCandidate = { connection_id: string, email: string, allowed: Array<PermissionName>, usable: boolean, 
/**
 * Why it is chosen, or why not: a plain sentence.
 */
because: string, };

/**
 * Which connections could act on an asset.
 */
export type RouteRequest = { 
/**
 * `properties/123`, `accounts/1` (Analytics) or `accounts/1/containers/2` (Tag Manager).
 */
asset: string, permission: PermissionName, };

/**
 * The connection that acts on an asset, and why.
 */
export type RouteView = { asset: string, 
/**
 * `None` where no connection reaches it with this permission.
 */
chosen: string | null, 
/**
 * The person chose it; otherwise it is the least privileged that can do the job.
 */
overridden: boolean, 
/**
 * Those that reach the asset, the chosen one first.
 */
candidates: Array<RouteCandidate>, };

/**
 * A new client, or changes to one. Colour and letters are given once where absent.
 */
export type SaveClient = { id: string | null, name: string, group: string | null, colour: number | null, letters: string | null, };

/**
 * Writes down what a finished set-up made, by whom and when, as plain text. The answer says where it is.
 */
export type SaveRecord = { run_id: string, path: string, };

export type SaveTemplate = { toml: string, 
/**
 * Takes the place of the person's own template of this name.
 */
replace: boolean, };

export type Series = { metric: string, label: string, 
/**
 * One date a point, `YYYY-MM-DD`.
 */
dates: Array<string>, values: Array<number>, 
/**
 * Dates and values of the comparison, position by position.
 */
compare_dates: Array<string>, compare_values: Array<number>, 
/**
 * The last point is a day that is not over.
 */
last_is_partial: boolean, };

/**
 * What a key file says, looked at before it is added. Nothing is stored.
 */
export type ServiceAccountFile = { format: KeyFormat, 
/**
 * `None` for P12, which holds none.
 */
email: string | null, project_id: string | null, key_id: string | null, known: boolean, remarks: Array<string>, };

/**
 * Choose the connection for an asset; `None` leaves the choice to Gantry.
 */
export type SetRoute = { asset: string, permission: PermissionName, connection_id: string | null, };

export type SettingsView = { theme: Theme, density: Density, 
/**
 * Tag Manager calls per 100 seconds (Google's default: 25).
 */
tag_manager_calls_per_window: number, 
/**
 * Tag Manager calls per Pacific day (Google's default: 10,000).
 */
tag_manager_calls_per_day: number, };

/**
 * Why a sign-in does not work any more. Google often does not say: then the likeliest that fits.
 */
export type SignInCause = "unknown" | "revoked" | "testing_expiry" | "unused" | "too_many_tokens" | "admin_policy" | "account_deleted" | "client_refused" | "clock" | "interrupted" | "session_over" | "keychain_unavailable" | "not_stored" | "unreadable" | "key_refused";

export type SiteRequest = { 
/**
 * As the person entered it.
 */
address: string, };

/**
 * A site as it was found. One that cannot be reached is no error: it says why.
 */
export type SiteView = { 
/**
 * The address after redirects; the one asked for where nothing answered.
 */
address: string, reached: boolean, problem: string | null, milliseconds: number, 
/**
 * Name of the business, as far as the page tells: `og:site_name`, else its title without slogans.
 */
name: string | null, title: string | null, 
/**
 * BCP 47, of `<html lang>`.
 */
language: string | null, 
/**
 * CLDR region that language or top-level domain suggest.
 */
country: string | null, 
/**
 * ISO 4217, the country's.
 */
currency: string | null, 
/**
 * Google tags that the page holds: `G-...`, `GTM-...`, `AW-...`, `UA-...`.
 */
tags: Array<string>, 
/**
 * `wordpress`, `shopify` ...
 */
builder: string | null, };

/**
 * The snippet and where to paste it.
 */
export type SnippetView = { 
/**
 * HTML for the site's `<head>`.
 */
head: string, 
/**
 * HTML for right after `<body>`.
 */
noscript: string | null, 
/**
 * `GTM-...` or `G-...`, whichever the snippet loads.
 */
tag_id: string, guides: Array<BuilderGuide>, 
/**
 * Text of an e-mail to whoever looks after the site.
 */
email_subject: string, email_text: string, site: LinkView | null, };

export type StepState = "planned" | "running" | "done" | "failed" | "skipped";

export type StoredIn = "keychain" | "session" | "key_file";

export type SuggestionStrength = "measurement_id" | "domain" | "name";

export type SyncFailure = { 
/**
 * Name of the account or container that could not be read.
 */
what: string, code: string, message: string, };

/**
 * What a sync would cost, shown before it starts.
 */
export type SyncPlan = { 
/**
 * Calls to Tag Manager known so far; lists not read yet may add to them.
 */
calls: number, 
/**
 * Likewise to Analytics, which has no daily quota that matters here: one a property for its data streams.
 */
analytics_calls: number, seconds: number, quota_left_today: number, };

/**
 * Mirror what connections reach.
 */
export type SyncRequest = { 
/**
 * All connections where absent.
 */
connection: string | null, };

export type SyncResult = { analytics_accounts: number, properties: number, 
/**
 * Data streams read.
 */
data_streams: number, tag_manager_accounts: number, containers: number, never_published: number, entities: number, 
/**
 * Calls spent on Tag Manager and on Analytics.
 */
tag_manager_calls: number, analytics_calls: number, failures: Array<SyncFailure>, };

export type SyncRunView = { started_at: string, finished_at: string | null, calls: number, containers: number, failed: number, };

export type TagManagerAccountChoice = { account_id: string, name: string, 
/**
 * From the mirror; empty before the first sync.
 */
containers: Array<ContainerOption>, };

/**
 * What a set-up makes besides what differs from site to site. In a file it is TOML with these names.
 */
export type Template = { 
/**
 * The file format: 1.
 */
format: number, 
/**
 * Lower case letters, digits and hyphens; unique.
 */
name: string, 
/**
 * Raised by whoever changes the template.
 */
version: number, title: string, description: string, property: TemplateProperty, 
/**
 * What a web data stream measures by itself; left as Google makes it where absent.
 */
enhanced_measurement?: TemplateMeasurement | null, key_events: Array<TemplateKeyEvent>, custom_dimensions: Array<TemplateDimension>, 
/**
 * The agency's staff and its service account.
 */
people: Array<PersonAccess>, 
/**
 * What goes into the container besides the Google tag.
 */
tag_manager: TemplateTagManager, };

export type TemplateChange = "added" | "changed" | "same" | "kept";

export type TemplateDifference = { 
/**
 * "Key event", "Custom dimension", "Data retention", "Tag" ...
 */
what: string, name: string, before: string | null, after: string, change: TemplateChange, };

export type TemplateDimension = { 
/**
 * Event parameter, user property or item parameter.
 */
parameter: string, 
/**
 * As reports show it, at most 82 characters.
 */
name: string, scope: DimensionScope, description?: string, };

/**
 * A template as a file.
 */
export type TemplateDocument = { name: string, toml: string, };

export type TemplateEvent = { 
/**
 * The GA4 event that is sent.
 */
event: string, 
/**
 * The data layer's event that it is sent on; the same where absent.
 */
on?: string | null, 
/**
 * Sends the data layer's `ecommerce` object with it.
 */
ecommerce: boolean, parameters: Array<TemplateParameter>, };

export type TemplateKeyEvent = { 
/**
 * Name of the event, at most 40 characters.
 */
event: string, counting: Counting, 
/**
 * What one is worth where the event says nothing.
 */
value?: number | null, 
/**
 * ISO 4217, with `value`.
 */
currency?: string | null, };

/**
 * Admin API `EnhancedMeasurementSettings`.
 */
export type TemplateMeasurement = { enabled: boolean, scrolls: boolean, outbound_clicks: boolean, site_search: boolean, videos: boolean, file_downloads: boolean, page_changes: boolean, forms: boolean, 
/**
 * Query parameters that hold what was searched for.
 */
search_parameters: Array<string>, };

export type TemplateParameter = { 
/**
 * The event parameter.
 */
name: string, 
/**
 * Its path in the data layer, for instance `form.name`.
 */
data_layer: string, };

export type TemplatePreview = { rows: Array<TemplateDifference>, added: number, changed: number, same: number, 
/**
 * Calls that looking cost.
 */
calls: number, };

export type TemplateProperty = { 
/**
 * Admin API `IndustryCategory`, for instance `SHOPPING`.
 */
industry: string | null, 
/**
 * IANA name, for forms that name none.
 */
time_zone: string | null, 
/**
 * ISO 4217, for forms that name none.
 */
currency: string | null, 
/**
 * CLDR region code, for forms that name none.
 */
country: string | null, 
/**
 * How long event data is kept; as Google makes it (two months) where absent.
 */
retention_months: number | null, 
/**
 * Whether a user's data is kept longer with each visit.
 */
reset_on_new_activity: boolean | null, };

export type TemplateTagManager = { 
/**
 * What the visitor has allowed before being asked; no consent tag is made where absent.
 */
consent: ConsentDefaults | null, 
/**
 * GA4 events that the site's data layer announces.
 */
events: Array<TemplateEvent>, 
/**
 * A folder for all of it.
 */
folder: string | null, };

export type TemplateView = { template: Template, 
/**
 * It comes with Gantry and is not changed or removed; one of the same name takes its place.
 */
shipped: boolean, 
/**
 * "6 key events, 8 custom dimensions, 12 Tag Manager entities".
 */
summary: string, tag_manager_entities: number, 
/**
 * The file, for the person's own.
 */
path: string | null, 
/**
 * Why the person's own file cannot be used; the template has only its name then.
 */
problem: string | null, };

/**
 * How the person is asked to accept the Terms of Service of many accounts.
 */
export type TermsInBatch = "in_turn" | "links";

export type Theme = "system" | "light" | "dark";

export type TokensView = { consumed: number, left_this_hour: number, left_today: number, };

export type Topic = "connections" | "oauth_clients" | "containers" | "accounts" | "exports" | "provisioning" | "quota" | "settings" | "keychain" | "activity" | "templates" | "clients" | "batches";

/**
 * One asset, with its name as the person was shown it: one that is called otherwise by now is left alone.
 */
export type TrashAsset = { asset: string, name: string, };

export type TrashFailure = { asset: string, name: string, code: string, message: string, remedy: string, };

/**
 * Moves what a set-up made to the trash.
 */
export type TrashRequest = { run_id: string, assets: Array<TrashAsset>, };

export type TrashResult = { trashed: Array<MadeAsset>, failures: Array<TrashFailure>, };

/**
 * What settles it.
 */
export type TroubleAction = "sign_in_again" | "unlock_keychain" | "replace_oauth_client" | "replace_key" | "set_clock";

/**
 * Why a connection does not work, and what to do.
 */
export type TroubleView = { cause: SignInCause, 
/**
 * When Gantry noticed.
 */
since: string | null, 
/**
 * "Google ended this session".
 */
title: string, 
/**
 * What Gantry knows, and why it thinks so.
 */
explanation: string, remedy: string, 
/**
 * Other causes that fit what is known, the likeliest first, each a plain sentence.
 */
also_possible: Array<string>, action: TroubleAction, };

/**
 * Change what the person calls an OAuth client, or what they said of it. What is `None` stays.
 */
export type UpdateOAuthClient = { id: string, name: string | null, publishing_status: PublishingStatusName | null, };

/**
 * Which of the granted permissions Gantry may use. Nothing changes at Google.
 */
export type UsePermissions = { id: string, 
/**
 * A subset of what is granted; the rest is switched off here, and stays so when signing in again.
 */
allow: Array<PermissionName>, };

/** Commands that answer at once. */
export interface Calls {
  "app.status": { request: Nothing; response: AppStatus };
  "app.overview": { request: Nothing; response: OverviewView };
  "app.open_link": { request: ById; response: Nothing };
  "app.choose_file": { request: ChooseFile; response: ChosenFile };
  "jobs.list": { request: Nothing; response: Array<JobView> };
  "jobs.cancel": { request: ById; response: Nothing };
  "settings.get": { request: Nothing; response: SettingsView };
  "settings.set": { request: SettingsView; response: SettingsView };
  "sandbox.enter": { request: Nothing; response: Nothing };
  "sandbox.leave": { request: Nothing; response: Nothing };
  "sandbox.reset": { request: Nothing; response: Nothing };
  "keychain.retry": { request: Nothing; response: KeychainView };
  "oauth_clients.list": { request: Nothing; response: Array<OAuthClientView> };
  "oauth_clients.add": { request: AddOAuthClient; response: OAuthClientView };
  "oauth_clients.remove": { request: ById; response: Nothing };
  "oauth_clients.set_default": { request: ById; response: Nothing };
  "oauth_clients.inspect": { request: ByPath; response: OAuthClientFile };
  "oauth_clients.update": { request: UpdateOAuthClient; response: OAuthClientView };
  "oauth_clients.guide": { request: Nothing; response: Array<GuideStep> };
  "connections.list": { request: Nothing; response: Array<ConnectionView> };
  "connections.check": { request: ById; response: ConnectionCheck };
  "connections.disconnect": { request: ById; response: Nothing };
  "connections.use_permissions": { request: UsePermissions; response: ConnectionView };
  "connections.adopt": { request: AdoptAccount; response: ConnectionView };
  "connections.route": { request: RouteRequest; response: RouteView };
  "connections.set_route": { request: SetRoute; response: RouteView };
  "service_accounts.inspect": { request: ByPath; response: ServiceAccountFile };
  "service_accounts.add": { request: AddServiceAccount; response: ConnectionView };
  "provisioning.runs": { request: Nothing; response: Array<ProvisionRunView> };
  "provisioning.show": { request: ById; response: ProvisionRunView };
  "provisioning.plan": { request: ProvisionRequest; response: ProvisionPlan };
  "provisioning.choices": { request: ChoicesRequest; response: Choices };
  "provisioning.redirects": { request: ChoicesRequest; response: RedirectsView };
  "provisioning.snippet": { request: ById; response: SnippetView };
  "provisioning.save_record": { request: SaveRecord; response: SaveRecord };
  "provisioning.made": { request: ById; response: Array<MadeAsset> };
  "provisioning.trash": { request: TrashRequest; response: TrashResult };
  "sites.inspect": { request: SiteRequest; response: SiteView };
  "templates.list": { request: Nothing; response: Array<TemplateView> };
  "templates.show": { request: ById; response: TemplateDocument };
  "templates.save": { request: SaveTemplate; response: TemplateView };
  "templates.remove": { request: ById; response: Nothing };
  "templates.import": { request: ByPath; response: TemplateView };
  "templates.export": { request: ExportTemplate; response: ExportTemplate };
  "templates.capture": { request: CaptureTemplate; response: TemplateDocument };
  "templates.preview": { request: PreviewTemplate; response: TemplatePreview };
  "batches.plan": { request: BatchRequest; response: BatchPlan };
  "batches.list": { request: Nothing; response: Array<BatchView> };
  "batches.show": { request: ById; response: BatchView };
  "batches.export": { request: ExportBatch; response: ExportedBatch };
  "clients.list": { request: Nothing; response: ClientList };
  "clients.save": { request: SaveClient; response: ClientView };
  "clients.remove": { request: ById; response: Nothing };
  "clients.move": { request: MoveAssets; response: ClientList };
  "clients.suggest": { request: Nothing; response: Array<ClientSuggestion> };
  "clients.accept": { request: AcceptSuggestions; response: ClientList };
  "clients.measurement_map": { request: Nothing; response: MeasurementMap };
  "estate.plan": { request: SyncRequest; response: SyncPlan };
  "estate.properties": { request: Nothing; response: Array<PropertyRow> };
  "containers.tree": { request: Nothing; response: ContainerTree };
  "containers.show": { request: ContainerRequest; response: ContainerView };
  "containers.entities": { request: EntitiesRequest; response: Array<EntityRow> };
  "containers.entity": { request: EntityRequest; response: EntityDetail };
  "reports.overview": { request: OverviewReportRequest; response: OverviewReport };
  "reports.run": { request: ReportRequest; response: ReportTable };
  "reports.metadata": { request: MetadataRequest; response: Array<FieldView> };
  "reports.realtime": { request: RealtimeRequest; response: RealtimeView };
  "exports.runs": { request: Nothing; response: Array<ExportRunView> };
  "activity.list": { request: ActivityRequest; response: Array<ActivityView> };
  "activity.show": { request: ById; response: ActivityDetail };
  "activity.summary": { request: Nothing; response: ActivitySummary };
  "activity.export": { request: ExportActivity; response: ExportedActivity };
  "activity.clear": { request: Nothing; response: Nothing };
}

/** Commands that start a job; the result comes with the event `job_done`. */
export interface Jobs {
  "oauth_clients.test": { request: ById; result: OAuthClientTest };
  "connections.connect": { request: ConnectRequest; result: ConnectionView };
  "provisioning.start": { request: ProvisionRequest; result: ProvisionRunView };
  "provisioning.resume": { request: ResumeProvision; result: ProvisionRunView };
  "provisioning.prove": { request: ProofRequest; result: ProofView };
  "batches.start": { request: BatchRequest; result: BatchView };
  "batches.resume": { request: ById; result: BatchView };
  "batches.prove": { request: ProveBatch; result: BatchView };
  "estate.sync": { request: SyncRequest; result: SyncResult };
  "exports.run": { request: ExportRequest; result: ExportRunView };
}
