// A strict OpenID provider that is not ours, as the other side of google-oauth's tests: PKCE S256 is required, a native
// client may use any loopback port, the redirect carries `iss` (RFC 9207), codes work once, refresh tokens rotate and a
// reused one ends the whole grant. The person at the page allows everything at once.
//
// Prints its addresses as one line of JSON, serves until its stdin closes.
import { createServer } from 'node:http';
import { once } from 'node:events';
import Provider from 'oidc-provider';

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'gantry',
      client_secret: 'not-a-secret-of-an-installed-app',
      application_type: 'native',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/'],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  // As Google's: the claims of the scopes are in the id_token.
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
  findAccount: async (_ctx, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: `${id}@judge.example`, email_verified: true }),
  }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  cookies: { keys: ['a test needs no secret here'] },
});

async function consent(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: 'ana' } });
    return;
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

const protocol = provider.callback();
server.on('request', (request, response) => {
  const served = request.url.startsWith('/interaction/') ? consent(request, response) : protocol(request, response);
  Promise.resolve(served).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});

console.log(
  JSON.stringify({
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/token/revocation`,
    userinfo_endpoint: `${issuer}/me`,
  }),
);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
