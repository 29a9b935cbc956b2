// The form's entries while the window is open: kept when a set-up fails, is cancelled, or the page is left.
import { readerLocale } from '../../lib/locale';
import type { Entries } from './form';
import { likelyCountry, likelyCurrency, systemTimeZone } from './places';

export function freshEntries(locale: string): Entries {
  const country = likelyCountry(locale);
  return {
    website: '', accountName: '', propertyName: '', country,
    timeZone: systemTimeZone(), currency: likelyCurrency(country), connection: '',
  };
}

class Draft {
  entries = $state<Entries>(freshEntries(readerLocale()));
  /** The currency follows the country until a person chooses one. */
  currencyChosen = $state(false);
  /** The job whose screens were left behind: finished and read, or given up. */
  dismissed = $state<string | null>(null);

  reset(locale: string): void {
    const { connection, timeZone, country, currency } = this.entries;
    this.entries = { ...freshEntries(locale), connection, timeZone, country, currency };
  }
}

export const draft = new Draft();
