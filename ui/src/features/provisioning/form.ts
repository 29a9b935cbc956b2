// The form's entries, their faults, and the request made of them.
import type { ConnectionView, ProvisionRequest } from '../../lib/bindings';
import { parseWebsite } from './website';

export interface Entries {
  website: string;
  accountName: string;
  propertyName: string;
  country: string;
  timeZone: string;
  currency: string;
  connection: string;
}

export type Field = keyof Entries;
export type Fault = 'website_empty' | 'website_scheme' | 'website_invalid' | 'name_missing' | 'name_long' | 'choose';
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

export function faultsOf(entries: Entries): Faults {
  const faults: Faults = {};
  const website = parseWebsite(entries.website);
  if (!website.ok) faults.website = `website_${website.reason}`;
  const account = nameFault(entries.accountName);
  if (account !== undefined) faults.accountName = account;
  const property = nameFault(propertyNameOf(entries));
  if (property === 'name_long') faults.propertyName = property;
  for (const field of ['country', 'timeZone', 'currency', 'connection'] as const) {
    if (entries[field] === '') faults[field] = 'choose';
  }
  return faults;
}

export function requestOf(entries: Entries): ProvisionRequest {
  const website = parseWebsite(entries.website);
  return {
    connection: entries.connection === '' ? null : entries.connection,
    account_name: entries.accountName.trim(),
    property_name: propertyNameOf(entries),
    website: website.ok ? website.url : entries.website.trim(),
    time_zone: entries.timeZone,
    currency: entries.currency,
    country: entries.country,
  };
}

export function entriesOf(request: ProvisionRequest): Entries {
  return {
    website: request.website,
    accountName: request.account_name,
    propertyName: request.property_name,
    country: request.country,
    timeZone: request.time_zone,
    currency: request.currency,
    connection: request.connection ?? '',
  };
}

/** The connection to begin with: one that may configure, else any. */
export function likelyConnection(connections: readonly ConnectionView[]): string {
  const ready = connections.filter((connection) => connection.state === 'ready');
  return (ready.find((connection) => connection.allowed.includes('configure')) ?? ready[0] ?? connections[0])?.id ?? '';
}
