// What of a set-up is in the trash, and what of it still stands.
import type { MadeKind, ProvisionRunView, ProvisionStep } from '../../lib/bindings';
import { isDone, stepsOf } from './steps';

/** `accounts/1` is Analytics’, `properties/2`, `accounts/1/containers/2`. */
export const kindOf = (asset: string): MadeKind => (asset.startsWith('properties/') ? 'property' : asset.includes('/containers/') ? 'container' : 'analytics_account');

const gone = (run: ProvisionRunView): Set<MadeKind> => new Set((run.in_trash ?? []).map((one) => kindOf(one.asset)));

const IN_PROPERTY: readonly ProvisionStep[] = ['property', 'data_stream', 'app_streams', 'key_events', 'custom_dimensions', 'google_ads_link', 'people'];
const IN_CONTAINER: readonly ProvisionStep[] = ['container', 'tags', 'version', 'publish'];

/** The steps whose results went to the trash: a property goes with its account, what is in it with the property. */
export function goneSteps(run: ProvisionRunView): Set<ProvisionStep> {
  const kinds = gone(run);
  return new Set<ProvisionStep>([
    ...(kinds.has('analytics_account') ? (['account'] as const) : []),
    ...(kinds.has('analytics_account') || kinds.has('property') ? IN_PROPERTY : []),
    ...(kinds.has('container') ? IN_CONTAINER : []),
  ]);
}

/** Something that it made is not in the trash. */
export function leftToUndo(run: ProvisionRunView): boolean {
  const [kinds, steps] = [gone(run), stepsOf(run.steps)];
  if (kinds.size === 0) return true;
  const account = run.request.analytics.kind === 'new_account' && isDone(steps, 'account');
  const property = run.request.analytics.kind !== 'property' && isDone(steps, 'property') && !kinds.has('property');
  const container = run.request.container.kind === 'new' && isDone(steps, 'container') && !kinds.has('container');
  return container || (!kinds.has('analytics_account') && (account || property));
}
