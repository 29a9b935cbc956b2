// The record of a set-up, as text to keep: what was made, by whom, when, and the snippet.
import type { ProvisionRunView } from '../../lib/bindings';
import { provisioningMessages as m } from './messages';
import { proofMessages } from './proofmessages';

/** Plain text, one fact a line. Empty for a run without a result. */
export function recordOf(run: ProvisionRunView, email: string): string {
  const { result, request } = run;
  if (!result) return '';
  const facts: [string, string][] = [
    [m.steps.website, request.website],
    [m.plan.actsAs, email],
    [m.stepNames.account, result.account_id],
    [m.stepNames.property, result.property_id],
    [m.stepNames.data_stream, result.data_stream_id],
    [proofMessages.measurementId, result.measurement_id],
    ...result.app_streams.map((app): [string, string] => [proofMessages.appStream(app.platform), app.firebase_app_id ?? app.data_stream_id]),
    [m.stepNames.container, result.container?.public_id ?? ''],
    [m.stepNames.version, result.container?.version_id ?? ''],
    [m.plan.calls, m.calls(result.analytics_calls, result.tag_manager_calls)],
  ];
  const lines = facts.filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}`);
  const snippets = [result.snippet, result.noscript ?? ''].filter((html) => html !== '');
  return [request.account_name || request.property_name, run.updated_at, '', ...lines, ...snippets.flatMap((html) => ['', html]), ''].join('\n');
}
