// A believable record of requests: what a morning's work leaves behind. Names are invented; some are awkward on purpose.

import type { ActivityDetail, ActivityRequest, ActivityView } from '../lib/bindings';
import type { FakeHost } from './fake-host';

type Part = Pick<ActivityView, 'api' | 'method' | 'http_method' | 'url'> & Partial<ActivityView>;

const TAG_MANAGER = 'https://tagmanager.googleapis.com/tagmanager/v2';
const ADMIN = 'https://analyticsadmin.googleapis.com/v1beta';
const DATA = 'https://analyticsdata.googleapis.com/v1beta';

const MORNING: Part[] = [
  { api: 'Tag Manager', method: 'tagmanager.accounts.containers.workspaces.list', http_method: 'GET', url: `${TAG_MANAGER}/accounts/60042/containers/1187/workspaces/12/tags?prettyPrint=false`, latency_ms: 312 },
  { api: 'Data API', method: 'analyticsdata.properties.runRealtimeReport', http_method: 'POST', url: `${DATA}/properties/482193077:runRealtimeReport`, latency_ms: 188 },
  {
    api: 'Tag Manager', method: 'tagmanager.accounts.containers.versions.live', http_method: 'GET', url: `${TAG_MANAGER}/accounts/60042/containers/2240/versions:live?fields=containerVersionId,fingerprint`,
    status: 403, latency_ms: 94, connection: 'ops@brightwater.example', connection_id: 'c2', error: 'Quota exceeded for quota metric Queries and limit Queries per 100 seconds.', error_code: 'rate_limited', retries: 1,
  },
  { api: 'Tag Manager', method: 'tagmanager.accounts.containers.versions.live', http_method: 'GET', url: `${TAG_MANAGER}/accounts/60042/containers/2240/versions:live`, latency_ms: 290, connection: 'ops@brightwater.example', connection_id: 'c2' },
  { api: 'Data API', method: 'analyticsdata.properties.runReport', http_method: 'POST', url: `${DATA}/properties/310664872:runReport`, latency_ms: 1810, bytes: 48_211 },
  {
    api: 'Sign-in', method: 'oauth2.refresh', http_method: 'POST', url: 'https://oauth2.googleapis.com/token', status: 400, latency_ms: 410, quota_cost: 0,
    connection: 'analytics@kestrelmutual.example', connection_id: 'c3', error: 'Google ended this sign-in: Token has been expired or revoked.', error_code: 'sign_in_needed',
  },
  { api: 'Tag Manager', method: 'tagmanager.accounts.containers.versions.publish', http_method: 'POST', url: `${TAG_MANAGER}/accounts/61377/containers/3091/versions/1:publish`, latency_ms: 1140, writes: true },
  { api: 'Tag Manager', method: 'tagmanager.accounts.containers.workspaces.create_version', http_method: 'POST', url: `${TAG_MANAGER}/accounts/61377/containers/3091/workspaces/2:create_version`, latency_ms: 1410, writes: true },
  { api: 'Admin API', method: 'analyticsadmin.properties.dataStreams.create', http_method: 'POST', url: `${ADMIN}/properties/482193077/dataStreams`, latency_ms: 640, writes: true },
  { api: 'Admin API', method: 'analyticsadmin.properties.patch', http_method: 'PATCH', url: `${ADMIN}/properties/482193077?updateMask=displayName`, latency_ms: 880, writes: true },
  { api: 'Data API', method: 'analyticsdata.properties.runReport', http_method: 'POST', url: `${DATA}/properties/299310455:runReport`, status: 503, latency_ms: 8004, retries: 2, quota_cost: 3, error: 'The service is currently unavailable.', error_code: 'unavailable' },
  { api: 'Data API', method: 'analyticsdata.properties.runReport', http_method: 'POST', url: `${DATA}/properties/299310455:runReport`, status: null, latency_ms: 60_004, error: 'Google could not be reached: connection refused.', error_code: 'network' },
  { api: 'Admin API', method: 'analyticsadmin.accounts.provisionAccountTicket', http_method: 'POST', url: `${ADMIN}/accounts:provisionAccountTicket`, latency_ms: 720, writes: true, connection: null, connection_id: null },
];

/** Newest first; the ids sort as the engine's do. */
export const activity: ActivityView[] = Array.from({ length: 520 }, (_, index): ActivityView => {
  const part = MORNING[index % MORNING.length] as Part;
  return {
    id: `0198c6f4-2b7a-7${String(999 - index).padStart(3, '0')}-8f00-3d1f5a0c9b21`,
    at: new Date(Date.now() - index * 17_300).toISOString(),
    connection: 'maya@brightwater.example', connection_id: 'c1', status: 200, latency_ms: 200, retries: 0, bytes: 9_120, bytes_sent: part.http_method === 'GET' ? 0 : 214,
    quota_cost: 1, writes: false, error: null, error_code: null,
    ...part,
  };
});

export function detailOf(view: ActivityView): ActivityDetail {
  const bad = view.error_code !== null;
  const headers = [
    { name: 'user-agent', value: 'Gantry/0.1.0 (gzip)' },
    { name: 'accept-encoding', value: 'gzip' },
    { name: 'authorization', value: 'Bearer [redacted]' },
  ];
  const body = view.bytes_sent > 0 ? { text: '{"displayName":"<b>Harbour</b> & Söhne"}', cut: false } : null;
  return {
    view,
    explanation: view.error_code === 'sign_in_needed'
      ? { title: 'Sign-in ended', text: 'Google ended this connection’s session. It cost no quota.', remedy: 'Sign in again; nothing else is lost.', offers: [{ kind: 'sign_in_again', connection_id: 'c3' }] }
      : bad
      ? {
          title: view.error_code === 'rate_limited' ? 'Google asked for a pause' : 'Google had a fault',
          text: 'Google asks for a pause: too many requests in a short time. It cost 1 call of the Tag Manager quota: a refusal counts too.',
          remedy: 'Wait a minute and try again.',
          offers: [],
        }
      : { title: 'Google answered', text: 'Gantry read a container’s live version and changed nothing. It cost 1 call of the Tag Manager quota.', remedy: '', offers: [] },
    reason: bad ? 'rateLimitExceeded' : null,
    attempts: [...Array.from({ length: view.retries }, () => ({ status: 503, error_code: 'unavailable' })), { status: view.status, error_code: view.error_code }],
    request: { headers, body },
    response: view.status === null ? null : {
      headers: [{ name: 'content-type', value: 'application/json; charset=UTF-8' }, { name: 'date', value: 'Sun, 22 Nov 2026 09:47:41 GMT' }],
      body: bad
        ? { text: '{"error":{"code":403,"message":"Quota exceeded","errors":[{"reason":"rateLimitExceeded"}],"status":"PERMISSION_DENIED"}}', cut: false }
        : { text: '{"path":"accounts/60042/containers/2240/versions/46","containerVersionId":"46","tag":[{"name":"<img onerror>"', cut: true },
    },
    curl: `curl --compressed \\\n  -H "Authorization: Bearer $TOKEN" \\\n  '${view.url}'`,
  };
}

/** Answers as the engine would: filters, pages, what came after. */
export function activityAnswers(empty: boolean, rows: ActivityView[] = empty ? [] : activity): Pick<FakeHost['answers'], 'activity.list' | 'activity.show' | 'activity.summary' | 'activity.export' | 'activity.clear'> {
  const list = ({ limit, connection, only, text, before, after }: ActivityRequest): ActivityView[] => {
    const from = before === null ? 0 : rows.findIndex((row) => row.id === before) + 1;
    const known = after === null ? -1 : rows.findIndex((row) => row.id === after);
    const part = known >= 0 ? rows.slice(Math.max(0, known - limit), known) : rows.slice(from);
    const wanted = text?.toLowerCase() ?? '';
    return part
      .filter((row) => (connection === null || row.connection_id === connection) && (only === null || (only === 'writes' ? row.writes : row.error_code !== null)))
      .filter((row) => `${row.method} ${row.url} ${String(row.status ?? '')} ${row.connection ?? ''} ${row.error ?? ''}`.toLowerCase().includes(wanted))
      .slice(0, limit);
  };
  return {
    'activity.list': list,
    'activity.show': ({ id }) => {
      const view = rows.find((row) => row.id === id);
      if (!view) throw { code: 'not_found', message: `Activity holds no request "${id}".`, remedy: 'Requests are forgotten after 30 days.', activity_id: null, details: null, offers: [] };
      return detailOf(view);
    },
    'activity.summary': () => (empty ? { today: 0, writes_today: 0, failed_today: 0 } : { today: 2904, writes_today: 41, failed_today: 11 }),
    'activity.export': ({ path, requests }) => ({ path, requests: requests ?? 520, bytes: 184_320 }),
    'activity.clear': () => ({}),
  };
}
