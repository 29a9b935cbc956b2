// What Settings says.

import { number, plural } from '../../lib/format';

export const m = {
  title: 'Settings',
  sections: { appearance: 'Appearance', clients: 'OAuth clients', quota: 'Quota and speed', data: 'Data on this computer', sandbox: 'Sandbox', about: 'About' },

  appearance: {
    lead: 'How Gantry looks on this computer.',
    theme: 'Theme',
    themeMeans: 'System follows this computer’s own setting.',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    density: 'Density',
    densityMeans: 'The height of rows and controls.',
    densities: { compact: 'Compact', regular: 'Regular', comfortable: 'Comfortable' },
    size: 'Text size',
    sizeMeans: (mac: boolean) =>
      mac ? 'Follows the system at 100 %. ⌘+ and ⌘− work everywhere.' : 'Follows the system at 100 %. Ctrl and + or − work everywhere.',
    percent: (size: number) => `${number(size)} %`,
    smaller: 'Smaller text',
    larger: 'Larger text',
  },

  quota: {
    lead: 'Google limits each project. These settings tell Gantry what the limits are; the limits themselves are Google’s.',
    limits: 'Limits',
    perWindow: 'Tag Manager calls per 100 seconds',
    perWindowMeans: 'Google’s default is 25. Raise it only when Google has raised your project’s quota.',
    perDay: 'Tag Manager calls per day',
    perDayMeans: 'Google’s default is 10,000. The day ends at midnight Pacific time.',
    saved: 'Saved',
    defaults: 'Use Google’s defaults',
    spent: 'Spent',
    window: (used: number, limit: number, time: string) => `${number(used)} of ${number(limit)} in ${time}`,
    day: (used: number, limit: number, reset: string) => `${number(used)} of ${number(limit)} today, anew from ${reset}`,
    none: 'No calls yet.',
  },

  data: {
    lead: 'What Gantry reads from Google stays here. There is no Gantry server.',
    index: 'Container index and report cache',
    indexMeans: 'In the application data folder. No passwords and no tokens are stored there.',
    folder: 'folder',
    signIns: 'Sign-ins',
    inKeychain: (name: string) => `In this computer’s keychain (${name}).`,
    noKeychain: (reason: string, remedy: string) => `${reason} ${remedy} Until then a sign-in is forgotten when you quit.`,
    works: 'Keychain works',
    missing: 'No keychain',
    checkAgain: 'Check again',
    profile: 'Profile',
    profileMeans: 'Each profile has its own data and its own place in the keychain.',
    profileName: 'profile',
  },

  sandbox: {
    lead: 'A practice Google on this computer, with sample accounts. It has its own data, its own sign-ins and its own quota; yours are not touched.',
    inside: 'You are in the sandbox',
    outside: 'Try the sandbox',
    insideMeans: 'Leave it to work with your own Google accounts again.',
    outsideGantry: 'A sandbox outside Gantry stands in for Google',
    outsideGantryMeans: 'Gantry was started with its address. Quit, and start Gantry without GANTRY_GOOGLE_BASE_URL, to work with your own Google accounts.',
    outsideMeans: 'Everything can be tried there without a Google account: signing in, setting up a site, containers, reports, exports.',
    badge: 'Sandbox',
    enter: 'Enter sandbox',
    entering: 'Starting',
    leave: 'Leave sandbox',
    leaving: 'Leaving',
    address: 'Address',
    addressMeans: 'Stands in for every address of Google’s.',
    addressName: 'address',
  },

  about: {
    lead: 'Gantry talks to Google and to nobody else. It sends no statistics.',
    version: 'Version',
    licence: 'Licence',
    licences: 'MIT or Apache-2.0',
  },

  clients: {
    lead: 'An OAuth client tells Google which app is asking. With your own, nobody else’s work uses up your quota, and Google’s consent page shows your name.',
    loading: 'Loading OAuth clients',
    noneTitle: 'No OAuth client yet',
    none: 'Add the file below to sign in with Google. The sandbox needs none.',
    kinds: { web: 'Web', installed: 'Desktop' },
    line: (kind: string, project: string | null, connections: number) => {
      const used = plural(connections, 'used by # connection', 'used by # connections');
      return project === null ? `${kind}, ${used}` : `${kind}, project ${project}, ${used}`;
    },
    redirects: (uris: readonly string[]) => (uris.length === 0 ? 'No redirect URIs' : `Redirect URIs: ${uris.join(', ')}`),
    isDefault: 'For new sign-ins',
    makeDefault: 'Use for new sign-ins',
    shipped: 'It came with this build',
    removeName: (name: string) => `Remove ${name}`,
    remove: 'Remove…',
    addTitle: 'Add an OAuth client',
    file: 'File',
    fileHint: 'client_secret_….json, as the Google Cloud console gives it. Gantry copies the secret into the keychain; the file is not needed afterwards.',
    filePlaceholder: 'Path of client_secret_….json',
    choose: 'Choose file…',
    name: 'Name',
    nameHint: 'How you want to recognise it.',
    readyTitle: (name: string) => `${name} is ready`,
    ready: 'You can sign in with Google now.',
    goOn: 'Go on',
    adding: 'Adding',
    nameFile: 'Name a file first',
    add: 'Add OAuth client',
    howTitle: 'How to get one, about 10 minutes',
    how: [
      'Open the Google Cloud console (console.cloud.google.com) and create a project, for instance with your company’s name.',
      'Under APIs & Services, enable three APIs: Google Analytics Admin API, Google Analytics Data API, Tag Manager API.',
      'Under Google Auth Platform, fill in the app’s name and your e-mail address. Choose Internal when all accounts are of your organisation; else External, and add the accounts you use as test users.',
      'Under Clients, create a client of type Desktop app, and download its JSON file.',
      'Add that file here. Accepting Google’s terms in a set-up works by itself; with a client of type Web, register http://127.0.0.1:27495/terms and http://127.0.0.1:27496/sign-in as redirect URIs.',
    ],
    removeTitle: (name: string) => `Remove ${name}?`,
    removeText: (connections: number) =>
      connections > 0
        ? plural(
            connections,
            '# connection was made with it and stops working. The OAuth client stays in your Google Cloud project.',
            '# connections were made with it and stop working. The OAuth client stays in your Google Cloud project.',
          )
        : 'No connection uses it. The OAuth client stays in your Google Cloud project.',
    cancel: 'Cancel',
    removing: 'Removing',
    removeGo: 'Remove OAuth client',
  },
};
