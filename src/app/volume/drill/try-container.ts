import {
  type AskedContainer,
  askContainer,
  failed,
  makeContainer,
  type Question,
  type Tried,
  untilReady,
  userOf,
} from '#app/volume/drill/ask-container.ts';
import type { JsonObject } from '#core/oci/json.ts';

/** A container that is tried, and what it is to say. */
export interface Trial extends AskedContainer {
  /** Body of its creation. */
  readonly body: JsonObject;
  readonly question?: Question;
  readonly hasHealthCheck: boolean;
  /** How long it may take until it answers. */
  readonly waitMs: number;
}

/**
 * Starts a container and asks it. Whatever it does is a result.
 * @throws `DRILL_NOT_STARTED` when the engine does not make the container, `ENGINE_*`
 */
export async function tryContainer(trial: Trial): Promise<Tried> {
  const { question, hasHealthCheck: health, waitMs } = trial;
  const begun = performance.now();
  const refused = await makeContainer(trial, trial.body);
  if (refused !== undefined) return failed(refused);
  const probe = question?.probe;
  const script = probe?.kind === 'service' ? probe.service.ready : probe?.command;
  const readiness = { ...userOf(probe), health, waitMs, ...(script === undefined ? {} : { script }) };
  const late = await untilReady(trial, readiness);
  if (late !== undefined) return failed(late);
  const readyMs = Math.round(performance.now() - begun);
  if (question === undefined) return { outcome: 'passed', reasons: [], readyMs };
  return { ...(await askContainer(trial, question, begun + waitMs)), readyMs };
}
