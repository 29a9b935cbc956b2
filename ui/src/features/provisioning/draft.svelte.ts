// The form's entries while the window is open: kept when a set-up fails, is cancelled, or the page is left.
import type { SiteView, TemplateView } from '../../lib/bindings';
import { readerLocale } from '../../lib/locale';
import { entriesOf, PLAIN, type Entries } from './form';
import { likelyCountry, likelyCurrency, systemTimeZone } from './places';

export function freshEntries(locale: string): Entries {
  const country = likelyCountry(locale);
  return {
    ...PLAIN, people: [], skip: [],
    website: '', accountName: '', propertyName: '', country,
    timeZone: systemTimeZone(), currency: likelyCurrency(country), connection: '',
  };
}

/** What may be filled in for a person, until they fill it in themselves. */
type Prefilled = 'accountName' | 'country' | 'currency' | 'timeZone';

class Draft {
  entries = $state<Entries>(freshEntries(readerLocale()));
  /** What the person chose or typed: nothing is filled in over it. */
  typed = $state<Partial<Record<Prefilled, true>>>({});
  /** The job whose screens were left behind: finished and read, or given up. */
  dismissed = $state<string | null>(null);
  /** The run whose details are changed in the form, after it stopped. */
  correcting = $state<string | null>(null);
  /** The run that the entries are of: what was changed in them is kept when it stops again. */
  about: string | null = null;
  /** More options are open. */
  options = $state(false);

  reset(locale: string): void {
    const { connection, timeZone, country, currency } = this.entries;
    this.entries = { ...freshEntries(locale), connection, timeZone, country, currency };
    this.typed = {};
    this.options = false;
    this.correcting = null;
    this.about = null;
  }

  /** The entries of a run that is gone on with. */
  take(request: Parameters<typeof entriesOf>[0]): void {
    this.entries = { ...entriesOf(request), connection: request.connection ?? this.entries.connection };
    this.typed = { accountName: true, country: true, currency: true, timeZone: true };
  }

  chose(field: Prefilled): void {
    this.typed[field] = true;
    if (field === 'country' && !this.typed.currency) this.entries.currency = likelyCurrency(this.entries.country);
  }

  /** What the website tells, where the person has said nothing. */
  prefill(site: SiteView): void {
    this.#offer('accountName', site.name);
    this.#offer('country', site.country);
    this.#offer('currency', site.currency ?? (site.country === null ? null : likelyCurrency(site.country)));
  }

  /** What the template is made for, where the person has said nothing. */
  apply(template: TemplateView): void {
    const { time_zone, currency, country } = template.template.property;
    this.#offer('country', country);
    this.#offer('currency', currency ?? (country === null ? null : likelyCurrency(country)));
    this.#offer('timeZone', time_zone);
  }

  #offer(field: Prefilled, value: string | null): void {
    if (value !== null && value !== '' && !this.typed[field]) this.entries[field] = value;
  }
}

export const draft = new Draft();
