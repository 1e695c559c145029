import type { HistoryEntry } from '#core/oci/config.ts';

/** An instruction as an image's history has it. */
export interface HistoryLine {
  /** As it would stand in a build file. */
  readonly text: string;
  /** Counts from 0; of an instruction that made no layer, the one before. */
  readonly layer: number;
}

/** `|2 A=b C=d` before the shell: arguments of the build. */
const ARGUMENTS = /^\|(\d{1,3}) /;
const SHELL = /^(?:\/\S+\/|)(?:ba|da|a|z|k)?sh(?: -\S+| pipefail| errexit)*? -[a-z]*c\s/;
const NOP = /^#\(nop\)\s*/;
const KEYWORD =
  /^(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\s/;

/**
 * The instructions behind an image's history, as classic builders (`/bin/sh -c #(nop) ENV …`), BuildKit (`RUN /bin/sh -c …
 * # buildkit`), Buildah and Kaniko record them. What is none of these is left out.
 */
export function historyLines(history: readonly HistoryEntry[]): readonly HistoryLine[] {
  let layers = 0;
  return history.flatMap(({ createdBy = '', emptyLayer }) => {
    const layer = Math.max(0, emptyLayer ? layers - 1 : layers);
    if (!emptyLayer) layers += 1;
    return linesOf(createdBy.trim()).map((text) => ({ text, layer }));
  });
}

function linesOf(createdBy: string): readonly string[] {
  const text = createdBy.replace(/\s*# buildkit$/, '');
  if (KEYWORD.test(text)) return [text];
  const isRun = text.startsWith('RUN ');
  const { args, rest } = withoutArguments(isRun ? text.slice('RUN '.length) : text);
  const shell = SHELL.exec(rest);
  const command = shell === null ? rest : rest.slice(shell[0].length);
  if (NOP.test(command)) return [command.replace(NOP, '')];
  if (!isRun && shell === null) return [];
  return [...args.map((one) => `ARG ${one}`), `RUN ${command}`];
}

function withoutArguments(text: string): { readonly args: readonly string[]; readonly rest: string } {
  const match = ARGUMENTS.exec(text);
  if (match === null) return { args: [], rest: text };
  const after = text.slice(match[0].length);
  // Values may hold blanks: the shell's path tells where they end.
  const at = after.search(/(?:^| )\/\S*sh (?:-\S+ )*-[a-z]*c\s/);
  if (at < 0) return { args: [], rest: after };
  const args = after
    .slice(0, at)
    .split(/ (?=[A-Za-z_]\w*=)/)
    .filter((one) => /^[A-Za-z_]\w*=/.test(one))
    .map((one) => one.replace(/=(.*)$/s, (_, value: string) => `=${JSON.stringify(value)}`));
  return { args, rest: after.slice(at).trim() };
}
