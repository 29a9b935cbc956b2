// Commands that the engine's command table is about to have; goes when the bindings have them.

import type { ById, LinkView, Nothing } from './bindings';

export interface GuideStep {
  id: string;
  title: string;
  text: string;
  link: LinkView | null;
  copy: string[];
}

export interface OAuthClientTest {
  ok: boolean;
  message: string;
  email: string | null;
}

declare module './bindings' {
  interface Calls {
    'oauth_clients.guide': { request: Nothing; response: GuideStep[] };
  }
  interface Jobs {
    'oauth_clients.test': { request: ById; result: OAuthClientTest };
  }
}
