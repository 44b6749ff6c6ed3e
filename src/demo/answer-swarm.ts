import { CRASHED, jsonAnswer, type Answer } from './answer.ts';
import type { SimulatedRun } from './simulated-run.ts';

/** Starts a run, or refuses to, as a form posted to `/swarm` says. */
export function answerSwarm(run: SimulatedRun, form: URLSearchParams, host: string): Answer {
  const { features } = run;
  const reply = (success: boolean, message: string, extra = {}): Answer =>
    jsonAnswer(
      // Alphabetical, for the versions that sort.
      { ...(features.tellsHostOnSwarm && { host }), message, ...extra, success },
      features.sortsKeys,
    );
  const users = form.get(features.takesLocustCount ? 'locust_count' : 'user_count');
  const rate = form.get(features.takesHatchRate ? 'hatch_rate' : 'spawn_rate');
  if (features.explainsMissingFields && (users === null || rate === null)) {
    return reply(false, 'Missing user_count or spawn_rate from /swarm request');
  }
  if (!/^\d+$/.test(users ?? '') || !(Number.parseFloat(rate ?? '') > 0)) return CRASHED;

  const runTime = features.takesRunTime ? (form.get('run_time') ?? '') : '';
  const runSeconds = parseRunSeconds(runTime);
  if (runSeconds === undefined) {
    const examples = '20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.';
    return reply(false, `Valid run_time formats are : ${examples}`);
  }
  run.swarm(Number(users), Number(rate), runSeconds);
  return reply(true, 'Swarming started', runTime && { run_time: runSeconds });
}

function parseRunSeconds(text: string): number | undefined {
  if (text === '') return Infinity;
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text);
  if (!match) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part || 0));
  return hours * 3600 + minutes * 60 + seconds;
}
