// Words that more than one room says: permissions, what can be done about an error, the keychain, who acts.

import type { KeychainProblem, PermissionName } from './bindings';

const LABELS: Record<PermissionName, string> = {
  view: 'View', configure: 'Configure', edit: 'Edit', publish: 'Publish', manage: 'Manage users',
};

export const permissionWords = {
  label: (name: PermissionName) => LABELS[name],
  list: (names: readonly PermissionName[]) => names.map((name) => LABELS[name]).join(', '),
  means: {
    view: 'Read accounts, reports and containers',
    configure: 'Create the Analytics account, property and stream',
    edit: 'Change containers, in their workspaces',
    publish: 'Put the container live',
    manage: 'Change who has access, and remove containers',
  } satisfies Record<PermissionName, string>,
};

export const offerWords = {
  sign_in_again: 'Sign in again',
  grant: (name: PermissionName) => `Grant ${LABELS[name]}`,
  use_again: (name: PermissionName) => `Switch ${LABELS[name]} on again`,
  use_connection: (email: string) => `Use ${email}`,
  adopt_account: (email: string) => `Add ${email} as a new connection`,
  retry_keychain: 'Ask the keychain again',
  adopting: 'Adding it',
  asking: 'Asking the keychain',
  switching: 'Switching on',
  copied: 'Copied',
  copyFailed: 'Select the text and copy it',
};

export const keychainWords = {
  titles: {
    absent: 'This computer has no keychain that runs',
    locked: 'This computer’s keychain is locked',
    hung: 'This computer’s keychain does not answer',
    mock: 'This build of Gantry has no real keychain',
    broken: 'This computer’s keychain does not keep what it is given',
  } satisfies Record<KeychainProblem, string>,
  /** What it means for the person, now. */
  means: {
    absent: 'Sign-ins can be used until you quit. To keep them, install a keychain or start it.',
    locked: 'Saved sign-ins cannot be read, and new ones cannot be kept, until you unlock it.',
    hung: 'Gantry still asks. Look for a password prompt behind other windows.',
    mock: 'It would forget every sign-in, so Gantry does not use it.',
    broken: 'Sign-ins can be used until you quit. Those that you saved earlier are not changed.',
  } satisfies Record<KeychainProblem, string>,
  actions: {
    absent: 'Check again', locked: 'Unlock…', hung: 'Ask again', mock: 'Check again', broken: 'Check again',
  } satisfies Record<KeychainProblem, string>,
  badges: {
    absent: 'No keychain', locked: 'Locked', hung: 'No answer', mock: 'Not a real one', broken: 'Does not work',
  } satisfies Record<KeychainProblem, string>,
  openingTitle: 'This computer’s keychain is being opened',
  opening: 'A password prompt may be waiting, perhaps behind other windows. Everything that is already here can be used.',
  openingBadge: 'Opening',
  asking: 'Asking',
  untilQuit: 'Use it until I quit; write it nowhere',
};

export const actsAsWords = {
  label: 'Acts as',
  nobody: 'No connection may do this',
  looking: 'Choosing a connection',
  chosenByYou: 'You chose this connection here.',
  chosenByGantry: 'Gantry chose the connection that may do the least of those that can do it.',
  letGantry: 'Let Gantry choose',
  others: 'Connections that reach it',
  may: (names: readonly PermissionName[]) => `May: ${permissionWords.list(names)}`,
  notUsable: 'cannot be used',
  inUse: 'in use',
  manage: 'Open Connections',
};

export const templateWords = {
  label: 'Template',
  reading: 'Reading the templates',
  option: (title: string, shipped: boolean) => (shipped ? title : `${title} (yours)`),
  /** A description is a sentence of its own. */
  makes: (description: string, summary: string) => [description, summary === '' ? '' : `Makes ${summary}.`].filter((part) => part !== '').join(' '),
  gone: (name: string) => `The template ${name} is not there any more. Choose another.`,
  look: 'Look at templates',
};
