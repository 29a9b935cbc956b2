// What the first run says.

export const m = {
  title: 'What would you like to do first?',
  lead: 'Gantry works with your Google Analytics and Tag Manager from this computer. Your sign-in and your data stay here.',
  tasks: 'First task',
  measure: {
    title: 'Start measuring a website',
    text: 'Creates your Analytics account and a Tag Manager container, gives you the snippet for your site, and watches for the first visit.',
    time: 'A few minutes, plus pasting one snippet into your site',
  },
  manage: {
    title: 'Manage accounts I already have',
    text: 'Reads every account and container you can reach. Nothing can be changed until you allow it.',
    time: 'About 3 minutes for 40 containers',
  },
  noClientTitle: 'Google needs to know which app is asking',
  noClient:
    'Signing in takes an OAuth client of your own, a free file from the Google Cloud console. It takes about 10 minutes, and Gantry goes through it with you. Until then everything can be tried in the sandbox.',
  getClient: 'Get one, step by step',
  addClient: 'Add your OAuth client',
  sandbox: 'Try the sandbox',
  startingSandbox: 'Starting the sandbox',
  signIn: 'Sign in with Google',
  signInNote: 'Opens your browser. Gantry never sees your password.',
  practiceNote: 'Opens the practice page in your browser. No Google account is needed.',
  others: 'Other ways in',
  detailsFirst: 'Enter the details first, sign in later',
  ownClient: 'Your own OAuth client',
  serviceAccount: 'A service account’s key',
  settings: 'Settings',
  askTitle: 'What Google will ask you to allow',
  askLead: 'Based on your choice. You can allow less on Google’s page; Gantry then hides what it cannot do.',
  asked: 'Asked for',
  notAsked: 'Not asked for',
  notNow: 'Not now. Gantry asks when you first need it.',
  keptTitle: 'Kept in this computer’s keychain',
  kept: 'Remove access at any time here or in your Google account. Nothing is sent to us.',
};
