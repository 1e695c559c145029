import { InvalidArgumentError, Option } from 'commander';

/** Formats of every report, for helps. */
export function formatWords(formats: readonly string[]): string {
  return formats.join(', ').replace(/, ([^,]*)$/, ' or $1');
}

/** For options that may be given several times; without a default, there is nothing before the first. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

export function textOrJson(): Option {
  return new Option('--format <FORMAT>', 'text or json').choices(['text', 'json']).default('text');
}

/** A number from 1. */
export function positionOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number from 1.');
}

/** Which engine, instead of the one of the environment. */
export function engineOption(): Option {
  return new Option('--engine <URL>', 'unix:///PATH or tcp://HOST:PORT (default: DOCKER_HOST, else the usual sockets)');
}

/** Which repository, for commands that work with one. */
export function repositoryOption(): Option {
  return new Option('--repo <NAME>', 'the repository (default: the only one of this home)');
}

/** Hours, with two decimals at most. */
export function hoursOf(text: string): number {
  const hours = Number(text.replace(/h$/, ''));
  if (/^\d{1,4}(?:\.\d{1,2})?h?$/.test(text) && hours > 0) return hours;
  throw new InvalidArgumentError('It must be a number of hours, such as 24 or 0.5.');
}
