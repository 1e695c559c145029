import { type Exposure, exposureOf } from '#app/doctor/exposure.ts';
import { type JudgedContainer, judgeRunning } from '#app/running/judge-running.ts';
import type { Engine } from '#base/engine/engine.ts';
import type { Problem } from '#core/errors.ts';
import type { Reason } from '#core/reason.ts';

/** A container as an attacker sees it. */
export interface ExposedContainer extends Pick<JudgedContainer, 'id' | 'reasons'> {
  readonly exposure: Exposure;
}

/** Asks an engine how containers are run, and judges it. What cannot be read is a problem or left out; nothing throws. */
export async function judgeContainers(
  engine: Pick<Engine, 'read'>,
  containers: readonly { readonly id: string; readonly name: string }[],
): Promise<{ readonly judged: readonly ExposedContainer[]; readonly problems: readonly Problem[] }> {
  const { judged, problems } = await judgeRunning(engine, containers);
  return {
    problems,
    judged: judged.flatMap(({ id, name, container, reasons }): readonly ExposedContainer[] => {
      if (container === undefined) return [];
      const exposure = exposureOf(container, reasons);
      return [{ id, exposure, reasons: reasons.map((reason) => knowingUser(reason, exposure, name)) }];
    }),
  };
}

/** What can only be supposed of a file is known of what runs. */
function knowingUser(reason: Reason, { root }: Exposure, name: string): Reason {
  if (reason.rule !== 'run/root-user' || !root || reason.severity === 'high') return reason;
  const sentence = `Container ${name} runs as root: neither it nor its image names another user.`;
  return { ...reason, severity: 'high', sentence };
}
