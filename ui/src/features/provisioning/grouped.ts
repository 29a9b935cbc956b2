// What a site can be set up in, under the clients that it belongs to; what belongs to none comes last.
import type { AnalyticsAccountChoice, ClientMark, TagManagerAccountChoice } from '../../lib/bindings';
import { propertyGroups, type PropertyGroup } from '../reports/properties';

/** Of an asset by Google's name of it. */
type ClientOf = (asset: string) => ClientMark | null;

/** As the pickers of Reports and Exports group them. */
export function groupedProperties(accounts: readonly AnalyticsAccountChoice[], clientOf: ClientOf, collator: Intl.Collator): PropertyGroup[] {
  const rows = accounts.flatMap((account) => account.properties.map((property) => ({
    property_id: property.property_id, display_name: property.name, account_id: account.account_id, account_name: account.name, connection_id: '', can_edit: property.can_edit,
    client: clientOf(`properties/${property.property_id}`),
  })));
  return propertyGroups(rows, '', collator);
}

export interface AccountGroup {
  client: ClientMark | null;
  accounts: AnalyticsAccountChoice[];
}

/** An account belongs to the one client that its properties have; an agency's own, with those of several, to none. */
export function groupedAccounts(accounts: readonly AnalyticsAccountChoice[], clientOf: ClientOf, collator: Intl.Collator): AccountGroup[] {
  const groups = new Map<string | null, AccountGroup>();
  for (const account of accounts.toSorted((a, b) => collator.compare(a.name, b.name))) {
    const clients = new Map(account.properties.flatMap((property) => clientOf(`properties/${property.property_id}`) ?? []).map((client) => [client.id, client]));
    const client = clients.size === 1 ? ([...clients.values()][0] ?? null) : null;
    const group = groups.get(client?.id ?? null) ?? { client, accounts: [] };
    group.accounts.push(account);
    groups.set(client?.id ?? null, group);
  }
  return [...groups.values()].sort((a, b) => byClient(a.client, b.client, collator));
}

export interface ContainerLine {
  publicId: string;
  name: string;
  account: string;
  client: ClientMark | null;
}

/** A list of suggestions has no headings: each line carries its client. */
export function groupedContainers(accounts: readonly TagManagerAccountChoice[], clientOf: ClientOf, collator: Intl.Collator): ContainerLine[] {
  return accounts
    .flatMap((account) => account.containers.map((container): ContainerLine => ({
      publicId: container.public_id, name: container.name, account: account.name, client: clientOf(`accounts/${account.account_id}/containers/${container.container_id}`),
    })))
    .sort((a, b) => byClient(a.client, b.client, collator) || collator.compare(a.name, b.name));
}

/** Clients by group, then what belongs to none. */
const byClient = (a: ClientMark | null, b: ClientMark | null, collator: Intl.Collator): number =>
  Number(a === null) - Number(b === null) || collator.compare(a?.group ?? '\uffff', b?.group ?? '\uffff') || collator.compare(a?.name ?? '', b?.name ?? '');
