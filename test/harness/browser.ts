import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { WebSocket } from 'undici';
import { findTool } from './tool.ts';

type Json = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Json;
  readonly result?: Json;
  readonly error?: { readonly message: string };
}

export interface ViewOptions {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

/** A page that is open in a browser. */
export interface View {
  /** What the expression gives, waited for. */
  evaluate(expression: string): Promise<unknown>;
  /** Keys as a person presses them. */
  type(text: string): Promise<void>;
  /** As PNG. */
  screenshot(): Promise<Buffer>;
  /** What the console and the browser complained of. */
  complaints(): readonly string[];
  /** Addresses that were asked for, other than the page itself. */
  requests(): readonly string[];
}

/** A browser of the test's own, without any window. */
export interface Browser {
  /** Opens a file and waits until it has loaded. */
  open(file: string, options: ViewOptions): Promise<View>;
  stop(): Promise<void>;
}

/** Starts Chromium, driven through its DevTools protocol. @throws when it is not installed or does not start */
export async function startBrowser(): Promise<Browser> {
  const program = findTool('chromium');
  if (program === undefined) throw new Error('chromium is not installed');
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-browser-'));
  const child = spawn(
    program,
    [
      '--headless=new',
      // Its own sandbox needs rights that containers of tests do not give; the pages are ours.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--hide-scrollbars',
      '--no-first-run',
      '--disable-background-networking',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile } },
  );
  const gone = once(child, 'exit');
  const socket = new WebSocket(await addressOf(child.stderr));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('no connection to the browser')));
  });
  const wire = wireOver(socket);
  return {
    open: (file, options) => openView(wire, pathToFileURL(file).href, options),
    stop: async () => {
      socket.close();
      child.kill('SIGTERM');
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: output })) {
    const address = /^DevTools listening on (ws:.*)$/.exec(line)?.[1];
    if (address !== undefined) {
      output.resume();
      return address;
    }
    said.push(line);
  }
  throw new Error(`the browser did not start: ${said.slice(-5).join(' ')}`);
}

type Send = (method: string, params?: Json, sessionId?: string) => Promise<Json>;
interface Wire {
  readonly send: Send;
  listen(listener: (message: Message) => void): void;
}

function wireOver(socket: WebSocket): Wire {
  const waiting = new Map<number, (message: Message) => void>();
  const listeners: ((message: Message) => void)[] = [];
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id === undefined) for (const listener of listeners) listener(message);
    else waiting.get(message.id)?.(message);
  });
  return {
    listen: (listener) => void listeners.push(listener),
    send: (method, params = {}, sessionId) => {
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        waiting.set(id, ({ result = {}, error }) => {
          waiting.delete(id);
          if (error === undefined) resolve(result);
          else reject(new Error(`${method}: ${error.message}`));
        });
        socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
      });
    },
  };
}

async function openView({ send, listen }: Wire, url: string, { width, height, scheme }: ViewOptions): Promise<View> {
  const complaints: string[] = [];
  const requests: string[] = [];
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const session = String(sessionId);
  const ask: Send = (method, params) => send(method, params, session);
  const loaded = new Promise<void>((resolve) => {
    listen(({ method, sessionId: from, params = {} }) => {
      if (from !== session) return;
      if (method === 'Page.loadEventFired') resolve();
      if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded' || method === 'Runtime.consoleAPICalled')
        complaints.push(JSON.stringify(params));
      if (method === 'Network.requestWillBeSent') {
        const asked = (params['request'] as { url: string }).url;
        if (asked !== url) requests.push(asked);
      }
    });
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`);
  await ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
  await ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  await ask('Page.navigate', { url });
  await loaded;
  const evaluate = async (expression: string) => {
    const { result, exceptionDetails } = await ask('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  };
  return {
    evaluate,
    type: async (text) => {
      for (const char of text) {
        const key = char === '\u001b' ? { key: 'Escape', code: 'Escape' } : { key: char, text: char };
        await ask('Input.dispatchKeyEvent', { type: 'keyDown', ...key });
        await ask('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
      }
      // The page may wait a moment for more.
      await evaluate('new Promise((resolve) => setTimeout(resolve, 250))');
    },
    screenshot: async () =>
      Buffer.from(String((await ask('Page.captureScreenshot', { format: 'png' }))['data']), 'base64'),
    complaints: () => complaints,
    requests: () => requests,
  };
}
