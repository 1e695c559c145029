import type { EngineControl, EngineStream } from '#base/engine/engine.ts';

/** What a script does in the container: writes, ends with a code, and may end the container with one. */
export interface ScriptDone {
  readonly code: number;
  readonly complaint?: string;
  readonly ends?: { readonly code: number; readonly memory?: boolean };
  /** It goes on until it is closed. */
  readonly hangs?: boolean;
}

/** An engine with one container, which is made, started, told to run scripts, started again, and removed. One with an entrypoint runs that. */
export interface ServerEngine extends EngineControl {
  /** What it was told, in order: `create`, `start`, `restart`, `remove`, and each script with its arguments. */
  readonly told: string[];
}

/**
 * @param run what a script does, by its own text and arguments, without the frame that it runs in
 * @param up whether the container runs once it has been started for the nth time
 */
export function serverEngine(
  run: (script: string, args: readonly string[]) => ScriptDone,
  up: (start: number) => boolean = () => true,
): ServerEngine {
  const told: string[] = [];
  const commands = new Map<string, readonly string[]>();
  const codes = new Map<string, number>();
  let starts = 0;
  let state: Record<string, unknown> = { Running: false, ExitCode: 0 };
  let own: readonly string[] | undefined;
  const exited = (done: ScriptDone) => {
    if (done.hangs === true) return { Running: true };
    return { Running: false, ExitCode: done.code, OOMKilled: done.ends?.memory === true };
  };
  const begin = (what: string) => {
    told.push(what);
    if (own !== undefined) {
      told.push(own.join(' '));
      state = exited(run(own[0] ?? '', own.slice(1)));
      return { status: 204, body: Buffer.alloc(0) };
    }
    starts += 1;
    state = up(starts) ? { Running: true } : { Running: false, ExitCode: 1 };
    return { status: 204, body: Buffer.alloc(0) };
  };
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  return {
    told,
    ...{ address: 'unix:///engine', apiVersion: '1.41', podman: false },
    stream: () => Promise.resolve(undefined),
    remove: async () => {
      told.push('remove');
      return { status: 204, body: Buffer.alloc(0) };
    },
    read: async (path) => {
      const [, kind, id = ''] = path.split('/');
      if (kind === 'exec') return json({ Running: false, ExitCode: codes.get(id) });
      return json({ State: state });
    },
    post: async (path, { body } = {}) => {
      if (path.startsWith('/containers/create')) {
        told.push('create');
        const [entrypoint, args] = [body?.['Entrypoint'], body?.['Cmd']] as (readonly string[] | undefined)[];
        own = entrypoint === undefined ? undefined : [entrypoint[2] ?? '', ...(args ?? [])];
        return { status: 201, body: json({ Id: 'a' }) };
      }
      if (path.endsWith('/start')) return begin('start');
      if (path.includes('/restart')) return begin('restart');
      if (state['Running'] !== true) return { status: 409, body: Buffer.alloc(0) };
      const id = commands.size.toString(16).padStart(64, '0');
      commands.set(id, body?.['Cmd'] as readonly string[]);
      return { status: 201, body: json({ Id: id }) };
    },
    postStream: async (path): Promise<EngineStream> => {
      const id = path.split('/')[2] ?? '';
      const [, , framed = '', , end = '', ...args] = commands.get(id) ?? [];
      const script = framed.slice(framed.indexOf('set -eu') + 8, framed.lastIndexOf('\n)\nholdfast_code'));
      told.push([script.replace('exec >/dev/null\n', ''), ...args].join(' '));
      const { code, complaint = '', ends, hangs } = run(script, args);
      codes.set(id, code);
      if (ends !== undefined) state = { Running: false, ExitCode: ends.code, OOMKilled: ends.memory === true };
      let close: () => void = () => undefined;
      const closed = new Promise<void>((resolve) => {
        close = resolve;
      });
      return {
        close,
        [Symbol.asyncIterator]: async function* () {
          if (hangs === true) await closed;
          if (complaint !== '') yield piece(2, complaint);
          if (code === 0) yield piece(1, end);
        },
      };
    },
  };
}

/** As the engine frames output: stream, three zeros, length. */
function piece(stream: number, text: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}
