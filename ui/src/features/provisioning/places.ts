// Time zones, currencies and countries to choose from, named in the reader's language; the system's own come first.

export interface Choice {
  value: string;
  label: string;
}

/** A few currencies by country, to begin with a likely one. The euro area shares one entry below. */
const CURRENCY_OF: Record<string, string> = {
  AE: 'AED', AR: 'ARS', AU: 'AUD', BG: 'EUR', BR: 'BRL', CA: 'CAD', CH: 'CHF', CL: 'CLP', CN: 'CNY', CO: 'COP',
  CZ: 'CZK', DK: 'DKK', EG: 'EGP', GB: 'GBP', HK: 'HKD', HU: 'HUF', ID: 'IDR', IL: 'ILS', IN: 'INR', IS: 'ISK',
  JP: 'JPY', KE: 'KES', KR: 'KRW', LI: 'CHF', MA: 'MAD', MX: 'MXN', MY: 'MYR', NG: 'NGN', NO: 'NOK', NZ: 'NZD',
  PE: 'PEN', PH: 'PHP', PK: 'PKR', PL: 'PLN', RO: 'RON', RS: 'RSD', SA: 'SAR', SE: 'SEK', SG: 'SGD', TH: 'THB',
  TR: 'TRY', TW: 'TWD', UA: 'UAH', US: 'USD', VN: 'VND', ZA: 'ZAR',
};
const EURO_AREA = ['AT', 'BE', 'CY', 'DE', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'IE', 'IT', 'LT', 'LU', 'LV', 'MT', 'NL', 'PT', 'SI', 'SK'];

/** ISO 3166-1 alpha-2 codes; Intl knows their names but offers no list of them. */
const COUNTRY_CODES =
  'AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ ' +
  'DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT ' +
  'JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ ' +
  'OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ ' +
  'UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW';

/** Minutes east of UTC that `zone` keeps at `now`. */
export function offsetMinutes(zone: string, now: Date): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
  }).formatToParts(now);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  return Math.round((local - Math.floor(now.getTime() / 60_000) * 60_000) / 60_000);
}

/** `(GMT+05:30) Kolkata` for `Asia/Kolkata`. */
export function timeZoneLabel(zone: string, now: Date): string {
  const minutes = offsetMinutes(zone, now);
  const size = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, '0');
  const place = zone.split('/').slice(1).join(', ').replaceAll('_', ' ') || zone;
  return `(GMT${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}) ${place}`;
}

/** Every time zone of this system, west to east; `own` is always among them. */
export function timeZones(now: Date, own = systemTimeZone()): Choice[] {
  const zones = new Set(Intl.supportedValuesOf('timeZone'));
  zones.add(own);
  return [...zones]
    .map((value) => ({ value, label: timeZoneLabel(value, now), offset: offsetMinutes(value, now) }))
    .sort((a, b) => a.offset - b.offset || a.label.localeCompare(b.label))
    .map(({ value, label }) => ({ value, label }));
}

export function systemTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'Etc/UTC';
}

export function countries(locale: string): Choice[] {
  const names = new Intl.DisplayNames([locale], { type: 'region' });
  const order = new Intl.Collator(locale);
  return COUNTRY_CODES.split(' ')
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .sort((a, b) => order.compare(a.label, b.label));
}

export function countryName(code: string, locale: string): string {
  return code === '' ? '' : (new Intl.DisplayNames([locale], { type: 'region' }).of(code) ?? code);
}

export function currencies(locale: string): Choice[] {
  const names = new Intl.DisplayNames([locale], { type: 'currency' });
  const order = new Intl.Collator(locale);
  return Intl.supportedValuesOf('currency')
    .map((value) => ({ value, label: `${names.of(value) ?? value} (${value})` }))
    .sort((a, b) => order.compare(a.label, b.label));
}

/** The country that the reader's locale names, or the empty string. */
export function likelyCountry(locale: string): string {
  try {
    return new Intl.Locale(locale).region ?? '';
  } catch {
    return '';
  }
}

export function likelyCurrency(country: string): string {
  return EURO_AREA.includes(country) ? 'EUR' : (CURRENCY_OF[country] ?? 'USD');
}

/** The place of a zone alone: `London` for `Europe/London`. */
export function timeZonePlace(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** Where a visitor must be asked before cookies are stored: the EEA, the United Kingdom, Switzerland. */
const CONSENT_FIRST = [...EURO_AREA, 'BG', 'CH', 'CZ', 'DK', 'GB', 'HU', 'IS', 'LI', 'NO', 'PL', 'RO', 'SE'];

export const consentExpected = (country: string): boolean => CONSENT_FIRST.includes(country);
