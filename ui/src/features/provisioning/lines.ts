// What the plan beside the form lists: before a set-up what it will make, after it what it made.
import type { ProvisionPlan, ProvisionResult, ProvisionStep } from '../../lib/bindings';
import { dateTime } from '../../lib/format';
import type { IconName } from '../../lib/icons';
import { propertyNameOf, waitForConsentOf, type Entries, type TemplateSays } from './form';
import { provisioningMessages as m } from './messages';
import { proofMessages } from './proofmessages';
import { countryName, timeZonePlace } from './places';
import { acceptedLine, isDone, outcomeText, stateOf, type StepStates } from './steps';
import { parseWebsite } from './website';

export interface Line {
  step: ProvisionStep;
  icon: IconName;
  title: string;
  text: string;
  done: boolean;
}

const ICONS: Partial<Record<ProvisionStep, IconName>> = {
  account: 'building', property: 'report', data_stream: 'globe', app_streams: 'window', enhanced_measurement: 'eye', data_retention: 'clock', key_events: 'ok', custom_dimensions: 'columns',
  google_ads_link: 'link', people: 'people', container: 'box', tags: 'tag', publish: 'version', snippet: 'code', client: 'building',
};

/** What is shown while the engine has not answered yet. */
const USUAL: readonly ProvisionStep[] = ['account', 'property', 'data_stream', 'container', 'tags', 'publish'];

const TITLES: Partial<Record<ProvisionStep, string>> = { publish: m.plan.versionTitle, snippet: m.plan.snippet };

function planned(step: ProvisionStep, entries: Entries, locale: string, accepting: boolean, says: TemplateSays | undefined): string {
  const website = parseWebsite(entries.website);
  const host = website.ok ? website.host : m.plan.notNamed;
  const name = entries.accountName.trim() || m.plan.notNamed;
  switch (step) {
    case 'account':
      return accepting ? m.plan.whenAccepted : m.plan.parts([name, countryName(entries.country, locale)]);
    case 'property':
      return entries.analytics === 'property'
        ? m.plan.existingProperty
        : m.plan.parts([propertyNameOf(entries) || m.plan.notNamed, timeZonePlace(entries.timeZone), entries.currency]);
    case 'data_stream':
      return host;
    case 'container':
      return entries.container === 'existing' ? m.plan.containerExisting(entries.existingContainer.trim()) : m.plan.containerNew(host);
    case 'tags':
      return waitForConsentOf(entries, says) ? m.plan.tagConsent : m.plan.tag;
    case 'publish':
      return m.plan.version;
    case 'snippet':
      return m.plan.snippetText;
    default:
      return '';
  }
}

export function plannedLines(plan: ProvisionPlan | null, entries: Entries, locale: string, steps: StepStates, accepting: boolean, says?: TemplateSays): Line[] {
  const details = new Map(plan?.steps.filter((one) => !one.skipped).map((one) => [one.step, one.detail]));
  const listed = plan ? (Object.keys(ICONS) as ProvisionStep[]).filter((step) => details.has(step)) : usual(entries);
  // The snippet is worth a line only where it is all that comes of the tag.
  const shown = listed.filter((step) => step !== 'snippet' || !listed.includes('container'));
  return shown.map((step) => ({
    step, icon: ICONS[step] ?? 'check', title: TITLES[step] ?? m.stepNames[step], done: isDone(steps, step),
    text: outcomeText(step, steps[step]?.outcome ?? null) ?? (planned(step, entries, locale, accepting, says) || (details.get(step) ?? '')),
  }));
}

function usual(entries: Entries): ProvisionStep[] {
  const noContainer: readonly ProvisionStep[] = ['container', 'tags', 'publish'];
  const kept = USUAL.filter((step) => (step !== 'account' || entries.analytics === 'new_account') && (entries.container !== 'none' || !noContainer.includes(step)));
  return entries.container === 'none' ? [...kept, 'snippet'] : kept;
}

export function madeLines(result: ProvisionResult, entries: Entries, steps: StepStates): Line[] {
  const line = (step: ProvisionStep, text: string, title = m.stepNames[step]): Line => ({ step, icon: 'check', title, text, done: true });
  const lines = [
    line('account', entries.analytics === 'new_account' ? entries.accountName : m.plan.existingAccount),
    line('property', result.property_id),
  ];
  if (isDone(steps, 'terms')) lines.splice(1, 0, line('terms', acceptedLine(steps, dateTime), m.termsOfService));
  if (result.measurement_id !== '') lines.push(line('data_stream', result.measurement_id));
  for (const app of result.app_streams) lines.push(line('app_streams', app.firebase_app_id ?? app.data_stream_id, proofMessages.appStream(app.platform)));
  for (const step of ['key_events', 'custom_dimensions', 'google_ads_link', 'people'] as const) {
    if (stateOf(steps, step) === 'done') lines.push(line(step, steps[step]?.outcome ?? ''));
  }
  if (result.container) {
    const { public_id, existing, version_id, published } = result.container;
    lines.push(line('container', existing ? m.made.existing(public_id) : public_id));
    if (isDone(steps, 'tags')) lines.push(line('tags', waitForConsentOf(entries) ? m.plan.tagConsent : m.plan.tag));
    if (version_id !== null) lines.push(line('publish', published ? m.made.versionLive(version_id) : m.made.versionMade(version_id), published ? m.plan.versionTitle : m.stepNames.version));
  } else {
    lines.push(line('snippet', m.plan.snippetText, m.plan.snippet));
  }
  return lines;
}
