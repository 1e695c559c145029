import type { EngineControl } from '#base/engine/engine.ts';
import { splitStreams } from '#base/engine/split-streams.ts';

const MOST_BYTES = 64 * 1024;
const LINES = 20;

/** The last lines that a container wrote; nothing where they cannot be had. They are shown, never recorded. */
export async function logOf(engine: EngineControl, name: string): Promise<readonly string[]> {
  try {
    const stream = await engine.stream(`/containers/${name}/logs?stdout=1&stderr=1&tail=${LINES}`);
    if (stream === undefined) return [];
    let text = '';
    for await (const { bytes } of splitStreams(stream)) {
      text += bytes.toString('utf8');
      if (text.length > MOST_BYTES) break;
    }
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-LINES)
      .map((line) => line.slice(0, 500));
  } catch {
    // With a terminal, or a driver that keeps nothing.
    return [];
  }
}
