import type { Position } from '#core/position.ts';
import type { PublishedPort } from '#workload/model/container.ts';

const NUMBERS = /^(\d{1,5})(?:-(\d{1,5}))?$/;

/** `[ADDRESS:][HOST:]CONTAINER[/PROTOCOL]` of Docker and Compose; none where nothing is published. */
export function portOf(text: string, at: Position): PublishedPort {
  const [ports = ''] = text.split('/');
  const [, bracketed, behind] = /^\[([^\]]*)\]:(.*)$/.exec(ports) ?? [];
  const parts = (behind ?? ports).split(':');
  const container = parts.at(-1) ?? '';
  const host = parts.at(-2) ?? '';
  const address = bracketed ?? parts.slice(0, -2).join(':');
  return { container: firstOf(container), host: firstOf(host), address: address === '' ? undefined : address, at };
}

/** The first of a range. */
function firstOf(text: string): number | undefined {
  const match = NUMBERS.exec(text.trim());
  return match === null ? undefined : Number(match[1]);
}
