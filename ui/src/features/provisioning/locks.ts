// A set-up that goes on with corrected details: what belongs to what is made already stays as it was, as the engine has it.
import type { ProvisionStep } from '../../lib/bindings';
import type { Entries, Field } from './form';
import { isDone, stateOf, type StepStates } from './steps';

export type Locked = Field | 'connection' | 'enhancedMeasurement' | 'waitForConsent';
export type Locks = ReadonlySet<Locked>;

/** Before a set-up has begun, everything is open. */
export const OPEN: Locks = new Set();

/** The controls that make no difference any more. Connection and template are the run's for good. */
export function locksOf(steps: StepStates, entries: Pick<Entries, 'analytics'>): Locks {
  const done = (...names: ProvisionStep[]) => names.some((step) => isDone(steps, step));
  const begun = (...names: ProvisionStep[]) => names.some((step) => !['planned', 'skipped', undefined].includes(stateOf(steps, step)));
  const locks = new Set<Locked>(['connection', 'template']);
  const lock = (when: boolean, ...fields: Locked[]) => { if (when) for (const field of fields) locks.add(field); };
  lock(begun('ticket', 'account', 'property'), 'analytics', 'dialect');
  lock(done('ticket', 'terms', 'account'), 'country');
  // Without a new account the business's name is the property's.
  lock(entries.analytics === 'new_account' ? done('ticket', 'terms', 'account') : done('property'), 'accountName');
  lock(done('property'), 'propertyName', 'timeZone', 'currency');
  lock(done('data_stream', 'container'), 'website');
  lock(done('app_streams'), 'androidPackage', 'iosBundle');
  lock(done('enhanced_measurement', 'tags'), 'enhancedMeasurement');
  lock(done('tags'), 'waitForConsent');
  lock(done('google_ads_link'), 'googleAds');
  lock(done('people'), 'people');
  lock(done('container', 'snippet'), 'container');
  lock(done('client'), 'client');
  return locks;
}
