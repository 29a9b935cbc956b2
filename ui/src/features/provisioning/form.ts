// The form's entries, their faults, and the request made of them.
import type {
  AnalyticsChoice, ClientChoice, ConnectionView, ContainerChoice, Dialect, FieldProblem, PersonAccess, ProvisionRequest, ProvisionStep, Template,
} from '../../lib/bindings';
import { consentExpected } from './places';
import { parseWebsite } from './website';

export interface Entries {
  website: string;
  accountName: string;
  propertyName: string;
  country: string;
  timeZone: string;
  currency: string;
  connection: string;
  /** Name of a template; empty for the plain website. */
  template: string;
  /** `null`: as the template has it, or as is usual where there is none. */
  enhancedMeasurement: boolean | null;
  waitForConsent: boolean | null;
  analytics: AnalyticsChoice['kind'];
  analyticsAccount: string;
  analyticsProperty: string;
  container: ContainerChoice['kind'];
  /** Empty: the only one there is. */
  tagManagerAccount: string;
  existingContainer: string;
  androidPackage: string;
  iosBundle: string;
  googleAds: string;
  people: PersonAccess[];
  /** `by_name`, `none`, or a client's id. */
  client: string;
  skip: ProvisionStep[];
  dialect: Dialect;
}

export const PLAIN: Pick<Entries, Exclude<keyof Entries, 'website' | 'accountName' | 'propertyName' | 'country' | 'timeZone' | 'currency' | 'connection'>> = {
  template: '', enhancedMeasurement: null, waitForConsent: null, analytics: 'new_account', analyticsAccount: '', analyticsProperty: '',
  container: 'new', tagManagerAccount: '', existingContainer: '', androidPackage: '', iosBundle: '', googleAds: '', people: [],
  client: 'by_name', skip: [], dialect: 'ga4',
};

/** What a set-up without a template follows. */
export const PLAIN_TEMPLATE = 'site';

/** A control of the form. The engine's fields that have none of their own are told above the form. */
export type Field =
  | 'website' | 'accountName' | 'propertyName' | 'country' | 'timeZone' | 'currency' | 'template' | 'analytics' | 'container'
  | 'androidPackage' | 'iosBundle' | 'googleAds' | 'people' | 'client' | 'dialect' | 'skip';

export type Fault = 'website_empty' | 'website_scheme' | 'website_invalid' | 'name_missing' | 'name_long' | 'choose' | 'choose_account' | 'choose_property' | 'choose_container' | 'choose_tag_manager';
export type Faults = Partial<Record<Field, Fault>>;

/** Google allows 100 UTF-16 units in a property's name; accounts are held to the same. */
export const NAME_LIMIT = 100;

function nameFault(name: string): Fault | undefined {
  if (name.trim() === '') return 'name_missing';
  return name.trim().length > NAME_LIMIT ? 'name_long' : undefined;
}

/** A property that was given no name is called as the business is. */
export function propertyNameOf(entries: Entries): string {
  return entries.propertyName.trim() === '' ? entries.accountName.trim() : entries.propertyName.trim();
}

/** A field that is about what is new: an account has a country, a property a name, a time zone and a currency. */
export function uses(entries: Pick<Entries, 'analytics'>, field: 'accountName' | 'propertyName' | 'country' | 'timeZone' | 'currency'): boolean {
  return field === 'country' ? entries.analytics === 'new_account' : entries.analytics !== 'property';
}

/** What can be seen to be wrong without asking; the plan knows the rest. Of several Tag Manager accounts one has to be chosen. */
export function faultsOf(entries: Entries, tagManagerAccounts = 0): Faults {
  const faults: Faults = {};
  const onlyApps = entries.website.trim() === '' && (entries.androidPackage.trim() !== '' || entries.iosBundle.trim() !== '');
  const website = parseWebsite(entries.website);
  if (!website.ok && !onlyApps) faults.website = `website_${website.reason}`;
  const account = uses(entries, 'accountName') ? nameFault(entries.accountName) : undefined;
  if (account !== undefined) faults.accountName = account;
  if (uses(entries, 'propertyName') && entries.propertyName.trim().length > NAME_LIMIT) faults.propertyName = 'name_long';
  for (const field of ['country', 'timeZone', 'currency'] as const) {
    if (uses(entries, field) && entries[field] === '') faults[field] = 'choose';
  }
  if (entries.analytics === 'account' && entries.analyticsAccount === '') faults.analytics = 'choose_account';
  if (entries.analytics === 'property' && entries.analyticsProperty === '') faults.analytics = 'choose_property';
  if (entries.container === 'existing' && entries.existingContainer.trim() === '') faults.container = 'choose_container';
  if (entries.container === 'new' && tagManagerAccounts > 1 && entries.tagManagerAccount === '') faults.container = 'choose_tag_manager';
  return faults;
}

const FIELD_OF: Partial<Record<string, Field>> = {
  account_name: 'accountName', property_name: 'propertyName', time_zone: 'timeZone', android_package: 'androidPackage', ios_bundle: 'iosBundle',
  google_ads_customer: 'googleAds', website: 'website', country: 'country', currency: 'currency', template: 'template', analytics: 'analytics',
  container: 'container', people: 'people', client: 'client', dialect: 'dialect', skip: 'skip',
};

/** The control that a problem of the engine's belongs to: `people[1].email` is among the people. */
export function fieldOf(problem: FieldProblem): Field | undefined {
  return FIELD_OF[problem.field.split(/[.[]/)[0] ?? ''];
}

/** What a template says of the two switches; a template may leave either open. */
export interface TemplateSays {
  enhanced?: boolean | undefined;
  consent?: boolean | undefined;
}

export function saysOf(template: Template): TemplateSays {
  const { consent } = template.tag_manager;
  return { enhanced: template.enhanced_measurement?.enabled, consent: consent ? !consent.analytics_storage : undefined };
}

export const enhancedMeasurementOf = (entries: Entries, says: TemplateSays = {}): boolean => entries.enhancedMeasurement ?? says.enhanced ?? true;

/** Without a word of the person's or the template's: where the law of the country expects it. */
export const waitForConsentOf = (entries: Entries, says: TemplateSays = {}): boolean => entries.waitForConsent ?? says.consent ?? consentExpected(entries.country);

/** A switch as it is sent: `null` leaves it to the template, which has to have an opinion. */
const sent = (own: boolean | null, says: boolean | undefined, usual: boolean): boolean | null => own ?? (says === undefined ? usual : null);

function analyticsOf(entries: Entries): AnalyticsChoice {
  switch (entries.analytics) {
    case 'account': return { kind: 'account', account_id: entries.analyticsAccount };
    case 'property': return { kind: 'property', property_id: entries.analyticsProperty };
    case 'new_account': return { kind: 'new_account' };
  }
}

function containerOf(entries: Entries): ContainerChoice {
  switch (entries.container) {
    case 'new': return { kind: 'new', account_id: entries.tagManagerAccount === '' ? null : entries.tagManagerAccount };
    case 'existing': return { kind: 'existing', container: entries.existingContainer.trim() };
    case 'none': return { kind: 'none' };
  }
}

function clientOf(entries: Entries): ClientChoice {
  return entries.client === 'by_name' || entries.client === 'none' ? { kind: entries.client } : { kind: 'existing', id: entries.client };
}

const orNull = (typed: string): string | null => (typed.trim() === '' ? null : typed.trim());

/** `signInFirst`: nobody is signed in, and the set-up begins with that. `says`: of the template, where it is known. */
export function requestOf(entries: Entries, signInFirst = false, says?: TemplateSays): ProvisionRequest {
  const website = parseWebsite(entries.website);
  const plain = entries.template === '';
  const known = plain ? {} : says;
  const used = (field: Parameters<typeof uses>[1], value: string): string => (uses(entries, field) ? value : '');
  return {
    connection: entries.connection === '' ? null : entries.connection,
    sign_in_first: signInFirst,
    analytics: analyticsOf(entries),
    account_name: used('accountName', entries.accountName.trim()),
    property_name: used('propertyName', propertyNameOf(entries)),
    website: website.ok ? website.url : entries.website.trim(),
    android_package: orNull(entries.androidPackage),
    ios_bundle: orNull(entries.iosBundle),
    time_zone: used('timeZone', entries.timeZone),
    currency: used('currency', entries.currency),
    country: used('country', entries.country),
    template: plain ? null : entries.template,
    enhanced_measurement: known ? sent(entries.enhancedMeasurement, known.enhanced, true) : entries.enhancedMeasurement,
    wait_for_consent: known ? sent(entries.waitForConsent, known.consent, consentExpected(entries.country)) : entries.waitForConsent,
    google_ads_customer: orNull(entries.googleAds),
    people: entries.people.filter((person) => person.email.trim() !== '').map((person) => ({ ...person, email: person.email.trim() })),
    container: containerOf(entries),
    client: clientOf(entries),
    skip: [...entries.skip],
    dialect: entries.analytics === 'new_account' ? entries.dialect : 'ga4',
  };
}

export function entriesOf(request: ProvisionRequest): Entries {
  const { analytics, container, client } = request;
  return {
    website: request.website,
    accountName: request.account_name,
    propertyName: request.property_name === request.account_name ? '' : request.property_name,
    country: request.country,
    timeZone: request.time_zone,
    currency: request.currency,
    connection: request.connection ?? '',
    template: request.template ?? '',
    enhancedMeasurement: request.enhanced_measurement,
    waitForConsent: request.wait_for_consent,
    analytics: analytics.kind,
    analyticsAccount: analytics.kind === 'account' ? analytics.account_id : '',
    analyticsProperty: analytics.kind === 'property' ? analytics.property_id : '',
    container: container.kind,
    tagManagerAccount: container.kind === 'new' ? (container.account_id ?? '') : '',
    existingContainer: container.kind === 'existing' ? container.container : '',
    androidPackage: request.android_package ?? '',
    iosBundle: request.ios_bundle ?? '',
    googleAds: request.google_ads_customer ?? '',
    people: request.people.map((person) => ({ ...person })),
    client: client.kind === 'existing' ? client.id : client.kind,
    skip: [...request.skip],
    dialect: request.dialect,
  };
}

/** Whether anything under "More options" differs from how it begins: then it is shown open. */
export function usesOptions(entries: Entries): boolean {
  return entries.propertyName !== '' || entries.analytics !== 'new_account' || entries.androidPackage !== '' || entries.iosBundle !== '' || entries.googleAds !== ''
    || entries.people.length > 0 || entries.client !== 'by_name' || entries.skip.length > 0 || entries.dialect !== 'ga4';
}

/** The connection to begin with: one that may configure, else any. */
export function likelyConnection(connections: readonly ConnectionView[]): string {
  const ready = connections.filter((connection) => connection.state === 'ready');
  const people = ready.filter((connection) => connection.kind === 'user');
  const able = (list: readonly ConnectionView[]) => list.find((connection) => connection.allowed.includes('configure'));
  return (able(people) ?? able(ready) ?? ready[0] ?? connections[0])?.id ?? '';
}
